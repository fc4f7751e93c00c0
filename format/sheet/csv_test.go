package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
	"tollkeeper/format/sheet"
)

func TestCSVGolden(t *testing.T) {
	var one, several bytes.Buffer
	if err := sheet.WriteCSV(&one, []table.Table{kinds(t)}); err != nil {
		t.Fatal(err)
	}
	golden(t, "one.csv", one.Bytes())
	if err := sheet.WriteCSV(&several, two(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "two.csv", several.Bytes())
}

// spelt is the slow twin of the writer's cells, through the String methods.
func spelt(k table.Kind, v table.Value, z *when.Zone, decimals int) string {
	switch {
	case v.None:
		return ""
	case k == table.Text:
		if v.S != "" && strings.ContainsAny(v.S[:1], "=+-@\t\r\n") {
			return "'" + v.S
		}
		return v.S
	case k == table.Money:
		return money.Amount(v.N).Format(decimals)
	case k == table.Rate:
		return string(money.Rate(v.N).Append(nil, decimals))
	case k == table.Day:
		return when.Day(v.N).String()
	case k == table.Instant:
		return when.Instant(v.N).In(z)
	case k == table.Percent:
		return string(money.Amount(v.N*10_000).Append(nil, 2))
	}
	return strconv.FormatInt(v.N, 10)
}

func genCell(t *rapid.T, k table.Kind) table.Value {
	if rapid.IntRange(0, 9).Draw(t, "none") == 0 {
		return table.Value{None: true}
	}
	switch k {
	case table.Text:
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab,\"'= +-@\n\té李;"))).Draw(t, "text")
		return table.String(s)
	case table.Day:
		return table.Date(when.DayOfOrdinal(rapid.Int32Range(0, 2_000_000).Draw(t, "day")))
	case table.Instant:
		end := int64(when.MustParse("2099-12-31T00:00:00Z"))
		n := rapid.Int64Range(int64(3*365*when.DayLength), end).Draw(t, "instant")
		if rapid.Bool().Draw(t, "whole") {
			n -= n % int64(when.Second)
		}
		return table.Value{N: n}
	case table.Percent:
		return table.Number(rapid.Int64Range(-1e12, 1e12).Draw(t, "percent"))
	}
	return table.Number(rapid.Int64().Draw(t, "number"))
}

// What is written is read back by encoding/csv as the cells' plain spelling.
func TestCSVRoundTrip(t *testing.T) {
	zones := []*when.Zone{when.UTC, zone(t, "Europe/London"), zone(t, "America/St_Johns"), zone(t, "Pacific/Kiritimati"), zone(t, "Pacific/Pago_Pago")}
	rapid.Check(t, func(t *rapid.T) {
		tab := table.Table{Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Decimals: rapid.IntRange(0, 6).Draw(t, "decimals")}
		for _, k := range rapid.SliceOfN(rapid.IntRange(0, int(table.Percent)), 1, 8).Draw(t, "kinds") {
			tab.Columns = append(tab.Columns, table.Column{Name: strconv.Itoa(len(tab.Columns)), Kind: table.Kind(k)})
		}
		var want [][]string
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			var row table.Row
			var line []string
			for _, c := range tab.Columns {
				v := genCell(t, c.Kind)
				row, line = append(row, v), append(line, spelt(c.Kind, v, tab.Zone, tab.Decimals))
			}
			tab.Rows, want = append(tab.Rows, row), append(want, line)
		}
		var b bytes.Buffer
		if err := sheet.WriteCSV(&b, []table.Table{tab}); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got[1:], want, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatalf("got %q, want %q", got[1:], want)
		}
	})
}

