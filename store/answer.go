package store

import (
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
	Body    []byte       // empty also where it was too long to be kept
	Held    when.Instant // the claim counts until then, unless it is held longer
	Expires when.Instant // may be forgotten from then on
}

// ClaimAnswer claims the tenant's answer of a.Who and a.Name until a.Held, and
// gives true; a.Claim is filled in. If there is an answer already, or a claim
// that is still held, it gives that one and false. Answers of the tenant that
// have expired are forgotten on the way.
func (tx *Tx) ClaimAnswer(a *Answer) (there Answer, claimed bool, err error) {
	if err := tx.DropOldAnswers(); err != nil {
		return there, false, err
	}
	there = Answer{Who: a.Who, Name: a.Name}
	var status, held, expires int64
	err = tx.one([]any{&there.Claim, &there.Hash, &status, &there.Kind, &there.Body, &held, &expires},
		`SELECT claim, hash, status, kind, body, held_at, expires_at FROM answer WHERE tenant_id = $1 AND who = $2 AND name = $3`, tx.id(), a.Who, a.Name)
	there.Status, there.Held, there.Expires = int(status), when.Instant(held), when.Instant(expires)
	if err == nil && (there.Status != 0 || there.Held > tx.Now) {
		return there, false, nil
	}
	if err != nil && err != errNoRow {
		return there, false, err
	}
	a.Claim = newID()
	return Answer{}, true, tx.exec(`INSERT INTO answer (tenant_id, who, name, claim, hash, status, kind, body, held_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, 0, '', $5, $6, $7)
		ON CONFLICT (tenant_id, who, name) DO UPDATE SET claim = excluded.claim, held_at = excluded.held_at, expires_at = excluded.expires_at`,
		tx.id(), a.Who, a.Name, a.Claim, []byte{}, int64(a.Held), int64(a.Expires))
}

// HoldAnswer makes a claim count until a.Held, if it is still a's.
func (tx *Tx) HoldAnswer(a *Answer) error {
	return tx.exec(`UPDATE answer SET held_at = $5 WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4`,
		tx.id(), a.Who, a.Name, a.Claim, int64(a.Held))
}

// KeepAnswer keeps what was answered, if the claim is still a's.
func (tx *Tx) KeepAnswer(a *Answer) error {
	return tx.exec(`UPDATE answer SET hash = $5, status = $6, kind = $7, body = $8 WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4`,
		tx.id(), a.Who, a.Name, a.Claim, nonNil(a.Hash), int64(a.Status), a.Kind, nonNil(a.Body))
}

// DropAnswer gives a claim up, if it is still a's: the request may be made again.
func (tx *Tx) DropAnswer(a *Answer) error {
	return tx.exec(`DELETE FROM answer WHERE tenant_id = $1 AND who = $2 AND name = $3 AND claim = $4 AND status = 0`, tx.id(), a.Who, a.Name, a.Claim)
}

// DropOldAnswers forgets the tenant's answers that have expired.
func (tx *Tx) DropOldAnswers() error {
	return tx.exec(`DELETE FROM answer WHERE tenant_id = $1 AND expires_at <= $2`, tx.id(), int64(tx.Now))
}

// AnswerCount is how many answers and claims the tenant has.
func (tx *Tx) AnswerCount() (n int64, err error) {
	err = tx.one([]any{&n}, `SELECT COUNT(*) FROM answer WHERE tenant_id = $1`, tx.id())
	return n, err
}
