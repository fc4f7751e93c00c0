package app

import (
	"cmp"
	"context"
	"fmt"
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
	Tenant string          // name or id; empty: the system
	Card   string          // the tenant's own of that name, else the system's
	ID     int32           // not zero: the card of that number among those of Whose, and Card is not heeded
	Whose  store.CardOwner // with ID
	To     AssignTo
	From   when.Instant   // of answer; zero: always, for a place that has had no card yet
	Was    string         // Mark of the plan that somebody has agreed to; empty: whatever it comes to by now
	Did    store.Activity // who does it; AssignCard fills in the rest
}

// Assigned is what becomes of an assignment, or in a plan what would.
type Assigned struct {
	HeldCard           // with no ID in a plan
	Already  bool      // it held before; nothing is done
	Ends     *HeldCard // as it was: another card's, that ends where this one begins; nil: none
	Next     *HeldCard // that begins where this one ends; nil: it holds until it is ended
	Instead  Instead   // which cards are asked for these calls where this one has no row, or is no more
	Mark     string    // of all that this depends on
}

// AssignCard ties a card to a scope, in one transaction that the activity tells
// of. Where another card holds there it ends at From; one that is set to begin
// later stays, and ends the new one. A place that another card has from that
// instant on is a Conflict with a PlaceTaken. Calls that are charged already stay
// as they are until they are rated again.
func (a *App) AssignCard(ctx context.Context, o AssignCard) (done *Assigned, err error) {
	owner, err := a.assignee(ctx, &o)
	if err == nil {
		err = a.store.Update(ctx, owner.ID, store.Interactive, func(tx *store.Tx) error {
			if done, err = o.plan(tx); err != nil {
				return err
			}
			if o.Was != "" && o.Was != done.Mark && !done.Already {
				return ErrStale
			}
			if err := done.keep(tx); err != nil || done.Already {
				return err
			}
			return done.log(tx, o.Did)
		})
	}
	if err != nil {
		return nil, fault.Wrap("assign card", err)
	}
	return done, nil
}

// PlanAssignment is what AssignCard would do. It changes nothing.
func (a *App) PlanAssignment(ctx context.Context, o AssignCard) (plan *Assigned, err error) {
	owner, err := a.assignee(ctx, &o)
	if err == nil {
		err = a.store.View(ctx, owner.ID, func(tx *store.Tx) error {
			plan, err = o.plan(tx)
			return err
		})
	}
	if err != nil {
		return nil, fault.Wrap("plan assignment", err)
	}
	return plan, nil
}

// assignee is whose assignment it is.
func (a *App) assignee(ctx context.Context, o *AssignCard) (tenant.Tenant, error) {
	owner, err := a.owner(ctx, o.Tenant)
	if err == nil {
		err = o.To.check(owner.ID)
	}
	return owner, err
}

func (o *AssignCard) plan(tx *store.Tx) (*Assigned, error) {
	card, err := o.card(tx)
	if err != nil {
		return nil, err
	}
	return planAssignment(tx, &card, o.To, o.From)
}

// card is the card that is meant.
func (o *AssignCard) card(tx *store.Tx) (store.Card, error) {
	if o.ID != 0 {
		return cardOf(tx, o.Whose, o.ID)
	}
	card, err := tx.FindCard(o.Card, store.OwnerOf(tx.Tenant))
	if fault.Is(err, fault.NotFound) {
		card, err = tx.FindCard(o.Card, store.SystemCard)
	}
	return card, err
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
	all, err := HeldCards(tx)
	if err != nil {
		return nil, err
	}
	done := &Assigned{HeldCard: HeldCard{Assignment: place, Name: card.Name, UnitName: to.Unit, Code: to.Campaign}, Mark: markOf(all)}
	var held []HeldCard // there, of that kind of call
	for _, h := range all {
		if sameStretch(&h.Assignment, &place) {
			held = append(held, h)
		}
	}
	slices.SortFunc(held, func(x, y HeldCard) int { return cmp.Compare(x.Period.From, y.Period.From) })
	if err := done.among(held); err != nil {
		return nil, err
	}
	if done.Ends != nil {
		all = slices.DeleteFunc(all, func(h HeldCard) bool { return h.ID == done.Ends.ID })
	}
	at := from
	if at == 0 {
		at = tx.Now
	}
	done.Instead = insteadOf(all, &done.Assignment, at)
	return done, nil
}

// among fits a new assignment between those that its place has, by date.
func (d *Assigned) among(held []HeldCard) error {
	from := d.Period.From
	same := func(h *HeldCard) bool { return h.Card == d.Card && h.Own == d.Own }
	if n := len(held); from == 0 && n > 0 {
		if last := &held[n-1]; same(last) && last.Period.To == 0 {
			d.HeldCard, d.Already = *last, true
			return nil
		}
		return taken(&held[n-1])
	}
	for i := range held {
		h := &held[i]
		switch {
		case h.Period.Contains(from) && same(h):
			d.HeldCard, d.Already, d.Ends, d.Next = *h, true, nil, nil
			return nil
		case h.Period.Contains(from) && h.Period.From == from:
			return taken(h)
		case h.Period.Contains(from):
			d.Ends = h
		case h.Period.From > from && d.Period.To == 0:
			d.Period.To, d.Next = h.Period.From, h
		}
	}
	return nil
}

// PlaceTaken is that another card has the place; it stands in an error of kind
// Conflict.
type PlaceTaken struct{ By HeldCard }

func (e *PlaceTaken) Error() string {
	if to := e.By.Period.To; to != 0 {
		return fmt.Sprintf("the card %s is assigned to this %s until %s: say from which instant the new one holds", e.By.Name, e.By.Scope, to)
	}
	since := "always so far"
	if e.By.Period.From != 0 {
		since = "from " + e.By.Period.From.String()
	}
	return fmt.Sprintf("the card %s is assigned to this %s, %s: say from which later instant the new one holds", e.By.Name, e.By.Scope, since)
}

func taken(h *HeldCard) error { return fault.New(fault.Conflict, "%w", &PlaceTaken{*h}) }

// markOf stands for assignments with their names as they are.
func markOf(held []HeldCard) string {
	texts := make([]string, len(held))
	for i := range held {
		h := &held[i]
		texts[i] = fmt.Sprint(h.ID, h.Card, h.Own, h.Period, h.about())
	}
	return mark(texts...)
}

// keep does what was planned.
func (d *Assigned) keep(tx *store.Tx) error {
	if d.Already {
		return nil
	}
	if d.Ends != nil {
		if err := tx.EndAssignment(d.Ends.ID, d.Period.From); err != nil {
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

// log tells the activity what was done.
func (d *Assigned) log(tx *store.Tx, did store.Activity) error {
	did.What, did.About, did.After = "card.assign", d.about(), d.Name+" "+during(d.Period)
	if d.Ends != nil {
		did.Before = d.Ends.Name + " " + during(d.Ends.Period)
		did.After += ", " + d.Ends.Name + " " + during(when.Period{From: d.Ends.Period.From, To: d.Period.From})
	}
	return tx.Log(did)
}
