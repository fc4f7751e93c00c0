package app

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Quote is a call that nobody has made yet.
type Quote struct {
	Tenant   tenant.Tenant
	Called   string // as people write numbers
	Calling  string // empty: no number, so no row for callers of one prefix is taken
	Answered when.Instant
	Seconds  int32      // from 1 to a day
	Kind     usage.Kind // Inbound is rated as an incoming call; NoKind is asked of cards for calls of any kind
	Campaign tenant.CampaignID
}

// Quoted is what it would cost.
type Quoted struct {
	Charge   usage.Charge
	Currency money.Currency
	Steps    []rating.ExplainStep // as an explanation of a real call has them
}

// MaxQuoteSeconds is the longest call that can be quoted: as long as a real one
// can be.
const MaxQuoteSeconds = int32(usage.MaxLength / when.Second)

// Quote tells what a call would cost by the cards, exchange rates and switches
// that the tenant has now. Nothing is kept. All mistakes of q come at once as
// fault.Inputs, whose fields are called, calling, answered and seconds.
func (a *App) Quote(ctx context.Context, q Quote) (*Quoted, error) {
	c, err := q.call()
	if err != nil {
		return nil, fault.Wrap("quote", err)
	}
	out := &Quoted{Currency: q.Tenant.Currency}
	err = a.store.View(ctx, q.Tenant.ID, func(tx *store.Tx) error {
		b, err := newBooks(a, &q.Tenant)
		if err != nil {
			return err
		}
		book, err := a.pricesOf(tx, b)
		if err != nil {
			return err
		}
		out.Charge = book.RateOne(&c)
		facts := rating.ExplainFacts{}
		cs, err := tx.Campaigns()
		for i := range cs {
			if cs[i].ID == c.Campaign {
				facts.Campaign = cs[i].Code
			}
		}
		if err != nil {
			return err
		}
		x, err := book.Explain(c, out.Charge, facts)
		out.Steps = x.Steps
		return err
	})
	if err != nil {
		return nil, fault.Wrap("quote", err)
	}
	return out, nil
}

// call is the call that rating sees.
func (q *Quote) call() (c rating.Call, err error) {
	var wrong fault.Inputs
	number := func(field, text string, into *phone.Number) {
		n, err := ReadNumber(&q.Tenant, text)
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(text), Reason: err.Error()})
		}
		*into = n
	}
	number("called", q.Called, &c.Called)
	if q.Calling != "" {
		number("calling", q.Calling, &c.Calling)
	}
	if q.Answered <= 0 {
		wrong = append(wrong, fault.Input{Field: "answered", Reason: "say when the call is answered"})
	}
	if q.Seconds < 1 || q.Seconds > MaxQuoteSeconds {
		wrong = append(wrong, fault.Input{Field: "seconds", Reason: "want between a second and a day"})
	}
	c.Started, c.Answered = q.Answered, q.Answered
	c.Ended = q.Answered + when.Instant(q.Seconds)*when.Second
	c.Kind, c.Campaign = q.Kind, q.Campaign
	if q.Kind == usage.Inbound {
		c.Direction = usage.Incoming
	}
	return c, wrong.Err()
}

// ReadNumber reads a number by a tenant's dial plan, as records are read. The
// zero tenant has none: numbers are written in full then. The error, of kind
// Invalid, completes nothing: it is a sentence of its own.
func ReadNumber(t *tenant.Tenant, text string) (phone.Number, error) {
	dialer, err := phone.NewDialer(t.DialPlan())
	if err != nil {
		return 0, err
	}
	n, class, why := dialer.Normalize([]byte(text))
	switch {
	case class == phone.Bad:
		return 0, fault.New(fault.Invalid, "the number %s", why)
	case class == phone.Anonymous || n == 0:
		return 0, fault.New(fault.Invalid, "this is no number that can be called")
	}
	return n, nil
}
