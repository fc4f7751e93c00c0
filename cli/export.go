package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// exportCommand writes calls with their charges.
type exportCommand struct {
	File   string   `arg:"" default:"-" help:"CSV file to make; - is the standard output. A file that exists is never written over."`
	Tenant string   `required:"" placeholder:"NAME" help:"Whose calls, by name or id."`
	From   string   `placeholder:"DAY" help:"First day (UTC) of the calls' starts, such as 2026-06-01."`
	To     string   `placeholder:"DAY" help:"Last day, included."`
	Format string   `enum:"csv,jsonl" default:"csv" help:"csv, or jsonl: an object a line."`
	Column []string `placeholder:"NAME" help:"Columns to write, in this order; without it the usual 27. Also total, bundle_s, discount, recording_s, conversation, card and late."`
	Only   []string `sep:"none" placeholder:"NAME=VALUE" help:"Only calls that fit, by the filters of the Calls page: agent, team, campaign, country, kind, direction, status, reason, disposition, number, amount_from, amount_to, length_from, length_to, time_from, time_to."`
}

// Help is the long help.
func (exportCommand) Help() string {
	return "Writes a line for each call with its newest charge. Memory does not grow with the number of calls."
}

func (c *exportCommand) Run(s *session) (err error) {
	days, err := (&period{c.From, c.To}).days()
	if err != nil {
		return err
	}
	if days == (when.Days{}) {
		days = store.AllDays
	}
	format, err := app.ParseExportFormat(c.Format)
	if err != nil {
		return err
	}
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	o := app.ExportCalls{Tenant: t, Order: app.AsKept, Columns: c.Column, Format: format}
	if o.CallFilter, err = c.filter(s, a, &t); err != nil {
		return err
	}
	o.Days, o.Zone = days, when.UTC
	var w io.Writer = s.out
	if c.File != "-" {
		f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if errors.Is(err, fs.ErrExist) {
			return fault.New(fault.Conflict, "%s is there already: name another file", c.File)
		} else if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	p := s.progress("export " + filepath.Base(c.File))
	rows, err := a.ExportCalls(s.ctx, o, w, p.report)
	p.done()
	if err == nil && c.File != "-" {
		s.printf("%s calls of %s are in %s\n", grouped(rows), t.Name, c.File)
	}
	return err
}

// filter reads what --only asks.
func (c *exportCommand) filter(s *session, a *app.App, t *tenant.Tenant) (app.CallFilter, error) {
	q, known := map[string][]string{}, app.CallParameters()
	var wrong fault.Inputs
	for _, only := range c.Only {
		name, value, both := strings.Cut(only, "=")
		if !both || !slices.Contains(known, name) {
			wrong = append(wrong, fault.Input{Field: "only", Value: fault.Cut(only), Reason: "not a filter of calls", Advice: "write NAME=VALUE, with a name of " + strings.Join(known, ", ")})
		}
		q[name] = append(q[name], value)
	}
	var names app.CallNames
	if err := a.Store().View(s.ctx, t.ID, names.Load); err != nil {
		return app.CallFilter{}, err
	}
	f, mistakes := names.ReadFilter(q)
	return f, append(wrong, mistakes...).Err()
}
