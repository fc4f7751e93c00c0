package rating_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// slowRate is Book.Rate as the rules read, one call and one assignment after
// the other; only the price on one card is the tariff's.
func slowRate(p *rating.BookParts, c *rating.Call) usage.Charge {
	at := c.Answered
	if at == 0 {
		at = c.Started
	}
	out := usage.Charge{Row: -1}
	if !slowOn(p.Switches, at) {
		out.Reason = usage.BillingOff
		return out
	}
	asked := slowAsked(p, c, at)
	internal := false
	for _, a := range asked {
		internal = internal || a.Kind == usage.Internal
	}
	switch {
	case c.Answered == 0:
		out.Reason = usage.NotAnswered
	case c.Ended <= c.Answered:
		out.Reason = usage.ZeroLength
	case c.Kind == usage.Internal && !internal:
		out.Reason = usage.InternalCall
	case len(asked) == 0:
		return usage.Charge{Row: -1, Status: usage.Suspended, Reason: usage.NoCard}
	}
	for _, a := range asked {
		card := slowCard(p, a)
		var got rating.Charge
		if out.Reason == usage.NoReason {
			if card.Tariff.Rate(c, &got); got.Reason == usage.NoRate {
				continue
			}
			out.Amount, out.Billed, out.Bundle, out.Discount = got.Amount, got.Billed, got.Billed-got.Charged, c.Discount
			out.Row, out.Status, out.Reason = got.Row, got.Status, got.Reason
		} else if c.AMD == usage.NoAMD || card.Tariff.AMDFee() == 0 {
			return out
		}
		out.Card, out.Assignment = card.Ref, a.ID
		lost := usage.Charge{Card: card.Ref, Assignment: a.ID, Row: out.Row, Status: usage.Suspended}
		if out.Status == usage.Suspended {
			lost.Reason = out.Reason
			return lost
		}
		if c.AMD != usage.NoAMD {
			out.AMD = card.Tariff.AMDFee()
		}
		var ok bool
		if out.FX, _, ok = p.FX.Factor(card.Tariff.Card().Currency, p.Currency, p.Zone.Day(at)); !ok {
			lost.Reason = usage.NoFX
			return lost
		}
		var err1, err2 error
		out.Amount, err1 = out.FX.Convert(out.Amount)
		out.AMD, err2 = out.FX.Convert(out.AMD)
		if err1 != nil || err2 != nil {
			lost.Reason = usage.Overflow
			return lost
		}
		return out
	}
	if out.Reason == usage.NoReason {
		out.Status, out.Reason = usage.Suspended, usage.NoRate
	}
	return out
}

func slowOn(switches []rating.Switch, at when.Instant) bool {
	on := map[bool]rating.Switch{}
	for _, s := range switches {
		if last, ok := on[s.System]; s.From <= at && (!ok || s.From >= last.From) {
			on[s.System] = s
		}
	}
	if s, ok := on[false]; ok {
		return s.On
	}
	if s, ok := on[true]; ok {
		return s.On
	}
	return true
}

// slowAsked lists the assignments that hold for a call, the narrowest first.
func slowAsked(p *rating.BookParts, c *rating.Call, at when.Instant) (asked []rating.Assignment) {
	for _, scope := range []rating.Scope{rating.Campaign, rating.Unit, rating.Tenant, rating.System} {
		for _, any := range []bool{false, true} {
			for _, a := range p.Assignments {
				fits := a.Scope == scope && (a.Campaign == 0 || a.Campaign == c.Campaign) && (a.Unit == 0 || a.Unit == c.Unit)
				kind := !any && a.Kind != usage.NoKind && a.Kind == c.Kind || any && a.Kind == usage.NoKind
				if fits && kind && a.Period.Contains(at) {
					asked = append(asked, a)
				}
			}
		}
	}
	return asked
}

