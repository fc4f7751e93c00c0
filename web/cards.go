package web

import (
	"net/http"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// cardsPage is what cards.html shows: the operator's cards, or a tenant's own
// and beside them the operator's, which a tenant only reads.
type cardsPage struct {
	Rows   []cardLine
	Zone   *when.Zone
	Tenant bool
	Deck   string // address of the form for a deck; empty: not for this reader
	Empty  empty
	Good   string
}

// cardLine is a card in the list.
type cardLine struct {
	store.Card
	Path  string
	Holds []string // where it is assigned, in words
}

// owner is whose cards, decks and activity a page is about: the tenant's, or
// on the operator's pages the system's.
func (v *visit) owner() tenant.ID {
	if v.tenant == nil {
		return tenant.System
	}
	return v.tenant.ID
}

// place is the address of a page that both the operator and tenants have.
func (v *visit) place(page string) string {
	if v.tenant == nil {
		return "/operator/" + page
	}
	return v.at(page)
}

// clockZone is the zone in which a page shows and reads times.
func (v *visit) clockZone() *when.Zone {
	if v.zone == nil {
		return when.UTC
	}
	return v.zone
}

// cardPath is the address of a card's page.
func (v *visit) cardPath(c *store.Card) string {
	whose := "system"
	if c.Own {
		whose = "own"
	}
	return v.place("cards/" + whose + "/" + strconv.Itoa(int(c.ID)))
}

func (s *Site) cards(w http.ResponseWriter, v *visit) error {
	p := &cardsPage{Zone: v.clockZone(), Tenant: v.tenant != nil, Good: s.auth.Pop(v.Context(), "cards")}
	if v.may(access.EditRates) {
		p.Deck = v.place("cards/deck")
	}
	err := s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) error {
		cards, err := tx.Cards()
		if err != nil {
			return err
		}
		held, err := app.HeldCards(tx)
		if err != nil {
			return err
		}
		for _, c := range cards {
			line := cardLine{Card: c, Path: v.cardPath(&c)}
			for i := range held {
				if h := &held[i]; h.Card == c.ID && h.Own == c.Own {
					line.Holds = append(line.Holds, heldText(h, p.Zone))
				}
			}
			p.Rows = append(p.Rows, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Empty = empty{Title: "No rate cards yet", Text: "A rate card says what calls cost. The operator publishes them."}
	if p.Deck != "" {
		p.Empty = empty{"No rate cards yet", "A rate card says what calls cost. Make one of a carrier's deck, or of a list of your own.", p.Deck, "Upload a deck"}
	}
	s.show(w, v.Request, http.StatusOK, "cards", "Rate cards", p)
	return nil
}

// shortMoment is an instant in words of a sentence: the page says which zone.
func shortMoment(i when.Instant, z *when.Zone) string {
	return strings.Replace(momentValue(i, z), "T", " ", 1)
}
