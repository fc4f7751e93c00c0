package app

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
)

// CardTerms are those terms of a card that somebody has given. What is not
// given stays as the card has it; a new card has the default.
type CardTerms struct {
	Currency  money.Currency    // empty: not given; a tenant's new card is in the tenant's currency
	Zone      string            // empty: not given
	Decimals  *int              // of rounding; nil: not given, as all below
	Mode      *money.Mode       // of rounding
	Spanning  *rating.Spanning  //
	GraceRule *rating.GraceRule //
	AMDFee    *money.Amount     //
	Bands     []rating.Band     // not nil: instead of all the card has
}

// zone is the zone that the card will have; card is nil where it is new.
func (t *CardTerms) zone(card *rating.Card) string {
	switch {
	case t.Zone != "":
		return t.Zone
	case card != nil && card.Zone != "":
		return card.Zone
	}
	return "UTC"
}

// apply is the card with these terms and without rows; old is nil where the
// card is new. A card never changes its currency: its prices would mean
// something else.
func (t *CardTerms) apply(old *rating.Card, name string, usual money.Currency) (*rating.Card, error) {
	card := rating.NewCard()
	card.Currency = usual
	if old != nil {
		card = *old
		card.Rates = nil
		if t.Currency != "" && t.Currency != old.Currency {
			return nil, fault.New(fault.Conflict, "the card %s is in %s and cannot change to %s: give the deck to a card of another name", name, old.Currency, t.Currency)
		}
	}
	card.Name, card.Zone = name, t.zone(old)
	if t.Currency != "" {
		card.Currency = t.Currency
	}
	if card.Currency == "" {
		return nil, fault.Inputs{{Field: "currency", Reason: "a new card of the system needs one", Advice: "say it, such as USD"}}
	}
	if t.Decimals != nil {
		card.Rounding.Decimals = *t.Decimals
	}
	if t.Mode != nil {
		card.Rounding.Mode = *t.Mode
	}
	if t.Spanning != nil {
		card.Spanning = *t.Spanning
	}
	if t.GraceRule != nil {
		card.GraceRule = *t.GraceRule
	}
	if t.AMDFee != nil {
		card.AMDFee = *t.AMDFee
	}
	if t.Bands != nil {
		card.Bands = append([]rating.Band(nil), t.Bands...)
	}
	return &card, nil
}