// Text is neutralised, figures are not.
func TestCSVFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+44": "'+44", "-": "'-", "@SUM": "'@SUM", "\t=1": "'\t=1", "a=1": "a=1", "'=1": "'=1",
		"\r=1": "\"'\r=1\"", "=a,b": "\"'=a,b\"", "＝1": "'＝1", "": "\"\"", " x": "\" x\"", "\xff": "\uFFFD", "=\xff": "'=\uFFFD",
	} {
		tab := table.Table{Columns: []table.Column{{Name: "c"}}, Rows: []table.Row{{table.String(text)}}}
		var b strings.Builder
		if err := sheet.WriteCSV(&b, []table.Table{tab}); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(strings.TrimPrefix(b.String(), "c\n"), "\n"); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func FuzzCSVText(f *testing.F) {
	for _, s := range []string{"", "=1", "'=1", "a,b", "\"", "\r\n=", "＠x", "\xef\xbc", " ", "-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		tab := table.Table{Columns: []table.Column{{Name: "a"}, {Name: "b"}}, Rows: []table.Row{{table.String(s), table.String("x")}}}
		if err := sheet.WriteCSV(&b, []table.Table{tab}); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Fatalf("%q is not UTF-8", b.Bytes())
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q gives %q, %v", s, rows, err)
		}
		if c := rows[1][0]; c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") {
			t.Fatalf("%q is left as the formula %q", s, c)
		}
	})
}

// The stream is the same bytes as the table written at once, and holds little.
func TestCSVWriter(t *testing.T) {
	tab := kinds(t)
	var whole, streamed bytes.Buffer
	tab.Totals = nil
	for len(tab.Rows) < 5_000 {
		tab.Rows = append(tab.Rows, tab.Rows[:5]...)
	}
	if err := sheet.WriteCSV(&whole, []table.Table{tab}); err != nil {
		t.Fatal(err)
	}
	c := sheet.NewCSVWriter(&streamed, tab)
	for _, r := range tab.Rows {
		if err := c.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(whole.Bytes(), streamed.Bytes()) {
		t.Error("the stream differs from the whole")
	}
	c = sheet.NewCSVWriter(io.Discard, tab)
	if n := testing.AllocsPerRun(5_000, func() {
		if err := c.Write(tab.Rows[0]); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations a row", n)
	}
	if err := c.Write(tab.Rows[0][:3]); !fault.Is(err, fault.Internal) || err == nil {
		t.Errorf("a short row gives %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestBrokenWriter(t *testing.T) {
	c := sheet.NewCSVWriter(broken{}, kinds(t))
	first, second := c.Flush(), c.Flush()
	if first == nil || second == nil || c.Write(kinds(t).Rows[0]) == nil {
		t.Error("the error is lost")
	}
	for name, err := range map[string]error{
		"csv": sheet.WriteCSV(broken{}, two(t)), "json": sheet.WriteJSON(broken{}, two(t)), "text": sheet.WriteText(broken{}, two(t), 80),
	} {
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkCSVWriter(b *testing.B) {
	at := when.MustParse("2026-07-01T09:30:00Z")
	tab := table.Table{Decimals: 4, Zone: zone(b, "Europe/London"), Columns: []table.Column{
		{Name: "SIP Call Id"}, {Name: "Origin"}, {Name: "Destination"}, {Name: "Usage Group"}, {Name: "Usage Group Display"}, {Name: "Call Type"}, {Name: "Direction"},
		{Name: "Start time", Kind: table.Instant}, {Name: "End Time", Kind: table.Instant}, {Name: "Duration", Kind: table.Seconds}, {Name: "Adjusted", Kind: table.Seconds},
		{Name: "Rate", Kind: table.Rate}, {Name: "Total cost", Kind: table.Money}, {Name: "Currency"}, {Name: "Rate Sheet"},
	}}
	row := table.Row{
		table.String("b7e1c9@203.0.113.9"), table.String("13175550120"), table.String("14155550142"), table.String("US_OUT"), table.String("USA Outbound"), table.String("Interstate"), table.String("Outbound"),
		table.At(at), table.At(at + 34*when.Second), table.Number(34), table.Number(36),
		table.PerMinute(money.MustParseRate("0.0119")), table.Amount(money.MustParse("0.0071")), table.String("USD"), table.String("US-2026-01"),
	}
	c := sheet.NewCSVWriter(io.Discard, tab)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Write(row); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
