package app

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// AssignTo is where a card is to hold, by the names that people use. The zero
// AssignTo is the system as a whole.
type AssignTo struct {
	Scope    rating.Scope
	Unit     string     // name of the billing unit; of scope Unit
	Campaign string     // code of the campaign; of scope Campaign
	Kind     usage.Kind // NoKind: calls of any
}

// ParseAssignTo reads system, tenant, unit:NAME or campaign:CODE.
func ParseAssignTo(s string) (AssignTo, error) {
	scope, name, named := strings.Cut(s, ":")
	switch {
	case s == "system":
		return AssignTo{Scope: rating.System}, nil
	case s == "tenant":
		return AssignTo{Scope: rating.Tenant}, nil
	case scope == "unit" && named && name != "":
		return AssignTo{Scope: rating.Unit, Unit: name}, nil
	case scope == "campaign" && named && name != "":
		return AssignTo{Scope: rating.Campaign, Campaign: name}, nil
	}
	return AssignTo{}, fault.New(fault.Invalid, "%q is not a scope: want system, tenant, unit:NAME or campaign:CODE", fault.Cut(s))
}

// AssignCard says which card is to hold where.
type AssignCard struct {
	Tenant string // name or id; empty: the system
	Card   string // the tenant's own of that name, else the system's
	To     AssignTo
	From   when.Instant // of answer; zero: always, for a place that has had no card yet
}

// Assigned is what became of an assignment.
type Assigned struct {
	rating.Assignment
	Already bool  // it held before; nothing was done
	Ended   int32 // the number of the assignment that ends where this one begins; 0: none
}

// AssignCard ties a card to a scope. Where another card holds there it ends at
// From; one that is set to begin later stays, and ends the new one.
func (a *App) AssignCard(ctx context.Context, o AssignCard) (*Assigned, error) {
	owner, err := a.owner(ctx, o.Tenant)
	if err == nil {
		err = o.To.check(owner.ID)
	}
	if err != nil {
		return nil, fault.Wrap("assign card", err)
	}
	var done *Assigned
	err = a.store.Update(ctx, owner.ID, store.Interactive, func(tx *store.Tx) error {
		card, err := tx.FindCard(o.Card, store.OwnerOf(owner.ID))
		if fault.Is(err, fault.NotFound) {
			card, err = tx.FindCard(o.Card, store.SystemCard)
		}
		if err != nil {
			return err
		}
		if done, err = planAssignment(tx, &card, o.To, o.From); err != nil {
			return err
		}
		return done.keep(tx)
	})
	return done, fault.Wrap("assign card", err)
}

// EndAssignment lets an assignment hold only before at. nameOrID names the
// tenant it belongs to; empty is the system.
func (a *App) EndAssignment(ctx context.Context, nameOrID string, id int32, at when.Instant) error {
	owner, err := a.owner(ctx, nameOrID)
	if err == nil {
		err = a.store.Update(ctx, owner.ID, store.Interactive, func(tx *store.Tx) error { return tx.EndAssignment(id, at) })
	}
	return fault.Wrap("end assignment", err)
}

// owner is the tenant of a name or id, or the system for an empty one.
func (a *App) owner(ctx context.Context, nameOrID string) (tenant.Tenant, error) {
	if nameOrID == "" {
		return tenant.Tenant{ID: tenant.System, Zone: "UTC"}, nil
	}
	return a.store.FindTenant(ctx, nameOrID)
}

// check refuses a scope that does not go with whose assignment it is.
func (to *AssignTo) check(owner tenant.ID) error {
	switch {
	case owner == tenant.System && to.Scope != rating.System:
		return fault.New(fault.Invalid, "the scope %s belongs to a tenant: say to which one", to.Scope)
	case owner != tenant.System && to.Scope == rating.System:
		return fault.New(fault.Invalid, "the scope system belongs to no tenant: leave the tenant out, or assign the card to the scope tenant")
	case (to.Scope == rating.Unit) != (to.Unit != "") || (to.Scope == rating.Campaign) != (to.Campaign != ""):
		return fault.New(fault.Invalid, "the scope %s does not go with unit %q and campaign %q", to.Scope, fault.Cut(to.Unit), fault.Cut(to.Campaign))
	}
	return nil
}

