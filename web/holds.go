package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// holding is an assignment as a card's page lists it.
type holding struct {
	app.HeldCard
	Kinds  string // of which kind of call
	From   edge
	Until  edge
	Stands standing
	Ender  string // who may end it
	End    string // address of the form that ends it; empty: not for this reader, or over
}

// edge is when an assignment begins or ends: two lines where there is little room.
type edge struct{ Day, Clock string }

// newEdge is an instant, or where there is none what is said instead.
func newEdge(at when.Instant, none string, z *when.Zone) edge {
	if at == 0 {
		return edge{Day: none}
	}
	day, clock, _ := strings.Cut(shortMoment(at, z), " ")
	return edge{day, clock}
}

// holdings lists where a card holds: what holds now, then what is to come, then
// what is over.
func (s *Site) holdings(v *visit, c *store.Card) (list []holding, err error) {
	var held []app.HeldCard
	err = s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) (err error) {
		held, err = app.HeldCards(tx)
		return err
	})
	now, z := s.clock(), v.clockZone()
	for _, h := range held {
		if h.Card != c.ID || h.Own != c.Own {
			continue
		}
		line := holding{HeldCard: h, Kinds: "any", From: newEdge(h.Period.From, "always", z), Until: newEdge(h.Period.To, "no end", z), Ender: "the operator"}
		if h.Kind != usage.NoKind {
			line.Kinds = kindTitle(h.Kind)
		}
		line.Stands = standingOf(h.Period, now)
		if h.Scope != rating.System {
			line.Ender = "the center"
		}
		if v.may(pricers...) && v.owns(&h) && line.Stands != over {
			line.End = v.cardPath(c) + "/end/" + strconv.Itoa(int(h.ID))
		}
		list = append(list, line)
	}
	slices.SortStableFunc(list, func(a, b holding) int {
		return cmp.Or(cmp.Compare(a.Stands, b.Stands), cmp.Compare(b.Scope, a.Scope), strings.Compare(a.Place(), b.Place()), cmp.Compare(a.Period.From, b.Period.From))
	})
	return list, err
}

// owns tells whether an assignment belongs to whom the page is about: a tenant's
// people do not end the operator's, nor the operator theirs without going in.
func (v *visit) owns(h *app.HeldCard) bool { return (h.Scope == rating.System) == (v.tenant == nil) }

// standing is how an assignment stands to the present moment, in the order in
// which they are listed.
type standing uint8

const (
	holdsNow standing = iota
	toCome
	over
)

func standingOf(p when.Period, now when.Instant) standing {
	switch {
	case p.Contains(now):
		return holdsNow
	case p.From > now:
		return toCome
	}
	return over
}

// String is what a page says of it.
func (s standing) String() string { return [...]string{"holds now", "to come", "over"}[s] }

// Tone is the class of its colour.
func (s standing) Tone() string { return [...]string{"tone-good", "tone-wait", "tone-quiet"}[s] }

// heldText says in words for which calls an assignment holds, and when.
func heldText(h *app.HeldCard, z *when.Zone) string {
	text := h.Place()
	if h.Kind != usage.NoKind {
		text += ", calls of kind " + kindTitle(h.Kind)
	}
	if h.Period.From != 0 {
		text += ", from " + shortMoment(h.Period.From, z)
	}
	if h.Period.To != 0 {
		text += ", until " + shortMoment(h.Period.To, z)
	}
	return text
}

// callsOf names the calls of an assignment.
func callsOf(h *app.HeldCard) string {
	if h.Kind == usage.NoKind {
		return "calls of " + h.Place()
	}
	return strings.ToLower(kindTitle(h.Kind)) + " calls of " + h.Place()
}

// since says in words from when an assignment holds.
func since(h *app.HeldCard, z *when.Zone) string {
	if h.Period.From == 0 {
		return "always"
	}
	return "from " + shortMoment(h.Period.From, z) + " on"
}

// insteadText says which cards are asked instead, and what becomes of calls that
// none is for.
func insteadText(in *app.Instead) string {
	names := make([]string, len(in.Cards))
	for i := range in.Cards {
		h := &in.Cards[i]
		names[i] = "“" + h.Name + "” (" + heldFor(h) + ")"
	}
	rest := "No card is for the other calls: they wait in suspense until one is assigned."
	if in.Free {
		rest = "Internal calls that no card of their kind is for cost nothing."
	}
	switch {
	case len(names) == 0 && in.Free:
		return "No card is for these calls then. Internal calls cost nothing then."
	case len(names) == 0:
		return "No other card is for these calls: they wait in suspense until one is assigned."
	case in.All && len(names) == 1 && !in.Free:
		return "The card " + names[0] + " is asked instead."
	case in.All && !in.Free:
		return "These cards are asked instead, in this order: " + strings.Join(names, ", ") + "."
	case len(names) == 1:
		return "The card " + names[0] + " is asked instead. " + rest
	}
	return "These cards are asked instead, in this order: " + strings.Join(names, ", ") + ". " + rest
}

// heldFor is a place with its kind of call.
func heldFor(h *app.HeldCard) string {
	if h.Kind == usage.NoKind {
		return h.Place()
	}
	return h.Place() + ", " + strings.ToLower(kindTitle(h.Kind)) + " calls"
}

// againText says how calls that are charged already come to new prices.
func (v *visit) againText() string {
	command := "tollkeeper rerate --tenant " + quoted(v) + " --from DAY --to DAY"
	text := "Calls that are charged already keep their charges. "
	switch {
	case v.tenant == nil:
		return text + "To rate them again, run “" + command + "” for each tenant: it shows the differences, and with --post it posts them."
	case v.person.Operator:
		return text + "To rate them again, run “" + command + "”: it shows the differences, and with --post it posts them."
	}
	return text + "To have them rated again, ask your operator, who runs “" + command + "”."
}

// quoted is the tenant as a command names it.
func quoted(v *visit) string {
	if v.tenant == nil {
		return "NAME"
	}
	return tenantText(v.tenant.ID)
}

// queriedForm is the address of a form that holds what was typed.
func (f *form) queried(path string) string {
	q := url.Values{}
	for _, one := range f.Fields {
		if one.Value != "" {
			q.Set(one.Name, one.Value)
		}
	}
	return queried(path, q)
}
