package app

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// CallFacts are what is known of one call beside its price, in words: who called
// whom, when, and where it came from.
type CallFacts struct {
	Started     when.Instant  `json:"started_at"`
	Answered    *when.Instant `json:"answered_at,omitempty"` // nil: not answered
	Ended       when.Instant  `json:"ended_at"`
	Seconds     int32         `json:"seconds"` // from answer to end
	Billed      int32         `json:"billed_s"`
	Charged     int32         `json:"charged_s"`
	Recorded    int32         `json:"recording_s"`
	Kind        string        `json:"kind"`
	Direction   string        `json:"direction"`
	Calling     string        `json:"calling,omitempty"`
	Called      string        `json:"called"`
	Country     string        `json:"country,omitempty"`
	Agent       string        `json:"agent,omitempty"`
	Campaign    string        `json:"campaign,omitempty"`
	Unit        string        `json:"billing_unit,omitempty"`
	Queue       string        `json:"queue,omitempty"`
	Carrier     string        `json:"carrier,omitempty"`
	Source      string        `json:"source,omitempty"`
	Disposition string        `json:"disposition,omitempty"`
	Detection   string        `json:"amd"`
	Outcome     string        `json:"outcome"`
	Reason      string        `json:"reason,omitempty"`
	Advice      string        `json:"advice,omitempty"` // what to do about a call that waits
	Card        *CardPlace    `json:"card,omitempty"`   // the row it was rated on
}

// CardPlace is a row of a revision of a card.
type CardPlace struct {
	ID       int32  `json:"id"`
	Owner    string `json:"owner"` // own or system
	Revision int32  `json:"revision"`
	Row      int32  `json:"row,omitempty"` // from 1; 0: none
	Newest   bool   `json:"newest"`        // no later revision is published
}

// factsOf puts a call and its charge into words.
func (e *explaining) factsOf(c *usage.Call, ch *usage.Charge, n *explainNames) CallFacts {
	f := CallFacts{
		Started: c.Started, Ended: c.Ended, Seconds: c.Seconds(), Billed: ch.Billed, Charged: ch.Charged(), Recorded: c.Recording,
		Kind: c.Kind.String(), Direction: c.Direction.String(), Calling: e.disclosure.number(c.Calling), Called: e.disclosure.number(c.Called),
		Country: c.Country.String(), Agent: n.agent, Campaign: n.campaign, Unit: n.unit, Queue: n.queue, Carrier: n.carrier, Source: n.source,
		Disposition: c.Disposition.String(), Detection: c.AMD.String(), Outcome: ch.Status.String(), Reason: ch.Reason.String(),
	}
	if c.Answered != 0 {
		f.Answered = &c.Answered
	}
	if ch.Status == usage.Suspended {
		f.Advice = ch.Reason.Advice()
	}
	return f
}

// facts fills in those of the call.
func (e *explaining) facts() error {
	ch := e.charge()
	e.out.Facts = e.factsOf(&e.call, ch, &e.names)
	if ch.Card == 0 {
		return nil
	}
	p := &CardPlace{ID: ch.Card.Card(), Owner: "system", Revision: ch.Card.Revision(), Row: ch.Row + 1}
	if ch.Card.Own() {
		p.Owner = "own"
	}
	cards, err := e.tx.Cards()
	for i := range cards {
		p.Newest = p.Newest || cards[i].Ref() == ch.Card
	}
	e.out.Facts.Card = p
	return err
}
