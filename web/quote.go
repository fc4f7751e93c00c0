package web

import (
	"net/http"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// quotePage is what quote.html shows: a call that nobody has made, and what it
// would cost.
type quotePage struct {
	form
	Asked    bool
	Amount   money.Amount
	AMD      money.Amount
	Currency money.Currency
	Waits    string // why the call would be suspended; empty: it has a price
	Free     string // why it would cost nothing
	Path     way
}

func (s *Site) quote(w http.ResponseWriter, v *visit) error {
	q := v.URL.Query()
	n, err := s.names(v)
	if err != nil {
		return err
	}
	now := s.clock()
	p := &quotePage{Asked: q.Has("called"), Currency: v.tenant.Currency, form: form{Fields: []*field{
		{Name: "called", Label: "Called number", Value: q.Get("called"), Type: "tel", Required: true, Help: "As your people dial it."},
		{Name: "calling", Label: "Calling number", Value: q.Get("calling"), Type: "tel", Help: "Only cards whose prices depend on it ask for it."},
		{Name: "answered", Label: "Answered at", Value: q.Get("answered"), Type: "datetime-local", Help: "In " + v.tenant.Zone + ". Empty: now."},
		{Name: "seconds", Label: "Length", Value: q.Get("seconds"), Required: true, Help: "Seconds, or minutes and seconds such as 3:20."},
	}}}
	if !p.Asked {
		p.field("answered").Value, p.field("seconds").Value = momentValue(now-now%when.Minute, v.zone), "60"
	}
	ask, err := p.read(v, n, now)
	if p.Asked {
		var quoted *app.Quoted
		if err == nil {
			quoted, err = s.app.Quote(v.Context(), ask)
		}
		if err != nil {
			p.Asked = false
			if !p.blame(err) {
				return err
			}
		} else {
			p.answer(quoted, v.zone)
		}
	}
	s.show(w, v.Request, p.status(), "quote", "Quote", p)
	return nil
}

// read makes a question of the address. Its mistakes are of the form; those in
// numbers are for the quote to tell, which tells of them too.
func (p *quotePage) read(v *visit, n *nameList, now when.Instant) (app.Quote, error) {
	q := v.URL.Query()
	ask := app.Quote{Tenant: *v.tenant, Called: q.Get("called"), Calling: strings.TrimSpace(q.Get("calling")), Answered: now}
	var wrong fault.Inputs
	note := func(field string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(q.Get(field)), Reason: err.Error()})
		}
	}
	var err error
	if text := q.Get("answered"); text != "" {
		ask.Answered, err = readMoment(text, v.zone)
		note("answered", err)
	}
	ask.Seconds, err = readLength(q.Get("seconds"))
	note("seconds", err)
	if ask.Kind, err = usage.ParseKind(q.Get("kind")); err != nil {
		ask.Kind = usage.NoKind
	} else if !p.Asked {
		ask.Kind = usage.Manual
	}
	if id, err := strconv.ParseInt(q.Get("campaign"), 10, 32); err == nil && n.campaigns[tenant.CampaignID(id)] != "" {
		ask.Campaign = tenant.CampaignID(id)
	}
	p.offer(n, ask)
	if len(wrong) > 0 { // so that what is wrong with the numbers comes with them
		for _, name := range []string{"called", "calling"} {
			if text := strings.TrimSpace(q.Get(name)); text != "" || name == "called" {
				_, err := app.ReadNumber(v.tenant, text)
				note(name, err)
			}
		}
	}
	return ask, wrong.Err()
}

// offer adds the selects, with what is asked for chosen.
func (p *quotePage) offer(n *nameList, ask app.Quote) {
	kind := &field{Name: "kind", Label: "Kind", Type: "select", Value: ask.Kind.String()}
	for _, k := range usage.Kinds() {
		kind.Of = append(kind.Of, choice{Value: k.String(), Label: kindTitle(k)})
	}
	p.Fields = append(p.Fields, kind)
	if len(n.Campaigns) == 0 {
		return
	}
	campaign := &field{Name: "campaign", Label: "Campaign", Type: "select", Value: idText(ask.Campaign), Of: []choice{{Label: "None"}}}
	for _, c := range n.Campaigns {
		campaign.Of = append(campaign.Of, choice{Value: idText(c.ID), Label: c.Code})
	}
	p.Fields = append(p.Fields, campaign)
}

// readLength reads seconds, or minutes and seconds with a colon between.
func readLength(text string) (int32, error) {
	wrong := fault.New(fault.Invalid, "not a length such as 200 or 3:20")
	minutes, seconds, both := strings.Cut(strings.TrimSpace(text), ":")
	if !both {
		minutes, seconds = "0", minutes
	}
	const digits = 16 // bits: more than a day of either
	m, err := strconv.ParseUint(minutes, 10, digits)
	if err != nil {
		return 0, wrong
	}
	n, err := strconv.ParseUint(seconds, 10, digits+1)
	if err != nil || both && (n > 59 || len(seconds) != 2) {
		return 0, wrong
	}
	return int32(m*60 + n), nil
}

// answer fills in what the call would cost.
func (p *quotePage) answer(q *app.Quoted, zone *when.Zone) {
	c := &q.Charge
	p.Amount, p.AMD = c.Amount, c.AMD
	switch c.Status {
	case usage.Suspended:
		p.Waits = capital(causeTitle(c.Reason)) + " " + causeAdvice(c.Reason)
	case usage.ZeroRated:
		p.Free = capital(reasonTitle(c.Reason))
	}
	p.Path = pathOf(q.Steps, zone)
}
