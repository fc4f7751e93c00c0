package sheet_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"tollkeeper/core/table"
	"tollkeeper/format/sheet"
)

func TestTextGolden(t *testing.T) {
	for name, width := range map[string]int{"wide.txt": 0, "narrow.txt": 100} {
		var b bytes.Buffer
		if err := sheet.WriteText(&b, two(t), width); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

// text writes one column of text in a terminal of width columns and gives the
// line of the cell.
func text(t testing.TB, cell string, width int) string {
	t.Helper()
	tab := table.Table{Columns: []table.Column{{Name: "n"}, {Name: "x", Kind: table.Count}}, Rows: []table.Row{{table.String(cell), table.Number(7)}}}
	var b strings.Builder
	if err := sheet.WriteText(&b, []table.Table{tab}, width); err != nil {
		t.Fatal(err)
	}
	return strings.Split(b.String(), "\n")[2]
}

func TestTextCells(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"short", "short  7"},
		{"exactly twelve", "exactly t…  7"},
		{"李小龙李小龙李", "李小龙李…   7"},                              // cut before half a sign
		{"e\u0301e\u0301e\u0301", "e\u0301e\u0301e\u0301  7"}, // accents take no column
		{"🇩🇪 👍🏽 👩‍💻", "🇩🇪 👍🏽 👩‍💻  7"},
		{"\x1b[31mred", " [31mred  7"},
		{"a\nb\u202Ec", "a bc  7"},
		{"שלום", "\u2068שלום\u2069  7"},
		{"\xff", "\uFFFD  7"},
	} {
		if got := text(t, c.cell, 13); got != c.want {
			t.Errorf("%q: got %q, want %q", c.cell, got, c.want)
		}
	}
}

// Figures are never cut, whatever the terminal.
func TestTextKeepsFigures(t *testing.T) {
	var b strings.Builder
	if err := sheet.WriteText(&b, two(t), 10); err != nil {
		t.Fatal(err)
	}
	for _, figure := range []string{"12.5000", "0.123456789", "2026-07-01T15:15:00.25+05:45", "-0.000001", "12.50"} {
		if !strings.Contains(b.String(), figure) {
			t.Errorf("%s is missing:\n%s", figure, b.String())
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "李小龙", "👩‍💻👩‍💻👩‍💻👩‍💻", "\u200d\u200d", "\ufe0f", "דנה כהן", "\x1b]0;x\a"} {
		f.Add(s, 12)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		line := text(t, s, width%200)
		if !strings.HasSuffix(line, "7") || strings.IndexFunc(line, unicode.IsControl) >= 0 {
			t.Fatalf("%q gives %q", s, line)
		}
	})
}
