package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Link is what a one-time link is good for, for the page that it opens.
type Link struct {
	SetUp   bool   // makes the first operator; else it sets a password
	Name    string // whose
	Email   string
	Expires when.Instant
}

// errNoLink is the one answer to a link that is unknown, used or too old.
var errNoLink = fault.New(fault.NotFound, "this link cannot be used: it was used before, is too old, or is not complete; ask for another one")

// newSecret is a text that nobody guesses, for addresses and cookies.
func newSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails; see its documentation
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is what is kept of a secret that newSecret made. A fast hash will do:
// there are too many of them to try.
func hashOf(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// SetUpLink makes a one-time link by which the first operator gets in. It is
// needed only while there is no operator's login; token is empty otherwise.
func (a *Auth) SetUpLink(ctx context.Context) (token string, needed bool, err error) {
	err = a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error {
		operators, err := tx.Logins()
		if needed = err == nil && len(operators) == 0; !needed {
			return err
		}
		token = newSecret()
		if err := tx.PutLink(&store.OneTimeLink{Hash: hashOf(token), Kind: store.SetUpLink, Expires: a.clock() + LinkLifetime}); err != nil {
			return err
		}
		return tx.Log(Program("set-up").Did("link.make", "set-up"))
	})
	if err != nil {
		return "", false, fault.Wrap("make a set-up link", err)
	}
	return token, needed, nil
}

// SetUpForm is the first operator.
type SetUpForm struct {
	Name     string
	Email    string
	Password string
}

// SetUp makes the first operator's login by a set-up link, which is used up.
// They are not signed in yet. It tells all mistakes of the form at once.
func (a *Auth) SetUp(ctx context.Context, token string, f SetUpForm) error {
	if _, err := a.Link(ctx, token); err != nil {
		return err
	}
	l := store.Login{Email: f.Email, Name: f.Name}
	if err := a.prepare(ctx, &l, f.Password); err != nil {
		return err
	}
	return a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error {
		had, err := tx.UseLink(hashOf(token), store.SetUpLink, a.clock())
		if err != nil {
			return err
		}
		operators, err := tx.Logins()
		if err != nil {
			return err
		}
		if !had || len(operators) > 0 {
			return errNoLink
		}
		if err := tx.DropLinks(store.SetUpLink, 0); err != nil {
			return err
		}
		if err := tx.PutLogin(&l); err != nil {
			return err
		}
		return tx.Log(personOf(&l).Did("login.add", l.Email))
	})
}

// Link tells what a token is good for, without using it up.
func (a *Auth) Link(ctx context.Context, token string) (Link, error) {
	found, l, err := a.findLink(ctx, token)
	if err != nil {
		return Link{}, err
	}
	return Link{SetUp: found.Kind == store.SetUpLink, Name: l.Name, Email: l.Email, Expires: found.Expires}, nil
}

// findLink gives the link of a token, and whose login it is about.
func (a *Auth) findLink(ctx context.Context, token string) (found store.OneTimeLink, l store.Login, err error) {
	err = a.store.View(ctx, tenant.System, func(tx *store.Tx) error {
		if found, err = tx.FindLink(hashOf(token)); err != nil {
			return err
		}
		if found.Expires <= a.clock() {
			return errNoLink
		}
		if found.Kind == store.ResetLink {
			l, err = tx.AnyLogin(found.Login)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = errNoLink
	}
	return found, l, err
}

// NewReset makes a one-time link by which somebody sets the password of a login,
// the first one too. It takes Edit Users in the login's tenant, or an operator.
// The login's earlier links are void.
func (a *Auth) NewReset(ctx context.Context, by *Person, login int64) (token string, err error) {
	l, err := a.reach(ctx, by, login)
	if err != nil {
		return "", err
	}
	token = newSecret()
	err = a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := tx.PutLink(&store.OneTimeLink{Hash: hashOf(token), Kind: store.ResetLink, Login: l.ID, Expires: a.clock() + LinkLifetime}); err != nil {
			return err
		}
		return tx.Log(by.Did("link.make", personOf(&l).Name))
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Reset sets the password of the login that a reset link is about, uses the link
// up, and ends the login's sessions. Of several at once one wins.
func (a *Auth) Reset(ctx context.Context, token, password string) error {
	link, l, err := a.findLink(ctx, token)
	if err != nil {
		return err
	}
	if link.Kind != store.ResetLink {
		return errNoLink
	}
	if err := CheckPassword(password, ownOf(&l)...); err != nil {
		return err
	}
	hash, err := a.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	by := personOf(&l)
	if v := visitOf(ctx); v != nil {
		by.Address = v.address
	}
	return a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		had, err := tx.UseLink(link.Hash, store.ResetLink, a.clock())
		if err != nil {
			return err
		}
		if !had {
			return errNoLink
		}
		return a.setPassword(tx, by, hash)
	})
}

// setPassword gives by's login another password and ends its sessions, but for
// the one that by has come with.
func (a *Auth) setPassword(tx *store.Tx, by *Person, hash string) error {
	l, err := tx.Login(by.Login)
	if err != nil {
		return err
	}
	l.Password = hash
	if err := tx.PutLogin(&l); err != nil {
		return err
	}
	if err := tx.EndSessions(l.ID, by.Session); err != nil {
		return err
	}
	return tx.Log(by.Did("login.password", ""))
}
