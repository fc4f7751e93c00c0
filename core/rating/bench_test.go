package rating_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
)

// worldCodes are country codes that bench cards draw their prefixes from.
var worldCodes = []string{
	"7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
	"51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86",
	"90", "91", "92", "93", "94", "95", "98", "212", "213", "216", "218", "220", "234", "254", "255", "256", "260",
	"350", "351", "352", "353", "354", "355", "356", "357", "358", "359", "370", "371", "372", "373", "380", "381",
	"385", "386", "420", "421", "502", "503", "504", "506", "507", "591", "593", "595", "598", "852", "853", "855",
	"880", "886", "961", "962", "963", "964", "965", "966", "968", "971", "972", "973", "974", "992", "994", "995", "998",
}

var benchStart = when.MustParse("2026-06-01T00:00:00Z")

// benchCard is n rows, no two of one prefix next to each other: half of them
// North American blocks, the rest breakouts of the whole world; with some
// origins, bands, dates and steps.
func benchCard(n int, spanning rating.Spanning) *rating.Card {
	r := rand.New(rand.NewPCG(1, 2))
	c := rating.NewCard()
	c.Currency, c.Zone, c.Spanning = "USD", "Europe/London", spanning
	weekdays := when.EveryDay &^ when.Saturday &^ when.Sunday
	c.Bands = []rating.Band{
		{Name: "peak", Windows: []when.Window{{Days: weekdays, From: 480, To: 1080}}},
		{Name: "weekend", Windows: []when.Window{{Days: when.Saturday | when.Sunday, To: 1440}}, Holidays: []when.Day{20260525, 20260831}},
		{Name: "night", Windows: []when.Window{{Days: weekdays &^ when.Friday, From: 1320, To: 360}}},
	}
	seen := make(map[phone.Prefix]bool, n)
	c.Rates = make([]rating.Row, 0, n+2)
	for p := ""; len(c.Rates) < n; p = benchPrefix(r, n) {
		if key := phone.MustPrefix(p); !seen[key] {
			seen[key] = true
			c.Rates = append(c.Rates, benchRows(r, key)...)
		}
	}
	c.Rates = c.Rates[:n]
	return &c
}

func benchPrefix(r *rand.Rand, n int) string {
	if r.IntN(100) < 55 && n > 50_000 {
		p := "1" + strconv.Itoa(201+r.IntN(780)) + strconv.Itoa(200+r.IntN(800))
		if n > 300_000 {
			p += strconv.Itoa(r.IntN(10))
		}
		return p
	}
	p := []byte(worldCodes[r.IntN(len(worldCodes))])
	for range r.IntN(3) + r.IntN(5) {
		p = append(p, byte('0'+r.IntN(10)))
	}
	return string(p)
}

func benchRows(r *rand.Rand, p phone.Prefix) []rating.Row {
	row := rating.NewRow()
	row.Prefix, row.Rate = p, money.Rate(2+r.IntN(3000))*100_000
	blocks := [...][2]int32{{1, 1}, {6, 6}, {60, 60}, {30, 6}, {60, 1}}[r.IntN(5)]
	row.Initial, row.Increment = blocks[0], blocks[1]
	if r.IntN(10) == 0 {
		row.ConnectFee = 10_000
	}
	other := row
	other.Rate *= 2
	switch x := r.IntN(100); {
	case x < 3:
		other.Origin = phone.MustPrefix(worldCodes[r.IntN(40)])
	case x < 8:
		other.Band = [...]string{"peak", "weekend", "night"}[r.IntN(3)]
	case x < 18:
		other.To = benchStart + 10*when.DayLength
		row.From = other.To
	case x < 19:
		row.Steps = []rating.Step{{From: 60, Rate: row.Rate / 2, Increment: 1}, {From: 180, Rate: row.Rate / 4, Increment: 1}}
		return []rating.Row{row}
	default:
		return []rating.Row{row}
	}
	return []rating.Row{other, row}
}

