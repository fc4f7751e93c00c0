package cli

import (
	"crypto/rand"
	"slices"
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// demoListen is where the demo's site is, unless something else is there.
const demoListen = "127.0.0.1:8080"

// demoOperator is by whom the operator's pages are seen.
const demoOperator = "operator@demo.example"

// serve runs the site on the demo's books until it is told to stop. Without an
// address it is at demoListen, or at a free port.
func (d *demo) serve(listen string, t *tenant.Tenant) error {
	address := listen
	if address == "" {
		address = demoListen
	}
	v := &serving{session: d.session, command: &serveCommand{Listen: address, Admin: "off", Log: "text"}, app: d.app}
	err := v.open()
	if err != nil && listen == "" && v.site != nil {
		v.site.Close()
		v.command.Listen = "127.0.0.1:0"
		err = v.open()
	}
	if err != nil {
		return err
	}
	if err := d.tellLogins(v.auth, t); err != nil {
		return err
	}
	return v.run()
}

// tellLogins prints one login of each role. They get a new password each time,
// so that none is kept anywhere to be read.
func (d *demo) tellLogins(a *auth.Auth, t *tenant.Tenant) error {
	password := strings.ToLower(rand.Text()[:16])
	people, err := d.people(t.ID)
	if err != nil {
		return err
	}
	logins := table.Table{Name: "logins", Title: "One login of each role; all have the password " + password, Columns: text("Role", "E-mail", "Name", "At")}
	for _, p := range people {
		p.Password = password
		if err := d.letIn(a, p); err != nil {
			return fault.Wrap("let "+p.Email+" in", err)
		}
		role, at := "operator", "all tenants"
		if p.User != 0 {
			role, at = p.Role.String(), t.Name
		}
		logins.Rows = append(logins.Rows, table.Row{table.String(role), table.String(p.Email), table.String(p.Name), table.String(at)})
	}
	d.printf("\n")
	if err := (output{"table"}).write(d.session, logins); err != nil {
		return err
	}
	d.printf("\nCtrl-C stops the site.\n")
	return nil
}

// people are the operator and one active user of each role of a tenant.
func (d *demo) people(id tenant.ID) (ls []auth.Login, err error) {
	ls = []auth.Login{{Name: "Olga Operator", Email: demoOperator}}
	err = d.store.View(d.ctx, id, func(tx *store.Tx) error {
		users, err := tx.Users()
		for _, role := range []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst, tenant.Agent} {
			i := slices.IndexFunc(users, func(u tenant.User) bool { return u.Role == role && u.State == tenant.Active && u.Email != "" })
			if i < 0 {
				continue // somebody has changed the demo
			}
			u := &users[i]
			ls = append(ls, auth.Login{Tenant: id, User: u.ID, Role: role, Name: u.Name(), Email: u.Email})
		}
		return err
	})
	return ls, err
}

// letIn makes a login, or gives the one that there is the password.
func (d *demo) letIn(a *auth.Auth, l auth.Login) error {
	by := auth.Program("demo")
	by.ActingIn = l.Tenant
	all, err := a.Logins(d.ctx, by)
	if err != nil {
		return err
	}
	same := func(o auth.Login) bool { return o.User == l.User && (l.User != 0 || o.Email == l.Email) }
	i := slices.IndexFunc(all, same)
	if i < 0 {
		_, err := a.AddLogin(d.ctx, by, l)
		return err
	}
	token, err := a.NewReset(d.ctx, by, all[i].ID)
	if err != nil {
		return err
	}
	return a.Reset(d.ctx, token, l.Password)
}