func slowCard(p *rating.BookParts, a rating.Assignment) rating.BookCard {
	for _, c := range p.Cards {
		if c.Ref.Card() == a.Card && c.Ref.Own() == a.Own {
			return c
		}
	}
	panic(fmt.Sprintf("no card %d", a.Card))
}

func drawInstant(t *rapid.T, label string) when.Instant {
	return june + when.Instant(rapid.IntRange(-3, 3).Draw(t, label))*12*when.Hour
}

func drawBook(t *rapid.T) rating.BookParts {
	zone, err := when.LoadZone(rapid.SampledFrom([]string{"UTC", "America/New_York", "Asia/Tokyo"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	p := rating.BookParts{Currency: "USD", Zone: zone}
	for id := range int32(3) {
		p.Cards = append(p.Cards, drawCard(t, id+1))
	}
	for range rapid.IntRange(0, 10).Draw(t, "assignments") {
		a := rating.Assignment{
			ID: int32(len(p.Assignments) + 1), Scope: rating.Scope(rapid.IntRange(0, 3).Draw(t, "scope")),
			Kind:   rapid.SampledFrom([]usage.Kind{usage.NoKind, usage.NoKind, usage.Manual, usage.Internal}).Draw(t, "for"),
			Card:   rapid.Int32Range(1, 3).Draw(t, "card"),
			Period: when.Period{From: drawInstant(t, "from")},
		}
		switch a.Scope {
		case rating.Campaign:
			a.Campaign = tenant.CampaignID(rapid.IntRange(1, 2).Draw(t, "campaign"))
		case rating.Unit:
			a.Unit = tenant.UnitID(rapid.IntRange(1, 2).Draw(t, "unit"))
		}
		if rapid.Bool().Draw(t, "ends") {
			a.Period.To = a.Period.From + 18*when.Hour
		}
		if more := append(p.Assignments, a); rating.CheckAssignments(more) == nil {
			p.Assignments = more
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "switches") {
		p.Switches = append(p.Switches, rating.Switch{From: drawInstant(t, "at"), On: rapid.Bool().Draw(t, "on"), System: rapid.Bool().Draw(t, "system")})
	}
	var rates []rating.FXRate
	for d := range when.Day(3) {
		if rapid.Bool().Draw(t, "known") {
			rates = append(rates, rating.FXRate{From: "EUR", To: "USD", Day: 20260531 + d*70, Factor: money.One + money.Factor(d)*7_000_000_001})
		}
	}
	if p.FX, err = rating.NewFX(rates); err != nil {
		t.Fatal(err)
	}
	return p
}

func drawCard(t *rapid.T, id int32) rating.BookCard {
	card := rating.Card{
		Currency: rapid.SampledFrom([]money.Currency{"USD", "USD", "EUR"}).Draw(t, "currency"),
		Rounding: money.DefaultRounding, AMDFee: money.Amount(rapid.IntRange(0, 2).Draw(t, "fee")) * 1000,
	}
	for _, prefix := range []string{"1", "12", "44"} {
		if rapid.Bool().Draw(t, "has "+prefix) {
			card.Rates = append(card.Rates, rating.Row{
				Prefix: phone.MustPrefix(prefix), Initial: 6, Increment: 6, Grace: rapid.Int32Range(0, 3).Draw(t, "grace"),
				Rate:    money.Rate(rapid.SampledFrom([]int64{0, 10_000_000, 33_333_333, 1 << 62}).Draw(t, "rate")),
				Blocked: rapid.IntRange(0, 5).Draw(t, "blocked") == 0,
			})
		}
	}
	tariff, err := rating.Compile(&card)
	if err != nil {
		t.Fatal(err)
	}
	return rating.BookCard{Ref: usage.NewCardRef(id, 1, false), Tariff: tariff}
}

func drawCall(t *rapid.T) rating.Call {
	c := rating.Call{
		Called:  phone.MustParse(rapid.SampledFrom([]string{"12025550123", "14155550123", "442079460000", "4930123"}).Draw(t, "called")),
		Started: drawInstant(t, "started"),
		AMD:     usage.AMD(rapid.IntRange(0, 2).Draw(t, "amd")),
		Kind:    rapid.SampledFrom([]usage.Kind{usage.NoKind, usage.Manual, usage.Internal}).Draw(t, "kind"),

		Campaign: tenant.CampaignID(rapid.IntRange(0, 3).Draw(t, "of campaign")),
		Unit:     tenant.UnitID(rapid.IntRange(0, 3).Draw(t, "of unit")),
		Bundle:   rapid.Int32Range(0, 12).Draw(t, "bundle"),
		Discount: rapid.SampledFrom([]int32{0, 50_000}).Draw(t, "discount"),
	}
	c.Ended = c.Started
	if rapid.IntRange(0, 3).Draw(t, "answered") > 0 {
		c.Answered = c.Started
		c.Ended += when.Instant(rapid.IntRange(0, 40_000).Draw(t, "length")) * when.Millisecond
		if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
			c.Ended += 1000 * when.DayLength
		}
	}
	return c
}

func TestBookAgainstTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawBook(t)
		b, err := rating.NewBook(p)
		if err != nil {
			t.Fatal(err)
		}
		calls := make([]rating.Call, rapid.IntRange(1, 20).Draw(t, "calls"))
		for i := range calls {
			calls[i] = drawCall(t)
		}
		out := make([]usage.Charge, len(calls))
		var ws rating.Workspace
		b.Rate(calls, out, &ws)
		for i := range calls {
			want := slowRate(&p, &calls[i])
			if diff := cmp.Diff(want, out[i]); diff != "" {
				t.Fatalf("call %+v:\n%s", calls[i], diff)
			}
			if one := b.RateOne(&calls[i]); one != want {
				t.Fatalf("alone: %s", cmp.Diff(want, one))
			}
		}
	})
}

