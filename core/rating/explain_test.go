package rating_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
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
)

var updateExplain = flag.Bool("update-explain", false, "write testdata/explain.txt anew")

// explainBook is a book with a card in euro that has a bit of everything, and a
// campaign's card beside it.
func explainBook(t *testing.T, change func(*rating.BookParts)) *rating.Book {
	t.Helper()
	workdays := when.Monday | when.Tuesday | when.Wednesday | when.Thursday | when.Friday
	least, most := money.MustParse("0.05"), money.MustParse("2")
	uk := priced("447", "0.03")
	uk.Destination, uk.Initial, uk.Increment, uk.ConnectFee, uk.From = "United Kingdom mobile", 60, 6, money.MustParse("0.01"), june
	peak := priced("33", "0.1")
	peak.Band = "peak"
	off := priced("33", "0.04")
	steps := priced("49", "0.02")
	steps.Steps = []rating.Step{{From: 60, Rate: money.MustParseRate("0.015"), Increment: 30}}
	steps.Grace, steps.MinCharge, steps.MaxCharge = 5, &least, &most
	premium := priced("4490", "1")
	premium.Blocked = true
	wide, err := rating.Compile(&rating.Card{
		Name: "retail", Currency: "EUR", Zone: "Europe/Paris", Rounding: money.DefaultRounding, Spanning: rating.SpanSplit,
		Bands:  []rating.Band{{Name: "peak", Windows: []when.Window{{Days: workdays, From: 8 * 60, To: 18 * 60}}}},
		AMDFee: money.MustParse("0.005"), Rates: []rating.Row{uk, peak, off, steps, premium},
	})
	if err != nil {
		t.Fatal(err)
	}
	factor, err := money.ParseFactor("1.0842")
	if err != nil {
		t.Fatal(err)
	}
	fx, err := rating.NewFX([]rating.FXRate{{From: "EUR", To: "USD", Day: 20260530, Factor: factor}})
	if err != nil {
		t.Fatal(err)
	}
	p := rating.BookParts{
		Cards: []rating.BookCard{{Ref: usage.NewCardRef(1, 4, false), Tariff: wide}, bookCard(t, 2, "USD", "0", priced("1", "0.012"))},
		Assignments: []rating.Assignment{
			{ID: 1, Scope: rating.System, Card: 1},
			{ID: 2, Scope: rating.Campaign, Campaign: 7, Kind: usage.Dialer, Card: 2},
		},
		FX: fx,
	}
	change(&p)
	return mustBook(t, p)
}

func asIs(*rating.BookParts) {}

// onHoliday gives billing unit 5 a card with what the other cards do not have.
func onHoliday(p *rating.BookParts) {
	most := money.MustParse("0.02")
	r := rating.Row{
		Direction: usage.Incoming, Origin: phone.MustPrefix("4420"), Band: "free day", Rate: money.MustParseRate("0.06"),
		Initial: 1, Increment: 1, Grace: 1, MaxCharge: &most, From: june, To: june + 30*when.DayLength,
	}
	for n := range int32(8) {
		r.Steps = append(r.Steps, rating.Step{From: 5 * (n + 1), Rate: r.Rate - money.Rate(n+1)*1_000_000, Increment: 1})
	}
	tariff, err := rating.Compile(&rating.Card{
		Name: "holiday", Currency: "USD", GraceRule: rating.GraceDeduct, Rounding: money.Rounding{Decimals: 4, Mode: money.Up},
		Bands: []rating.Band{{Name: "free day", Holidays: []when.Day{20260601}}}, Rates: []rating.Row{r},
	})
	if err != nil {
		panic(err)
	}
	p.Cards = append(p.Cards, rating.BookCard{Ref: usage.NewCardRef(3, 1, true), Tariff: tariff})
	p.Assignments = append(p.Assignments, rating.Assignment{ID: 3, Scope: rating.Unit, Unit: 5, Card: 3, Own: true})
}

// long is minute with a length in seconds.
func long(called string, seconds when.Instant) rating.Call {
	c := minute(called)
	c.Ended = c.Answered + seconds*when.Second
	return c
}

func showExplanation(e rating.Explanation) string {
	var s strings.Builder
	for _, step := range e.Steps {
		fmt.Fprintf(&s, "%s: %s\n", step.Title, step.Text)
		var fields []string
		for _, f := range step.Fields {
			fields = append(fields, f.Name+"="+f.Value)
		}
		fmt.Fprintf(&s, "  [%s] %s\n", step.Name, strings.Join(fields, ", "))
	}
	return s.String()
}

