package cli

import (
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/report"
)

// reportCommand prints a report.
type reportCommand struct {
	Name   string `arg:"" help:"The report; list names them all."`
	Tenant string `placeholder:"NAME" help:"Whose, by name or id."`
	period
	Zone      string   `placeholder:"ZONE" help:"Time zone of the days; without it the account's."`
	Countries []string `placeholder:"GB,US" help:"Countries, each a column."`
	Teams     []string `placeholder:"A,B" help:"Only these teams."`
	Users     []string `placeholder:"a,b" help:"Only these users."`
	Table     []string `placeholder:"NAME" help:"Only these tables of the report, by their short names."`
	Sort      string   `placeholder:"COL" help:"Order by a column; -COL the other way round."`
	output
}

func (c *reportCommand) Run(s *session) error {
	if c.Name == "list" {
		return c.list(s)
	}
	r, err := report.Find(c.Name)
	if err != nil {
		return err
	}
	days, err := c.days()
	if err != nil {
		return err
	}
	if c.Tenant == "" {
		return &usageError{fault.New(fault.Invalid, "say whose report: --tenant NAME")}
	}
	_, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	result, err := r.Run(s.ctx, s.store, report.Request{
		Tenant: t, Days: days, Zone: c.Zone, Users: c.Users, Teams: c.Teams, Countries: c.Countries, Sort: c.Sort,
	})
	if err != nil {
		return &usageError{err} // what a report refuses are the flags it was asked with
	}
	tables, err := chosen(result.Tables, c.Table)
	if err != nil {
		return err
	}
	return c.print(s, result, tables)
}

// list prints which reports there are.
func (c *reportCommand) list(s *session) error {
	t := table.Table{Name: "reports", Title: "Reports", Columns: text("Name", "Title", "What it is for")}
	for _, r := range report.All() {
		t.Rows = append(t.Rows, table.Row{table.String(r.Name), table.String(r.Title), table.String(r.About)})
	}
	return c.write(s, t)
}

// chosen are the tables of those names; none named means all.
func chosen(all []table.Table, names []string) (ts []table.Table, err error) {
	if len(names) == 0 {
		return all, nil
	}
	var there []string
	for i := range all {
		there = append(there, all[i].Name)
		if slices.Contains(names, all[i].Name) {
			ts = append(ts, all[i])
		}
	}
	for _, n := range names {
		if !slices.Contains(there, n) {
			return nil, &usageError{fault.New(fault.Invalid, "the report has no table %q; it has %s", fault.Cut(n), strings.Join(there, ", "))}
		}
	}
	return ts, nil
}

// print prints a report: for people with all that stands above and below it,
// for programs the tables alone.
func (c *reportCommand) print(s *session, r *report.Result, ts []table.Table) error {
	if !c.people() {
		return c.write(s, ts...)
	}
	s.printf("%s of %s, %s to %s (%s), %s\n", r.Title, r.Tenant, r.Days.From, r.Days.To, r.Zone.Name(), r.Currency)
	for _, f := range r.Filters {
		s.printf("%s\n", f)
	}
	s.printf("\n")
	if r.Empty != "" {
		s.printf("%s\n", r.Empty)
	} else if err := c.write(s, ts...); err != nil {
		return err
	}
	for _, n := range r.Notes {
		s.printf("\n%s\n", n)
	}
	s.printf("\nThe books as of %s.\n", r.DataAt.In(r.Zone))
	return nil
}
