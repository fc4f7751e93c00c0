package rating_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// TestLongestPrefix compares with asking a map for every length, on cards of
// all the sizes for which the index has a table of its own.
func TestLongestPrefix(t *testing.T) {
	for _, n := range []int{0, 1, 40, 2_000, 20_000, 120_000} {
		r := rand.New(rand.NewPCG(5, uint64(n)))
		digits := func(most int) string {
			b := make([]byte, 0, phone.MaxDigits)
			for range r.IntN(most + 1) {
				b = append(b, "0123456789999999"[r.IntN(16)])
			}
			return string(b)
		}
		card := rating.NewCard()
		card.Currency = "USD"
		rowOf := map[string]int32{}
		for i := range n {
			p := digits(7)
			if i%50 == 0 {
				p = digits(phone.MaxDigits)
			}
			if _, ok := rowOf[p]; p == "" && n != 40 || ok {
				continue
			}
			rowOf[p] = int32(len(card.Rates))
			row := rating.NewRow()
			row.Prefix = phone.MustPrefix(p)
			card.Rates = append(card.Rates, row)
		}
		tariff := mustCompile(t, &card)
		calls := make([]rating.Call, 50_000)
		for i := range calls {
			number := digits(phone.MaxDigits)
			if n > 0 && len(card.Rates) > 0 && i%2 == 0 { // beside, or under, a prefix of the card
				number = card.Rates[r.IntN(len(card.Rates))].Prefix.String() + digits(2)
			}
			calls[i].Answered, calls[i].Ended = benchStart, benchStart+when.Second
			if number = number[:min(len(number), phone.MaxDigits)]; number != "" {
				calls[i].Called = phone.MustParse(number)
			}
		}
		charges := make([]rating.Charge, len(calls))
		tariff.RateBatch(calls, charges)
		for i := range calls {
			number, want := calls[i].Called.String(), int32(-1)
			for l := 0; l <= len(number); l++ {
				if row, ok := rowOf[number[:l]]; ok {
					want = row
				}
			}
			if charges[i].Row != want {
				t.Fatalf("%d rows: number %s takes row %d, want %d", n, number, charges[i].Row, want)
			}
		}
	}
}

// TestBatchLengths: any length, across the edges of a stage.
func TestBatchLengths(t *testing.T) {
	card := benchCard(2_000, rating.SpanSplit)
	tariff := mustCompile(t, card)
	calls := benchCalls(card, 1_000, 9_000)
	for _, n := range []int{0, 1, 255, 256, 257, 512, 1_000} {
		out := make([]rating.Charge, n)
		tariff.RateBatch(calls[:n], out)
		for i := range out {
			var want rating.Charge
			tariff.Rate(&calls[i], &want)
			if out[i] != want {
				t.Fatalf("call %d of %d: %+v, want %+v", i, n, out[i], want)
			}
		}
	}
}

// TestNoAllocation: rating allocates nothing, whatever the card.
func TestNoAllocation(t *testing.T) {
	for _, spanning := range []rating.Spanning{rating.SpanStart, rating.SpanSplit} {
		card := benchCard(5_000, spanning)
		tariff := mustCompile(t, card)
		calls := benchCalls(card, 512, 20_000)
		out := make([]rating.Charge, len(calls))
		if n := testing.AllocsPerRun(20, func() { tariff.RateBatch(calls, out) }); n != 0 {
			t.Errorf("RateBatch allocates %v times", n)
		}
		if n := testing.AllocsPerRun(20, func() {
			for i := range calls {
				tariff.Rate(&calls[i], &out[i])
			}
		}); n != 0 {
			t.Errorf("Rate allocates %v times", n)
		}
	}
}

// TestConcurrent rates with one tariff from several goroutines, for the race
// detector.
func TestConcurrent(t *testing.T) {
	card := benchCard(2_000, rating.SpanSplit)
	tariff := mustCompile(t, card)
	calls := benchCalls(card, 1_000, 5_000)
	want := make([]rating.Charge, len(calls))
	tariff.RateBatch(calls, want)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got := make([]rating.Charge, len(calls))
			tariff.RateBatch(calls, got)
			for i := range got {
				if got[i] != want[i] || tariff.Trace(&calls[i]).Charge != want[i] {
					t.Errorf("call %d differs", i)
				}
			}
		})
	}
	wait.Wait()
}

