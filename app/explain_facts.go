package app

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// CallFacts are what is known of one call beside its price, in words: who called
// whom, when, and where it came from.
type CallFacts struct {
	Started  when.Instant  `json:"started_at"`
	Answered *when.Instant `json:"answered_at,omitempty"` // nil: not answered
	Ended    when.Instant  `json:"ended_at"`
	Seconds  int32         `json:"seconds"` // from answer to end
	Billed   int32         `json:"billed_s"`
	Charged  int32         `json:"charged_s"`
	Recorded int32         `json:"recording_s"`
	CallWords
	Outcome string     `json:"outcome"`
	Reason  string     `json:"reason,omitempty"`
	Advice  string     `json:"advice,omitempty"` // what to do about a call that waits
	Card    *CardPlace `json:"card,omitempty"`   // the row it was rated on
}

// CallWords are a call in words: who called whom, by whom and by which way.
type CallWords struct {
	Kind        string `json:"kind"`
	Direction   string `json:"direction"`
	Calling     string `json:"calling,omitempty"`
	Called      string `json:"called"`
	Country     string `json:"country,omitempty"`
	Agent       string `json:"agent,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
	Unit        string `json:"billing_unit,omitempty"`
	Queue       string `json:"queue,omitempty"`
	Carrier     string `json:"carrier,omitempty"`
	Source      string `json:"source,omitempty"`
	Disposition string `json:"disposition,omitempty"`
	Detection   string `json:"amd"`
}

// Words puts a call into words. The names behind its ids are for the caller to
// fill in: Agent, Campaign, Unit, Queue, Carrier and Source.
func (d Disclosure) Words(c *usage.Call) CallWords {
	return CallWords{
		Kind: c.Kind.String(), Direction: c.Direction.String(), Calling: d.number(c.Calling), Called: d.number(c.Called), Country: c.Country.String(),
		Disposition: c.Disposition.String(), Detection: c.AMD.String(),
	}
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
		CallWords: e.disclosure.Words(c), Outcome: ch.Status.String(), Reason: ch.Reason.String(),
	}
	f.Agent, f.Campaign, f.Unit, f.Queue, f.Carrier, f.Source = n.agent, n.campaign, n.unit, n.queue, n.carrier, n.source
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
