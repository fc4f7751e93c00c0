package deck_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
)

// genRow draws any row that a card may hold, its prefix made of n so that rows
// of one deck do not overlap.
func genRow(t *rapid.T, n int) rating.Row {
	text := rapid.OneOf(rapid.Just(""), rapid.StringOf(rapid.SampledFrom([]rune("ab,\"' =+-@\n\r\t\vé李;|"))), rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\x00", "0") }))
	length := rapid.Int32Range(1, 999_999_999)
	amount := func(label string) *money.Amount {
		if rapid.Bool().Draw(t, label) {
			return nil
		}
		a := money.Amount(rapid.Int64Min(0).Draw(t, label))
		return &a
	}
	last := int64(when.MustParse("2200-12-31T00:00:00Z"))
	r := rating.Row{
		Direction: usage.Direction(rapid.IntRange(0, 1).Draw(t, "direction")), Prefix: phone.MustPrefix(fmt.Sprint(n)),
		Origin: phone.MustPrefix(rapid.StringMatching(`[0-9]{0,15}`).Draw(t, "origin")), Band: text.Draw(t, "band"), Destination: text.Draw(t, "destination"),
		Rate: money.Rate(rapid.Int64Min(0).Draw(t, "rate")), ConnectFee: money.Amount(rapid.Int64Min(0).Draw(t, "fee")),
		Initial: length.Draw(t, "initial"), Increment: length.Draw(t, "increment"), Grace: rapid.Int32Range(0, 999_999_999).Draw(t, "grace"),
		MinCharge: amount("min"), MaxCharge: amount("max"), Blocked: rapid.Bool().Draw(t, "blocked"), UsageGroup: text.Draw(t, "group"), CallType: text.Draw(t, "type"),
		From: when.Instant(rapid.Int64Range(0, last-1).Draw(t, "from")),
	}
	if r.MinCharge != nil && r.MaxCharge != nil && *r.MinCharge > *r.MaxCharge {
		r.MinCharge, r.MaxCharge = r.MaxCharge, r.MinCharge
	}
	if rapid.Bool().Draw(t, "ends") {
		r.To = when.Instant(rapid.Int64Range(int64(r.From)+1, last).Draw(t, "to"))
	}
	for from := int32(0); len(r.Steps) < 4 && rapid.Bool().Draw(t, "step"); {
		from += rapid.Int32Range(1, 1000).Draw(t, "step from")
		r.Steps = append(r.Steps, rating.Step{From: from, Rate: money.Rate(rapid.Int64Min(0).Draw(t, "step rate")), Increment: length.Draw(t, "step increment")})
	}
	return r
}

// What is written is read back as it was, to the last field.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []rating.Row
		for n := range rapid.IntRange(0, 8).Draw(t, "rows") {
			rows = append(rows, genRow(t, n))
		}
		var b bytes.Buffer
		if err := deck.Write(&b, rows); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		d, err := deck.Read(&b, deck.Options{})
		if err != nil || d.Err() != nil || d.Layout != deck.Own || len(d.Guesses) > 0 {
			t.Fatalf("%v %v %v", err, d.Err(), d.Guesses)
		}
		if diff := cmp.Diff(append([]rating.Row{}, rows...), rowsOf(d)); diff != "" {
			t.Fatalf("%s\nin %q", diff, text)
		}
	})
}

// Rows overlap if and only if comparing each with each says so.
func TestOverlapsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []rating.Row
		for range rapid.IntRange(2, 12).Draw(t, "rows") {
			r := rating.Row{Prefix: phone.MustPrefix(rapid.SampledFrom([]string{"", "4", "44"}).Draw(t, "prefix")), Band: rapid.SampledFrom([]string{"", "peak"}).Draw(t, "band"),
				Direction: usage.Direction(rapid.IntRange(0, 1).Draw(t, "direction")), Initial: 1, Increment: 1, From: when.Instant(rapid.IntRange(0, 6).Draw(t, "from")) * when.Second}
			if n := when.Instant(rapid.IntRange(0, 4).Draw(t, "length")); n > 0 {
				r.To = r.From + n*when.Second
			}
			rows = append(rows, r)
		}
		overlapping := map[int]bool{}
		for i, a := range rows {
			for k, b := range rows {
				same := a.Prefix == b.Prefix && a.Band == b.Band && a.Direction == b.Direction
				if i != k && same && (when.Period{From: a.From, To: a.To}).Overlaps(when.Period{From: b.From, To: b.To}) {
					overlapping[i+2] = true
				}
			}
		}
		var b bytes.Buffer
		if err := deck.Write(&b, rows); err != nil {
			t.Fatal(err)
		}
		d, err := deck.Read(&b, deck.Options{})
		if err != nil {
			t.Fatal(err)
		}
		told := map[int]bool{}
		for _, m := range d.Mistakes {
			var other int
			if _, err := fmt.Sscanf(m.Reason, "overlaps line %d in time", &other); err != nil {
				t.Fatalf("%s: %v", m, err)
			}
			told[int(m.Line)], told[other] = true, true
		}
		if diff := cmp.Diff(overlapping, told); diff != "" {
			t.Fatalf("%s\nin %v", diff, d.Mistakes)
		}
	})
}

