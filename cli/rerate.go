package cli

import (
	"fmt"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// rerateCommand rates calls again.
type rerateCommand struct {
	Tenant string `required:"" placeholder:"NAME" help:"Whose calls, by name or id."`
	period
	Post bool `help:"Post the differences to the books. Without it they are only shown."`
	output
}

// Help is the long help.
func (rerateCommand) Help() string {
	return "Calls that started on the days are rated with the prices of now. Nothing stored is written over: " +
		"a charge gets a new revision and the books get the difference. Doing it twice changes nothing. What is posted is told in the activity."
}

func (c *rerateCommand) Run(s *session) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	p := s.progress("rerate " + t.Name)
	r, err := a.Rerate(s.ctx, app.Rerate{Tenant: t.ID, Days: days, Post: c.Post, Did: auth.Program("command line").Did("rerate.start", "")}, p.report)
	p.done()
	if err != nil {
		if r != nil && s.ctx.Err() != nil && c.Post {
			return fault.New(fault.Busy, "stopped after %s calls, whose differences are posted; the same command again does the rest", grouped(r.Calls))
		}
		return err
	}
	return c.print(s, &t, r)
}

func (c *rerateCommand) print(s *session, t *tenant.Tenant, r *app.Rerated) error {
	codes := map[tenant.CampaignID]string{}
	if err := s.store.View(s.ctx, t.ID, func(tx *store.Tx) error {
		all, err := tx.Campaigns()
		for _, c := range all {
			codes[c.ID] = c.Code
		}
		return err
	}); err != nil {
		return err
	}
	title := "Differences, not posted"
	if r.Posted {
		title = "Differences, posted"
	}
	lines := table.Table{Name: "differences", Title: title, Currency: r.Currency,
		Columns: append(append(text("Month", "Campaign"), counts("Calls changed")...), amounts("Old", "New", "Difference")...)}
	for _, l := range r.Lines {
		lines.Rows = append(lines.Rows, table.Row{table.String(fmt.Sprintf("%04d-%02d", l.Period/100, l.Period%100)), table.String(codes[l.Campaign]),
			table.Number(l.Changed), table.Amount(l.Old), table.Amount(l.New), table.Amount(difference(l.New, l.Old))})
	}
	if err := lines.AddUp(); err != nil {
		return err
	}
	ts := []table.Table{lines}
	table.FitDecimals(ts)
	if !c.people() {
		return c.write(s, ts...)
	}
	s.printf("%s calls rated again, %s of them differ.\n", grouped(r.Calls), grouped(r.Changed))
	if r.Changed == 0 {
		return nil
	}
	s.printf("\n")
	if err := c.write(s, ts...); err != nil {
		return err
	}
	if !r.Posted {
		s.printf("\nNothing was changed. The same command with --post posts the differences.\n")
	}
	return nil
}

// difference is what posting adds; app has checked the sums of both.
func difference(now, before money.Amount) money.Amount { return now - before }

// period is the flags of a range of days.
type period struct {
	From string `placeholder:"DAY" help:"First day, such as 2026-06-01."`
	To   string `placeholder:"DAY" help:"Last day, included."`
}

// days are the days of the flags; zero where neither is given.
func (p *period) days() (when.Days, error) {
	if p.From == "" && p.To == "" {
		return when.Days{}, nil
	}
	days, err := when.ParseDays(p.From, p.To)
	if err != nil {
		return days, &usageError{fault.New(fault.Invalid, "--from and --to are the first and the last day, both included: %w", err)}
	}
	return days, nil
}
