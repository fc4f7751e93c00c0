package auth

import (
	"context"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Login is a way in, as AddLogin takes it and Logins lists it.
type Login struct {
	ID       int64 // AddLogin gives it
	Tenant   tenant.ID
	User     tenant.UserID // of the tenant; zero: an operator, whose Tenant is zero
	Name     string        // an operator's; a user's is the user's
	Email    string        // a user's is the user's where it is empty
	Username string        // the user's
	Password string        // for AddLogin; empty: whoever has a reset link sets it
	Ready    bool          // has a password
	Off      bool          // nobody gets in by it
	Role     tenant.Role   // the user's
	State    tenant.State  // the user's
	Created  when.Instant
	SignedIn when.Instant // the last time; zero: never
}

func loginOf(l *store.Login) Login {
	return Login{ID: l.ID, Tenant: l.Tenant, User: l.User, Name: l.Name, Email: l.Email, Username: l.Username,
		Ready: l.Password != "", Off: l.Off, Role: l.Role, State: l.State, Created: l.Created, SignedIn: l.Signed}
}

// Logins lists the logins of the tenant that by is at work in, which takes View
// Users; where users are named, theirs.
func (a *Auth) Logins(ctx context.Context, by *Person, of ...tenant.UserID) (ls []Login, err error) {
	if err := need(by, access.ViewUsers); err != nil {
		return nil, err
	}
	err = a.store.View(ctx, by.In(), func(tx *store.Tx) error {
		all, err := tx.Logins(of...)
		for i := range all {
			ls = append(ls, loginOf(&all[i]))
		}
		return err
	})
	return ls, err
}

// AddLogin makes a way in for a tenant's user, or for an operator, and gives its
// id. It takes Edit Users in that tenant, or an operator.
func (a *Auth) AddLogin(ctx context.Context, by *Person, n Login) (id int64, err error) {
	if err := need(by, access.EditUsers); err != nil {
		return 0, err
	}
	if n.Tenant != by.In() && !by.May(access.Operate) {
		return 0, fault.New(fault.NotFound, "there is no such tenant")
	}
	if (n.Tenant == tenant.System) != (n.User == 0) {
		return 0, fault.New(fault.Invalid, "a tenant's login belongs to one of its users, an operator's to none")
	}
	l := store.Login{Tenant: n.Tenant, User: n.User, Name: n.Name, Email: n.Email}
	if n.User != 0 {
		if err := a.adopt(ctx, &l); err != nil {
			return 0, err
		}
	}
	if !within(&l, by) {
		return 0, errBeyond
	}
	if n.Password != "" {
		err = a.prepare(ctx, &l, n.Password)
	} else {
		err = mistakes(&l).Err()
	}
	if err != nil {
		return 0, err
	}
	err = a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := tx.PutLogin(&l); err != nil {
			return err
		}
		return tx.Log(by.Did("login.add", personOf(&l).Name))
	})
	return l.ID, err
}

// adopt takes over what is known of the tenant's user whose login it is to be.
func (a *Auth) adopt(ctx context.Context, l *store.Login) error {
	return a.store.View(ctx, l.Tenant, func(tx *store.Tx) error {
		users, err := tx.Users()
		if err != nil {
			return err
		}
		for i := range users {
			u := &users[i]
			if u.ID != l.User {
				continue
			}
			l.Name, l.Username, l.Role, l.State = u.Name(), u.Username, u.Role, u.State
			if l.Email == "" {
				l.Email = u.Email
			}
			return nil
		}
		return fault.New(fault.NotFound, "there is no such user")
	})
}

// prepare checks a new login with its password, and hashes that.
func (a *Auth) prepare(ctx context.Context, l *store.Login, password string) (err error) {
	if err := append(mistakes(l), passwordMistakes(password, ownOf(l))...).Err(); err != nil {
		return err
	}
	l.Password, err = a.passwords.hash(ctx, password)
	return err
}

// mistakes are what is wrong with a login, its password apart. An address is
// folded first.
func mistakes(l *store.Login) (wrong fault.Inputs) {
	refuse := func(field, value string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(value), Reason: err.Error()})
		}
	}
	l.Email = store.FoldName(l.Email)
	if l.User == 0 {
		l.Name = strings.TrimSpace(l.Name)
		refuse("name", l.Name, tenant.CheckName("name", l.Name))
	}
	if l.User == 0 || l.Email != "" {
		refuse("email", l.Email, checkEmail(l.Email))
	}
	return wrong
}

// checkEmail refuses what no letter would reach.
func checkEmail(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsFunc(s, unicode.IsControl) || !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "not an e-mail address, such as name@example.com")
	}
	return nil
}

// Change is what becomes different of a login; nil stays as it is.
type Change struct {
	Name  *string // an operator's
	Email *string
	Off   *bool
}

