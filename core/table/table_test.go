package table_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

func Example() {
	t := table.Table{Title: "Calls", Columns: []table.Column{{Name: "Agent"}, {Name: "Total", Kind: table.Money, Total: true}}}
	t.Rows = append(t.Rows, table.Row{table.String("ana"), table.Amount(money.MustParse("0.25"))})
	t.Rows = append(t.Rows, table.Row{table.String("ben"), table.Amount(money.MustParse("1.5"))})
	err := t.AddUp()
	fmt.Println(t.Totals[0].S, money.Amount(t.Totals[1].N), err)
	// Output: Total 1.75 <nil>
}

// calls is a table whose last column numbers the rows.
func calls(rows ...table.Row) table.Table {
	t := table.Table{Title: "Calls", Columns: []table.Column{
		{Name: "Agent"}, {Name: "Calls", Kind: table.Count, Total: true}, {Name: "Cost", Kind: table.Money, Total: true},
		{Name: "Last", Kind: table.Instant}, {Name: "No", Kind: table.Count},
	}}
	for i, r := range rows {
		t.Rows = append(t.Rows, append(r, table.Number(int64(i))))
	}
	return t
}

func TestSortBy(t *testing.T) {
	none := table.Value{None: true}
	rows := func() table.Table {
		return calls(
			table.Row{table.String("ben"), table.Number(2), table.Amount(-5), table.At(30)},
			table.Row{table.String("ana"), table.Number(10), none, table.At(0)},
			table.Row{table.String("Zoë"), table.Number(2), table.Amount(9), table.At(10)},
			table.Row{table.String("ben"), table.Number(2), none, table.At(20)},
			table.Row{table.String(""), table.Number(-1), table.Amount(0), table.At(0)},
		)
	}
	for _, c := range []struct {
		by   string
		want []int64 // the rows' numbers
	}{
		{"Agent", []int64{4, 2, 1, 0, 3}},
		{"-agent", []int64{0, 3, 1, 2, 4}},
		{"calls", []int64{4, 0, 2, 3, 1}},
		{"-Calls", []int64{1, 0, 2, 3, 4}},
		{"cost", []int64{0, 4, 2, 1, 3}},
		{"-cost", []int64{2, 4, 0, 1, 3}},
		{"last", []int64{2, 3, 0, 1, 4}},
		{"-last", []int64{0, 3, 2, 1, 4}},
	} {
		table := rows()
		if err := table.SortBy(c.by); err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, r := range table.Rows {
			got = append(got, r[4].N)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("by %s the rows are %v, want %v", c.by, got, c.want)
		}
	}
	table := rows()
	if err := table.SortBy("-price"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "Agent, Calls, Cost, Last, No") {
		t.Errorf("by an unknown column: %v", err)
	}
}

func TestAddUp(t *testing.T) {
	none := table.Value{None: true}
	for _, c := range []struct {
		name  string
		table table.Table
		want  table.Row
	}{
		{"no rows", calls(), table.Row{table.String("Total"), table.Number(0), table.Amount(0), none, none}},
		{"rows", calls(
			table.Row{table.String("ana"), table.Number(2), table.Amount(7), table.At(5)},
			table.Row{table.String("ben"), table.Number(3), none, table.At(6)},
			table.Row{table.String("cy"), table.Number(-1), table.Amount(-9), table.At(7)},
		), table.Row{table.String("Total"), table.Number(4), table.Amount(-2), none, none}},
		{"first column a number", table.Table{Columns: []table.Column{{Name: "Day", Kind: table.Day}, {Name: "Calls", Kind: table.Count, Total: true}},
			Rows: []table.Row{{table.Date(20260601), table.Number(4)}}}, table.Row{none, table.Number(4)}},
		{"no columns", table.Table{}, table.Row{}},
	} {
		if err := c.table.AddUp(); err != nil || !slices.Equal(c.table.Totals, c.want) {
			t.Errorf("%s: totals are %v, %v; want %v", c.name, c.table.Totals, err, c.want)
		}
	}
	large := table.Row{table.String("x"), table.Number(1), table.Amount(math.MaxInt64), table.At(1)}
	over := calls(slices.Clone(large), slices.Clone(large))
	if err := over.AddUp(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "Cost") {
		t.Errorf("a total too large: %v", err)
	}
}

func TestFitDecimals(t *testing.T) {
	priced := func(currency money.Currency, amounts ...money.Amount) table.Table {
		t := table.Table{Currency: currency, Columns: []table.Column{{Name: "Rate", Kind: table.Rate}, {Name: "Cost", Kind: table.Money, Total: true}}}
		for _, a := range amounts {
			t.Rows = append(t.Rows, table.Row{table.PerMinute(1), table.Amount(a)})
		}
		return t
	}
	totalled := priced("USD")
	totalled.Totals = table.Row{{None: true}, table.Amount(7)}
	for _, c := range []struct {
		name   string
		tables []table.Table
		want   int
	}{
		{"none", nil, 0},
		{"empty", []table.Table{priced("USD")}, 4},
		{"whole amounts", []table.Table{priced("JPY", money.Unit)}, 4},
		{"the most of all tables", []table.Table{priced("USD", money.Unit, 10), priced("USD", 100)}, 5},
		{"all six", []table.Table{priced("USD", -1)}, 6},
		{"a total alone", []table.Table{totalled}, 6},
		{"a currency of four", []table.Table{priced("CLF", 0)}, 4},
	} {
		table.FitDecimals(c.tables)
		for _, one := range c.tables {
			if one.Decimals != c.want {
				t.Errorf("%s: %d decimals, want %d", c.name, one.Decimals, c.want)
			}
		}
	}
}

func TestKind(t *testing.T) {
	for k, want := range map[table.Kind]string{
		table.Text: "text", table.Count: "count", table.Seconds: "seconds", table.Money: "money", table.Rate: "rate",
		table.Day: "day", table.Instant: "instant", table.Percent: "percent",
	} {
		if k.String() != want || k.Numeric() != (k != table.Text) {
			t.Errorf("kind %d is %q, numeric: %v", k, k, k.Numeric())
		}
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want table.Value
	}{
		{"a day", table.Date(20260601), table.Value{N: 20260601}},
		{"no day", table.Date(0), table.Value{None: true}},
		{"an instant", table.At(when.Second), table.Value{N: 1_000_000}},
		{"no instant", table.At(0), table.Value{None: true}},
		{"nothing owed", table.Amount(0), table.Value{}},
		{"free", table.PerMinute(0), table.Value{}},
	} {
		if c.got != c.want {
			t.Errorf("%s is %+v, want %+v", c.name, c.got, c.want)
		}
	}
}
