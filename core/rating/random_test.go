package rating_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// oddZones have offsets of half and quarter hours, changes of half an hour and
// of two hours, changes at midnight, a skipped day, and changes that come and
// go with Ramadan.
var oddZones = []string{
	"UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
	"Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll", "America/St_Johns", "Asia/Tehran",
}

// world is a card and the instants and lengths at which something happens.
type world struct {
	card    rating.Card
	around  when.Instant
	moments []when.Instant
	lengths []int64
	numbers []string
}

// drawWorld makes a card that has no mistakes, whose dates, windows and
// holidays crowd around one moment.
func drawWorld(t *rapid.T) *world {
	w := &world{card: rating.NewCard()}
	w.card.Currency = "USD"
	w.card.Zone = rapid.SampledFrom(oddZones).Draw(t, "zone")
	w.card.Spanning = rapid.SampledFrom([]rating.Spanning{rating.SpanStart, rating.SpanSplit}).Draw(t, "spanning")
	w.card.GraceRule = rapid.SampledFrom([]rating.GraceRule{rating.GraceThreshold, rating.GraceDeduct}).Draw(t, "grace rule")
	w.card.Rounding = money.Rounding{
		Decimals: rapid.IntRange(0, 6).Draw(t, "decimals"),
		Mode:     money.Mode(rapid.IntRange(0, 3).Draw(t, "mode")),
	}
	w.drawMoment(t)
	w.drawBands(t)
	w.lengths = []int64{1, 2, 60, 3600, 5000}
	w.numbers = []string{"", "1", "99999999999999", "999999999999999", "4"}
	for range rapid.IntRange(1, 10).Draw(t, "rows") {
		w.drawRows(t)
	}
	return w
}

// drawMoment takes a change of clocks where the zone has one, or any hour.
func (w *world) drawMoment(t *rapid.T) {
	zone, err := when.LoadZone(w.card.Zone)
	if err != nil {
		t.Fatal(err)
	}
	start := when.MustParse("1990-01-01T00:00:00Z") + when.Instant(rapid.IntRange(0, 110*366*24).Draw(t, "hour"))*when.Hour
	if _, change := zone.Offset(start); change != when.Forever && rapid.IntRange(0, 3).Draw(t, "change") > 0 {
		start = change
	}
	w.around = start
	day := zone.Day(start)
	w.moments = []when.Instant{start, zone.Start(day), zone.Start(day.Add(1)), zone.Start(day.Add(2)), zone.Start(day.Add(-1))}
}