// ChangeLogin changes a login, which takes Edit Users in its tenant, or an
// operator. Switching it off ends its sessions; nobody switches off their own.
func (a *Auth) ChangeLogin(ctx context.Context, by *Person, login int64, c Change) error {
	l, err := a.reach(ctx, by, login)
	if err != nil {
		return err
	}
	if c.Off != nil && *c.Off && l.ID == by.Login {
		return fault.New(fault.Conflict, "nobody switches off their own login: ask another administrator")
	}
	return a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		l, err := tx.Login(login)
		if err != nil {
			return err
		}
		before := describe(&l)
		if err := c.apply(&l); err != nil {
			return err
		}
		after := describe(&l)
		if after == before {
			return nil
		}
		if err := tx.PutLogin(&l); err != nil {
			return err
		}
		if err := shut(tx, &l); err != nil {
			return err
		}
		row := by.Did("login.change", personOf(&l).Name)
		row.Before, row.After = before, after
		return tx.Log(row)
	})
}

// shut ends the sessions of a login that is off. One operator stays, or nobody
// could let anybody in again.
func shut(tx *store.Tx, l *store.Login) error {
	if !l.Off {
		return nil
	}
	if l.Tenant == tenant.System {
		operators, err := tx.Logins()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(operators, func(o store.Login) bool { return o.ID != l.ID && o.Open() && o.Password != "" }) {
			return fault.New(fault.Conflict, "the last operator stays: add another one first")
		}
	}
	return tx.EndSessions(l.ID, 0)
}

func (c *Change) apply(l *store.Login) error {
	if c.Name != nil && l.User == 0 {
		l.Name = *c.Name
	}
	if c.Email != nil {
		l.Email = *c.Email
	}
	if c.Off != nil {
		l.Off = *c.Off
	}
	return mistakes(l).Err()
}

// describe is a login for the activity.
func describe(l *store.Login) string {
	state := "on"
	if l.Off {
		state = "off"
	}
	return strings.Join([]string{l.Name, l.Email, state}, ", ")
}

// reach gives a login that by looks after: with Edit Users one of the tenant
// they are at work in, an operator any. Others' are NotFound.
func (a *Auth) reach(ctx context.Context, by *Person, login int64) (l store.Login, err error) {
	if by == nil {
		return l, need(by, access.EditUsers)
	}
	err = a.store.View(ctx, tenant.System, func(tx *store.Tx) error {
		l, err = tx.AnyLogin(login)
		return err
	})
	switch {
	case err != nil:
	case by.May(access.Operate):
	case l.Tenant != by.In():
		err = fault.New(fault.NotFound, "there is no such login")
	case !by.May(access.EditUsers):
		err = need(by, access.EditUsers)
	case !within(&l, by):
		err = errBeyond
	}
	if err != nil {
		return store.Login{}, err
	}
	return l, nil
}

// reachOwn is reach, and everybody reaches their own login.
func (a *Auth) reachOwn(ctx context.Context, by *Person, login int64) (l store.Login, err error) {
	if by == nil || by.Login == 0 || by.Login != login {
		return a.reach(ctx, by, login)
	}
	err = a.store.View(ctx, by.Tenant, func(tx *store.Tx) error {
		l, err = tx.Login(login)
		return err
	})
	return l, err
}

// within tells whether a login opens nothing that by may not do: an API key with
// Edit Users must not make its way to an administrator's login. Everybody's own
// usage is their own.
func within(l *store.Login, by *Person) bool {
	return personOf(l).Can.Within(by.Can.With(access.ViewOwnUsage))
}

var errBeyond = fault.New(fault.Denied, "that login may do more than you: ask an administrator")

// ChangePassword sets another password for whoever is signed in, ends their
// other sessions, and gives this one another token.
func (a *Auth) ChangePassword(ctx context.Context, current, password string) error {
	v := visitOf(ctx)
	if v == nil || v.person == nil {
		return fault.New(fault.Denied, "sign in first")
	}
	p, l, now := v.person, v.login, a.clock()
	name := "login " + strconv.FormatInt(l.ID, 10) // which is no name to sign in with
	if err := a.limits.take(name, p.Address, now); err != nil {
		return err
	}
	right, err := a.passwords.match(ctx, current, l.Password)
	if err != nil {
		return err
	}
	if !right {
		return fault.Inputs{{Field: "current", Value: "…", Reason: "not your password"}}
	}
	a.limits.giveBack(name, p.Address, now)
	if err := CheckPassword(password, ownOf(&l)...); err != nil {
		return err
	}
	hash, err := a.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.rotate(ctx); err != nil {
		return err
	}
	v.also = func(tx *store.Tx) error {
		if err := a.stillOpen(tx, &l); err != nil {
			return err
		}
		return a.setPassword(tx, p, hash)
	}
	_, _, err = a.sessions.Commit(ctx)
	v.also = nil
	return err
}
