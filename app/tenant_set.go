package app

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// SetTenant changes a tenant's name, country and dial plan, and, while it has
// no charges, its zone, currency and cut-off. A dial plan that cannot be gives
// all its mistakes as fault.Inputs.
func (a *App) SetTenant(ctx context.Context, t *tenant.Tenant) error {
	_, err := phone.NewDialer(t.DialPlan())
	if err == nil {
		err = a.store.SetTenant(ctx, t)
	}
	if err != nil {
		return fault.Wrap("set tenant", err)
	}
	a.forget(t.ID)
	return nil
}

// SetDialPlan gives a tenant a dial plan of its own; nil gives it its country's
// again. Calls that are in the books already keep the numbers they have.
func (a *App) SetDialPlan(ctx context.Context, nameOrID string, plan *phone.Plan) error {
	t, err := a.store.FindTenant(ctx, nameOrID)
	if err != nil {
		return fault.Wrap("set dial plan", err)
	}
	t.Plan = plan
	return fault.Wrap("set dial plan", a.SetTenant(ctx, &t))
}

// SetBilling turns billing on or off from an instant on (zero: always) for one
// tenant, or with tenant.System for all that have no switch of their own. Later
// switches stay. Calls that are charged already stay so until they are rated
// again.
func (a *App) SetBilling(ctx context.Context, id tenant.ID, from when.Instant, on bool) error {
	return fault.Wrap("set billing", a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		return tx.SwitchBilling(rating.Switch{From: from, On: on, System: id == tenant.System})
	}))
}

// CloseThrough closes a tenant's billing through the end of a billing day that
// is over: what comes later for it is billed in the open period. A day before
// the last that was closed is a Conflict, the same again is no change.
func (a *App) CloseThrough(ctx context.Context, id tenant.ID, day when.Day) error {
	return fault.Wrap("close through "+day.String(), a.closeThrough(ctx, id, day))
}

func (a *App) closeThrough(ctx context.Context, id tenant.ID, day when.Day) error {
	if day <= 0 || when.DayOfOrdinal(day.Ordinal()) != day {
		return fault.New(fault.Invalid, "%d is not a day", day)
	}
	t, err := a.store.FindTenant(ctx, itoa(int64(id)))
	if err != nil {
		return err
	}
	zone, err := when.LoadZone(t.Zone)
	if err != nil {
		return err
	}
	end := zone.Start(day.Add(1)) + t.Cutoff
	return a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		if end > tx.Now {
			return fault.New(fault.Invalid, "that billing day ends at %s, which is still to come: close a day that is over", end.In(zone))
		}
		return tx.CloseThrough(end)
	})
}

// forget drops what is cached of a tenant whose zone or dial plan has changed.
// Work that has begun with it goes on with what it has: the versions of the
// account keep it from charging twice.
func (a *App) forget(id tenant.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.ledgers, id)
}
