package app

import (
	"context"
	"fmt"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// EndAssignment says which assignment is to hold only before an instant.
type EndAssignment struct {
	Tenant string // name or id of the tenant it belongs to; empty: the system
	ID     int32
	At     when.Instant   // of answer
	Was    string         // Mark of the plan that somebody has agreed to; empty: whatever it comes to by now
	Did    store.Activity // who does it; EndAssignment fills in the rest
}

// AssignmentEnded is what becomes of an assignment that is ended, or in a plan
// what would.
type AssignmentEnded struct {
	HeldCard              // as it is afterwards
	Before   when.Instant // when it ended before; zero: never
	Already  bool         // it ended then before; nothing is done
	Instead  Instead      // which cards are asked from then on
	Mark     string       // of all that this depends on
}

// EndAssignment lets an assignment hold only before an instant, in one
// transaction that the activity tells of. It must hold on both sides of it: else
// it is a Conflict with a WrongEnd. One that is not there is NotFound. Calls that
// are charged already stay as they are until they are rated again.
func (a *App) EndAssignment(ctx context.Context, o EndAssignment) (done *AssignmentEnded, err error) {
	owner, err := a.owner(ctx, o.Tenant)
	if err == nil {
		err = a.store.Update(ctx, owner.ID, store.Interactive, func(tx *store.Tx) error {
			if done, err = o.plan(tx); err != nil || done.Already {
				return err
			}
			if o.Was != "" && o.Was != done.Mark {
				return ErrStale
			}
			if err := tx.EndAssignment(o.ID, o.At); err != nil {
				return err
			}
			did := o.Did
			did.What, did.About, did.After = "card.end", done.about(), during(done.Period)
			did.Before = during(when.Period{From: done.Period.From, To: done.Before})
			return tx.Log(did)
		})
	}
	if err != nil {
		return nil, fault.Wrap("end assignment", err)
	}
	return done, nil
}

// PlanEnd is what EndAssignment would do. It changes nothing.
func (a *App) PlanEnd(ctx context.Context, o EndAssignment) (plan *AssignmentEnded, err error) {
	owner, err := a.owner(ctx, o.Tenant)
	if err == nil {
		err = a.store.View(ctx, owner.ID, func(tx *store.Tx) error {
			plan, err = o.plan(tx)
			return err
		})
	}
	if err != nil {
		return nil, fault.Wrap("plan the end of an assignment", err)
	}
	return plan, nil
}

func (o *EndAssignment) plan(tx *store.Tx) (*AssignmentEnded, error) {
	held, err := HeldCards(tx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(held, func(h HeldCard) bool {
		return h.ID == o.ID && (h.Scope == rating.System) == (tx.Tenant == tenant.System)
	})
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no assignment %d", o.ID)
	}
	h := held[i]
	if o.At <= h.Period.From || h.Period.To != 0 && h.Period.To < o.At {
		return nil, fault.New(fault.Conflict, "%w", &WrongEnd{h, o.At})
	}
	done := &AssignmentEnded{HeldCard: h, Before: h.Period.To, Already: h.Period.To == o.At, Mark: markOf(held)}
	done.Period.To = o.At
	done.Instead = insteadOf(held, &h.Assignment, o.At)
	return done, nil
}

// WrongEnd is that an assignment cannot end at an instant, since it does not
// hold on both sides of it; it stands in an error of kind Conflict.
type WrongEnd struct {
	Held HeldCard
	At   when.Instant
}

// Late tells whether it has ended before.
func (e *WrongEnd) Late() bool { return e.At > e.Held.Period.From }

func (e *WrongEnd) Error() string {
	if e.Late() {
		return fmt.Sprintf("assignment %d has ended at %s already", e.Held.ID, e.Held.Period.To)
	}
	since := "the beginning of time"
	if e.Held.Period.From != 0 {
		since = e.Held.Period.From.String()
	}
	return fmt.Sprintf("assignment %d begins at %s and cannot end at %s", e.Held.ID, since, e.At)
}
