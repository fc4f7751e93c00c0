package deck_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
)

var update = flag.Bool("update", false, "write the goldens anew")

func read(t testing.TB, text string, o deck.Options) *deck.Deck {
	t.Helper()
	d, err := deck.Read(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rowsOf(d *deck.Deck) []rating.Row {
	rows := make([]rating.Row, len(d.Rows))
	for i, r := range d.Rows {
		rows[i] = r.Row
	}
	return rows
}

// dump is everything about a deck as text.
func dump(t testing.TB, d *deck.Deck) []byte {
	t.Helper()
	var b, own bytes.Buffer
	fmt.Fprintf(&b, "layout %s, zone %s\n", d.Layout, d.Zone)
	for _, g := range d.Guesses {
		fmt.Fprintf(&b, "guess: %s\n", g)
	}
	for _, m := range d.Mistakes {
		fmt.Fprintf(&b, "mistake: %s\n", m)
	}
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	if err := deck.Write(&own, rowsOf(d)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(own.String(), "\n"), "\n")
	for i, line := range lines {
		if i > 0 {
			fmt.Fprintf(&b, "%d: ", d.Rows[i-1].Line)
		}
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

// Every sample in testdata is read as its golden says, whatever pieces it comes
// in.
func TestGoldens(t *testing.T) {
	samples, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(samples) < 10 {
		t.Fatal(samples, err)
	}
	for _, path := range samples {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			o := deck.Options{File: name}
			got := dump(t, read(t, string(text), o))
			golden := strings.TrimSuffix(path, ".csv") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; got:\n%s", golden, got)
			}
			d, err := deck.Read(iotest.OneByteReader(bytes.NewReader(text)), o)
			if err != nil || !bytes.Equal(dump(t, d), want) {
				t.Errorf("read byte by byte it is another: %v", err)
			}
		})
	}
}

// A deck with nine mistakes reports nine, with their lines.
func TestNineMistakes(t *testing.T) {
	text, err := os.ReadFile("testdata/nine.csv")
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, string(text), deck.Options{File: "nine.csv"})
	var lines []int64
	for _, m := range d.Mistakes {
		lines = append(lines, m.Line)
	}
	if got := fmt.Sprint(lines); got != "[2 3 4 5 6 7 7 9 10]" || !fault.Is(d.Err(), fault.Invalid) || d.Err() == nil {
		t.Errorf("lines %s: %v", got, d.Err())
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := deck.Read(io.MultiReader(strings.NewReader("prefix,rate\n1,1\n"), iotest.ErrReader(broken)), deck.Options{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// What a caller says beforehand decides what the file leaves open.
func TestOptions(t *testing.T) {
	london, err := when.LoadZone("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	const open = "Code,Rate,Effective Date\n44,0.06,03/07/2026\n"
	for _, c := range []struct {
		name, text string
		o          deck.Options
		rate, from string
	}{
		{"day first", open, deck.Options{DateOrder: deck.DayFirst}, "0.06", "2026-07-03T00:00:00Z"},
		{"month first", open, deck.Options{DateOrder: deck.MonthFirst}, "0.06", "2026-03-07T00:00:00Z"},
		{"zone", open, deck.Options{DateOrder: deck.DayFirst, Zone: london}, "0.06", "2026-07-02T23:00:00Z"},
		{"per second", open, deck.Options{DateOrder: deck.DayFirst, Per: 1}, "3.6", "2026-07-03T00:00:00Z"},
		{"per six seconds", open, deck.Options{DateOrder: deck.DayFirst, Per: 6}, "0.6", "2026-07-03T00:00:00Z"},
		{"heading per 6 sec", strings.Replace(open, "Rate", "Rate per 6 sec", 1), deck.Options{DateOrder: deck.DayFirst}, "0.6", "2026-07-03T00:00:00Z"},
		{"own by zone", "prefix,rate,effective_from\n1,2,2026-07-03\n", deck.Options{Zone: london}, "2", "2026-07-02T23:00:00Z"},
		{"time of day", "Code,Rate,Effective Date\n1,2,2026-07-03 02:30 PM\n", deck.Options{Zone: london}, "2", "2026-07-03T13:30:00Z"},
		{"offset", "Code,Rate,Effective Date\n1,2,2026-07-03T00:00:00+02:00\n", deck.Options{Zone: london}, "2", "2026-07-02T22:00:00Z"},
		{"skipped", "Code,Rate,Effective Date\n1,2,2026-03-29 01:30\n", deck.Options{Zone: london}, "2", "2026-03-29T01:00:00Z"},
		{"own names taken as a carrier's", "prefix,rate,effective_from\n1,\"2,5\",3.7.2026\n", deck.Options{Layout: deck.Generic}, "2.5", "2026-07-03T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, c.text, c.o)
			if d.Err() != nil || len(d.Rows) != 1 {
				t.Fatalf("%d rows, %v", len(d.Rows), d.Err())
			}
			if r := d.Rows[0]; r.Rate.String() != c.rate || r.From.String() != c.from {
				t.Errorf("got %s from %s, want %s from %s", r.Rate, r.From, c.rate, c.from)
			}
		})
	}
}

// One bad cell gives one mistake that names it.
func TestBadCells(t *testing.T) {
	for _, c := range []struct{ heading, cell, want string }{
		{"rate", "0,5", "not a decimal number such as 12.5"},
		{"rate", "0.0000000001", "at most 9 decimals"},
		{"rate", "99999999999999", "can be held"},
		{"rate", "-1", "below zero"},
		{"rate", "1e3", "a spreadsheet has rewritten"},
		{"rate", "0x10", "not a decimal"},
		{"rate", "١", "not a decimal"},
		{"connect_fee", "0.0000001", "at most 6 decimals"},
		{"min_charge", "-1", "below zero"},
		{"initial", "1.5", "not a whole number"},
		{"initial", "0", "less than one second"},
		{"increment", "9999999999", "not a whole number"},
		{"grace", "-3", "not a whole number"},
		{"steps", "60:0.02", "not steps"},
		{"steps", "60:0.02/0", "less than one second"},
		{"steps", "60:0.02/6;30:0.01/1", "do not ascend"},
		{"steps", "0:0.02/6", "do not ascend"},
		{"steps", strings.Repeat("1:1/1;", 200) + "1:1/1", "more than 100 steps"},
		{"blocked", "perhaps", "not yes or no"},
		{"direction", "up", "not a direction"},
		{"origin_prefix", "4.4E+3", "a spreadsheet has rewritten"},
		{"origin_prefix", "1234567890123456", "not a code of up to 15 digits"},
		{"destination", "a\x00b", "NUL"},
		{"destination", strings.Repeat("x", 5000), "longer than 4,096"},
		{"effective_from", "03/04/2026", "not a date"},
		{"effective_from", "1969-12-31", "1970 to 2200"},
		{"effective_from", "2026-02-29", "no such day"},
		{"effective_to", "2026-13-01", "not a date"},
	} {
		text := "prefix,rate," + c.heading + "\n44,1,\"" + c.cell + "\"\n"
		column := 3
		if c.heading == "rate" {
			text, column = "prefix,rate\n44,\""+c.cell+"\"\n", 2
		}
		d := read(t, text, deck.Options{})
		if len(d.Mistakes) != 1 || len(d.Rows) != 0 {
			t.Errorf("%s %q: %d rows, mistakes %v", c.heading, c.cell, len(d.Rows), d.Mistakes)
			continue
		}
		if m := d.Mistakes[0]; !strings.Contains(m.Reason, c.want) || m.Line != 2 || m.Column != column || m.Field != c.heading || m.Value != fault.Cut(strings.ReplaceAll(c.cell, "\x00", "\\0")) {
			t.Errorf("%s %q: %s", c.heading, c.cell, m)
		}
	}
}

// Files that are no decks are refused with a reason, in bounded memory.
func TestBadFiles(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "none of the first"},
		{"blank lines", "\n\n\n", "none of the first"},
		{"XLSX", "PK\x03\x04....", "spreadsheet"},
		{"XLS", "\xD0\xCF\x11\xE0....", "spreadsheet"},
		{"UTF-16", "\xFF\xFEp\x00", "UTF-16"},
		{"open quote", "prefix,rate\n44,\"1\n45,2\n", "does not end"},
		{"stray quote", "prefix,rate\n44,\"1\"x\n", "goes on behind its closing quote"},
		{"many cells", "prefix,rate\n44" + strings.Repeat(",", 2000) + "\n", "more than 1,000 cells"},
		{"many quoted cells", "prefix,rate\n\"44\"" + strings.Repeat(",", 2000) + "\n", "more than 1,000 cells"},
		{"long line", "prefix,rate\n44," + strings.Repeat("1", 10<<20) + "\n45,1\n", "longer than 1 MiB"},
		{"surplus cell", "prefix,rate\n44,1,2\n", "more cells than the heading"},
		{"bomb of codes", "Code,Rate\n" + strings.Repeat("1000000-1009999,1\n", 5), "more than 30000 rates"},
		{"too many rows", "prefix,rate\n" + strings.Repeat("1,1\n", 30_001), "more than 30000 rates"},
	} {
		d := read(t, c.text, deck.Options{MaxRows: 30_000})
		if len(d.Mistakes) == 0 || !slices.ContainsFunc(d.Mistakes, func(m fault.Input) bool { return strings.Contains(m.Reason, c.want) }) || len(d.Rows) > 30_000 {
			t.Errorf("%s: %d rows, %.200v", c.name, len(d.Rows), d.Mistakes)
		}
	}
	many := read(t, "prefix,rate\n"+strings.Repeat("x,1\n", 3000), deck.Options{})
	if len(many.Mistakes) != deck.MaxMistakes || many.Further != 3000-deck.MaxMistakes {
		t.Errorf("%d mistakes and %d further", len(many.Mistakes), many.Further)
	}
}
