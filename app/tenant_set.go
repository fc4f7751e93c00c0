package app

import (
	"context"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// PutTenant says what a tenant is to be.
type PutTenant struct {
	Tenant tenant.Tenant
	Was    string         // TenantMark of what it was made from; empty: whatever it is by now
	Did    store.Activity // who does it; PutTenant and AddTenant fill in the rest
}

// TenantMark stands for a tenant's settings as they are.
func TenantMark(t *tenant.Tenant) string { return mark(tenantText(t)) }

// AddTenant adds a tenant and opens its account, in one transaction that the
// system's activity tells of. A name that is taken is a Conflict.
func (a *App) AddTenant(ctx context.Context, o PutTenant) (t tenant.Tenant, err error) {
	if err := checkPlan(&o.Tenant); err != nil {
		return t, fault.Wrap("add tenant", err)
	}
	err = a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error {
		t = o.Tenant // a transaction may run more than once
		if err := tx.AddTenant(&t); err != nil {
			return err
		}
		did := o.Did
		did.What, did.About, did.After = "tenant.add", t.Name, tenantText(&t)
		return tx.Log(did)
	})
	return t, fault.Wrap("add tenant", err)
}

// PutTenant changes a tenant's name, country and dial plan, and, while it has no
// charges, its zone, currency and cut-off, in one transaction that its activity
// tells of. A dial plan that cannot be gives all its mistakes as fault.Inputs; a
// tenant that somebody else has changed is ErrStale.
func (a *App) PutTenant(ctx context.Context, o PutTenant) error {
	t := &o.Tenant
	err := checkPlan(t)
	if err == nil {
		err = a.store.Update(ctx, t.ID, store.Interactive, func(tx *store.Tx) error {
			old, err := tx.Self()
			if err != nil {
				return err
			}
			if o.Was != "" && o.Was != TenantMark(&old) {
				return ErrStale
			}
			did := o.Did
			did.What, did.About, did.Before, did.After = "tenant.change", t.Name, tenantText(&old), tenantText(t)
			if did.Before == did.After {
				return nil
			}
			if err := tx.SetTenant(t); err != nil {
				return err
			}
			return tx.Log(did)
		})
	}
	if err != nil {
		return fault.Wrap("set tenant", err)
	}
	a.forget(t.ID)
	return nil
}

func checkPlan(t *tenant.Tenant) error {
	_, err := phone.NewDialer(t.DialPlan())
	return err
}

// tenantText is a tenant's settings as the activity tells of them.
func tenantText(t *tenant.Tenant) string {
	parts := []string{t.Name, string(t.Currency), t.Zone, "days begin at " + when.FormatClock(int(t.Cutoff/when.Minute))}
	if t.Country != 0 {
		parts = append(parts, "home "+t.Country.Name())
	}
	if p := t.Plan; p != nil {
		parts = append(parts, "dial plan of its own: international "+strings.Join(p.International, " ")+", trunk "+p.Trunk+
			", carrier digits "+itoa(int64(p.CarrierDigits))+", stripped "+strings.Join(p.Strip, " ")+
			", extensions of "+itoa(int64(p.ExtensionMin))+" to "+itoa(int64(p.ExtensionMax))+" digits, "+strings.Join(p.Extensions, " "))
	}
	return strings.Join(parts, ", ")
}

// SetTenant is PutTenant for whoever works at the machine itself.
func (a *App) SetTenant(ctx context.Context, t *tenant.Tenant) error {
	return a.PutTenant(ctx, PutTenant{Tenant: *t, Did: atTheMachine})
}

// atTheMachine is who runs commands.
var atTheMachine = store.Activity{Who: "command line"}

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

// SwitchBilling says from when on billing is on or off for a tenant, or with
// tenant.System for all that have no switch of their own.
type SwitchBilling struct {
	Tenant tenant.ID
	From   when.Instant // of calls answered from then on; zero: of all
	On     bool
	Did    store.Activity // who does it; SwitchBilling fills in the rest
}

// SwitchBilling turns billing on or off, in one transaction that the activity
// tells of. Later switches stay. Calls that are charged already stay so until
// they are rated again.
func (a *App) SwitchBilling(ctx context.Context, o SwitchBilling) error {
	return fault.Wrap("set billing", a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := tx.SwitchBilling(rating.Switch{From: o.From, On: o.On, System: o.Tenant == tenant.System}); err != nil {
			return err
		}
		did := o.Did
		did.What, did.About, did.After = "tenant.billing", "of all tenants", "off"
		if o.Tenant != tenant.System {
			did.About = "of the tenant"
		}
		if o.On {
			did.After = "on"
		}
		if o.From != 0 {
			did.After += " for calls answered from " + o.From.String() + " on"
		}
		return tx.Log(did)
	}))
}

// SetBilling is SwitchBilling for whoever works at the machine itself.
func (a *App) SetBilling(ctx context.Context, id tenant.ID, from when.Instant, on bool) error {
	return a.SwitchBilling(ctx, SwitchBilling{Tenant: id, From: from, On: on, Did: atTheMachine})
}

// CloseThrough closes a tenant's billing through the end of a billing day that
// is over: what comes later for it is billed in the open period. A day before
// the last that was closed is a Conflict, the same again is no change.
func (a *App) CloseThrough(ctx context.Context, id tenant.ID, day when.Day) error {
	return a.Close(ctx, Close{Tenant: id, Through: day, Did: atTheMachine})
}

// Close says through which billing day a tenant's billing is closed.
type Close struct {
	Tenant  tenant.ID
	Through when.Day
	Did     store.Activity // who does it; Close fills in the rest
}

// Close is CloseThrough with somebody whom the activity names.
func (a *App) Close(ctx context.Context, o Close) error {
	return fault.Wrap("close through "+o.Through.String(), a.closeThrough(ctx, o))
}

func (a *App) closeThrough(ctx context.Context, o Close) error {
	id, day := o.Tenant, o.Through
	if day <= 0 || when.DayOfOrdinal(day.Ordinal()) != day {
		return fault.New(fault.Invalid, "%d is not a day", day)
	}
	t, err := a.store.FindTenant(ctx, itoa(int64(id)))
	if err != nil {
		return err
	}
	zone, err := a.Zone(t.Zone)
	if err != nil {
		return err
	}
	end := zone.Start(day.Add(1)) + t.Cutoff
	return a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		if end > tx.Now {
			return fault.New(fault.Invalid, "that billing day ends at %s, which is still to come: close a day that is over", end.In(zone))
		}
		had, err := tx.Account()
		if err != nil {
			return err
		}
		if err := tx.CloseThrough(end); err != nil || had.ClosedThrough == end {
			return err
		}
		did := o.Did
		did.What, did.About, did.After = "tenant.close", t.Name, "closed through "+day.String()
		if had.ClosedThrough != 0 {
			did.Before = "closed through " + zone.Day(had.ClosedThrough-t.Cutoff-1).String()
		}
		return tx.Log(did)
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
