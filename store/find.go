package store

import (
	"tollkeeper/core/ledger"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// identityBytes is what a call's identity takes in its segment. The identities
// are the first column and never compressed, so that the beginning of a blob
// holds all of them.
const identityBytes = len(usage.Identity{})

// Identities gives, for each segment of a UTC day, so much of the beginning of
// its calls as holds their identities (and is read by segment.OpenHead).
func (tx *Tx) Identities(day when.Day, f func(k SegmentKey, start []byte) error) error {
	return tx.each(func(scan func(...any) error) error {
		k := SegmentKey{Day: day}
		var start []byte
		if err := scan(&k.Seg, &start); err != nil {
			return err
		}
		return f(k, start)
	}, `SELECT seg, SUBSTR(data, 1, $3 + $4 * calls) FROM call_seg WHERE tenant_id = $1 AND day = $2 ORDER BY seg`,
		tx.id(), int64(day), segment.HeadSize, identityBytes)
}

// EntriesOf lists the entries that a cause of a kind and number posted, in the
// order of their numbers.
func (tx *Tx) EntriesOf(kind ledger.CauseKind, ref int64) ([]ledger.Entry, error) {
	return tx.someEntries(`e.cause_kind = $2 AND e.cause_ref = $3`, kind.String(), ref)
}

// EntriesDated lists the entries of a kind of cause whose accounting date lies
// in the days, in the order of their numbers.
func (tx *Tx) EntriesDated(kind ledger.CauseKind, days when.Days) ([]ledger.Entry, error) {
	return tx.someEntries(`e.cause_kind = $2 AND e.day BETWEEN $3 AND $4`, kind.String(), int64(days.From), int64(days.To))
}

func (tx *Tx) someEntries(where string, args ...any) (es []ledger.Entry, err error) {
	err = tx.each(func(scan func(...any) error) error {
		e, line, err := scanEntry(scan)
		if err != nil {
			return err
		}
		if n := len(es); n == 0 || es[n-1].ID != e.ID {
			es = append(es, e)
		}
		last := &es[len(es)-1]
		last.Lines = append(last.Lines, line)
		return nil
	}, `SELECT e.id, e.at, e.day, e.cause_kind, e.cause_ref, e.cause_text, e.prev, e.hash, l.account, l.currency, l.amount
		FROM entry e JOIN entry_line l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
		WHERE e.tenant_id = $1 AND `+where+` ORDER BY e.id, l.line`, append([]any{tx.id()}, args...)...)
	return es, err
}

// SuspenseOf lists the records of suspense that bear an identity, first come
// first.
func (tx *Tx) SuspenseOf(id usage.Identity) (ss []Suspense, err error) {
	err = tx.each(func(scan func(...any) error) error {
		s := Suspense{Identity: id}
		var content, reason, state, day, created int64
		if err := scan(&content, &reason, &state, &day, &s.Run, &s.Line, &s.Field, &s.Detail, &s.Text, &s.Hint, &created); err != nil {
			return err
		}
		s.Content, s.Reason, s.State, s.Day, s.Created = uint64(content), usage.Reason(reason), SuspenseState(state), when.Day(day), when.Instant(created)
		ss = append(ss, s)
		return nil
	}, `SELECT content, reason, state, day, run_id, line, field, detail, text, hint, created_at FROM suspense
		WHERE tenant_id = $1 AND identity = $2 ORDER BY created_at, content`, tx.id(), id[:])
	return ss, err
}
