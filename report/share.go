package report

import (
	"cmp"
	"slices"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
)

// Share is how the totals of an answer's tables divide over something, for a
// chart beside them. It adds up to what the tables add up to; it is no table of
// its own, and in no export.
type Share struct {
	Name   string   // short: "country"
	Title  string   // "Spend by country"
	Series []string // the titles of the tables that it divides
	Parts  []Part   // dearest first
}

// Part is one of what a share divides over.
type Part struct {
	Name    string
	Country phone.Country  // of a share over countries; else zero
	Amounts []money.Amount // one a series
	Total   money.Amount   // their sum
}

// share orders parts, leaves out those without any amount, and adds each up.
func (r *Result) share(name, title string, parts []Part) (err error) {
	s := Share{Name: name, Title: title}
	for i := range r.Tables {
		s.Series = append(s.Series, r.Tables[i].Title)
	}
	for _, p := range parts {
		if !slices.ContainsFunc(p.Amounts, func(a money.Amount) bool { return a != 0 }) {
			continue
		}
		if p.Total, err = money.Sum(p.Amounts...); err != nil {
			return err
		}
		s.Parts = append(s.Parts, p)
	}
	slices.SortFunc(s.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), strings.Compare(a.Name, b.Name))
	})
	r.Shares = append(r.Shares, s)
	return nil
}