// TestOutsideRanges: what no record should hold is suspended, not guessed.
func TestOutsideRanges(t *testing.T) {
	c := smallCard()
	c.AMDFee = money.MustParse("0.00125")
	c.Rates[0].Increment = math.MaxInt32
	tariff := mustCompile(t, c)
	if got := tariff.AMDFee(); got != money.MustParse("0.0013") {
		t.Errorf("AMDFee is %s", got)
	}
	if tariff.Card() != c || tariff.Rows() != 3 || tariff.Row(-1) != nil || tariff.Row(2) != &c.Rates[2] {
		t.Error("the tariff does not give back its card")
	}
	call := rating.Call{Called: phone.MustParse("447"), Answered: benchStart, Ended: benchStart + when.Minute}
	for _, tc := range []struct {
		name   string
		change func(*rating.Call)
		want   usage.Reason
	}{
		{"as it is", func(*rating.Call) {}, usage.NoReason},
		{"not answered", func(c *rating.Call) { c.Answered = 0 }, usage.NotAnswered},
		{"no length", func(c *rating.Call) { c.Ended = c.Answered }, usage.ZeroLength},
		{"ends before", func(c *rating.Call) { c.Ended = c.Answered - 1 }, usage.ZeroLength},
		{"longer than 68 years", func(c *rating.Call) { c.Ended = c.Answered + 1<<31*when.Second }, usage.Overflow},
		{"longer than can be", func(c *rating.Call) { c.Answered, c.Ended = -1<<62, 1<<62+1<<61 }, usage.Overflow},
		{"discount", func(c *rating.Call) { c.Discount = 1_000_001 }, usage.BadValue},
		{"negative discount", func(c *rating.Call) { c.Discount = -1 }, usage.BadValue},
		{"negative bundle", func(c *rating.Call) { c.Bundle = -5 }, usage.NoReason},
		{"too many seconds billed", func(c *rating.Call) { c.Called = phone.MustParse("39") }, usage.Overflow},
		{"large bundle", func(c *rating.Call) { c.Bundle = 1<<31 - 1 }, usage.Bundle},
	} {
		call := call
		tc.change(&call)
		var got rating.Charge
		tariff.Rate(&call, &got)
		if got.Reason != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got.Reason, tc.want)
		}
		if rated := tc.want == usage.NoReason; rated != (got.Status == usage.Rated) || rated != (got.Amount > 0) {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

// TestSplitDates: a row that begins or ends in mid-call is taken and left there.
func TestSplitDates(t *testing.T) {
	noon := when.MustParse("2026-06-01T12:00:00Z")
	c := smallCard()
	c.Spanning, c.Rounding.Decimals = rating.SpanSplit, 6
	c.Rates[1].Rate, c.Rates[2].Rate = money.MustParseRate("0.06"), money.MustParseRate("0.6")
	c.Rates[2].From, c.Rates[2].To = noon, noon+20*when.Second
	tr := mustCompile(t, c).Trace(&rating.Call{Called: phone.MustParse("4477"), Answered: noon - 30*when.Second, Ended: noon + 30*when.Second})
	if tr.Amount != money.MustParse("0.24") || len(tr.Segments) != 3 || tr.Charge.Row != 1 || tr.Segments[1].Row != 2 || tr.Segments[2].From != 50 {
		t.Errorf("%+v", tr)
	}
	if tr.Until != noon {
		t.Errorf("the row is taken until %s", tr.Until)
	}
}

func TestTraceNumbers(t *testing.T) {
	c := smallCard()
	r := &c.Rates[1]
	r.Rate, r.Initial, r.Increment, r.Grace, r.ConnectFee = money.MustParseRate("0.01"), 30, 6, 2, money.MustParse("0.02")
	r.Steps = []rating.Step{{From: 60, Rate: money.MustParseRate("0.005"), Increment: 1}}
	r.MaxCharge = amount("0.025")
	tr := mustCompile(t, c).Trace(&rating.Call{
		Called: phone.MustParse("44123"), Bundle: 10, Discount: int32(10 * rating.OnePercent),
		Answered: when.MustParse("2026-06-01T17:59:00Z"), Ended: when.MustParse("2026-06-01T18:00:10.5Z"), // a Monday
	})
	if tr.Length != 71 || tr.Grace != 2 || tr.Step != 1 || tr.Increment != 1 || tr.Billed != 71 || tr.Covered != 10 ||
		tr.Exact.String() != "0.028325" || tr.Rounded.String() != "0.0283" || tr.Bound != rating.MaxBound || tr.Amount.String() != "0.025" {
		t.Errorf("%+v", tr)
	}
	if len(tr.Segments) != 2 || tr.Segments[0].To != 60 || tr.Segments[0].Cost.String() != "0.0075" || tr.Segments[1].Discounted.String() != "0.0045" {
		t.Errorf("%+v", tr.Segments)
	}
	if tr.Band == nil || tr.Band.Name != "peak" || tr.Band.Window.String() != "mon,tue 08:00-18:00" || tr.Band.Until != when.MustParse("2026-06-01T18:00:00Z") {
		t.Errorf("%+v", tr.Band)
	}
}

func TestExactString(t *testing.T) {
	for _, tc := range []struct {
		x    rating.Exact
		want string
	}{
		{rating.Exact{}, "0"},
		{rating.Exact{Lo: 60_000_000_000}, "1"},
		{rating.Exact{Lo: 20_000_000_000}, "0.333333333333…"},
		{rating.Exact{Lo: 3}, "0.00000000005"},
		{rating.Exact{Hi: 15}, "4611686018.427387904"},
	} {
		if got := tc.x.String(); got != tc.want {
			t.Errorf("%+v is %s, want %s", tc.x, got, tc.want)
		}
	}
}

// TestExactRound: what does not fit is refused, also where rounding up would
// carry beyond the last bit.
func TestExactRound(t *testing.T) {
	up := money.Rounding{Decimals: 6, Mode: money.Up}
	const perMicro = 60_000
	last := rating.Exact{Hi: perMicro / 2, Lo: 0} // 2^63 micros: one too many
	if a, ok := last.Round(up); ok {
		t.Errorf("2^63 micros are %s", a)
	}
	last = rating.Exact{Hi: perMicro/2 - 1, Lo: 1<<64 - perMicro}
	if a, ok := last.Round(up); !ok || a != math.MaxInt64 {
		t.Errorf("2^63-1 micros are %s, %v", a, ok)
	}
	carry := rating.Exact{Hi: perMicro - 1, Lo: 1<<64 - perMicro + 1} // a little more than 2^64-1 micros
	if a, ok := carry.Round(up); ok {
		t.Errorf("2^64-1 micros and a bit are %s", a)
	}
}

func TestPercent(t *testing.T) {
	for s, want := range map[string]rating.Percent{"0": 0, "12.5": 125_000, "33.333": 333_330, "0.0001": 1, "100": rating.Whole} {
		p, err := rating.ParsePercent(s)
		if err != nil || p != want || p.String() != s {
			t.Errorf("%s is %d, %s, %v", s, p, p, err)
		}
	}
	for _, s := range []string{"", "-1", "100.0001", "0.00001", "1e1", "5%", strconv.Itoa(1 << 40)} {
		if p, err := rating.ParsePercent(s); err == nil {
			t.Errorf("%q is %d", s, p)
		}
	}
}

func TestCandidates(t *testing.T) {
	c := smallCard()
	june := when.MustParse("2026-06-01T00:00:00Z") // a Monday, at midnight
	add := func(prefix string, change func(*rating.Row)) {
		r := rating.NewRow()
		r.Prefix = phone.MustPrefix(prefix)
		change(&r)
		c.Rates = append(c.Rates, r)
	}
	add("447", func(r *rating.Row) { r.Origin = phone.MustPrefix("1") })
	add("447", func(r *rating.Row) { r.Band = "peak" })
	c.Rates[2].To = june
	add("447", func(r *rating.Row) { r.From = june + 1 })
	got := mustCompile(t, c).Candidates(usage.Outgoing, phone.MustParse("4477"), phone.MustParse("49"), june)
	want := []rating.Candidate{
		{Row: 3, Verdict: rating.OtherOrigin}, {Row: 4, Verdict: rating.OtherBand}, {Row: 2, Verdict: rating.Ended},
		{Row: 5, Verdict: rating.NotYet}, {Row: 1, Verdict: rating.Taken}, {Row: 0, Verdict: rating.Outranked},
	}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %d %s, want %d %s", i, got[i].Row, got[i].Verdict, want[i].Row, want[i].Verdict)
		}
	}
}
