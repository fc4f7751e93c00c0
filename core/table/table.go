// Package table is what every report, listing and export is made of: columns
// of a kind, rows of values, and totals.
//
// It owns the shape only. It does not own where figures come from (report),
// nor how a table becomes CSV, JSON or a page (format/sheet, cli, web).
//
//	t := table.Table{Title: "Calls", Columns: []table.Column{{Name: "Agent"}, {Name: "Total", Kind: table.Money}}}
//	t.Rows = append(t.Rows, table.Row{table.String("ana"), table.Amount(a)})
package table

import (
	"cmp"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// Kind is what the values of a column are. The zero Kind is Text.
type Kind uint8

// The kinds, with the unit in which Value.N counts.
const (
	Text    Kind = iota // Value.S
	Count               // a number of things
	Seconds             // a length in seconds
	Money               // money.Amount, micros
	Rate                // money.Rate, nanos
	Day                 // when.Day
	Instant             // when.Instant
	Percent             // hundredths of a percent
)

var kindNames = [...]string{"text", "count", "seconds", "money", "rate", "day", "instant", "percent"}

// String is the kind's name.
func (k Kind) String() string { return kindNames[k] }

// Numeric tells whether values are aligned right and ordered as numbers.
func (k Kind) Numeric() bool { return k != Text }

// Column is one column's heading, kind, and whether it has a total.
type Column struct {
	Name  string
	Kind  Kind
	Total bool
}

// Value is one cell: text in S or a number in N, by its column's kind. None
// marks a cell without a value (an average of nothing), which is not zero.
type Value struct {
	S    string
	N    int64
	None bool
}

// The makers of values, one a kind.

// String is a cell of kind Text.
func String(s string) Value { return Value{S: s} }

// Number is a cell of kind Count, Seconds or Percent.
func Number(n int64) Value { return Value{N: n} }

// Amount is a cell of kind Money.
func Amount(a money.Amount) Value { return Value{N: int64(a)} }

// PerMinute is a cell of kind Rate.
func PerMinute(r money.Rate) Value { return Value{N: int64(r)} }

// Date is a cell of kind Day.
func Date(d when.Day) Value { return Value{N: int64(d), None: d == 0} }

// At is a cell of kind Instant.
func At(i when.Instant) Value { return Value{N: int64(i), None: i == 0} }

// Row is a value for each column.
type Row []Value

// Table is a titled set of rows. Decimals is how many decimals each amount in
// it is shown with (more where it needs them); Notes are printed below it.
type Table struct {
	Name     string // short, for options and file names: "manual"
	Title    string
	Columns  []Column
	Rows     []Row
	Totals   Row // one value a column, None where a column has no total; nil for a table without
	Currency money.Currency
	Zone     *when.Zone // in which instants are shown; nil is UTC
	Decimals int
	Notes    []string
}

// SortBy orders the rows by the named column, stably; a leading "-" in name
// turns the order round. Text goes by code point; cells without a value come
// last either way.
func (t *Table) SortBy(name string) error {
	name, down := strings.CutPrefix(name, "-")
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		names := make([]string, len(t.Columns))
		for k, c := range t.Columns {
			names[k] = c.Name
		}
		return fault.New(fault.NotFound, "table %q has no column %q to sort by: it has %s", t.Title, name, strings.Join(names, ", "))
	}
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		if a[i].None || b[i].None {
			return cmp.Compare(truth(a[i].None), truth(b[i].None))
		}
		c := cmp.Or(cmp.Compare(a[i].N, b[i].N), strings.Compare(a[i].S, b[i].S))
		if down {
			return -c
		}
		return c
	})
	return nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AddUp fills Totals from the rows, for the columns that have one, and calls
// the first column's total "Total" where that column is text. Cells without a
// value add nothing; a total too large to be held is an error.
func (t *Table) AddUp() error {
	t.Totals = make(Row, len(t.Columns))
	for i, c := range t.Columns {
		if !c.Total {
			t.Totals[i].None = true
			continue
		}
		var sum money.Amount
		for _, r := range t.Rows {
			if r[i].None {
				continue
			}
			var err error
			if sum, err = sum.Add(money.Amount(r[i].N)); err != nil {
				return fault.Wrap("total of "+c.Name, err)
			}
		}
		t.Totals[i].N = int64(sum)
	}
	if len(t.Columns) > 0 && t.Columns[0].Kind == Text {
		t.Totals[0] = String("Total")
	}
	return nil
}

// FitDecimals sets Decimals of all tables to the most that any amount in them
// needs, at least four and at least the currency's own.
func FitDecimals(ts []Table) {
	most := 4
	for _, t := range ts {
		most = max(most, t.Currency.Digits())
		for i, c := range t.Columns {
			if c.Kind != Money {
				continue
			}
			for _, r := range t.Rows {
				most = max(most, money.Amount(r[i].N).Decimals())
			}
			if t.Totals != nil {
				most = max(most, money.Amount(t.Totals[i].N).Decimals())
			}
		}
	}
	for i := range ts {
		ts[i].Decimals = most
	}
}
