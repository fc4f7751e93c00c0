// Package report is the reports: what each is called, what can be asked of it,
// and how its tables are read from the books.
//
// It owns one file for each report (a declaration and what fills it), and what
// all of them share: the request and its checks, the names of users, teams and
// campaigns, and where figures come from (roll-ups, or raw charges for another
// time zone). It does not own the shape of a table (core/table), how one becomes
// CSV, XLSX or a page (format/sheet, web), or who may see it (core/access).
//
//	r, err := report.Find("billing")
//	result, err := r.Run(ctx, books, report.Request{Tenant: acme, Days: june, Teams: []string{"Sales"}})
package report

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/store"
)

// Report is one report's declaration. Menus, forms, commands and addresses are
// made of it.
type Report struct {
	Name       string // in commands, addresses and file names: "billing"
	Title      string
	About      string      // what it is for, in a sentence or two
	Parameters []Parameter // what can be asked of it, in the order of its form

	// fill reads the tables and notes of an answer; the rest of it stands.
	fill func(tx *store.Tx, q *question, r *Result) error
}

// reports are all there are. Only register, before main, changes it.
var reports []*Report

// register enters a report into the list; two of one name are a mistake in the
// program.
func register(r *Report) *Report {
	if slices.ContainsFunc(reports, func(o *Report) bool { return o.Name == r.Name }) {
		panic("report: two reports are named " + r.Name)
	}
	reports = append(reports, r)
	return r
}

// All lists the reports by name. The slice is the caller's own.
func All() []*Report {
	return slices.SortedFunc(slices.Values(reports), func(a, b *Report) int { return cmp.Compare(a.Name, b.Name) })
}

// Find is the report of that name; there being none is NotFound.
func Find(name string) (*Report, error) {
	var names []string
	for _, r := range All() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return nil, fault.New(fault.NotFound, "there is no report %q: there is %s", fault.Cut(name), strings.Join(names, ", "))
}

// Run answers a request from one consistent view of the books. All mistakes of
// the request come at once, as fault.Inputs.
func (r *Report) Run(ctx context.Context, s *store.Store, req Request) (*Result, error) {
	var res *Result
	err := s.View(ctx, req.Tenant.ID, func(tx *store.Tx) error {
		q, err := r.resolve(tx, req)
		if err != nil {
			return err
		}
		res = newResult(r, q, tx.Now)
		if err := r.fill(tx, q, res); err != nil {
			return err
		}
		return res.sort(req.Sort)
	})
	if err != nil {
		return nil, fault.Wrap("report "+r.Name, err)
	}
	return res, nil
}