// benchBook is a book of a card with rows at tenant level, and, if mixed, a
// campaign's card that holds only some of them; and calls to those rows.
func benchBook(t testing.TB, rows int, mixed bool) (*rating.Book, []rating.Call) {
	r := rand.New(rand.NewPCG(1, 2))
	wide, narrow := make([]rating.Row, rows), []rating.Row(nil)
	for i := range wide {
		wide[i] = priced(fmt.Sprint(1_000_000+i), "0.0123")
		wide[i].Initial, wide[i].Increment = 30, 6
		if mixed && i%2 == 0 {
			narrow = append(narrow, wide[i])
		}
	}
	p := rating.BookParts{
		Cards:       []rating.BookCard{bookCard(t, 1, "USD", "0", wide...)},
		Assignments: []rating.Assignment{{ID: 1, Scope: rating.Tenant, Card: 1}},
	}
	if mixed {
		p.Cards = append(p.Cards, bookCard(t, 2, "USD", "0", narrow...))
		p.Assignments = append(p.Assignments, rating.Assignment{ID: 2, Scope: rating.Campaign, Campaign: 1, Card: 2})
	}
	calls := make([]rating.Call, 8192)
	for i := range calls {
		calls[i] = minute(fmt.Sprint(1_000_000+r.IntN(rows)) + "1234")
		calls[i].Campaign = tenant.CampaignID(r.IntN(3))
		calls[i].Ended += when.Instant(r.IntN(300)) * when.Second
		if r.IntN(3) == 0 {
			calls[i].Answered = 0
		}
	}
	return mustBook(t, p), calls
}

func BenchmarkBookRate(b *testing.B) {
	for _, mixed := range []bool{false, true} {
		b.Run(map[bool]string{false: "one card", true: "campaign card"}[mixed], func(b *testing.B) {
			book, calls := benchBook(b, 100_000, mixed)
			out := make([]usage.Charge, len(calls))
			var ws rating.Workspace
			for b.Loop() {
				book.Rate(calls, out, &ws)
			}
			b.ReportMetric(float64(b.N)*float64(len(calls))/b.Elapsed().Seconds()/1e6, "Mcalls/s")
		})
	}
}
