package store

import (
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Session is somebody signed in with one browser.
type Session struct {
	Hash    string // what its token hashes to
	ID      int64  // what people call it by; PutSession gives it
	Login   int64
	Created when.Instant // signed in
	Seen    when.Instant // last, to the minute
	Expires when.Instant // at the latest
	Address string
	Agent   string    // as the browser calls itself
	Acting  tenant.ID // the tenant an operator acts in; zero: none
	Data    []byte    // what auth keeps of it
}

// maxAgent is how many bytes of a browser's name are kept.
const maxAgent = 300

const sessionColumns = `s.hash, s.id, s.login_id, s.created_at, s.seen_at, s.expires_at, s.address, s.agent, s.acting_id, s.data`

// FindSession gives the session of any tenant whose token hashes to hash, with
// its login; found tells whether there is one. It is for the system's
// transactions.
func (tx *Tx) FindSession(hash string) (s Session, l Login, found bool, err error) {
	if err := tx.asSystem(); err != nil {
		return s, l, false, err
	}
	err = tx.each(func(scan func(...any) error) error {
		found = true
		return scanSession(&s, func(into ...any) error { return scanLogin(&l, scan, into...) })
	}, `SELECT `+sessionColumns+`, `+loginRows+`
		JOIN session s ON s.tenant_id = l.tenant_id AND s.login_id = l.id WHERE s.tenant_id >= $1 AND s.hash = $2`, tx.id(), hash)
	return s, l, found, err
}

func scanSession(s *Session, scan func(...any) error) error {
	var created, seen, expires, acting int64
	err := scan(&s.Hash, &s.ID, &s.Login, &created, &seen, &expires, &s.Address, &s.Agent, &acting, &s.Data)
	s.Created, s.Seen, s.Expires, s.Acting = when.Instant(created), when.Instant(seen), when.Instant(expires), tenant.ID(acting)
	return err
}

// Sessions lists the sessions of one of the tenant's logins, expired ones too,
// the last seen first.
func (tx *Tx) Sessions(login int64) (ss []Session, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var s Session
		err := scanSession(&s, scan)
		ss = append(ss, s)
		return err
	}, `SELECT `+sessionColumns+` FROM session s WHERE s.tenant_id = $1 AND s.login_id = $2 ORDER BY s.seen_at DESC, s.id`, tx.id(), login)
	return ss, err
}

// PutSession keeps a session of one of the tenant's logins: a new one where s.ID
// is zero, which it fills in, else the one of that id, under its new hash.
func (tx *Tx) PutSession(s *Session) error {
	if s.ID != 0 {
		return tx.exec(`UPDATE session SET hash = $3, seen_at = $4, acting_id = $5, data = $6 WHERE tenant_id = $1 AND id = $2`,
			tx.id(), s.ID, s.Hash, int64(s.Seen), int64(s.Acting), nonNil(s.Data))
	}
	s.ID, s.Agent = newID(), keepable(s.Agent, maxAgent)
	return tx.exec(`INSERT INTO session (tenant_id, hash, id, login_id, created_at, seen_at, expires_at, address, agent, acting_id, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.id(), s.Hash, s.ID, s.Login, int64(s.Created), int64(s.Seen), int64(s.Expires), s.Address, s.Agent, int64(s.Acting), nonNil(s.Data))
}

// TouchSession notes when any tenant's session was last used. It is for the
// system's transactions, so that it waits for no tenant's writers.
func (tx *Tx) TouchSession(id int64, seen when.Instant) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	return tx.exec(`UPDATE session SET seen_at = $3 WHERE tenant_id >= $1 AND id = $2 AND seen_at < $3`, tx.id(), id, int64(seen))
}

// EndSession takes out one session of one of the tenant's logins, and tells
// whether there was one.
func (tx *Tx) EndSession(login, id int64) (bool, error) {
	return tx.found(`DELETE FROM session WHERE tenant_id = $1 AND login_id = $2 AND id = $3 RETURNING id`, tx.id(), login, id)
}

// EndSessions takes out the sessions of one of the tenant's logins, but for one:
// zero for none.
func (tx *Tx) EndSessions(login, but int64) error {
	return tx.exec(`DELETE FROM session WHERE tenant_id = $1 AND login_id = $2 AND id <> $3`, tx.id(), login, but)
}

// DropSession takes out any tenant's session. It is for the system's
// transactions, which find one that is over.
func (tx *Tx) DropSession(id int64) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM session WHERE tenant_id >= $1 AND id = $2`, tx.id(), id)
}

// SweepSessions takes out every tenant's sessions and links that are over. It is
// for the system's transactions.
func (tx *Tx) SweepSessions(now when.Instant) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM session WHERE tenant_id >= $1 AND expires_at <= $2`, tx.id(), int64(now)); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM one_time_link WHERE tenant_id >= $1 AND expires_at <= $2`, tx.id(), int64(now))
}

// found tells whether q, which returns one number, finds anything.
func (tx *Tx) found(q string, args ...any) (bool, error) {
	var n int64
	err := tx.one([]any{&n}, q, args...)
	if err == errNoRow {
		return false, nil
	}
	return err == nil, err
}
