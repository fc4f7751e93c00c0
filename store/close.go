package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// CloseThrough closes the billing periods before at: calls that ended before it
// and come later are billed in the open period. A close only moves forward;
// one further back than the last is a Conflict, the same again is no change.
func (tx *Tx) CloseThrough(at when.Instant) error {
	switch had := tx.acct.ClosedThrough; {
	case at == had:
		return nil
	case at < had:
		return fault.New(fault.Conflict, "billing is closed through %s: what is closed is not opened again", had)
	}
	if err := tx.exec(`UPDATE account SET closed_through = $2 WHERE tenant_id = $1`, tx.id(), int64(at)); err != nil {
		return err
	}
	tx.acct.ClosedThrough = at
	// Charges that were made before the close and are on their way into the
	// books hold the old instant of billing: the version makes them anew.
	return tx.bumpCards()
}