// Write refuses what Read would not give back.
func TestWriteRefuses(t *testing.T) {
	good := rating.Row{Prefix: phone.MustPrefix("44"), Initial: 1, Increment: 1}
	one, two := money.Unit, 2*money.Unit
	less := -money.Unit
	for name, spoil := range map[string]func(*rating.Row){
		"direction": func(r *rating.Row) { r.Direction = 7 }, "rate": func(r *rating.Row) { r.Rate = -1 }, "connect_fee": func(r *rating.Row) { r.ConnectFee = -1 },
		"initial": func(r *rating.Row) { r.Initial = 0 }, "increment": func(r *rating.Row) { r.Increment = 1_000_000_000 }, "grace": func(r *rating.Row) { r.Grace = -1 },
		"steps": func(r *rating.Row) { r.Steps = []rating.Step{{From: 0, Increment: 1}} }, "min_charge": func(r *rating.Row) { r.MinCharge, r.MaxCharge = &two, &one },
		"max_charge": func(r *rating.Row) { r.MaxCharge = &less }, "effective_from": func(r *rating.Row) { r.From = -1 }, "effective_to": func(r *rating.Row) { r.From, r.To = 5, 5 },
		"band": func(r *rating.Row) { r.Band = "\xff" }, "destination": func(r *rating.Row) { r.Destination = strings.Repeat("x", 5000) },
		"usage_group": func(r *rating.Row) { r.UsageGroup = "\x00" }, "call_type": func(r *rating.Row) { r.CallType = "\xc3" },
	} {
		r := good
		spoil(&r)
		err := deck.Write(&bytes.Buffer{}, []rating.Row{good, r})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "row 2: "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A rate is read as package money reads it, whatever way it is written.
func TestRatesTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[-0]?[0-9]{0,11}(\.[0-9]{0,11})?`).Draw(t, "rate")
		d, err := deck.Read(strings.NewReader("rate,prefix,band\n"+s+",1,b\n"), deck.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := money.ParseRate(s)
		if good := err == nil && want >= 0; good != (d.Err() == nil) || good && d.Rows[0].Rate != want {
			t.Fatalf("%q: want %s, %v; got %v, %v", s, want, err, d.Rows, d.Err())
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"prefix,rate\n44,0.01\n", "prefix,destination,rate,steps\n44,\"a \"\"b\"\"\n\",0.01,60:0.02/6;180:0.01/1\r\n",
		"x\nCode;Name;Preis;Rate;Valid from\n49,50-53;a;b;0,1;31/12/2026\n", "Code\tRate per sec\tIncrement\n+1\t0.01\t60/60\n",
		"NPANXX,Interstate\n415555,$1.2\n", "prefix,rate\r44,1\r", "\xef\xbb\xbfCode|Rate|Effective Date|Status\n4|1|1-Mar-26 2:30 PM|DEL\n", "prefix,rate\n\"", "Code,Rate\n1-9999,4E+11\n",
		"Country Prefix,Destination,Price First,Price Next,Interval First\n44,20,1,2,30\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := deck.Read(bytes.NewReader(text), deck.Options{File: "f", MaxRows: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(d.Mistakes, d.Warnings...) {
			if m.Line < 1 || m.Column < 0 || m.Reason == "" {
				t.Fatalf("%+v", m)
			}
		}
		if d.Err() != nil {
			return
		}
		var b bytes.Buffer
		if err := deck.Write(&b, rowsOf(d)); err != nil {
			t.Fatal(err)
		}
		again, err := deck.Read(&b, deck.Options{})
		if err != nil || again.Err() != nil {
			t.Fatal(err, again.Err())
		}
		if diff := cmp.Diff(rowsOf(d), rowsOf(again)); diff != "" {
			t.Fatal(diff)
		}
	})
}