func (w *world) drawBands(t *rapid.T) {
	var taken [7 * 1440]int
	zone, _ := when.LoadZone(w.card.Zone)
	day := zone.Day(w.around)
	free := []when.Day{day.Add(-2), day.Add(-1), day, day.Add(1), day.Add(2)}
	clock := rapid.SampledFrom([]int{0, 1, 60, 90, 120, 150, 180, 360, 480, 1080, 1320, 1439})
	for n := range rapid.IntRange(0, 4).Draw(t, "bands") {
		b := rating.Band{Name: fmt.Sprintf("band%d", n)}
		for range rapid.IntRange(0, 3).Draw(t, "windows") {
			win := when.Window{
				Days: when.Weekdays(rapid.IntRange(1, 127).Draw(t, "days")),
				From: clock.Draw(t, "from"), To: clock.Draw(t, "to"),
			}
			if win.To == 0 && rapid.Bool().Draw(t, "24:00") {
				win.To = 1440
			}
			if claim(&taken, win, n+1) {
				b.Windows = append(b.Windows, win)
				w.moments = append(w.moments,
					zone.Start(day)+when.Instant(win.From)*when.Minute, zone.Start(day)+when.Instant(win.To)*when.Minute)
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "holidays") {
			if i := rapid.IntRange(0, len(free)-1).Draw(t, "holiday"); free[i] != 0 {
				b.Holidays = append(b.Holidays, free[i])
				free[i] = 0
			}
		}
		w.card.Bands = append(w.card.Bands, b)
	}
}

// claim takes the minutes of a window unless another band has one of them.
func claim(taken *[7 * 1440]int, w when.Window, band int) bool {
	for _, write := range []bool{false, true} {
		for d := range 7 {
			for m := w.From; w.Days.Has(d) && m < w.End(); m++ {
				at := &taken[(d*1440+m)%len(taken)]
				if *at != 0 && *at != band {
					return false
				}
				if write {
					*at = band
				}
			}
		}
	}
	return true
}

// drawRows makes rows of one direction, prefix, origin and band, one behind the
// other in time.
func (w *world) drawRows(t *rapid.T) {
	row := rating.NewRow()
	row.Direction = usage.Direction(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "direction"))
	p := rapid.SampledFrom(w.numbers).Draw(t, "longer than") + rapid.StringMatching(`[0149]{0,2}`).Draw(t, "digits")
	p = p[:min(len(p), phone.MaxDigits)]
	w.numbers = append(w.numbers, p)
	row.Prefix = phone.MustPrefix(p)
	if rapid.IntRange(0, 2).Draw(t, "with origin") == 0 {
		row.Origin = phone.MustPrefix(rapid.SampledFrom([]string{"4", "44", "447", "1", "999999999999999"}).Draw(t, "origin"))
	}
	if len(w.card.Bands) > 0 && rapid.Bool().Draw(t, "with band") {
		row.Band = rapid.SampledFrom(w.card.Bands).Draw(t, "band").Name
	}
	for i := range w.card.Rates {
		r := &w.card.Rates[i]
		if r.Direction == row.Direction && r.Prefix == row.Prefix && r.Origin == row.Origin && r.Band == row.Band {
			return
		}
	}
	dates := []when.Instant{0}
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "dates") {
		d := rapid.SampledFrom(w.moments).Draw(t, "date") + when.Instant(rapid.IntRange(-90_000_000, 90_000_000).Draw(t, "off by"))
		if d > dates[len(dates)-1] {
			dates = append(dates, d)
			w.moments = append(w.moments, d)
		}
	}
	late := len(dates) > 1 && rapid.Bool().Draw(t, "begins late")
	for i, from := range dates {
		if i == 0 && late {
			continue
		}
		r := row
		r.From = from
		if i+1 < len(dates) {
			r.To = dates[i+1]
		}
		if i+1 == len(dates) && i > 0 && rapid.Bool().Draw(t, "ends") {
			return
		}
		w.drawPrice(t, &r)
		w.card.Rates = append(w.card.Rates, r)
	}
}

func (w *world) drawPrice(t *rapid.T, r *rating.Row) {
	rate := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 5_000_000_000), rapid.Just(int64(600_000_000)))
	seconds := rapid.SampledFrom([]int32{1, 1, 2, 6, 30, 60, 600})
	r.Rate = money.Rate(rate.Draw(t, "rate"))
	r.ConnectFee = money.Amount(rapid.SampledFrom([]int64{0, 0, 1, 50_000, 123_456}).Draw(t, "connect fee"))
	r.Initial, r.Increment = seconds.Draw(t, "initial"), seconds.Draw(t, "increment")
	r.Grace = rapid.SampledFrom([]int32{0, 0, 1, 5, 60}).Draw(t, "grace")
	r.Blocked = rapid.IntRange(0, 9).Draw(t, "blocked") == 0
	from := int32(0)
	for range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "steps") {
		from += rapid.Int32Range(1, 90).Draw(t, "step")
		r.Steps = append(r.Steps, rating.Step{From: from, Rate: money.Rate(rate.Draw(t, "step rate")), Increment: seconds.Draw(t, "step increment")})
		w.lengths = append(w.lengths, int64(from), int64(from+r.Grace))
	}
	bound := func(name string) *money.Amount {
		a := money.Amount(rapid.Int64Range(0, 2_000_000).Draw(t, name))
		return &a
	}
	if rapid.IntRange(0, 3).Draw(t, "with min") == 0 {
		r.MinCharge = bound("min")
	}
	if rapid.IntRange(0, 3).Draw(t, "with max") == 0 {
		r.MaxCharge = bound("max")
		if r.MinCharge != nil {
			*r.MaxCharge += *r.MinCharge
		}
	}
	w.lengths = append(w.lengths, int64(r.Initial), int64(r.Grace), int64(r.Initial+r.Increment), int64(r.Initial+r.Grace))
}

