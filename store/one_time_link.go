package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// LinkKind is what a one-time link is good for.
type LinkKind int64

// A set-up link makes the first operator; a reset link sets a login's password.
const (
	SetUpLink LinkKind = iota + 1
	ResetLink
)

// OneTimeLink is something that whoever holds its token may do once.
type OneTimeLink struct {
	Hash    [32]byte // what its token hashes to
	Tenant  tenant.ID
	Kind    LinkKind
	Login   int64 // zero for a set-up link
	Created when.Instant
	Expires when.Instant
}

// PutLink keeps a new link of the transaction's tenant, in place of any other of
// the same login and kind. A set-up link has no login, and several may wait.
func (tx *Tx) PutLink(l *OneTimeLink) error {
	if l.Login != 0 {
		if err := tx.exec(`DELETE FROM one_time_link WHERE tenant_id = $1 AND login_id = $2 AND kind = $3`, tx.id(), l.Login, int64(l.Kind)); err != nil {
			return err
		}
	}
	l.Tenant, l.Created = tx.Tenant, tx.Now
	return tx.exec(`INSERT INTO one_time_link (tenant_id, hash, kind, login_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.id(), l.Hash[:], int64(l.Kind), l.Login, int64(l.Created), int64(l.Expires))
}

// FindLink is any tenant's link of a hash, expired or not, or NotFound. It is
// for the system's transactions.
func (tx *Tx) FindLink(hash [32]byte) (OneTimeLink, error) {
	l := OneTimeLink{Hash: hash}
	if err := tx.asSystem(); err != nil {
		return l, err
	}
	var id, kind, created, expires int64
	err := tx.one([]any{&id, &kind, &l.Login, &created, &expires},
		`SELECT tenant_id, kind, login_id, created_at, expires_at FROM one_time_link WHERE tenant_id >= $1 AND hash = $2`, tx.id(), hash[:])
	if err == errNoRow {
		err = fault.New(fault.NotFound, "there is no such link")
	}
	l.Tenant, l.Kind, l.Created, l.Expires = tenant.ID(id), LinkKind(kind), when.Instant(created), when.Instant(expires)
	return l, err
}

// UseLink takes a link of the transaction's tenant out and tells whether it was
// there and had not expired at now: of several who use it at once, one wins.
func (tx *Tx) UseLink(hash [32]byte, kind LinkKind, now when.Instant) (bool, error) {
	return tx.found(`DELETE FROM one_time_link WHERE tenant_id = $1 AND hash = $2 AND kind = $3 AND expires_at > $4 RETURNING kind`,
		tx.id(), hash[:], int64(kind), int64(now))
}

// DropLinks takes out the tenant's links of a kind and login; zero is the login
// of set-up links.
func (tx *Tx) DropLinks(kind LinkKind, login int64) error {
	return tx.exec(`DELETE FROM one_time_link WHERE tenant_id = $1 AND kind = $2 AND login_id = $3`, tx.id(), int64(kind), login)
}
