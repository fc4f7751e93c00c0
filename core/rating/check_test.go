package rating_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// smallCard is a card without mistakes: three rows and two bands.
func smallCard() *rating.Card {
	c := rating.NewCard()
	c.ID, c.Name, c.Currency = "retail", "Retail", "USD"
	c.Bands = []rating.Band{
		{Name: "peak", Windows: []when.Window{{Days: when.Monday | when.Tuesday, From: 480, To: 1080}}},
		{Name: "night", Windows: []when.Window{{Days: when.Monday, From: 1320, To: 360}}, Holidays: []when.Day{20261225}},
	}
	for _, p := range []string{"", "44", "447"} {
		r := rating.NewRow()
		r.Prefix, r.Rate = phone.MustPrefix(p), money.MustParseRate("0.012")
		c.Rates = append(c.Rates, r)
	}
	return &c
}

func amount(s string) *money.Amount {
	a := money.MustParse(s)
	return &a
}

func TestCheckMistakes(t *testing.T) {
	june, july := when.MustParse("2026-06-01T00:00:00Z"), when.MustParse("2026-07-01T00:00:00Z")
	again := func(c *rating.Card, change func(*rating.Row)) { // row 4 is row 2 again, but for a change
		c.Rates = append(c.Rates, c.Rates[1])
		change(&c.Rates[3])
	}
	for _, tc := range []struct {
		name  string
		spoil func(*rating.Card)
		want  []string // substrings, one for each mistake
	}{
		{"none", func(*rating.Card) {}, nil},
		{"currency", func(c *rating.Card) { c.Currency = "usd" }, []string{`currency "usd"`}},
		{"zone", func(c *rating.Card) { c.Zone = "Mars/Base" }, []string{`time_zone "Mars/Base"`}},
		{"no zone is UTC", func(c *rating.Card) { c.Zone = "" }, nil},
		{"rounding", func(c *rating.Card) { c.Rounding.Decimals = 7 }, []string{`rounding.decimals "7"`}},
		{"rules", func(c *rating.Card) { c.Spanning, c.GraceRule = 2, 2 }, []string{"spanning", "grace_rule"}},
		{"fee", func(c *rating.Card) { c.AMDFee = -1 }, []string{`amd_fee "-0.000001"`}},
		{"fee too large", func(c *rating.Card) { c.AMDFee = math.MaxInt64; c.Rounding.Mode = money.Up }, []string{"amd_fee"}},
		{"rates and fees", func(c *rating.Card) { c.Rates[0].Rate, c.Rates[2].ConnectFee = -1, -1 }, []string{`line 1: rate`, `line 3: connect_fee`}},
		{"seconds", func(c *rating.Card) { c.Rates[0].Initial, c.Rates[0].Increment, c.Rates[0].Grace = 0, 0, -1 },
			[]string{`line 1: initial "0": must be 1 or more`, `line 1: increment "0"`, `line 1: grace "-1": must be 0 or more`}},
		{"direction", func(c *rating.Card) { c.Rates[1].Direction = 2 }, []string{"line 2: direction"}},
		{"unknown band", func(c *rating.Card) { c.Rates[1].Band = "weekend" }, []string{`line 2: band "weekend"`}},
		{"bounds", func(c *rating.Card) {
			c.Rates[0].MinCharge, c.Rates[0].MaxCharge = amount("2"), amount("1")
			c.Rates[1].MinCharge, c.Rates[1].MaxCharge = amount("1"), amount("1")
			c.Rates[2].MaxCharge = amount("-1")
		}, []string{`line 1: min_charge "2": is above max_charge 1`, `line 3: max_charge "-1"`}},
		{"steps", func(c *rating.Card) {
			c.Rates[0].Steps = []rating.Step{{From: 0, Increment: 1}, {From: 60, Increment: 1}, {From: 60, Rate: -1, Increment: 0}}
		}, []string{`after second 0`, `steps must ascend`, `rate must not be below`, `must be 1 or more`}},
		{"dates", func(c *rating.Card) { c.Rates[0].From, c.Rates[0].To = june, june }, []string{"line 1: effective_to"}},
		{"same row twice", func(c *rating.Card) { again(c, func(*rating.Row) {}) }, []string{`line 4: prefix "44": overlaps row 2 in time`}},
		{"other direction", func(c *rating.Card) { again(c, func(r *rating.Row) { r.Direction = usage.Incoming }) }, nil},
		{"other origin", func(c *rating.Card) { again(c, func(r *rating.Row) { r.Origin = phone.MustPrefix("1") }) }, nil},
		{"other band", func(c *rating.Card) { again(c, func(r *rating.Row) { r.Band = "peak" }) }, nil},
		{"behind each other", func(c *rating.Card) {
			c.Rates[1].To = june
			again(c, func(r *rating.Row) { r.From, r.To = june, july })
		}, nil},
		{"a long one over two short ones", func(c *rating.Card) {
			again(c, func(r *rating.Row) { r.From, r.To = june, july })
			c.Rates = append(c.Rates, c.Rates[3])
			c.Rates[4].From, c.Rates[4].To = july, 0
		}, []string{"line 4: prefix", "line 5: prefix"}},
		{"band names", func(c *rating.Card) { c.Bands[0].Name, c.Bands[1].Name = "", "" }, []string{"band 1 has no name", "band 2 has no name"}},
		{"band twice", func(c *rating.Card) { c.Bands[1].Name = "peak" }, []string{"another band has that name"}},
		{"bands overlap", func(c *rating.Card) { c.Bands[0].Windows[0].From = 359 },
			[]string{`bands "night": overlaps band peak on tue at 05:59`}},
		{"bands touch", func(c *rating.Card) { c.Bands[0].Windows[0].From = 360 }, nil},
		{"window", func(c *rating.Card) { c.Bands[0].Windows[0].Days = 0 }, []string{"names no day"}},
		{"holidays", func(c *rating.Card) { c.Bands[0].Holidays = []when.Day{20261225, 20260230} },
			[]string{`holidays "20260230"`, `belongs to band peak and to band night`}},
		{"too many bands", func(c *rating.Card) { c.Bands = make([]rating.Band, rating.MaxBands+1) }, []string{`bands "251"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := smallCard()
			tc.spoil(c)
			mistakes, _ := c.Check()
			if len(mistakes) != len(tc.want) {
				t.Fatalf("%d mistakes, want %d:\n%v", len(mistakes), len(tc.want), mistakes)
			}
			for i, want := range tc.want {
				if got := mistakes[i].String(); !strings.Contains(got, want) {
					t.Errorf("mistake %d is %s, want %s", i, got, want)
				}
			}
			if _, err := rating.Compile(c); (err != nil) != (len(tc.want) > 0) {
				t.Errorf("Compile: %v", err)
			} else if err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("Compile: %v is not Invalid", err)
			}
		})
	}
}

func TestCheckWarnings(t *testing.T) {
	for _, tc := range []struct {
		initial, increment int32
		steps              []rating.Step
		want               int
	}{
		{1, 1, []rating.Step{{From: 60, Increment: 6}, {From: 180, Increment: 1}}, 0},
		{30, 6, []rating.Step{{From: 60, Increment: 1}}, 0},
		{30, 6, []rating.Step{{From: 61, Increment: 1}}, 1},
		{60, 60, []rating.Step{{From: 30, Increment: 1}}, 1},           // inside the first block
		{60, 60, []rating.Step{{From: 60, Increment: 60}}, 0},          // at its end
		{1, 1, []rating.Step{{From: 60, Increment: 7}, {From: 80}}, 1}, // 67, 74, 81
	} {
		c := smallCard()
		c.Rates[1].Initial, c.Rates[1].Increment, c.Rates[1].Steps = tc.initial, tc.increment, tc.steps
		_, warnings := c.Check()
		if len(warnings) != tc.want || tc.want > 0 && warnings[0].Line != 2 {
			t.Errorf("%+v: %v", tc, warnings)
		}
	}
}

// TestCheckLimit: a deck in which everything is wrong does not fill memory.
func TestCheckLimit(t *testing.T) {
	c := smallCard()
	c.Rates = make([]rating.Row, 2*rating.MaxMistakes) // initial and increment are zero, and all overlap
	mistakes, _ := c.Check()
	if n := len(mistakes); n != rating.MaxMistakes+1 || mistakes[n-1].Reason != "and 49999 more" {
		t.Errorf("%d mistakes, the last: %v", n, mistakes[n-1])
	}
}

// TestCheckOverlaps compares with looking at every pair.
func TestCheckOverlaps(t *testing.T) {
	c := benchCard(3000, rating.SpanStart)
	for i := range c.Rates { // make many of them meet
		r := &c.Rates[i]
		r.Prefix = phone.Prefix(phone.Number(r.Prefix).Prefix(2))
		if i%2 == 0 {
			r.From = benchStart + when.Instant(i*7919%365)*when.DayLength
			r.To = r.From + when.Instant(i*104729%20+1)*when.DayLength
		}
	}
	want := map[int64]bool{}
	for i := range c.Rates {
		for j := range c.Rates {
			a, b := &c.Rates[i], &c.Rates[j]
			rivals := a.Direction == b.Direction && a.Prefix == b.Prefix && a.Origin == b.Origin && a.Band == b.Band
			earlier := a.From < b.From || a.From == b.From && i < j
			if rivals && earlier && (when.Period{From: a.From, To: a.To}).Overlaps(when.Period{From: b.From, To: b.To}) {
				want[int64(j+1)] = true
			}
		}
	}
	mistakes, _ := c.Check()
	var got []int64
	for _, m := range mistakes {
		got = append(got, m.Line)
		if !want[m.Line] {
			t.Errorf("row %d does not overlap: %v", m.Line, m)
		}
	}
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != len(want) {
		t.Errorf("%d rows overlap, want %d", len(got), len(want))
	}
}
