package rating_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// june is the beginning of the month in which the tests of books play.
var june = when.MustParse("2026-06-01T00:00:00Z")

// priced is a row that charges a rate a minute by the second.
func priced(prefix, rate string) rating.Row {
	return rating.Row{Prefix: phone.MustPrefix(prefix), Rate: money.MustParseRate(rate), Initial: 1, Increment: 1}
}

// bookCard is a card in a book: number, currency and rows.
func bookCard(t testing.TB, id int32, currency money.Currency, fee string, rows ...rating.Row) rating.BookCard {
	t.Helper()
	tariff, err := rating.Compile(&rating.Card{
		Name: "card " + string('0'+id), Currency: currency, Rounding: money.Rounding{Decimals: 6},
		AMDFee: money.MustParse(fee), Rates: rows,
	})
	if err != nil {
		t.Fatal(err)
	}
	return rating.BookCard{Ref: usage.NewCardRef(id, 2, false), Tariff: tariff}
}

func mustBook(t testing.TB, p rating.BookParts) *rating.Book {
	t.Helper()
	p.Currency, p.Zone = "USD", when.UTC
	b, err := rating.NewBook(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// minute is a call of a minute at ten to a number.
func minute(called string) rating.Call {
	at := june + 10*when.Hour
	return rating.Call{
		Calling: phone.MustParse("442079460000"), Called: phone.MustParse(called), Kind: usage.Manual,
		Started: at - 5*when.Second, Answered: at, Ended: at + when.Minute,
	}
}

// outcome is a charge in short: status, reason, amount, AMD, assignment.
func outcome(c usage.Charge) string {
	return strings.Join([]string{c.Status.String(), c.Reason.String(), c.Amount.String(), c.AMD.String(), string('0' + c.Assignment)}, " ")
}

func TestBookAsksTheNarrowestCardFirst(t *testing.T) {
	blocked := priced("49", "0")
	blocked.Blocked = true
	b := mustBook(t, rating.BookParts{
		Cards: []rating.BookCard{
			bookCard(t, 1, "USD", "0.001", priced("", "0.01")),
			bookCard(t, 2, "USD", "0.002", priced("44", "0.02"), priced("49", "0.02")),
			bookCard(t, 3, "USD", "0.003", priced("447", "0.03"), blocked),
			bookCard(t, 4, "USD", "0.004", priced("33", "0.04")),
		},
		Assignments: []rating.Assignment{
			{ID: 1, Scope: rating.System, Card: 1},
			{ID: 2, Scope: rating.Tenant, Card: 2},
			{ID: 3, Scope: rating.Campaign, Campaign: 7, Card: 3},
			{ID: 4, Scope: rating.Campaign, Campaign: 7, Kind: usage.Dialer, Card: 4},
			{ID: 5, Scope: rating.Unit, Unit: 9, Card: 4, Period: when.Period{From: june + 10*when.Hour, To: june + 11*when.Hour}},
		},
	})
	for name, c := range map[string]struct {
		change func(*rating.Call)
		want   string
	}{
		"no campaign":         {func(c *rating.Call) {}, "rated  0.02 0 2"},
		"campaign":            {func(c *rating.Call) { c.Campaign = 7 }, "rated  0.03 0 3"},
		"another campaign":    {func(c *rating.Call) { c.Campaign = 8 }, "rated  0.02 0 2"},
		"falls through":       {func(c *rating.Call) { c.Campaign, c.Called = 7, phone.MustParse("442079460000") }, "rated  0.02 0 2"},
		"down to the system":  {func(c *rating.Call) { c.Campaign, c.Called = 7, phone.MustParse("12025550123") }, "rated  0.01 0 1"},
		"blocked ends it":     {func(c *rating.Call) { c.Campaign, c.Called = 7, phone.MustParse("4930123456") }, "suspended blocked 0 0 3"},
		"kind before any":     {func(c *rating.Call) { c.Campaign, c.Kind, c.Called = 7, usage.Dialer, phone.MustParse("33123456789") }, "rated  0.04 0 4"},
		"kind without a row":  {func(c *rating.Call) { c.Campaign, c.Kind = 7, usage.Dialer }, "rated  0.03 0 3"},
		"unit":                {func(c *rating.Call) { c.Unit, c.Called = 9, phone.MustParse("33123456789") }, "rated  0.04 0 5"},
		"unit, too late":      {func(c *rating.Call) { c.Unit, c.Called = 9, phone.MustParse("33123456789"); later(c) }, "rated  0.01 0 1"},
		"AMD of the row":      {func(c *rating.Call) { c.AMD = usage.Unknown }, "rated  0.02 0.002 2"},
		"AMD falls through":   {func(c *rating.Call) { c.AMD, c.Campaign, c.Called = usage.Human, 7, phone.MustParse("12025550123") }, "rated  0.01 0.001 1"},
		"AMD when blocked":    {func(c *rating.Call) { c.AMD, c.Campaign, c.Called = usage.Human, 7, phone.MustParse("4930123456") }, "suspended blocked 0 0 3"},
		"AMD, not answered":   {func(c *rating.Call) { c.AMD, c.Campaign, c.Answered = usage.Machine, 7, 0 }, "zero_rated not_answered 0 0.003 3"},
		"AMD, no length":      {func(c *rating.Call) { c.AMD, c.Ended = usage.Machine, c.Answered }, "zero_rated zero_length 0 0.002 2"},
		"AMD, bundle":         {func(c *rating.Call) { c.AMD, c.Bundle = usage.Machine, 60 }, "zero_rated bundle 0 0.002 2"},
		"unit of the start":   {func(c *rating.Call) { c.AMD, c.Answered, c.Unit = usage.Machine, 0, 9; c.Started = june + 10*when.Hour }, "zero_rated not_answered 0 0.004 5"},
		"internal, no card":   {func(c *rating.Call) { c.Kind = usage.Internal }, "zero_rated internal 0 0 0"},
		"not answered":        {func(c *rating.Call) { c.Answered = 0 }, "zero_rated not_answered 0 0 0"},
		"internal unanswered": {func(c *rating.Call) { c.Kind, c.Answered = usage.Internal, 0 }, "zero_rated not_answered 0 0 0"},
	} {
		call := minute("447700900123")
		c.change(&call)
		if got := outcome(b.RateOne(&call)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func later(c *rating.Call) {
	c.Started, c.Answered, c.Ended = c.Started+when.Hour, c.Answered+when.Hour, c.Ended+when.Hour
}

func TestBookWithoutACardOrARow(t *testing.T) {
	none := mustBook(t, rating.BookParts{})
	call := minute("447700900123")
	call.AMD = usage.Human
	if got := outcome(none.RateOne(&call)); got != "suspended no_card 0 0 0" {
		t.Error(got)
	}
	call.Kind = usage.Internal
	if got := outcome(none.RateOne(&call)); got != "zero_rated internal 0 0 0" {
		t.Error(got)
	}
	narrow := mustBook(t, rating.BookParts{
		Cards:       []rating.BookCard{bookCard(t, 1, "USD", "0", priced("1", "1"))},
		Assignments: []rating.Assignment{{ID: 1, Scope: rating.System, Card: 1, Kind: usage.Internal}, {ID: 2, Scope: rating.Tenant, Card: 1}},
	})
	if got := narrow.RateOne(&call); outcome(got) != "suspended no_rate 0 0 0" || got.Row != -1 || got.Card != 0 {
		t.Error(outcome(got))
	}
}

func TestBookConverts(t *testing.T) {
	factor, err := money.ParseFactor("1.0842")
	if err != nil {
		t.Fatal(err)
	}
	huge, err := money.ParseFactor("9000000")
	if err != nil {
		t.Fatal(err)
	}
	fx, err := rating.NewFX([]rating.FXRate{
		{From: "EUR", To: "USD", Day: 20260601, Factor: factor},
		{From: "GBP", To: "USD", Day: 20260601, Factor: huge},
		{From: "USD", To: "JPY", Day: 20260601, Factor: huge},
	})
	if err != nil {
		t.Fatal(err)
	}
	var cards []rating.BookCard
	var as []rating.Assignment
	for i, currency := range []money.Currency{"EUR", "JPY", "GBP"} {
		id := int32(i + 1)
		cards = append(cards, bookCard(t, id, currency, "0.005", priced("", "9000000000")))
		as = append(as, rating.Assignment{ID: id, Scope: rating.Campaign, Campaign: tenant.CampaignID(id), Card: id})
	}
	b := mustBook(t, rating.BookParts{Cards: cards, Assignments: as, FX: fx})
	for name, c := range map[string]struct {
		campaign tenant.CampaignID
		days     when.Instant
		answered bool
		want     string
	}{
		"on the day":     {1, 0, true, "rated  9757800000 0.005421 1"},
		"days after":     {1, 30, true, "rated  9757800000 0.005421 1"},
		"the day before": {1, -1, true, "suspended no_fx 0 0 1"},
		"AMD alone":      {1, -1, false, "suspended no_fx 0 0 1"},
		"no inverse":     {2, 0, true, "suspended no_fx 0 0 2"},
		"too large":      {3, 0, true, "suspended overflow 0 0 3"},
	} {
		call := minute("447700900123")
		call.Campaign, call.AMD = c.campaign, usage.Human
		call.Started += c.days * when.DayLength
		call.Answered += c.days * when.DayLength
		call.Ended += c.days * when.DayLength
		if !c.answered {
			call.Answered = 0
		}
		got := b.RateOne(&call)
		if outcome(got) != c.want {
			t.Errorf("%s: %s, want %s", name, outcome(got), c.want)
		}
		if want := factor; got.Status == usage.Rated && got.FX != want || got.Status == usage.Suspended && got.FX != 0 {
			t.Errorf("%s: factor %s", name, got.FX)
		}
	}
}

func TestBookRefuses(t *testing.T) {
	card := bookCard(t, 1, "USD", "0")
	open := rating.Assignment{ID: 1, Scope: rating.Tenant, Card: 1}
	second := func(change func(*rating.Assignment)) []rating.Assignment {
		a := open
		a.ID = 2
		change(&a)
		return []rating.Assignment{open, a}
	}
	for name, c := range map[string]struct {
		kind fault.Kind
		as   []rating.Assignment
	}{
		"overlap":           {fault.Conflict, second(func(a *rating.Assignment) {})},
		"overlap later":     {fault.Conflict, second(func(a *rating.Assignment) { a.Period.From = june })},
		"same number":       {fault.Invalid, second(func(a *rating.Assignment) { a.ID, a.Kind = 1, usage.Dialer })},
		"unknown card":      {fault.NotFound, second(func(a *rating.Assignment) { a.Kind, a.Card = usage.Dialer, 5 })},
		"the tenant's own":  {fault.NotFound, second(func(a *rating.Assignment) { a.Kind, a.Own = usage.Dialer, true })},
		"system's own":      {fault.Invalid, second(func(a *rating.Assignment) { a.Scope, a.Own = rating.System, true })},
		"campaign of none":  {fault.Invalid, second(func(a *rating.Assignment) { a.Scope = rating.Campaign })},
		"unit of a tenant":  {fault.Invalid, second(func(a *rating.Assignment) { a.Unit = 3 })},
		"ends before it is": {fault.Invalid, second(func(a *rating.Assignment) { a.Kind = usage.Dialer; a.Period = when.Period{From: june, To: june} })},
		"no number":         {fault.Invalid, second(func(a *rating.Assignment) { a.ID, a.Kind = 0, usage.Dialer })},
		"no such kind":      {fault.Invalid, second(func(a *rating.Assignment) { a.Kind = 77 })},
		"no such scope":     {fault.Invalid, second(func(a *rating.Assignment) { a.Scope = 77 })},
	} {
		_, err := rating.NewBook(rating.BookParts{Currency: "USD", Zone: when.UTC, Cards: []rating.BookCard{card}, Assignments: c.as})
		if !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := []rating.Assignment{open}
	for name, p := range map[string]rating.BookParts{
		"no currency":  {Zone: when.UTC},
		"no zone":      {Currency: "USD"},
		"a card twice": {Currency: "USD", Zone: when.UTC, Assignments: one, Cards: []rating.BookCard{card, card}},
		"not compiled": {Currency: "USD", Zone: when.UTC, Assignments: one, Cards: []rating.BookCard{{Ref: card.Ref}}},
	} {
		if _, err := rating.NewBook(p); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFXRefuses(t *testing.T) {
	for name, rates := range map[string][]rating.FXRate{
		"to itself":  {{From: "USD", To: "USD", Day: 20260601, Factor: money.One}},
		"no factor":  {{From: "USD", To: "EUR", Day: 20260601}},
		"no day":     {{From: "USD", To: "EUR", Factor: 1}},
		"one twice":  {{From: "USD", To: "EUR", Day: 20260601, Factor: 1}, {From: "USD", To: "EUR", Day: 20260601, Factor: 2}},
		"no pair":    {{Day: 20260601, Factor: 1}},
		"below zero": {{From: "USD", To: "EUR", Day: 20260601, Factor: -1}},
	} {
		if _, err := rating.NewFX(rates); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	var none *rating.FX
	if f, _, ok := none.Factor("USD", "USD", 20260601); !ok || f != money.One {
		t.Error("a currency converts into itself")
	}
	if _, _, ok := none.Factor("USD", "EUR", 20260601); ok {
		t.Error("no rates convert nothing")
	}
}

// The latest rate on or before a day is found by a linear scan too.
func TestFXFactor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.Int32Range(1, 28), 0, 8, rapid.ID[int32]).Draw(t, "days")
		var rates []rating.FXRate
		for _, d := range days {
			rates = append(rates, rating.FXRate{From: "EUR", To: "USD", Day: when.Day(20260600 + d), Factor: money.Factor(d)})
		}
		fx, err := rating.NewFX(rates)
		if err != nil {
			t.Fatal(err)
		}
		asked := rapid.Int32Range(1, 28).Draw(t, "asked")
		best := int32(0)
		for _, d := range days {
			if d <= asked {
				best = max(best, d)
			}
		}
		f, day, ok := fx.Factor("EUR", "USD", when.Day(20260600+asked))
		if ok != (best > 0) || ok && (f != money.Factor(best) || day != when.Day(20260600+best)) {
			t.Fatalf("on %d of %v: %v %v %v", asked, days, f, day, ok)
		}
		if _, _, ok := fx.Factor("USD", "EUR", 20260628); ok {
			t.Fatal("an inverse was invented")
		}
	})
}

func TestRateAllocatesNothing(t *testing.T) {
	b, calls := benchBook(t, 1000, true)
	out := make([]usage.Charge, len(calls))
	var ws rating.Workspace
	b.Rate(calls, out, &ws)
	if n := testing.AllocsPerRun(5, func() { b.Rate(calls, out, &ws) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for i := range calls {
		if one := b.RateOne(&calls[i]); out[i] != one {
			t.Fatalf("call %d of the batch: %s, alone %s", i, outcome(out[i]), outcome(one))
		}
	}
	if !slices.ContainsFunc(out, func(c usage.Charge) bool { return c.Assignment == 1 }) ||
		!slices.ContainsFunc(out, func(c usage.Charge) bool { return c.Assignment == 2 }) {
		t.Error("the calls do not reach both cards")
	}
}
