package store

import (
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Key is an API key: a program's way in. Its secret is not kept.
type Key struct {
	ID      int64 // random; PutKey gives it
	Tenant  tenant.ID
	Prefix  string // the part of it that is shown; unique
	Hash    [32]byte
	Name    string
	Scopes  access.Set
	Login   int64 // who made it
	Created when.Instant
	Expires when.Instant // zero: never
	Revoked when.Instant // zero: not
	Used    when.Instant // last, to the minute; zero: never
}

// Works tells whether the key lets anybody in at now.
func (k *Key) Works(now when.Instant) bool {
	return k.Revoked == 0 && (k.Expires == 0 || k.Expires > now)
}

const keyColumns = `id, tenant_id, prefix, hash, name, scopes, login_id, created_at, expires_at, revoked_at, used_at`

// Keys lists the keys of the transaction's tenant, revoked and expired ones too,
// the newest first.
func (tx *Tx) Keys() ([]Key, error) {
	return tx.keys(`SELECT `+keyColumns+` FROM api_key WHERE tenant_id = $1 ORDER BY created_at DESC, id`, tx.id())
}

// Key is a key of the transaction's tenant, or NotFound.
func (tx *Tx) Key(id int64) (Key, error) {
	return oneKey(tx.keys(`SELECT `+keyColumns+` FROM api_key WHERE tenant_id = $1 AND id = $2`, tx.id(), id))
}

// FindKey is any tenant's key of a prefix, or NotFound. It is for the system's
// transactions.
func (tx *Tx) FindKey(prefix string) (Key, error) {
	if err := tx.asSystem(); err != nil {
		return Key{}, err
	}
	return oneKey(tx.keys(`SELECT `+keyColumns+` FROM api_key WHERE tenant_id >= $1 AND prefix = $2`, tx.id(), prefix))
}

func oneKey(ks []Key, err error) (Key, error) {
	if err != nil {
		return Key{}, err
	}
	if len(ks) != 1 {
		return Key{}, fault.New(fault.NotFound, "there is no such API key")
	}
	return ks[0], nil
}

// keys runs a query of keyColumns.
func (tx *Tx) keys(query string, args ...any) (ks []Key, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var k Key
		var id, scopes, created, expires, revoked, used int64
		var hash []byte
		if err := scan(&k.ID, &id, &k.Prefix, &hash, &k.Name, &scopes, &k.Login, &created, &expires, &revoked, &used); err != nil {
			return err
		}
		copy(k.Hash[:], hash)
		k.Tenant, k.Scopes = tenant.ID(id), access.Set(scopes)
		k.Created, k.Expires, k.Revoked, k.Used = when.Instant(created), when.Instant(expires), when.Instant(revoked), when.Instant(used)
		ks = append(ks, k)
		return nil
	}, query, args...)
	return ks, err
}

// PutKey keeps a new key of the transaction's tenant and fills in its id.
func (tx *Tx) PutKey(k *Key) error {
	k.ID, k.Tenant, k.Created = newID(), tx.Tenant, tx.Now
	return tx.exec(`INSERT INTO api_key (tenant_id, id, prefix, hash, name, scopes, login_id, created_at, expires_at, revoked_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)`,
		tx.id(), k.ID, k.Prefix, k.Hash[:], k.Name, int64(k.Scopes), k.Login, int64(k.Created), int64(k.Expires))
}

// RevokeKey ends a key of the transaction's tenant, for ever, and tells whether
// it had not been revoked before.
func (tx *Tx) RevokeKey(id int64) (bool, error) {
	return tx.found(`UPDATE api_key SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at = 0 RETURNING id`, tx.id(), id, int64(tx.Now))
}

// TouchKey notes when any tenant's key was last used. It is for the system's
// transactions.
func (tx *Tx) TouchKey(id int64, used when.Instant) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	return tx.exec(`UPDATE api_key SET used_at = $3 WHERE tenant_id >= $1 AND id = $2 AND used_at < $3`, tx.id(), id, int64(used))
}
