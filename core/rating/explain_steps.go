package rating

import (
	"fmt"
	"strconv"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// record says which call it is.
func (e *explainer) record() {
	c := e.c
	what := c.Direction.String()
	if c.Kind != usage.NoKind && c.Kind != usage.Inbound {
		what += " " + strings.ReplaceAll(c.Kind.String(), "_", " ")
	}
	text := fmt.Sprintf("%s call from %s to %s", capital(what),
		e.number(e.facts.Calling, c.Calling), e.number(e.facts.Called, c.Called))
	if c.Answered == 0 {
		text += fmt.Sprintf(", started at %s and not answered.", e.local(c.Started))
	} else {
		text += fmt.Sprintf(", answered at %s and ended at %s.", e.local(c.Answered), e.local(c.Ended))
	}
	e.step("record", "Call", text, "direction", c.Direction.String(), "kind", c.Kind.String(),
		"started_at", c.Started.String(), "answered_at", c.Answered.String(), "ended_at", c.Ended.String(),
		"campaign", field(e.facts.Campaign, int32(c.Campaign)), "unit", field(e.facts.Unit, int32(c.Unit)))
}

// field is a name, or the number where the name is not known; none is empty.
func field(name string, id int32) string {
	if name == "" && id != 0 {
		return strconv.Itoa(int(id))
	}
	return name
}

// noCard says why no card was taken, where that is not plain from the record.
func (e *explainer) noCard() {
	switch e.charge.Reason {
	case usage.NoCard:
		e.step("card", "Rate card", "No rate card is assigned to a call like this one, at any level.")
	case usage.NoRate:
		asked, _ := e.asked(-1)
		e.step("card", "Rate card", "None of the cards that were asked has a row for the call: "+strings.Join(asked, ", ")+".")
	}
}

// assignment says which card it was, by which assignment, and who was asked
// before.
func (e *explainer) assignment() {
	asked, found := e.asked(e.charge.Assignment)
	text := fmt.Sprintf("Assignment %d named %s; it is not among today's assignments any more.", e.charge.Assignment, e.revision())
	scope := ""
	if found >= 0 {
		a := &e.b.assignments[found]
		scope = a.Scope.String()
		text = fmt.Sprintf("Assignment %d names %s for %s.", a.ID, e.revision(), e.reach(a))
		if len(asked) > 0 {
			text += " Asked before it, and without a row for the call: " + strings.Join(asked, ", ") + "."
		}
	}
	e.step("card", "Rate card", text, "card", e.card.Name, "revision", strconv.Itoa(int(e.charge.Card.Revision())),
		"assignment", strconv.Itoa(int(e.charge.Assignment)), "scope", scope)
}

// asked lists the cards asked before an assignment, and where that stands; -1
// where it does not hold for the call, and then all are listed.
func (e *explainer) asked(id int32) (cards []string, found int32) {
	s := e.b.begin(e.c)
	for i := e.b.next(&s, e.c); i >= 0; i = e.b.next(&s, e.c) {
		a := &e.b.assignments[i]
		if a.ID == id {
			return cards, i
		}
		cards = append(cards, fmt.Sprintf("card %q (%s)", e.b.cards[i].tariff.Card().Name, e.reach(a)))
	}
	return cards, -1
}

// row says which row serves the call.
func (e *explainer) row() {
	r, currency := e.trace.Row, string(e.card.Currency)
	text := fmt.Sprintf("Row %d is the best match: %s calls to %s", e.charge.Row+1, r.Direction, prefixText(r.Prefix))
	if r.Destination != "" {
		text += " (" + r.Destination + ")"
	}
	if r.Origin != 0 {
		text += " from " + prefixText(r.Origin)
	}
	if r.Band != "" {
		text += " in the band " + r.Band
	}
	switch {
	case r.Blocked:
		text += " are blocked."
	default:
		text += fmt.Sprintf(" cost %s %s a minute.", r.Rate, currency)
	}
	switch {
	case r.From != 0 && r.To != 0:
		text += fmt.Sprintf(" It holds from %s until %s.", e.local(r.From), e.local(r.To))
	case r.From != 0:
		text += fmt.Sprintf(" It holds from %s on.", e.local(r.From))
	case r.To != 0:
		text += fmt.Sprintf(" It holds until %s.", e.local(r.To))
	}
	e.step("row", "Rate", text, "row", strconv.Itoa(int(e.charge.Row)+1), "prefix", r.Prefix.String(), "origin_prefix", r.Origin.String(),
		"destination", r.Destination, "direction", r.Direction.String(), "band", r.Band, "rate", r.Rate.String(), "currency", currency,
		"effective_from", r.From.String(), "effective_to", r.To.String())
}

// band says which band holds at answer, on a card that has bands.
func (e *explainer) band() {
	if len(e.card.Bands) == 0 {
		return
	}
	zone := e.card.Zone
	if zone == "" {
		zone = when.UTC.Name()
	}
	b := e.trace.Band
	if b == nil {
		e.step("band", "Time band", "No band of the card held when the call was answered.", "zone", zone)
		return
	}
	why := "its hours " + b.Window.String() + " are read in " + zone
	if b.Holiday != 0 {
		why = b.Holiday.String() + " is one of its holidays in " + zone
	}
	text := fmt.Sprintf("The band %s held when the call was answered: %s.", b.Name, why)
	if e.card.Spanning == SpanSplit {
		text += " Each second is rated in its own band."
	}
	e.step("band", "Time band", text, "band", b.Name, "zone", zone, "holiday", b.Holiday.String())
}

// exchange says how the card's currency became the account's.
func (e *explainer) exchange() {
	from, to := e.card.Currency, e.b.currency
	day := e.b.zone.Day(e.c.dated())
	if e.charge.Reason == usage.NoFX {
		e.step("fx", "Exchange", fmt.Sprintf("No rate of exchange from %s to %s was known for %s or a day before.", from, to, day),
			"from", string(from), "to", string(to), "day", day.String())
		return
	}
	if from == to || e.charge.Status == usage.Suspended || e.charge.Amount == 0 && e.charge.AMD == 0 {
		return
	}
	of := ""
	if f, known, ok := e.b.fx.Factor(from, to, day); ok && f == e.charge.FX {
		of = known.String()
	}
	text := fmt.Sprintf("One %s is %s %s", from, e.charge.FX, to)
	if of != "" {
		text += ", the rate of " + of
	}
	if e.charge.Amount != 0 {
		text += fmt.Sprintf(": %s %s are %s %s, rounded half-even to a millionth", e.trace.Amount, from, e.charge.Amount, to)
	}
	e.step("fx", "Exchange", text+".", "from", string(from), "to", string(to), "factor", e.charge.FX.String(), "day", of)
}

// detection says what machine detection costs.
func (e *explainer) detection() {
	if e.c.AMD == usage.NoAMD || e.charge.Status == usage.Suspended {
		return
	}
	fee := e.tariff.AMDFee()
	text := fmt.Sprintf("Machine detection was asked and said %s; the card has no fee for it.", e.c.AMD)
	if fee != 0 {
		text = fmt.Sprintf("Machine detection was asked and said %s; the card's fee for it is %s %s", e.c.AMD, fee, e.card.Currency)
		if e.card.Currency != e.b.currency {
			text += fmt.Sprintf(", which is %s %s", e.charge.AMD, e.b.currency)
		}
		text += "."
	}
	e.step("amd", "Machine detection", text, "amd", e.c.AMD.String(), "fee", fee.String(), "amount", e.charge.AMD.String())
}

// detectionFee is the fee in the account's currency; zero where it does not
// fit, which no charge has.
func (e *explainer) detectionFee() money.Amount {
	if e.c.AMD == usage.NoAMD {
		return 0
	}
	fee, err := e.charge.FX.Convert(e.tariff.AMDFee())
	if err != nil {
		return 0
	}
	return fee
}

var zeroTexts = map[usage.Reason]string{
	usage.NotAnswered:  "The call was not answered, so it costs nothing",
	usage.ZeroLength:   "The call has no length, so it costs nothing",
	usage.Grace:        "The call does not go beyond the seconds of grace, so it costs nothing",
	usage.Bundle:       "A bundle covers the whole call, so it costs nothing",
	usage.BillingOff:   "Billing was switched off at the time of the call, so it costs nothing",
	usage.InternalCall: "Internal calls cost nothing as long as no rate card is assigned to them",
	usage.OtherLeg:     "Another leg of the same call is the one that is paid for, so this one costs nothing",
}

var suspendedTexts = map[usage.Reason]string{
	usage.NoCard:   "no rate card is assigned to it",
	usage.NoRate:   "no card has a rate for it",
	usage.NoFX:     "the rate of exchange is missing",
	usage.Blocked:  "the card blocks calls to this number",
	usage.Overflow: "its amount is larger than can be held",
}

// result says what the call costs in the end, or why it waits.
func (e *explainer) result() {
	ch, currency := e.charge, string(e.b.currency)
	text := fmt.Sprintf("The call costs %s %s", ch.Amount, currency)
	switch ch.Status {
	case usage.ZeroRated:
		if text = zeroTexts[ch.Reason]; text == "" {
			text = "The call costs nothing"
		}
	case usage.Suspended:
		text = "The call waits in suspense as " + ch.Reason.String()
		if why := suspendedTexts[ch.Reason]; why != "" {
			text += ": " + why
		}
	}
	if ch.AMD != 0 {
		text += fmt.Sprintf("; machine detection costs %s %s", ch.AMD, currency)
	}
	text += "."
	if advice := ch.Reason.Advice(); ch.Status == usage.Suspended && advice != "" {
		text += " What to do: " + advice + "."
	}
	fields := []string{"status", ch.Status.String(), "reason", ch.Reason.String()}
	if ch.Status != usage.Suspended {
		fields = append(fields, "currency", currency, "amount", ch.Amount.String(), "amd", ch.AMD.String(),
			"billed_s", strconv.Itoa(int(ch.Billed)), "charged_s", strconv.Itoa(int(ch.Charged())))
	}
	e.step("charge", "Charge", text, fields...)
}

// reach is whom an assignment reaches, in words.
func (e *explainer) reach(a *Assignment) string {
	s := map[Scope]string{System: "the whole system", Tenant: "the tenant"}[a.Scope]
	switch a.Scope {
	case Campaign:
		s = "the campaign " + named(e.facts.Campaign, int32(a.Campaign))
	case Unit:
		s = "the billing unit " + named(e.facts.Unit, int32(a.Unit))
	}
	if a.Kind != usage.NoKind {
		s += ", " + strings.ReplaceAll(a.Kind.String(), "_", " ") + " calls"
	}
	return s
}

// named is a name in quotes, or the number where the name is not known.
func named(name string, id int32) string {
	if name == "" {
		return strconv.Itoa(int(id))
	}
	return strconv.Quote(name)
}

func (e *explainer) revision() string {
	return fmt.Sprintf("revision %d of the card %q", e.charge.Card.Revision(), e.card.Name)
}

func (e *explainer) number(shown string, n phone.Number) string {
	switch {
	case shown != "":
		return shown
	case n == 0:
		return "an unknown number"
	}
	return n.String()
}

// local is an instant as people of the account read it.
func (e *explainer) local(i when.Instant) string { return i.In(e.b.zone) }

func prefixText(p phone.Prefix) string {
	if p.Len() == 0 {
		return "any number"
	}
	return "numbers beginning with " + p.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func seconds(n int64) string {
	if n == 1 {
		return "1 second"
	}
	return strconv.FormatInt(n, 10) + " seconds"
}