// drawCall aims at the edges of the card.
func (w *world) drawCall(t *rapid.T) rating.Call {
	number := func(name string, from []string, most int) phone.Number {
		s := rapid.SampledFrom(from).Draw(t, name) + rapid.StringMatching(`[0149]{0,3}`).Draw(t, name+" digits")
		if s == "" {
			return 0
		}
		return phone.MustParse(s[:min(len(s), most)])
	}
	c := rating.Call{
		Direction: usage.Direction(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "call direction")),
		Called:    number("called", w.numbers, phone.MaxDigits),
		Calling:   number("calling", []string{"", "4", "44", "447", "1", "99999999999999"}, phone.MaxDigits),
	}
	length := when.Instant(max(0, rapid.SampledFrom(w.lengths).Draw(t, "length")+rapid.Int64Range(-1, 1).Draw(t, "length off by"))) * when.Second
	length += when.Instant(rapid.SampledFrom([]int{0, 0, 1, 999_999, -1, -999_999}).Draw(t, "micros"))
	c.Answered = rapid.SampledFrom(w.moments).Draw(t, "moment")
	switch rapid.IntRange(0, 3).Draw(t, "when") {
	case 0:
		c.Answered += when.Instant(rapid.IntRange(-2, 2).Draw(t, "micros off"))
	case 1:
		c.Answered -= when.Instant(rapid.Int64Range(0, max(0, int64(length))+1_000_000).Draw(t, "before"))
	case 2:
		c.Answered += when.Instant(rapid.IntRange(-48, 48).Draw(t, "hours off")) * when.Hour
	}
	c.Ended = c.Answered + length
	c.Started = c.Answered
	if rapid.IntRange(0, 30).Draw(t, "not answered") == 0 {
		c.Answered = 0
	}
	if rapid.IntRange(0, 2).Draw(t, "with bundle") == 0 {
		c.Bundle = int32(max(0, rapid.SampledFrom(w.lengths).Draw(t, "bundle")+rapid.Int64Range(-1, 1).Draw(t, "bundle off by")))
	}
	if rapid.IntRange(0, 2).Draw(t, "with discount") == 0 {
		c.Discount = rapid.SampledFrom([]int32{1, 100_000, 125_000, 333_330, 500_000, 1_000_000}).Draw(t, "discount")
	}
	return c
}

// TestSlowTwin compares Rate, RateBatch, Trace and Candidates with the twin.
func TestSlowTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		tariff, err := rating.Compile(&w.card)
		if err != nil {
			t.Fatal(err)
		}
		twin := newSlow(&w.card)
		calls := make([]rating.Call, rapid.IntRange(1, 12).Draw(t, "calls"))
		for i := range calls {
			calls[i] = w.drawCall(t)
		}
		charges := make([]rating.Charge, len(calls))
		tariff.RateBatch(calls, charges)
		for i := range calls {
			c := &calls[i]
			want := twin.rate(c)
			var got rating.Charge
			tariff.Rate(c, &got)
			if got != want || charges[i] != want {
				t.Fatalf("call %+v\nanswered %s in %s\nRate      %+v\nRateBatch %+v\nwant      %+v", *c, c.Answered, w.card.Zone, got, charges[i], want)
			}
			checkTrace(t, tariff, c, want)
			checkCandidates(t, tariff, c, want)
		}
	})
}

