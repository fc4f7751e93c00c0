package sheet_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

var update = flag.Bool("update", false, "write the goldens anew")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

func zone(t testing.TB, name string) *when.Zone {
	t.Helper()
	z, err := when.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// kinds is a table with every kind of column and the awkward values of each.
func kinds(t testing.TB) table.Table {
	at := when.MustParse("2026-07-01T09:30:00.25Z")
	return table.Table{
		Name: "kinds", Title: "Every kind", Currency: "USD", Decimals: 4, Zone: zone(t, "Asia/Kathmandu"),
		Columns: []table.Column{
			{Name: "Agent"}, {Name: "Calls", Kind: table.Count, Total: true}, {Name: "Length", Kind: table.Seconds},
			{Name: "Total", Kind: table.Money, Total: true}, {Name: "Per minute", Kind: table.Rate},
			{Name: "Day", Kind: table.Day}, {Name: "Start", Kind: table.Instant}, {Name: "Share", Kind: table.Percent},
		},
		Rows: []table.Row{
			{table.String("Ana \"Bo\", the 1st"), table.Number(3), table.Number(754), table.Amount(money.MustParse("12.5")),
				table.PerMinute(money.MustParseRate("0.0119")), table.Date(20260701), table.At(at), table.Number(1250)},
			{table.String("=HYPERLINK(\"http://x\")"), table.Number(-1), table.Number(0), table.Amount(money.MustParse("-0.000001")),
				table.PerMinute(money.MustParseRate("0.123456789")), table.Date(0), table.At(0), table.Number(-5)},
			{table.String("李小龙 👩‍💻"), table.Number(0), {None: true}, {None: true}, {None: true}, table.Date(20240229), table.At(at + when.Second/4*3), {None: true}},
			{table.String("דנה כהן"), table.Number(0), {None: true}, {None: true}, {None: true}, {None: true}, {None: true}, table.Number(10000)},
			{table.String(""), {None: true}, {None: true}, {None: true}, {None: true}, {None: true}, {None: true}, {None: true}},
		},
		Totals: table.Row{table.String("Total"), table.Number(2), {None: true}, table.Amount(money.MustParse("12.499999")), {None: true}, {None: true}, {None: true}, {None: true}},
		Notes:  []string{"Not an invoice.", "Charges of 2 calls could not be attributed to anybody: they are in the table by campaign."},
	}
}

func two(t testing.TB) []table.Table {
	return []table.Table{kinds(t), {
		Name: "amd", Title: "Answering Machine Detection", Currency: "USD",
		Columns: []table.Column{{Name: "Agent"}, {Name: "Total", Kind: table.Money}},
		Notes:   []string{"No calls in the period."},
	}}
}
