package cli

import (
	"fmt"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

type tenantCommands struct {
	Add     tenantAdd     `cmd:"" help:"Add a tenant; the books are made where there are none."`
	List    tenantList    `cmd:"" help:"List the tenants."`
	Show    tenantShow    `cmd:"" help:"Show one tenant: terms, what was set up, what was imported."`
	Set     tenantSet     `cmd:"" help:"Change a tenant; zone, currency and cut-off only while it has no charges."`
	Billing tenantBilling `cmd:"" help:"Switch billing on or off, for a tenant or for all."`
	Close   tenantClose   `cmd:"" help:"Close billing through a day: what comes later for it is billed in the open period."`
}

// tenantTerms are the flags of what a tenant is.
type tenantTerms struct {
	Currency *string `placeholder:"USD" help:"Currency of the account, three letters."`
	Zone     *string `placeholder:"ZONE" help:"Time zone of its billing days, such as Europe/London."`
	Country  *string `placeholder:"GB" help:"Home of its dial plan: how numbers are dialled there. Without it numbers must be international."`
	Cutoff   *string `placeholder:"HH:MM" help:"How long after midnight a billing day begins."`
}

// apply puts the flags into t; all mistakes come at once.
func (f *tenantTerms) apply(t *tenant.Tenant) error {
	var wrong fault.Inputs
	read := func(flag string, value *string, set func(string) error) {
		if value == nil {
			return
		}
		if err := set(*value); err != nil {
			wrong = append(wrong, fault.Input{Field: "--" + flag, Value: fault.Cut(*value), Reason: err.Error()})
		}
	}
	read("currency", f.Currency, func(v string) (err error) { t.Currency, err = money.ParseCurrency(v); return err })
	read("zone", f.Zone, func(v string) error { _, err := when.LoadZone(v); t.Zone = v; return err })
	read("country", f.Country, func(v string) error { return t.Country.UnmarshalText([]byte(v)) })
	read("cutoff", f.Cutoff, func(v string) error {
		minutes, err := when.ParseClock(v)
		t.Cutoff = when.Instant(minutes) * when.Minute
		return err
	})
	if len(wrong) > 0 {
		return &usageError{wrong}
	}
	return nil
}

// tenantAdd adds a tenant.
type tenantAdd struct {
	Name string `arg:"" help:"Its name, unique."`
	tenantTerms
}

func (c *tenantAdd) Run(s *session) error {
	t := tenant.Tenant{Name: c.Name}
	if c.Currency == nil || c.tenantTerms.Zone == nil {
		return &usageError{fault.New(fault.Invalid, "a tenant needs a currency and a time zone: --currency USD --zone Europe/London")}
	}
	if err := c.apply(&t); err != nil {
		return err
	}
	if err := t.Check(); err != nil {
		return err
	}
	a, err := s.newBooks()
	if err != nil {
		return err
	}
	t, err = a.AddTenant(s.ctx, app.PutTenant{Tenant: t, Did: auth.Program("command line").Did("tenant.add", "")})
	if err != nil {
		return err
	}
	s.printf("tenant %d added: %s, %s, days of %s%s\n", t.ID, t.Name, t.Currency, t.Zone, homeOf(t.Country))
	return nil
}

func homeOf(c phone.Country) string {
	if c == 0 {
		return ", numbers as international ones"
	}
	return ", numbers as dialled in " + c.Name()
}

// tenantList lists the tenants.
type tenantList struct{ output }

func (c *tenantList) Run(s *session) error {
	if _, err := s.books(); err != nil {
		return err
	}
	all, err := s.store.Tenants(s.ctx)
	if err != nil {
		return err
	}
	return c.write(s, tenantTable(all))
}

func tenantTable(all []tenant.Tenant) table.Table {
	t := table.Table{Name: "tenants", Title: "Tenants", Columns: text("Id", "Name", "Currency", "Zone", "Country", "Day begins")}
	for i := range all {
		n := &all[i]
		t.Rows = append(t.Rows, table.Row{table.String(fmt.Sprint(n.ID)), table.String(n.Name), table.String(string(n.Currency)),
			table.String(n.Zone), table.String(n.Country.String()), table.String(when.FormatClock(int(n.Cutoff / when.Minute)))})
	}
	return t
}

// tenantShow shows one tenant.
type tenantShow struct {
	Name string `arg:"" help:"Name or id."`
	output
}

func (c *tenantShow) Run(s *session) error {
	_, t, err := s.booksOf(c.Name)
	if err != nil {
		return err
	}
	has := table.Table{Name: "holdings", Title: "What was set up", Columns: append(text("What"), counts("Number")...)}
	runs := table.Table{Name: "imports", Title: "Imports, newest first", Columns: append(text("File", "Source", "Format", "State"), tallyColumns()...)}
	err = s.store.View(s.ctx, t.ID, func(tx *store.Tx) error {
		for _, kind := range holdings {
			n, err := kind.count(tx)
			if err != nil {
				return err
			}
			has.Rows = append(has.Rows, table.Row{table.String(kind.name), table.Number(int64(n))})
		}
		rs, err := tx.Runs()
		for i := range rs {
			state := "finished"
			if rs[i].Finished == 0 {
				state = "not finished"
			}
			row := table.Row{table.String(rs[i].File), table.String(rs[i].Source), table.String(rs[i].Format), table.String(state)}
			runs.Rows = append(runs.Rows, append(row, tallyCells(&rs[i].Tally)...))
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := runs.AddUp(); err != nil {
		return err
	}
	return c.write(s, tenantTable([]tenant.Tenant{t}), has, runs)
}

// holdings are what a tenant can have, and how it is counted.
var holdings = []struct {
	name  string
	count func(*store.Tx) (int, error)
}{
	{"Users", func(tx *store.Tx) (int, error) { us, err := tx.Users(); return len(us), err }},
	{"Teams", func(tx *store.Tx) (int, error) { ts, err := tx.Teams(); return len(ts), err }},
	{"Campaigns", func(tx *store.Tx) (int, error) { cs, err := tx.Campaigns(); return len(cs), err }},
	{"Billing units", func(tx *store.Tx) (int, error) { us, err := tx.Units(); return len(us), err }},
	{"Numbers", func(tx *store.Tx) (int, error) { ns, err := tx.Numbers(); return len(ns), err }},
	{"Rate cards (with the system's)", func(tx *store.Tx) (int, error) { cs, err := tx.Cards(); return len(cs), err }},
	{"Assignments (with the system's)", func(tx *store.Tx) (int, error) { as, err := tx.Assignments(); return len(as), err }},
}

// tenantSet changes a tenant.
type tenantSet struct {
	Tenant string  `arg:"" name:"name" help:"Name or id."`
	Rename *string `placeholder:"NAME" help:"Another name."`
	tenantTerms
}

func (c *tenantSet) Run(s *session) error {
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	if c.Rename != nil {
		t.Name = *c.Rename
	}
	if err := c.apply(&t); err != nil {
		return err
	}
	if err := a.SetTenant(s.ctx, &t); err != nil {
		return err
	}
	s.printf("tenant %d is now %s, %s, days of %s%s\n", t.ID, t.Name, t.Currency, t.Zone, homeOf(t.Country))
	return nil
}
