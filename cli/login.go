package cli

import (
	"slices"
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

type loginCommands struct {
	List  loginList  `cmd:"" help:"List who can sign in."`
	Add   loginAdd   `cmd:"" help:"Let somebody sign in, by a link that sets the password."`
	Reset loginReset `cmd:"" help:"Give somebody a new link that sets the password."`
}

// loginList lists logins.
type loginList struct {
	ofWhom
	output
}

func (c *loginList) Run(s *session) error {
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	all, err := a.Logins(s.ctx, by)
	if err != nil {
		return err
	}
	t := table.Table{Name: "logins", Title: "Logins", Columns: append(text("Id", "Name", "Username", "E-mail", "Role", "State"), table.Column{Name: "Last sign-in", Kind: table.Instant})}
	for i := range all {
		l := &all[i]
		role, state := l.Role.String(), "works"
		if l.User == 0 {
			role = "operator"
		}
		switch {
		case l.Off:
			state = "off"
		case !l.Ready:
			state = "no password yet"
		}
		t.Rows = append(t.Rows, table.Row{table.String(formatID(l.ID)), table.String(l.Name), table.String(l.Username), table.String(l.Email),
			table.String(role), table.String(state), table.At(l.SignedIn)})
	}
	return c.write(s, t)
}

// loginAdd makes a login.
type loginAdd struct {
	ofWhom
	User  string `placeholder:"USERNAME" help:"Of the tenant's user who is to sign in."`
	Name  string `placeholder:"NAME" help:"Of an operator."`
	Email string `placeholder:"ADDR" help:"By which to sign in; without it the user's."`
}

func (c *loginAdd) Run(s *session) error {
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	l := auth.Login{Tenant: by.In(), Name: c.Name, Email: c.Email}
	if l.Tenant != tenant.System {
		if l.User, err = userNamed(s, l.Tenant, c.User); err != nil {
			return err
		}
	}
	id, err := a.AddLogin(s.ctx, by, l)
	if err != nil {
		return err
	}
	return printLink(s, a, by, id)
}

// userNamed finds a tenant's user.
func userNamed(s *session, id tenant.ID, name string) (found tenant.UserID, err error) {
	if name == "" {
		return 0, &usageError{fault.New(fault.Invalid, "say which user of the tenant: --user USERNAME")}
	}
	err = s.store.View(s.ctx, id, func(tx *store.Tx) error {
		users, err := tx.Users()
		if i := slices.IndexFunc(users, func(u tenant.User) bool { return u.Username == name }); i >= 0 {
			found = users[i].ID
		}
		return err
	})
	if err == nil && found == 0 {
		err = fault.New(fault.NotFound, "the tenant has no user %q: tollkeeper user list, or user add", fault.Cut(name))
	}
	return found, err
}

// printLink prints a link that sets a login's password.
func printLink(s *session, a *auth.Auth, by *auth.Person, id int64) error {
	token, err := a.NewReset(s.ctx, by, id)
	if err != nil {
		return err
	}
	s.tell("With this the password is set, within a day and once; put the site's address before it:")
	s.printf("/reset?token=%s\n", token)
	return nil
}

// loginReset gives a new link.
type loginReset struct {
	ofWhom
	Who string `arg:"" help:"Id, e-mail address or username, as list shows them."`
}

func (c *loginReset) Run(s *session) error {
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	all, err := a.Logins(s.ctx, by)
	if err != nil {
		return err
	}
	for i := range all {
		if l := &all[i]; c.Who == formatID(l.ID) || strings.EqualFold(c.Who, l.Email) || c.Who == l.Username {
			return printLink(s, a, by, l.ID)
		}
	}
	return fault.New(fault.NotFound, "nobody signs in as %q: tollkeeper login list", fault.Cut(c.Who))
}
