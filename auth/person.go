package auth

import (
	"context"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// Person is who asks, and what they may do, as it was when the request began.
type Person struct {
	Login    int64 // zero: an API key or the program itself
	Session  int64 // zero: not by a browser
	Key      int64 // zero: not by an API key
	Tenant   tenant.ID
	User     tenant.UserID // zero: an operator or a program
	Name     string        // never empty
	Username string
	Email    string
	Role     tenant.Role // of a tenant's user
	Operator bool
	Can      access.Set
	ActingIn tenant.ID // the tenant that an operator has entered; zero: none
	Address  string    // where the request came from; may be empty
}

// Program is the program itself, as an operator: for commands, and for what
// happens without anybody asking. The name tells which.
func Program(name string) *Person {
	return &Person{Name: name, Operator: true, Can: access.Operator()}
}

// From is who asks by a browser; nil is nobody. Handler has put it there.
func From(ctx context.Context) *Person {
	if v := visitOf(ctx); v != nil {
		return v.person
	}
	return nil
}

// May tells whether p may do what q allows; nobody may do anything.
func (p *Person) May(q access.Privilege) bool { return p != nil && p.Can.Has(q) }

// In is the tenant that p is at work in: their own, or the one an operator acts
// in; zero is the system.
func (p *Person) In() tenant.ID {
	if p.ActingIn != 0 {
		return p.ActingIn
	}
	return p.Tenant
}

// Did is the activity row of what p did; the caller adds what it was.
func (p *Person) Did(what, about string) store.Activity {
	who := p.Name
	if p.Email != "" && p.Email != p.Name {
		who += " <" + p.Email + ">"
	}
	if p.Operator && p.Login != 0 {
		who += ", operator"
	}
	return store.Activity{Login: p.Login, Who: who, From: p.Address, What: what, About: about}
}

// need is an error unless p may do what q allows.
func need(p *Person, q access.Privilege) error {
	if !p.May(q) {
		return fault.New(fault.Denied, "that needs the privilege %s", q.Title())
	}
	return nil
}

// personOf is the person of a login that is open.
func personOf(l *store.Login) *Person {
	p := &Person{Login: l.ID, Tenant: l.Tenant, User: l.User, Name: l.Name, Username: l.Username, Email: l.Email, Role: l.Role}
	if p.Name == "" {
		p.Name = l.Email
	}
	switch {
	case l.Tenant == tenant.System:
		p.Operator, p.Can = true, access.Operator()
	case l.User != 0:
		p.Can = access.OfRole(l.Role)
	}
	return p
}
