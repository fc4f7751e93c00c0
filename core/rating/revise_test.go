package rating_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// dated is a row with its dates as days of June 2026 (0: open).
func dated(prefix, rate string, from, to int) rating.Row {
	r := priced(prefix, rate)
	r.From, r.To = day(from), day(to)
	return r
}

func day(n int) when.Instant {
	if n == 0 {
		return 0
	}
	return june + when.Instant(n-1)*when.DayLength
}

// deckOf numbers rows as lines of a file with a header.
func deckOf(rows ...rating.Row) []rating.DeckRow {
	var deck []rating.DeckRow
	for i, r := range rows {
		deck = append(deck, rating.DeckRow{Row: r, Line: int64(i + 2)})
	}
	return deck
}

func showRow(r *rating.Row) string {
	return fmt.Sprintf("%s=%s %s–%s", r.Prefix, r.Rate, showDay(r.From), showDay(r.To))
}

func showDay(i when.Instant) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprint(int(i.UTCDay()) % 100)
}

func showChange(c rating.Change) string {
	s := c.Kind.String() + " from " + showDay(c.From)
	if c.Old != nil {
		s += ", was " + showRow(c.Old)
	}
	if c.New != nil {
		s += fmt.Sprintf(", line %d %s", c.New.Line, showRow(&c.New.Row))
	}
	return s
}

func TestRevise(t *testing.T) {
	old := []rating.Row{
		dated("44", "0.01", 0, 0), dated("447", "0.03", 0, 5), dated("447", "0.04", 5, 0),
		dated("1", "0.02", 0, 20), dated("1", "0.03", 20, 0), dated("33", "0.05", 0, 3), dated("33", "0.06", 15, 0),
		dated("49", "0.07", 0, 0),
	}
	fee := dated("49", "0.07", 0, 0)
	fee.ConnectFee = money.Unit
	for name, c := range map[string]struct {
		deck    []rating.DeckRow
		how     rating.Apply
		rows    string // beside those of old that stay as they are
		changes string
	}{
		"every kind": {
			deckOf(dated("44", "0.02", 0, 0), dated("447", "0.035", 0, 0), dated("1", "0.02", 0, 20), fee, dated("55", "0.1", 0, 0)), rating.Replace,
			`44=0.01 –10; 447=0.03 –5; 447=0.04 5–10; 1=0.02 –20; 33=0.05 –3; 49=0.07 –10;
			 44=0.02 10–; 447=0.035 10–; 49=0.07 10–; 55=0.1 10–`,
			`increase from 10, was 44=0.01 –, line 2 44=0.02 –
			 decrease from 10, was 447=0.04 5–, line 3 447=0.035 –
			 unchanged from 10, was 1=0.02 –20, line 4 1=0.02 –20
			 changed from 10, was 49=0.07 –, line 5 49=0.07 –
			 new from 10, line 6 55=0.1 –
			 discontinued from 20, was 1=0.03 20–
			 discontinued from 15, was 33=0.06 15–`,
		},
		"nothing, replacing": {
			nil, rating.Replace,
			`44=0.01 –10; 447=0.03 –5; 447=0.04 5–10; 1=0.02 –10; 33=0.05 –3; 49=0.07 –10`,
			`discontinued from 10, was 44=0.01 –
			 discontinued from 10, was 447=0.04 5–
			 discontinued from 10, was 1=0.02 –20
			 discontinued from 15, was 33=0.06 15–
			 discontinued from 10, was 49=0.07 –`,
		},
		"nothing, adding": {
			nil, rating.Add,
			`44=0.01 –; 447=0.03 –5; 447=0.04 5–; 1=0.02 –20; 1=0.03 20–; 33=0.05 –3; 33=0.06 15–; 49=0.07 –`, ``,
		},
		"dates of its own": {
			deckOf(dated("44", "0.02", 12, 14), dated("44", "0.01", 16, 0), dated("1", "0.02", 0, 0)), rating.Add,
			`44=0.01 –12; 447=0.03 –5; 447=0.04 5–; 1=0.02 –; 33=0.05 –3; 33=0.06 15–; 49=0.07 –;
			 44=0.02 12–14; 44=0.01 16–`,
			`increase from 12, was 44=0.01 –, line 2 44=0.02 12–14
			 unchanged from 16, was 44=0.01 –, line 3 44=0.01 16–
			 changed from 10, was 1=0.02 –20, line 4 1=0.02 –
			 discontinued from 14, was 44=0.01 –`,
		},
	} {
		rows, changes, mistakes := rating.Revise(old, c.deck, c.how, day(10))
		if len(mistakes) > 0 {
			t.Errorf("%s: %v", name, mistakes)
		}
		var got []string
		for i := range rows {
			got = append(got, showRow(&rows[i]))
		}
		if diff := cmp.Diff(split(c.rows, ";"), got); diff != "" {
			t.Errorf("%s: rows\n%s", name, diff)
		}
		got = nil
		for _, change := range changes {
			got = append(got, showChange(change))
		}
		if diff := cmp.Diff(split(c.changes, "\n"), got); diff != "" {
			t.Errorf("%s: changes\n%s", name, diff)
		}
	}
}

