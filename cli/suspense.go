package cli

import (
	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

// suspenseCommand shows what waits, or tries it again.
type suspenseCommand struct {
	Tenant  string `placeholder:"NAME" help:"Whose, by name or id. Without it: of every tenant, and records that name none."`
	Rerun   bool   `xor:"what" help:"Try everything that waits again."`
	Dismiss string `xor:"what" placeholder:"CAUSE" help:"Close the records of one tenant that wait for this cause and are no calls yet: they will not count, and stay known."`
	output
}

// Help is the long help.
func (suspenseCommand) Help() string {
	return "Nothing that comes in is dropped: a record that cannot be rated waits here with its cause. " +
		"Mend the cause (import the missing rates or numbers, set the dial plan) and use --rerun. " +
		"Records that are never to count (the second of two that contradict each other, a test call of the switch) are closed with --dismiss; " +
		"calls that wait for a card or a rate cannot be dismissed, because they happened."
}

func (c *suspenseCommand) Run(s *session) error {
	a, err := s.books()
	if err != nil {
		return err
	}
	return c.with(s, a)
}

// with does it on books that are open.
func (c *suspenseCommand) with(s *session, a *app.App) error {
	owners := []tenant.Tenant{{ID: tenant.System}}
	if c.Tenant != "" {
		t, err := s.tenant(c.Tenant)
		if err != nil {
			return err
		}
		owners[0] = t
	} else {
		all, err := s.store.Tenants(s.ctx)
		if err != nil {
			return err
		}
		owners = append(owners, all...)
	}
	switch {
	case c.Rerun:
		return c.rerun(s, a, owners)
	case c.Dismiss != "":
		return c.dismiss(s, a, owners[0])
	}
	return c.list(s, a, owners)
}

func (c *suspenseCommand) list(s *session, a *app.App, owners []tenant.Tenant) error {
	columns := append(text("Tenant", "Cause", "Detail"), counts("Records")...)
	columns = append(columns, table.Column{Name: "First", Kind: table.Day}, table.Column{Name: "Last", Kind: table.Day})
	t := table.Table{Name: "suspense", Title: "What waits, by cause", Columns: append(columns, text("Example", "What to do")...)}
	for i := range owners {
		groups, err := a.Suspense(s.ctx, owners[i].ID)
		if err != nil {
			return err
		}
		for _, g := range groups {
			t.Rows = append(t.Rows, table.Row{table.String(ownerName(&owners[i])), table.String(g.Cause), table.String(g.Detail),
				table.Number(g.Records), table.Date(g.First), table.Date(g.Last), table.String(g.Example), table.String(g.Advice)})
		}
	}
	if len(t.Rows) == 0 && c.people() {
		s.printf("Nothing waits.\n")
		return nil
	}
	if err := t.AddUp(); err != nil {
		return err
	}
	return c.write(s, t)
}

func (c *suspenseCommand) rerun(s *session, a *app.App, owners []tenant.Tenant) error {
	t := table.Table{Name: "rerun", Title: "Tried again", Columns: append(text("Tenant"), counts("Settled", "Still waiting")...)}
	for i := range owners {
		r, err := s.rerunSuspense(a, &owners[i])
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, table.Row{table.String(ownerName(&owners[i])), table.Number(r.Settled()), table.Number(r.Still)})
	}
	if len(t.Rows) > 1 {
		if err := t.AddUp(); err != nil {
			return err
		}
	}
	return c.write(s, t)
}

func (s *session) rerunSuspense(a *app.App, t *tenant.Tenant) (*app.Rerun, error) {
	p := s.progress("suspense of " + t.Name)
	defer p.done()
	return a.RerunSuspense(s.ctx, t.ID, auth.Program("command line").Did("suspense.rerun", ""), p.report)
}

func (c *suspenseCommand) dismiss(s *session, a *app.App, owner tenant.Tenant) error {
	cause, err := usage.ParseReason(c.Dismiss)
	if err == nil && c.Tenant == "" {
		err = fault.New(fault.Invalid, "say whose records: --tenant NAME")
	}
	if err != nil {
		return &usageError{err}
	}
	n, err := a.DismissSuspense(s.ctx, owner.ID, cause, auth.Program("command line").Did("suspense.dismiss", ""))
	if err != nil {
		return err
	}
	s.printf("%d records of %s that waited as %s are closed and do not count.\n", n, owner.Name, cause)
	return nil
}
