package auth

import (
	"context"
	"strings"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"

	"tollkeeper/store"
)

// errRefused is the one answer to a name or a password that is wrong, and to a
// login that is closed: which of them it was is nobody's business.
var errRefused = fault.New(fault.Denied, "the name or the password is not right")

// SignIn lets in whoever knows the password of a login, named by its e-mail
// address, its username where no two have it, or "tenant/username". The session
// gets another token. A refusal is Denied, with one text and after one length of
// time whatever was wrong; too many of them are Busy (see Wait).
func (a *Auth) SignIn(ctx context.Context, name, password, remoteAddr string) (*Person, error) {
	v := visitOf(ctx)
	if v == nil {
		return nil, errNoVisit
	}
	name = store.FoldName(name)
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) || len(name) > maxName {
		name = "" // nobody's, and dealt with as such
	}
	address := hostOf(remoteAddr)
	now := a.clock()
	if err := a.limits.take(name, address, now); err != nil {
		return nil, err
	}
	l, found, err := a.find(ctx, name)
	if err != nil {
		return nil, err
	}
	hash := ""
	if found && l.Open() {
		hash = l.Password
	}
	right, err := a.passwords.match(ctx, password, hash)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, a.refuse(ctx, &l, address)
	}
	a.limits.giveBack(name, address, now)
	return a.begin(ctx, l, address)
}

// maxName is how many bytes of a name to sign in with are looked at: a tenant's
// and a user's name, or an address.
const maxName = 2 * 4 * tenant.MaxName

// find gives the one login that a folded name stands for.
func (a *Auth) find(ctx context.Context, name string) (l store.Login, found bool, err error) {
	var ls []store.Login
	err = a.store.View(ctx, tenant.System, func(tx *store.Tx) error {
		ls, err = tx.FindLogins(name)
		return err
	})
	cut := strings.LastIndexByte(name, '/')
	if err != nil || len(ls) != 0 || cut < 0 {
		return one(ls), len(ls) == 1, err
	}
	ls, err = a.ofTenant(ctx, name[:cut], name[cut+1:])
	return one(ls), len(ls) == 1, err
}

// ofTenant gives the logins of a username within the tenant of a name.
func (a *Auth) ofTenant(ctx context.Context, name, username string) (ls []store.Login, err error) {
	ts, err := a.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if store.FoldName(t.Name) != name {
			continue
		}
		err = a.store.View(ctx, t.ID, func(tx *store.Tx) error {
			all, err := tx.Logins()
			for _, l := range all {
				if l.Username == username {
					ls = append(ls, l)
				}
			}
			return err
		})
	}
	return ls, err
}

// one is the only one of ls, or none.
func one(ls []store.Login) store.Login {
	if len(ls) != 1 {
		return store.Login{}
	}
	return ls[0]
}

// refuse writes a refusal down, in the books of whose login it was. A name that
// is nobody's is not written down: it may be a password in the wrong field.
func (a *Auth) refuse(ctx context.Context, l *store.Login, address string) error {
	who, why := "somebody", "unknown name"
	switch {
	case l.ID == 0:
	case l.Open() && l.Password != "":
		who, why = personOf(l).Name, "wrong password"
	default:
		who, why = personOf(l).Name, "the login is closed"
	}
	err := a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		return tx.Log(store.Activity{Login: l.ID, Who: who, From: address, What: "login.refuse", About: why})
	})
	if err != nil {
		return err
	}
	return errRefused
}

// begin makes a session of a login whose password was right.
func (a *Auth) begin(ctx context.Context, l store.Login, address string) (*Person, error) {
	if err := a.SignOut(ctx); err != nil { // whoever was signed in here before
		return nil, err
	}
	v := visitOf(ctx)
	now := a.clock()
	v.address, v.login = address, l
	v.session = store.Session{Login: l.ID, Created: now, Seen: now, Expires: now + lifetime(&l), Address: address, Agent: v.agent}
	v.identify()
	v.also = func(tx *store.Tx) error {
		if err := a.stillOpen(tx, &l); err != nil {
			return err
		}
		if err := tx.MarkSignedIn(l.ID); err != nil {
			return err
		}
		return tx.Log(v.person.Did("login.enter", ""))
	}
	a.sessions.Put(ctx, canField, v.can())
	if _, _, err := a.sessions.Commit(ctx); err != nil {
		v.session, v.login, v.person, v.also = store.Session{}, store.Login{}, nil, nil
		return nil, err
	}
	v.identify() // the session has an id now
	return v.person, nil
}

// stillOpen refuses a login that was closed, or got another password, since its
// password was compared.
func (a *Auth) stillOpen(tx *store.Tx, l *store.Login) error {
	now, err := tx.Login(l.ID)
	if err != nil {
		return err
	}
	if !now.Open() || now.Password != l.Password {
		return errRefused
	}
	return nil
}

// SignOut ends the session. Nobody's is no error.
func (a *Auth) SignOut(ctx context.Context) error {
	v := visitOf(ctx)
	if v == nil {
		return errNoVisit
	}
	if v.person == nil {
		return nil
	}
	p := v.person
	v.also = func(tx *store.Tx) error { return tx.Log(p.Did("login.leave", "")) }
	err := a.sessions.Destroy(ctx)
	v.also = nil
	return err
}