func split(s, sep string) (parts []string) {
	for p := range strings.SplitSeq(s, sep) {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func TestReviseTellsAllMistakes(t *testing.T) {
	inbound := dated("44", "0.5", 0, 0)
	inbound.Direction = usage.Incoming
	rows, changes, mistakes := rating.Revise(nil, deckOf(
		dated("44", "0.01", 0, 0), dated("1", "0.01", 12, 0), inbound, dated("44", "0.02", 15, 0), dated("33", "0.01", 0, 9),
		dated("1", "0.01", 11, 13), dated("49", "0.01", 9, 12), dated("49", "0.01", 12, 0), dated("55", "0.01", 5, 5),
	), rating.Replace, day(10))
	want := []string{
		`line 5: prefix "44": overlaps line 2 in time: the same direction, prefix, origin prefix and band`,
		`line 6: effective_to "2026-06-09T00:00:00Z": is not after 2026-06-10T00:00:00Z, when the row takes effect`,
		`line 7: prefix "1": overlaps line 3 in time: the same direction, prefix, origin prefix and band`,
		`line 10: effective_to "2026-06-05T00:00:00Z": is not after 2026-06-05T00:00:00Z, when the row takes effect`,
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), mistakes.Error()); diff != "" || rows != nil || changes != nil {
		t.Errorf("%s%v %v", diff, rows, changes)
	}
}

// drawRows is rows of a few keys that do not overlap.
func drawRows(t *rapid.T, label string) (rows []rating.Row) {
	for _, prefix := range []string{"1", "12", "44"} {
		for _, band := range []string{"", "peak"} {
			at := rapid.IntRange(-1, 8).Draw(t, label)
			for n := rapid.IntRange(0, 3).Draw(t, "rows"); n > 0; n-- {
				r := dated(prefix, fmt.Sprintf("0.%d", rapid.IntRange(1, 3).Draw(t, "rate")), max(at, 0), 0)
				r.Band, r.Grace = band, rapid.Int32Range(0, 1).Draw(t, "grace")
				at = max(at, 0) + rapid.IntRange(1, 6).Draw(t, "length")
				if n > 1 || rapid.Bool().Draw(t, "ends") {
					r.To = day(at)
				}
				rows = append(rows, r)
				at += rapid.IntRange(0, 2).Draw(t, "gap")
			}
		}
	}
	return rapid.Permutation(rows).Draw(t, "order")
}

// holding is the row of key's prefix and band that holds at an instant, without
// its dates.
func holding(rows []rating.Row, key *rating.Row, at when.Instant) *rating.Row {
	for _, r := range rows {
		p := when.Period{From: r.From, To: r.To}
		if r.Prefix == key.Prefix && r.Band == key.Band && p.Contains(at) {
			r.From, r.To = 0, 0
			return &r
		}
	}
	return nil
}

func TestReviseAgainstTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, fresh := drawRows(t, "old"), drawRows(t, "deck")
		how := rating.Apply(rapid.IntRange(0, 1).Draw(t, "how"))
		effective := day(rapid.IntRange(0, 12).Draw(t, "effective"))
		deck := deckOf(fresh...)
		rows, changes, mistakes := rating.Revise(old, deck, how, effective)
		for i := range fresh {
			if fresh[i].From == 0 {
				fresh[i].From = effective
			}
		}
		if overlapping(fresh) != (len(mistakes) > 0) {
			t.Fatalf("mistakes: %v", mistakes)
		}
		if len(mistakes) > 0 {
			return
		}
		if overlapping(rows) {
			t.Fatalf("the rows overlap: %v", rows)
		}
		for _, prefix := range []string{"1", "12", "44"} {
			for _, band := range []string{"", "peak"} {
				key := rating.Row{Prefix: phone.MustPrefix(prefix), Band: band}
				begin := beginning(fresh, &key, how, effective)
				for n := range 60 {
					at := june + when.Instant(n-5)*12*when.Hour
					want := holding(old, &key, at)
					if at >= begin {
						want = holding(fresh, &key, at)
					}
					if diff := cmp.Diff(want, holding(rows, &key, at)); diff != "" {
						t.Fatalf("%s %s at %s:\n%s", prefix, band, at, diff)
					}
				}
			}
		}
		for i, c := range changes[:len(deck)] {
			if c.New != &deck[i] || c.From != fresh[i].From {
				t.Fatalf("change %d is not of row %d: %v", i, i, c)
			}
			if was := holding(old, &fresh[i], c.From); (was == nil) != (c.Old == nil) || was != nil && was.Rate != c.Old.Rate {
				t.Fatalf("change %d: %s, where %v held", i, showChange(c), was)
			}
		}
		_, again, _ := rating.Revise(rows, deck, how, effective)
		if slices.ContainsFunc(again, func(c rating.Change) bool { return c.Kind != rating.Unchanged }) {
			t.Fatal("the same deck again changes something")
		}
	})
}

// beginning is from when on the deck's rows count for a key.
func beginning(fresh []rating.Row, key *rating.Row, how rating.Apply, effective when.Instant) when.Instant {
	begin := when.Forever
	for _, r := range fresh {
		if r.Prefix == key.Prefix && r.Band == key.Band {
			begin = min(begin, r.From)
		}
	}
	if begin == when.Forever && how == rating.Replace {
		return effective
	}
	return begin
}

func overlapping(rows []rating.Row) bool {
	for i, a := range rows {
		if a.To != 0 && a.To <= a.From {
			return true
		}
		for _, b := range rows[:i] {
			p, q := when.Period{From: a.From, To: a.To}, when.Period{From: b.From, To: b.To}
			if a.Prefix == b.Prefix && a.Band == b.Band && p.Overlaps(q) {
				return true
			}
		}
	}
	return false
}

func BenchmarkRevise(b *testing.B) {
	const n = 1_000_000
	old, deck := make([]rating.Row, n), make([]rating.DeckRow, n)
	for i := range old {
		old[i] = priced(fmt.Sprint(1_000_000+i), "0.01")
		deck[i] = rating.DeckRow{Row: old[i], Line: int64(i + 2)}
		if i%2 == 0 {
			deck[i].Rate *= 2
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if rows, _, _ := rating.Revise(old, deck, rating.Replace, june); len(rows) != n+n/2 {
			b.Fatal(len(rows))
		}
	}
}
