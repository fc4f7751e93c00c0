package app

import (
	"cmp"
	"fmt"
	"slices"

	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// HeldCard is an assignment with the names of what it refers to.
type HeldCard struct {
	rating.Assignment
	Name     string // of the card
	UnitName string // of the billing unit; of scope Unit
	Code     string // of the campaign; of scope Campaign
}

// HeldCards lists the tenant's assignments and the system's, with their names.
func HeldCards(tx *store.Tx) ([]HeldCard, error) {
	cards, err := tx.Cards()
	if err != nil {
		return nil, err
	}
	units, err := tx.Units()
	if err != nil {
		return nil, err
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return nil, err
	}
	as, err := tx.Assignments()
	if err != nil {
		return nil, err
	}
	held := make([]HeldCard, len(as))
	for i, a := range as {
		h := HeldCard{Assignment: a}
		if k := slices.IndexFunc(cards, func(c store.Card) bool { return c.ID == a.Card && c.Own == a.Own }); k >= 0 {
			h.Name = cards[k].Name
		}
		if k := slices.IndexFunc(units, func(u tenant.Unit) bool { return a.Unit != 0 && u.ID == a.Unit }); k >= 0 {
			h.UnitName = units[k].Name
		}
		if k := slices.IndexFunc(campaigns, func(c tenant.Campaign) bool { return a.Campaign != 0 && c.ID == a.Campaign }); k >= 0 {
			h.Code = campaigns[k].Code
		}
		held[i] = h
	}
	return held, nil
}

// Place says in words for whose calls the card holds, of whatever kind.
func (h *HeldCard) Place() string {
	switch h.Scope {
	case rating.Tenant:
		return "the whole center"
	case rating.Unit:
		return "billing unit " + h.UnitName
	case rating.Campaign:
		return "campaign " + h.Code
	}
	return "all tenants"
}

// about is the card and its place as the activity tells of them.
func (h *HeldCard) about() string {
	if h.Kind != usage.NoKind {
		return fmt.Sprintf("%s for %s, %s calls", h.Name, h.Place(), h.Kind)
	}
	return h.Name + " for " + h.Place()
}

// during says in words when an assignment holds.
func during(p when.Period) string {
	switch {
	case p.From == 0 && p.To == 0:
		return "always"
	case p.To == 0:
		return "from " + p.From.String()
	case p.From == 0:
		return "until " + p.To.String()
	}
	return "from " + p.From.String() + " until " + p.To.String()
}

// Instead is which other cards are asked for the calls of an assignment.
type Instead struct {
	Cards []HeldCard // the narrowest first; what comes after one that holds for all of the calls is left out
	All   bool       // one of Cards holds for every one of the calls: none waits for want of a card
	Free  bool       // internal calls, of which those cost nothing that no card of their kind is for
}

// insteadOf is what would be asked at an instant for the calls of a's place and
// kind, were it not for a.
func insteadOf(held []HeldCard, a *rating.Assignment, at when.Instant) (in Instead) {
	var wider []HeldCard
	for _, h := range held {
		if h.ID != a.ID && h.Period.Contains(at) && comesAfter(&h.Assignment, a) {
			wider = append(wider, h)
		}
	}
	slices.SortStableFunc(wider, func(x, y HeldCard) int {
		return cmp.Or(cmp.Compare(y.Scope, x.Scope), cmp.Compare(y.Kind, x.Kind), cmp.Compare(x.ID, y.ID))
	})
	// A campaign's calls are of any billing unit, or of none.
	forAll := func(h HeldCard) bool { return h.Scope != rating.Unit || a.Scope == rating.Unit }
	if a.Kind == usage.Internal {
		internal := func(h HeldCard) bool { return h.Kind == usage.Internal }
		in.Free = !slices.ContainsFunc(wider, func(h HeldCard) bool { return internal(h) && forAll(h) })
		if !slices.ContainsFunc(wider, internal) {
			return in
		}
	}
	for _, h := range wider {
		in.Cards = append(in.Cards, h)
		if forAll(h) && (h.Kind == usage.NoKind || h.Kind == a.Kind) {
			in.All = true
			break
		}
	}
	return in
}

// comesAfter tells whether h is asked after a for some of a's calls.
func comesAfter(h, a *rating.Assignment) bool {
	switch {
	case a.Kind != usage.NoKind && h.Kind != usage.NoKind && h.Kind != a.Kind:
		return false
	case h.Scope == a.Scope:
		return h.Unit == a.Unit && h.Campaign == a.Campaign && h.Kind == usage.NoKind && a.Kind != usage.NoKind || sameStretch(h, a)
	}
	return h.Scope < a.Scope
}

// sameStretch tells whether h and a are of one place and kind: one of them is
// asked at a time.
func sameStretch(h, a *rating.Assignment) bool {
	return h.Scope == a.Scope && h.Unit == a.Unit && h.Campaign == a.Campaign && h.Kind == a.Kind
}
