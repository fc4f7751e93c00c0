package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Key is an API key, without its secret.
type Key struct {
	ID      int64
	Prefix  string // the part that is shown
	Name    string
	Scopes  access.Set
	By      int64 // the login that made it
	Created when.Instant
	Expires when.Instant // zero: never
	Revoked when.Instant // zero: not
	Used    when.Instant // last, to the minute; zero: never
}

func keyOf(k *store.Key) Key {
	return Key{ID: k.ID, Prefix: k.Prefix, Name: k.Name, Scopes: k.Scopes, By: k.Login,
		Created: k.Created, Expires: k.Expires, Revoked: k.Revoked, Used: k.Used}
}

// Works tells whether the key lets a program in at now.
func (k *Key) Works(now when.Instant) bool {
	return k.Revoked == 0 && (k.Expires == 0 || k.Expires > now)
}

// A secret is "tk_", eight characters that are shown, "_", and the rest.
const (
	keyMark   = "tk_"
	keyPrefix = len(keyMark) + 8
)

// NewKey makes an API key for the tenant that by is at work in, which takes Edit
// Integrations, and gives its secret, this once. Its scopes are among what by
// may do; expires zero is never.
func (a *Auth) NewKey(ctx context.Context, by *Person, name string, scopes access.Set, expires when.Instant) (secret string, k Key, err error) {
	if err := need(by, access.EditIntegrations); err != nil {
		return "", Key{}, err
	}
	if err := a.checkKey(by, name, scopes, expires); err != nil {
		return "", Key{}, err
	}
	secret = keyMark + strings.NewReplacer("_", "x", "-", "y").Replace(newSecret())[:8] + "_" + newSecret()
	kept := store.Key{Prefix: secret[:keyPrefix], Hash: hashOf(secret), Name: name, Scopes: scopes, Login: by.Login, Expires: expires}
	err = a.store.Update(ctx, by.In(), store.Interactive, func(tx *store.Tx) error {
		if err := tx.PutKey(&kept); err != nil {
			return err
		}
		row := by.Did("key.add", kept.Prefix+" "+name)
		row.After = scopes.String()
		return tx.Log(row)
	})
	if err != nil {
		return "", Key{}, err
	}
	return secret, keyOf(&kept), nil
}

// checkKey tells all that is wrong with a new key.
func (a *Auth) checkKey(by *Person, name string, scopes access.Set, expires when.Instant) error {
	var wrong fault.Inputs
	if err := tenant.CheckName("key", name); err != nil {
		wrong = append(wrong, fault.Input{Field: "name", Value: fault.Cut(name), Reason: err.Error()})
	}
	allowed := access.Of(access.Scopes()...)
	if by.In() == tenant.System {
		allowed = access.Operator()
	}
	switch {
	case scopes == 0:
		wrong = append(wrong, fault.Input{Field: "scopes", Reason: "choose what the key may do"})
	case !scopes.Within(by.Can.Both(allowed)):
		wrong = append(wrong, fault.Input{Field: "scopes", Value: scopes.String(), Reason: "more than you may do yourself"})
	}
	if expires != 0 && expires <= a.clock() {
		wrong = append(wrong, fault.Input{Field: "expires", Value: expires.String(), Reason: "in the past"})
	}
	return wrong.Err()
}

// Keys lists the keys of the tenant that by is at work in, revoked and expired
// ones too, the newest first. It takes Edit Integrations.
func (a *Auth) Keys(ctx context.Context, by *Person) (ks []Key, err error) {
	if err := need(by, access.EditIntegrations); err != nil {
		return nil, err
	}
	err = a.store.View(ctx, by.In(), func(tx *store.Tx) error {
		all, err := tx.Keys()
		for i := range all {
			ks = append(ks, keyOf(&all[i]))
		}
		return err
	})
	return ks, err
}

// RevokeKey ends a key of the tenant that by is at work in, for ever. It takes
// Edit Integrations. One that was revoked before is no error.
func (a *Auth) RevokeKey(ctx context.Context, by *Person, id int64) error {
	if err := need(by, access.EditIntegrations); err != nil {
		return err
	}
	var prefix string
	err := a.store.Update(ctx, by.In(), store.Interactive, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		prefix = k.Prefix
		if had, err := tx.RevokeKey(id); err != nil || !had {
			return err
		}
		return tx.Log(by.Did("key.revoke", k.Prefix+" "+k.Name))
	})
	a.keys.forget(prefix) // after an error too: a commit can have happened all the same
	return err
}

// errNoKey is the one answer to a key that is unknown, wrong, revoked or
// expired.
var errNoKey = fault.New(fault.Denied, "the API key is not known, or no longer works")

// ByKey gives the program whose API key a secret is, with the key's scopes. Any
// other secret is Denied.
func (a *Auth) ByKey(ctx context.Context, secret string) (*Person, error) {
	if len(secret) <= keyPrefix || !strings.HasPrefix(secret, keyMark) || strings.ContainsFunc(secret, unprintable) {
		return nil, errNoKey
	}
	now := a.clock()
	k, err := a.keys.find(ctx, a.store, secret[:keyPrefix], now)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	hash := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(hash[:], k.Hash[:]) != 1 || k.ID == 0 || !k.Works(now) {
		return nil, a.refuseKey(ctx, &k, now)
	}
	p := &Person{Key: k.ID, Tenant: k.Tenant, Name: "API key " + k.Name, Can: k.Scopes, Operator: k.Tenant == tenant.System}
	if v := visitOf(ctx); v != nil {
		p.Address = v.address
	}
	if now-k.Used < when.Minute {
		return p, nil
	}
	err = a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error { return tx.TouchKey(k.ID, now) })
	if err != nil && !fault.Is(err, fault.Busy) { // if busy, the next request notes it
		return nil, err
	}
	a.keys.forget(k.Prefix)
	return p, nil
}

// unprintable is what stands in no secret.
func unprintable(r rune) bool { return r <= ' ' || r > '~' }

// refuseKey writes down that a key was refused; not each time, or a program that
// goes on trying would fill the books.
func (a *Auth) refuseKey(ctx context.Context, k *store.Key, now when.Instant) error {
	if k.ID == 0 || a.keyLog.take(k.Prefix, now) > 0 {
		return errNoKey
	}
	row := store.Activity{Who: "API key " + k.Name, What: "key.refuse", About: k.Prefix}
	if v := visitOf(ctx); v != nil {
		row.From = v.address
	}
	if err := a.store.Update(ctx, k.Tenant, store.Interactive, func(tx *store.Tx) error { return tx.Log(row) }); err != nil {
		return err
	}
	return errNoKey
}