// benchCalls are n calls to numbers under prefixes drawn uniformly from the
// card, which is the worst case for memory.
func benchCalls(c *rating.Card, n int, seconds int64) []rating.Call {
	r := rand.New(rand.NewPCG(3, 4))
	calls := make([]rating.Call, n)
	for i := range calls {
		p := c.Rates[r.IntN(len(c.Rates))].Prefix.String()
		for len(p) < 11 {
			p += strconv.Itoa(r.IntN(10))
		}
		at := benchStart + when.Instant(r.Int64N(int64(30*when.DayLength)))
		length := when.Instant(r.Int64N(2*seconds)+1) * when.Second
		calls[i] = rating.Call{
			Called: phone.MustParse(p), Calling: phone.MustParse(worldCodes[r.IntN(40)] + strconv.Itoa(100000000+r.IntN(800000000))),
			Started: at, Answered: at, Ended: at + length,
		}
	}
	return calls
}

func mustCompile(t testing.TB, c *rating.Card) *rating.Tariff {
	tariff, err := rating.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return tariff
}

// BenchmarkRate rates one by one and in batches; the unit M/s is calls.
func BenchmarkRate(b *testing.B) {
	for _, shape := range []struct {
		rows     int
		spanning rating.Spanning
		seconds  int64
	}{
		{1_000, rating.SpanStart, 90}, {100_000, rating.SpanStart, 90}, {1_000_000, rating.SpanStart, 90},
		{100_000, rating.SpanStart, 20_000}, {100_000, rating.SpanSplit, 90}, {100_000, rating.SpanSplit, 20_000},
	} {
		card := benchCard(shape.rows, shape.spanning)
		tariff := mustCompile(b, card)
		calls := benchCalls(card, 1<<20, shape.seconds)
		name := fmt.Sprintf("rows=%d/%s/%ds", shape.rows, shape.spanning, shape.seconds)
		b.Run(name+"/single", func(b *testing.B) {
			b.ReportAllocs()
			var out rating.Charge
			for i := range b.N {
				tariff.Rate(&calls[i&(len(calls)-1)], &out)
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "M/s")
		})
		b.Run(name+"/batch", func(b *testing.B) {
			b.ReportAllocs()
			out := make([]rating.Charge, 256)
			for i := 0; i < b.N; i += 256 {
				at := i & (len(calls) - 1)
				tariff.RateBatch(calls[at:at+256], out)
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "M/s")
		})
	}
}

// BenchmarkBanded rates calls of hours where every row has a band, so that each
// edge of a band is looked at.
func BenchmarkBanded(b *testing.B) {
	for _, spanning := range []rating.Spanning{rating.SpanStart, rating.SpanSplit} {
		card := benchCard(100_000, spanning)
		kept := card.Rates[:0:0]
		for _, r := range card.Rates {
			if r.Band == "" && r.Origin == 0 && r.From == 0 && r.To == 0 {
				kept = append(kept, r)
				r.Band = "peak"
				r.Rate *= 2
				kept = append(kept, r)
			}
		}
		card.Rates = kept
		tariff := mustCompile(b, card)
		for _, seconds := range []int64{90, 20_000} {
			calls := benchCalls(card, 1<<18, seconds)
			b.Run(fmt.Sprintf("%s/%ds", spanning, seconds), func(b *testing.B) {
				out := make([]rating.Charge, 256)
				for i := 0; i < b.N; i += 256 {
					at := i & (len(calls) - 1)
					tariff.RateBatch(calls[at:at+256], out)
				}
				b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "M/s")
			})
		}
	}
}

// BenchmarkCompile compiles a million rows that come in no order; kept-MB is
// what the tariff holds beside its card, made-MB what was allocated for it.
func BenchmarkCompile(b *testing.B) {
	card := benchCard(1_000_000, rating.SpanStart)
	var before, after, kept runtime.MemStats
	for range b.N {
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&before)
		b.StartTimer()
		tariff := mustCompile(b, card)
		b.StopTimer()
		runtime.ReadMemStats(&after)
		runtime.GC()
		runtime.ReadMemStats(&kept)
		runtime.KeepAlive(tariff)
	}
	b.ReportMetric(float64(kept.HeapAlloc-before.HeapAlloc)/1e6, "kept-MB")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6, "made-MB")
}
