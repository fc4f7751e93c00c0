package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// EndAssignment lets an assignment of the tenant (or of the system) hold only
// before at. It must hold on both sides of at: one that would never have held,
// or that ends earlier already, is a Conflict, and one that is not there is
// NotFound. What was rated by it stays as it is until it is rated again.
func (tx *Tx) EndAssignment(id int32, at when.Instant) error {
	var from, to int64
	err := tx.one([]any{&from, &to}, `SELECT from_at, to_at FROM assignment WHERE tenant_id = $1 AND id = $2`, tx.id(), int64(id))
	switch {
	case err == errNoRow:
		return fault.New(fault.NotFound, "there is no assignment %d", id)
	case err != nil:
		return err
	case int64(at) <= from:
		return fault.New(fault.Conflict, "assignment %d begins at %s and cannot end at %s", id, beginning(when.Instant(from)), at)
	case to != 0 && to < int64(at):
		return fault.New(fault.Conflict, "assignment %d has ended at %s already", id, when.Instant(to))
	case to == int64(at):
		return nil
	}
	if err := tx.exec(`UPDATE assignment SET to_at = $3 WHERE tenant_id = $1 AND id = $2`, tx.id(), int64(id), int64(at)); err != nil {
		return err
	}
	return tx.pricesChanged()
}

func beginning(i when.Instant) string {
	if i == 0 {
		return "the beginning of time"
	}
	return i.String()
}

// FindCard looks a card up by its name at its newest revision: the tenant's own
// where own is said, else the system's.
func (tx *Tx) FindCard(name string, own CardOwner) (Card, error) {
	cards, err := tx.Cards()
	if err != nil {
		return Card{}, err
	}
	for _, c := range cards {
		if c.Name == name && c.Own == (own == TenantCard) {
			return c, nil
		}
	}
	return Card{}, fault.New(fault.NotFound, "%s has no rate card named %q", own, fault.Cut(name))
}

// CardOwner is whose a card is. The zero CardOwner is the system.
type CardOwner uint8

// A system card is the operator's and can be assigned to any tenant; a tenant
// card is one tenant's own.
const (
	SystemCard CardOwner = iota
	TenantCard
)

// String completes "… has no rate card named".
func (o CardOwner) String() string { return [...]string{"the system", "the tenant"}[o] }

// OwnerOf is whose cards a transaction of a tenant, or of the system, publishes.
func OwnerOf(id tenant.ID) CardOwner {
	if id == tenant.System {
		return SystemCard
	}
	return TenantCard
}
