package sample_test

import (
	"bytes"
	"strings"
	"testing"

	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/format/deck"
	"tollkeeper/sample"
)

// wholeRows splits lines of calls that have all their fields.
func wholeRows(file string) (out [][]string) {
	for line := range strings.Lines(file) {
		if f := strings.Split(strings.TrimSpace(line), ","); len(f) == 17 && f[0] != "call_id" && !strings.Contains(line, "\x00") {
			out = append(out, f)
		}
	}
	return out
}

func readDeck(t *testing.T, file []byte) []rating.Row {
	t.Helper()
	d, err := deck.Read(bytes.NewReader(file), deck.Options{File: "deck.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Err() != nil || len(d.Warnings) > 0 || d.Layout != deck.Own {
		t.Fatalf("layout %s, mistakes: %v; warnings: %v", d.Layout, d.Err(), d.Warnings)
	}
	out := make([]rating.Row, len(d.Rows))
	for i := range d.Rows {
		out[i] = d.Rows[i].Row
	}
	return out
}

// TestDeck reads decks of many sizes as any deck is read and makes tariffs of
// them, which refuses rows that overlap.
func TestDeck(t *testing.T) {
	for _, tt := range []struct {
		rows  int
		bands bool
	}{{700, true}, {5000, false}, {20_000, true}, {50_000, true}, {150_000, false}, {700_000, true}} {
		c := sample.New(sample.Options{Seed: 5, DeckRows: tt.rows, Bands: tt.bands, Days: 30})
		card := c.Card()
		card.Rates = readDeck(t, written(t, c.Deck))
		if len(card.Rates) != tt.rows {
			t.Errorf("%d rows, want %d", len(card.Rates), tt.rows)
		}
		banded, dated, stepped, origin := 0, 0, 0, 0
		for i := range card.Rates {
			r := &card.Rates[i]
			if r.Band != "" {
				banded++
			}
			if r.From != 0 {
				dated++
			}
			if r.Steps != nil {
				stepped++
			}
			if r.Origin.Len() > 0 {
				origin++
			}
		}
		if (banded > 0) != tt.bands || dated == 0 || stepped == 0 || origin == 0 {
			t.Errorf("%d rows: %d with a band, %d with a date, %d with steps, %d with an origin", tt.rows, banded, dated, stepped, origin)
		}
		if _, err := rating.Compile(&card); err != nil {
			t.Errorf("%d rows: %v", tt.rows, err)
		}
	}
}

// TestDeckHoldsAllButTwoCodes asks for a number of every country.
func TestDeckHoldsAllButTwoCodes(t *testing.T) {
	have := map[string]bool{}
	for _, r := range readDeck(t, written(t, sample.New(sample.Options{DeckRows: 1}).Deck)) {
		if r.Direction == usage.Outgoing {
			have[r.Prefix.String()] = true
		}
	}
	for _, c := range phone.Countries() {
		code := phone.PlanFor(c).Code
		if code != "" && code != "850" && !have[code] {
			t.Errorf("no row for +%s (%s)", code, c)
		}
	}
	if have["850"] || have["883"] || have[""] {
		t.Error("a row where there should be none")
	}
}

// TestDemoIsRated reads the demo's calls as any file is read and rates them by
// its card: what has no rate, and what is blocked, is what was counted.
func TestDemoIsRated(t *testing.T) {
	c := demo()
	card := c.Card()
	card.Rates = readDeck(t, written(t, c.Deck))
	tariff, err := rating.Compile(&card)
	if err != nil {
		t.Fatal(err)
	}
	if own := readDeck(t, written(t, c.CampaignDeck)); len(own) < 2 || len(own) > 20 {
		t.Errorf("the campaign's deck has %d rows", len(own))
	}
	o := sample.Demo()
	o.Clean = true // the same makings without repeats, which are not taken out here
	clean := sample.New(o)
	for i, tn := range clean.Tenants() {
		want := clean.Counts()[i]
		dialer, err := phone.NewDialer(tn.DialPlan())
		if err != nil {
			t.Fatal(err)
		}
		got := sample.Counts{}
		readCalls(t, written(t, tn.Calls), func(r *cdr.Record) {
			got.Calls++
			if r.AMD != usage.NoAMD {
				got.AMD++
			}
			if r.Reject != nil || r.Suspend != usage.NoReason {
				t.Errorf("not read: %s", r.Text)
			}
			if r.Answered == 0 {
				return
			}
			got.Answered++
			got.Seconds += when.Seconds(r.Answered, r.Ended)
			if r.Kind == usage.Internal {
				return
			}
			call := rating.Call{Kind: r.Kind, Direction: r.Direction, AMD: r.AMD, Started: r.Started, Answered: r.Answered, Ended: r.Ended}
			call.Calling, _, _ = dialer.Normalize(r.Calling)
			call.Called, _, _ = dialer.Normalize(r.Called)
			var charge rating.Charge
			tariff.Rate(&call, &charge)
			switch charge.Reason {
			case usage.NoRate:
				got.NoRate++
			case usage.Blocked:
				got.Blocked++
			}
		})
		if got != want {
			t.Errorf("%s: got %+v, counted %+v", tn.Name, got, want)
		}
	}
}

// TestBrokenRecordsAreSeen reads the demo's files: what is broken is refused or
// suspended, nothing else is.
func TestBrokenRecordsAreSeen(t *testing.T) {
	c := demo()
	for i, tn := range c.Tenants() {
		n := c.Counts()[i]
		records, refused := 0, 0
		readCalls(t, written(t, tn.Calls), func(r *cdr.Record) {
			records++
			if r.Reject != nil || r.Suspend != usage.NoReason {
				refused++
			}
		})
		least := n.Short() + n.BadInstants() + n.Negative()
		if records != n.Records() || refused < least || refused > least+n.ZeroBytes()+n.BadNumbers() {
			t.Errorf("%s: %d records, %d refused; counted %+v", tn.Name, records, refused, n)
		}
	}
}

func readCalls(t *testing.T, file []byte, use func(*cdr.Record)) {
	t.Helper()
	r, err := cdr.Open(bytes.NewReader(file), cdr.Options{File: "calls.csv"})
	if err != nil {
		t.Fatal(err)
	}
	var b cdr.Batch
	for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
		for i := range b.Records {
			use(&b.Records[i])
		}
	}
}
