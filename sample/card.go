package sample

import (
	"io"

	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
)

// Card is the head of the operator's retail card; its rows come in Deck.
func (c *Center) Card() rating.Card {
	card := rating.Card{
		ID: "retail", Name: "retail", Currency: "USD", Zone: "America/New_York",
		Rounding: money.DefaultRounding, AMDFee: money.MustParse("0.0030"),
	}
	if c.options.Bands {
		card.Bands = []rating.Band{
			{Name: peak, Windows: []when.Window{{Days: weekdays, From: 8 * 60, To: 18 * 60}}},
			{Name: weekend, Windows: []when.Window{{Days: when.Saturday | when.Sunday, From: 0, To: when.MinutesOfDay}}},
		}
	}
	return card
}

const (
	peak    = "peak"
	weekend = "weekend"
)

// CampaignDeck writes a small deck, for a card of its own for OwnCampaign:
// cheaper calls to that campaign's countries. What it lacks, the retail card
// has. An error is the writer's.
func (c *Center) CampaignDeck(w io.Writer) error {
	d := newDeck(c, w, 0)
	done := map[string]bool{}
	for i, to := range c.ownCampaign().targets {
		at := destinations[to]
		for j, prefix := range append([]string{at.code}, mobilePrefixes(at)...) {
			r := rate{prefix: prefix, name: destinationName(at), units: 610 + 100*i, initial: 6, increment: 6}
			if j > 0 {
				r.name, r.units = r.name+" mobile", r.units*2
			}
			if !done[prefix] {
				done[prefix] = true
				d.put(r)
			}
		}
	}
	return d.file.close()
}

// OwnCampaign is the code of the campaign that CampaignDeck is for; it is one
// of the first tenant's.
func (c *Center) OwnCampaign() string { return c.ownCampaign().code }

func (c *Center) ownCampaign() *campaign { return &c.tenants[0].campaigns[1] }