// checkTrace asserts that the steps of a trace add up to the charge.
func checkTrace(t *rapid.T, tariff *rating.Tariff, c *rating.Call, want rating.Charge) {
	tr := tariff.Trace(c)
	if tr.Charge != want {
		t.Fatalf("Trace %+v, want %+v", tr.Charge, want)
	}
	if want.Charged == 0 {
		if len(tr.Segments) > 0 || tr.Exact != (rating.Exact{}) {
			t.Fatalf("nothing is charged, but the trace has %+v", tr)
		}
		return
	}
	next := tr.Covered
	sum := fraction(int64(tr.ConnectFee), 1e6)
	for _, s := range tr.Segments {
		if s.From != next || s.To <= s.From {
			t.Fatalf("segments have a gap: %+v", tr.Segments)
		}
		next = s.To
		cost := fraction(int64(s.Discounted), 1e9)
		sum.Add(sum, cost.Mul(cost, fraction(int64(s.To-s.From), 60)))
	}
	if next != want.Billed || sum.Cmp(fraction(0, 1).SetFrac(tr.Exact.Big(), fraction(60_000_000_000, 1).Num())) != 0 {
		t.Fatalf("segments do not add up: %+v", tr)
	}
	if slowRound(sum, tr.Rounding).Int64() != int64(tr.Rounded) || (tr.Bound != rating.NoBound) != (tr.Rounded != tr.Amount) {
		t.Fatalf("the rounding is told wrongly: %+v", tr)
	}
}

// checkCandidates asserts that exactly the rows whose prefix fits are listed,
// longest first, and that the one that was taken is said to be.
func checkCandidates(t *rapid.T, tariff *rating.Tariff, c *rating.Call, want rating.Charge) {
	card := tariff.Card()
	answered := want.Reason != usage.NotAnswered && want.Reason != usage.ZeroLength
	listed, last := 0, phone.MaxDigits
	for _, cand := range tariff.Candidates(c.Direction, c.Called, c.Calling, c.Answered) {
		r := &card.Rates[cand.Row]
		if r.Direction != c.Direction || !strings.HasPrefix(c.Called.String(), r.Prefix.String()) || r.Prefix.Len() > last {
			t.Fatalf("row %d is not a candidate at its place", cand.Row)
		}
		listed, last = listed+1, r.Prefix.Len()
		if taken := cand.Verdict == rating.Taken; answered && taken != (cand.Row == want.Row) {
			t.Fatalf("row %d is %s, but row %d was taken", cand.Row, cand.Verdict, want.Row)
		}
	}
	for i := range card.Rates {
		if r := &card.Rates[i]; r.Direction == c.Direction && strings.HasPrefix(c.Called.String(), r.Prefix.String()) {
			listed--
		}
	}
	if listed != 0 {
		t.Fatalf("%d candidates too many", listed)
	}
}

// TestLargeNumbers rates what is near the ends of all ranges, where the answer
// is right or Overflow.
func TestLargeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		big64 := rapid.OneOf(rapid.Int64Range(math.MaxInt64-1000, math.MaxInt64), rapid.Int64Range(0, math.MaxInt64))
		card := rating.NewCard()
		card.Currency = "USD"
		card.Rounding.Decimals = rapid.IntRange(0, 6).Draw(t, "decimals")
		card.Rounding.Mode = money.Mode(rapid.IntRange(0, 3).Draw(t, "mode"))
		row := rating.NewRow()
		row.Rate, row.ConnectFee = money.Rate(big64.Draw(t, "rate")), money.Amount(big64.Draw(t, "fee"))
		if rapid.Bool().Draw(t, "no fee") {
			row.ConnectFee = 0
		}
		row.Increment = rapid.SampledFrom([]int32{1, 60, math.MaxInt32}).Draw(t, "increment")
		card.Rates = []rating.Row{row}
		tariff, err := rating.Compile(&card)
		if err != nil {
			t.Fatal(err)
		}
		at := when.MustParse("2026-06-01T00:00:00Z")
		c := rating.Call{Called: phone.MustParse("44"), Answered: at, Ended: at + when.Instant(rapid.Int64Range(1, 70).Draw(t, "length"))*when.Second}
		c.Discount = rapid.SampledFrom([]int32{0, 1, 999_999, 1_000_000}).Draw(t, "discount")
		var got rating.Charge
		tariff.Rate(&c, &got)
		if row.Increment == math.MaxInt32 { // too many seconds to be priced one by one
			if c.Ended-c.Answered > when.Second && got.Reason != usage.NoReason && got.Reason != usage.Overflow {
				t.Fatalf("got %+v", got)
			}
			return
		}
		want := newSlow(&card).rate(&c)
		if got.Status != want.Status || got.Reason != want.Reason || got.Amount != want.Amount {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