func TestExplainGolden(t *testing.T) {
	var got strings.Builder
	for _, c := range []struct {
		name   string
		call   rating.Call
		edit   func(*rating.Call)
		change func(*rating.BookParts)
	}{
		{"fee, blocks and exchange", long("447700900123", 61), func(c *rating.Call) {}, asIs},
		{"two bands in one call", long("33123456789", 120), func(c *rating.Call) { shift(c, 6*when.Hour-when.Minute) }, asIs},
		{"steps, a bundle, a discount and a bound", long("4930123456", 100), func(c *rating.Call) { c.Bundle, c.Discount = 30, 125_000 }, asIs},
		{"grace", long("4930123456", 5), func(c *rating.Call) {}, asIs},
		{"all in the bundle", long("447700900123", 59), func(c *rating.Call) { c.Bundle = 3600 }, asIs},
		{"campaign card without a row, AMD", long("447700900123", 10), func(c *rating.Call) { c.Kind, c.Campaign, c.AMD = usage.Dialer, 7, usage.Machine }, asIs},
		{"campaign card", long("12025550123", 30), func(c *rating.Call) { c.Kind, c.Campaign = usage.Dialer, 7 }, asIs},
		{"holiday, deducted grace, many steps, upper bound", long("442079460001", 46), func(c *rating.Call) { c.Direction, c.Kind, c.Unit = usage.Incoming, usage.Inbound, 5 }, onHoliday},
		{"not answered, AMD", long("447700900123", 10), func(c *rating.Call) { c.Answered, c.AMD = 0, usage.Unknown }, asIs},
		{"blocked", long("4490123456", 10), func(c *rating.Call) {}, asIs},
		{"no rate", long("819012345678", 10), func(c *rating.Call) { c.Kind, c.Campaign = usage.Dialer, 7 }, asIs},
		{"no exchange", long("447700900123", 10), func(c *rating.Call) {}, func(p *rating.BookParts) { p.FX = nil }},
		{"no card", long("447700900123", 10), func(c *rating.Call) {}, func(p *rating.BookParts) { p.Assignments = nil }},
		{"internal", long("101", 10), func(c *rating.Call) { c.Kind = usage.Internal }, asIs},
		{"billing off", long("447700900123", 10), func(c *rating.Call) {}, func(p *rating.BookParts) { p.Switches = []rating.Switch{{System: true}} }},
	} {
		b := explainBook(t, c.change)
		c.edit(&c.call)
		e, err := b.Explain(c.call, b.RateOne(&c.call), rating.ExplainFacts{Campaign: map[bool]string{true: "SPRING"}[c.call.Campaign != 0]})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		fmt.Fprintf(&got, "== %s\n%s\n", c.name, showExplanation(e))
	}
	const golden = "testdata/explain.txt"
	if *updateExplain {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

func shift(c *rating.Call, by when.Instant) {
	c.Started, c.Answered, c.Ended = c.Started+by, c.Answered+by, c.Ended+by
}

// Whatever Rate says can be explained, and a charge that it does not say is
// refused with both numbers.
func TestExplainAgreesWithRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawBook(t)
		b, err := rating.NewBook(p)
		if err != nil {
			t.Fatal(err)
		}
		c := drawCall(t)
		charge := b.RateOne(&c)
		c.Bundle, c.Discount = 0, 0 // what counts is what the charge keeps
		e, err := b.Explain(c, charge, rating.ExplainFacts{})
		if err != nil {
			t.Fatalf("%+v: %v", charge, err)
		}
		if n := len(e.Steps); e.Steps[0].Name != "record" || e.Steps[n-1].Name != "charge" {
			t.Fatal(showExplanation(e))
		}
		if charge.Status == usage.Suspended || charge.Card == 0 {
			return
		}
		charge.AMD++
		if _, err := b.Explain(c, charge, rating.ExplainFacts{}); err == nil || fault.KindOf(err) != fault.Internal {
			t.Fatalf("another fee passes: %v", err)
		}
	})
}

func TestExplainRefusesAnotherCharge(t *testing.T) {
	b := explainBook(t, asIs)
	call := long("447700900123", 61)
	good := b.RateOne(&call)
	for name, c := range map[string]struct {
		change func(*usage.Charge)
		want   string
	}{
		"amount": {func(c *usage.Charge) { c.Amount += 5 }, "gives 0.046621, the charge says 0.046626"},
		"row":    {func(c *usage.Charge) { c.Row = 2 }, "names row 3 of revision 4 of the card \"retail\", the call has row 1"},
		"billed": {func(c *usage.Charge) { c.Billed++ }, "gives 66 seconds, the charge says 67 seconds"},
		"reason": {func(c *usage.Charge) { c.Reason = usage.Grace }, "the reason"},
		"factor": {func(c *usage.Charge) { c.FX *= 2 }, "gives 0.093241, the charge says 0.046621"},
	} {
		charge := good
		c.change(&charge)
		_, err := b.Explain(call, charge, rating.ExplainFacts{})
		if err == nil || fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A charge of an older revision is explained by that revision, not by today's.
func TestExplainOlderRevision(t *testing.T) {
	b := explainBook(t, asIs)
	call := long("12025550123", 60)
	call.Kind, call.Campaign = usage.Dialer, 7
	old := bookCard(t, 2, "USD", "0", priced("1", "0.5"))
	charge := usage.Charge{
		Amount: money.MustParse("0.5"), FX: money.One, Card: usage.NewCardRef(2, 1, false), Assignment: 9, Billed: 60, Status: usage.Rated,
	}
	if _, err := b.Explain(call, charge, rating.ExplainFacts{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("without the old revision: %v", err)
	}
	e, err := b.Explain(call, charge, rating.ExplainFacts{Tariff: old.Tariff, Calling: "4420…00", Called: "1202…23", Campaign: "SPRING"})
	if err != nil {
		t.Fatal(err)
	}
	text := showExplanation(e)
	for _, want := range []string{"from 4420…00 to 1202…23", "not among today's assignments", "0.5 USD a minute", "The call costs 0.5 USD."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	b2, err := json.Marshal(e)
	if err != nil || !strings.HasPrefix(string(b2), `{"steps":[{"name":"record","title":"Call","text":"Outbound dialer call`) {
		t.Errorf("%s %v", b2, err)
	}
	if strings.Contains(text, phone.MustParse("12025550123").String()) {
		t.Error("the whole number shows")
	}
}
