package sheet_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/format/sheet"
)

// document is what WriteJSON promises, for reading it back.
type document struct {
	Tables []struct {
		Name, Title, Currency, Zone string
		Columns                     []struct{ Name, Kind string }
		Rows                        [][]any
		Totals                      []any
		Notes                       []string
	}
}

func TestJSONGolden(t *testing.T) {
	var b bytes.Buffer
	if err := sheet.WriteJSON(&b, two(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "two.json", b.Bytes())
	var none bytes.Buffer
	if err := sheet.WriteJSON(&none, nil); err != nil || !json.Valid(none.Bytes()) {
		t.Errorf("%s %v", none.Bytes(), err)
	}
	bad := table.Table{Columns: []table.Column{{Name: "a"}}, Rows: []table.Row{{}}}
	if err := sheet.WriteJSON(&none, []table.Table{bad}); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a short row gives %v", err)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		n := rapid.Int64Range(-1<<53, 1<<53).Draw(t, "n")
		tab := table.Table{
			Name: s, Title: s, Notes: []string{s, s}, Columns: []table.Column{{Name: s}, {Name: "n", Kind: table.Count}, {Name: "p", Kind: table.Percent}},
			Rows: []table.Row{{table.String(s), table.Number(n), {None: true}}}, Totals: table.Row{{None: true}, table.Number(n), table.Number(-7)},
		}
		var b bytes.Buffer
		if err := sheet.WriteJSON(&b, []table.Table{tab, tab}); err != nil {
			t.Fatal(err)
		}
		var d document
		if err := json.Unmarshal(b.Bytes(), &d); err != nil {
			t.Fatalf("%v in %s", err, b.Bytes())
		}
		got := d.Tables[1]
		if got.Name != s || got.Title != s || got.Notes[1] != s || got.Columns[0].Name != s || got.Columns[2].Kind != "percent" || got.Zone != "UTC" {
			t.Fatalf("%+v", got)
		}
		if r := got.Rows[0]; r[0] != s || r[1] != float64(n) || r[2] != nil {
			t.Fatalf("row %v", r)
		}
		if r := got.Totals; r[0] != nil || r[2] != "-0.07" {
			t.Fatalf("totals %v", r)
		}
	})
}
