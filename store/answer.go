package store

import (
	"maps"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// Answer is the first answer to a request that can be repeated under a name of
// the sender's choice. It begins as a claim, with which one of several requests
// of that name gets to be answered.
type Answer struct {
	Who     string // sent it: a key or a login
	Name    string
	Claim   int64        // ClaimAnswer gives it
	Hash    []byte       // over the request; empty while it is being answered
	Status  int          // zero: it is still being answered
	Kind    string       // of the body
	Body    []byte       // empty also where it is not kept, or no longer
	Held    when.Instant // the claim counts until then, unless it is held longer
	Expires when.Instant // may be forgotten from then on
}

// AnswerBounds are how much a tenant has of answers.
type AnswerBounds struct {
	OfSender int64 // answers and claims of one sender at most
	OfTenant int64 // of all of the tenant's senders
	Bytes    int64 // of all bodies; of the oldest they are forgotten
}

// ErrFull is that a sender, or a tenant, has as many answers as are kept. Nothing
// is forgotten for a new one: what it belongs to could be done twice.
var ErrFull = fault.New(fault.Busy, "as many requests are remembered as can be")

// ClaimAnswer claims the tenant's answer of a.Who and a.Name until a.Held, and
// gives true; a.Claim is filled in. If there is an answer already, or a claim
// that is still held, it gives that one and false. Answers of the tenant that
// have expired are forgotten on the way. Where that leaves no room for another
// one it is ErrFull.
func (tx *Tx) ClaimAnswer(a *Answer, most AnswerBounds) (there Answer, claimed bool, err error) {
	if err := tx.DropOldAnswers(); err != nil {
		return there, false, err
	}
	there = Answer{Who: a.Who, Name: a.Name}
	var status, held, expires int64
	err = tx.one([]any{&there.Claim, &there.Hash, &status, &there.Kind, &there.Body, &held, &expires},
		`SELECT claim, hash, status, kind, body, held_at, expires_at FROM answer WHERE tenant_id = $1 AND who = $2 AND name = $3`, tx.id(), a.Who, a.Name)
	there.Status, there.Held, there.Expires = int(status), when.Instant(held), when.Instant(expires)
	switch {
	case err == nil && (there.Status != 0 || there.Held > tx.Now):
		return there, false, nil
	case err == errNoRow:
		err = tx.roomForAnswer(a.Who, most)
		if err == nil {
			err = tx.useAnswers(a.Who, 1, 0)
		}
	}
	if err != nil {
		return there, false, err
	}
	a.Claim = newID()
	return Answer{}, true, tx.exec(`INSERT INTO answer (tenant_id, who, name, claim, hash, status, kind, body, held_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, 0, '', $5, $6, $7)
		ON CONFLICT (tenant_id, who, name) DO UPDATE SET claim = excluded.claim, held_at = excluded.held_at, expires_at = excluded.expires_at`,
		tx.id(), a.Who, a.Name, a.Claim, []byte{}, int64(a.Held), int64(a.Expires))
}

// roomForAnswer refuses one answer more than there may be.
func (tx *Tx) roomForAnswer(who string, most AnswerBounds) error {
	var all, own int64
	if err := tx.one([]any{&all, &own}, `SELECT COALESCE(SUM(answers), 0), COALESCE(SUM(CASE WHEN who = $2 THEN answers ELSE 0 END), 0)
		FROM answer_use WHERE tenant_id = $1`, tx.id(), who); err != nil {
		return err
	}
	if own >= most.OfSender || all >= most.OfTenant {
		return ErrFull
	}
	return nil
}

// useAnswers counts what a sender has more, or less, than before.
func (tx *Tx) useAnswers(who string, answers, bytes int64) error {
	return tx.exec(`INSERT INTO answer_use (tenant_id, who, answers, bytes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, who) DO UPDATE SET answers = answer_use.answers + excluded.answers, bytes = answer_use.bytes + excluded.bytes`,
		tx.id(), who, answers, bytes)
}

// HoldAnswer makes a claim count until a.Held, if it is still a's.
func (tx *Tx) HoldAnswer(a *Answer) error {
	return tx.exec(`UPDATE answer SET held_at = $5 WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4`,
		tx.id(), a.Who, a.Name, a.Claim, int64(a.Held))
}

// KeepAnswer keeps what was answered, if the claim is still a's. Where the tenant
// has too many bytes then, the oldest bodies are forgotten: their requests are
// still known as done.
func (tx *Tx) KeepAnswer(a *Answer, most AnswerBounds) error {
	kept, err := tx.found(`UPDATE answer SET hash = $5, status = $6, kind = $7, body = $8
		WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4 AND status = 0 RETURNING claim`,
		tx.id(), a.Who, a.Name, a.Claim, nonNil(a.Hash), int64(a.Status), a.Kind, nonNil(a.Body))
	if err != nil || !kept || len(a.Body) == 0 {
		return err
	}
	if err := tx.useAnswers(a.Who, 0, int64(len(a.Body))); err != nil {
		return err
	}
	var bytes int64
	if err := tx.one([]any{&bytes}, `SELECT COALESCE(SUM(bytes), 0) FROM answer_use WHERE tenant_id = $1`, tx.id()); err != nil {
		return err
	}
	return tx.dropBodies(bytes - most.Bytes)
}

// dropBodies forgets the oldest bodies, of so many bytes at least.
func (tx *Tx) dropBodies(bytes int64) error {
	const atOnce = 1000
	for bytes > 0 {
		var oldest []Answer
		freed := map[string]int64{} // by sender
		err := tx.each(func(scan func(...any) error) error {
			var a Answer
			var length int64
			err := scan(&a.Who, &a.Name, &length)
			if bytes > 0 {
				bytes -= length
				freed[a.Who] += length
				oldest = append(oldest, a)
			}
			return err
		}, `SELECT who, name, LENGTH(body) FROM answer WHERE tenant_id = $1 AND LENGTH(body) > 0 ORDER BY expires_at, who, name LIMIT $2`, tx.id(), atOnce)
		if err != nil || len(oldest) == 0 {
			return err
		}
		for i := range oldest {
			if err := tx.exec(`UPDATE answer SET body = $4 WHERE tenant_id = $1 AND who = $2 AND name = $3`,
				tx.id(), oldest[i].Who, oldest[i].Name, []byte{}); err != nil {
				return err
			}
		}
		for _, who := range slices.Sorted(maps.Keys(freed)) {
			if err := tx.useAnswers(who, 0, -freed[who]); err != nil {
				return err
			}
		}
	}
	return nil
}

// DropAnswer gives a claim up, if it is still a's: the request may be made again.
func (tx *Tx) DropAnswer(a *Answer) error {
	had, err := tx.found(`DELETE FROM answer WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4 AND status = 0 RETURNING claim`,
		tx.id(), a.Who, a.Name, a.Claim)
	if err != nil || !had {
		return err
	}
	return tx.useAnswers(a.Who, -1, 0)
}

// DropOldAnswers forgets the tenant's answers that have expired.
func (tx *Tx) DropOldAnswers() error {
	type use struct{ answers, bytes int64 }
	gone := map[string]use{} // by sender
	err := tx.each(func(scan func(...any) error) error {
		var who string
		var length int64
		err := scan(&who, &length)
		gone[who] = use{gone[who].answers + 1, gone[who].bytes + length}
		return err
	}, `DELETE FROM answer WHERE tenant_id = $1 AND expires_at <= $2 RETURNING who, LENGTH(body)`, tx.id(), int64(tx.Now))
	if err != nil || len(gone) == 0 {
		return err
	}
	for _, who := range slices.Sorted(maps.Keys(gone)) {
		if err := tx.useAnswers(who, -gone[who].answers, -gone[who].bytes); err != nil {
			return err
		}
	}
	return tx.exec(`DELETE FROM answer_use WHERE tenant_id = $1 AND answers <= 0`, tx.id())
}

// AnswerCount is how many answers and claims the tenant has.
func (tx *Tx) AnswerCount() (n int64, err error) {
	err = tx.one([]any{&n}, `SELECT COUNT(*) FROM answer WHERE tenant_id = $1`, tx.id())
	return n, err
}