// place is an assignment to that scope, without card and period.
func (to *AssignTo) place(tx *store.Tx) (as rating.Assignment, err error) {
	as.Scope, as.Kind = to.Scope, to.Kind
	switch to.Scope {
	case rating.Unit:
		units, err := tx.Units()
		if err != nil {
			return as, err
		}
		i := slices.IndexFunc(units, func(u tenant.Unit) bool { return u.Name == to.Unit })
		if i < 0 {
			return as, fault.New(fault.NotFound, "there is no billing unit named %q: add it, or import numbers that are in it", fault.Cut(to.Unit))
		}
		as.Unit = units[i].ID
	case rating.Campaign:
		campaigns, err := tx.Campaigns()
		if err != nil {
			return as, err
		}
		i := slices.IndexFunc(campaigns, func(c tenant.Campaign) bool { return c.Code == to.Campaign })
		if i < 0 {
			return as, fault.New(fault.NotFound, "there is no campaign %q: add it with import campaigns", fault.Cut(to.Campaign))
		}
		as.Campaign = campaigns[i].ID
	}
	return as, nil
}

// planAssignment is what assigning card would do; it changes nothing. A card
// that is not kept yet has no id.
func planAssignment(tx *store.Tx, card *store.Card, to AssignTo, from when.Instant) (*Assigned, error) {
	place, err := to.place(tx)
	if err != nil {
		return nil, err
	}
	place.Card, place.Own, place.Period.From = card.ID, card.Own, from
	held, err := tx.Assignments()
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(h rating.Assignment) bool {
		return h.Scope != place.Scope || h.Unit != place.Unit || h.Campaign != place.Campaign || h.Kind != place.Kind
	})
	slices.SortFunc(held, func(x, y rating.Assignment) int { return cmp.Compare(x.Period.From, y.Period.From) })
	same := func(h *rating.Assignment) bool { return h.Card == place.Card && h.Own == place.Own }
	if n := len(held); from == 0 && n > 0 {
		if last := &held[n-1]; same(last) && last.Period.To == 0 {
			return &Assigned{Assignment: *last, Already: true}, nil
		}
		return nil, taken(tx, &held[n-1])
	}
	done := &Assigned{Assignment: place}
	for i := range held {
		h := &held[i]
		switch {
		case h.Period.Contains(from) && same(h):
			return &Assigned{Assignment: *h, Already: true}, nil
		case h.Period.Contains(from) && h.Period.From == from:
			return nil, taken(tx, h)
		case h.Period.Contains(from):
			done.Ended = h.ID
		case h.Period.From > from && done.Period.To == 0:
			done.Period.To = h.Period.From
		}
	}
	return done, nil
}

// taken is that another card has the place.
func taken(tx *store.Tx, h *rating.Assignment) error {
	cards, err := tx.Cards()
	if err != nil {
		return err
	}
	name := "another card"
	for _, c := range cards {
		if c.ID == h.Card && c.Own == h.Own {
			name = "the card " + c.Name
		}
	}
	since := "always so far"
	if h.Period.From != 0 {
		since = "from " + h.Period.From.String()
	}
	return fault.New(fault.Conflict, "%s is assigned to this %s, %s: say from which later instant the new one holds", name, h.Scope, since)
}

// keep does what was planned.
func (d *Assigned) keep(tx *store.Tx) error {
	if d.Already {
		return nil
	}
	if d.Ended != 0 {
		if err := tx.EndAssignment(d.Ended, d.Period.From); err != nil {
			return err
		}
	}
	all, err := tx.Assignments()
	if err != nil {
		return err
	}
	checked := d.Assignment
	checked.ID = math.MaxInt32 // it gets its own when it is kept
	if err := rating.CheckAssignments(append(all, checked)); err != nil {
		return err
	}
	return tx.PutAssignment(&d.Assignment)
}
