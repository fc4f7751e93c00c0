package report

import (
	"fmt"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

// Result is an answer: the tables, and what is printed above and below them.
type Result struct {
	Report   string // its name
	Title    string
	Tenant   string
	Tables   []table.Table // each with its own notes
	Shares   []Share       // for charts; none where the report draws none
	Zone     *when.Zone    // of Days
	Days     when.Days
	Filters  []Filter // what was asked for beside the period
	Currency money.Currency
	DataAt   when.Instant // the books as they were then
	Notes    []string     // printed below all tables
	Empty    string       // why no table has a row; empty where one has
}

// Filter is what a parameter was narrowed to.
type Filter struct {
	Parameter Parameter
	Values    []string
}

// String is "teams: Sales, Support".
func (f Filter) String() string { return f.Parameter.String() + ": " + strings.Join(f.Values, ", ") }

// newResult is the frame of an answer to q, for fill to fill.
func newResult(r *Report, q *question, now when.Instant) *Result {
	res := &Result{
		Report: r.Name, Title: r.Title, Tenant: q.tenant.Name, Zone: q.zone, Days: q.days, Currency: q.tenant.Currency, DataAt: now,
	}
	for _, f := range q.filters() {
		if len(f.Values) > 0 {
			res.Filters = append(res.Filters, f)
		}
	}
	return res
}

// filters is what q narrows, in words.
func (q *question) filters() []Filter {
	users, teams, countries := Filter{Parameter: Users}, Filter{Parameter: Teams}, Filter{Parameter: Countries}
	for _, u := range q.roster.listed {
		if q.picked.users[u.ID] {
			users.Values = append(users.Values, q.roster.users[u.ID])
		}
	}
	for _, t := range q.roster.teams {
		if q.picked.teams[t.ID] {
			teams.Values = append(teams.Values, t.Name)
		}
	}
	for _, c := range q.countries {
		countries.Values = append(countries.Values, c.String())
	}
	return []Filter{users, teams, countries}
}

// note adds a line below the tables.
func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// sort orders the rows of every table that has the column.
func (r *Result) sort(column string) error {
	if column == "" {
		return nil
	}
	var names []string
	sorted := false
	for i := range r.Tables {
		if r.Tables[i].SortBy(column) == nil { // its only error is that there is no such column
			sorted = true
		}
		for _, c := range r.Tables[i].Columns {
			names = append(names, c.Name)
		}
	}
	if sorted {
		return nil
	}
	return fault.Inputs{{Field: "sort", Value: fault.Cut(column), Reason: "no table of the report has this column",
		Advice: "there is " + strings.Join(distinct(names), ", ")}}
}

// distinct leaves out what came before.
func distinct(names []string) (out []string) {
	seen := map[string]bool{}
	for _, n := range names {
		if !seen[n] {
			out = append(out, n)
		}
		seen[n] = true
	}
	return out
}

// fitDecimals gives all amounts of the report the same number of decimals,
// those of its notes too, and returns it.
func (r *Result) fitDecimals(noted ...money.Amount) int {
	table.FitDecimals(r.Tables)
	most := 0
	for i := range r.Tables {
		most = max(most, r.Tables[i].Decimals)
	}
	for _, a := range noted {
		most = max(most, a.Decimals())
	}
	for i := range r.Tables {
		r.Tables[i].Decimals = most
	}
	return most
}
