package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// SuspenseGroup is suspended records that are alike.
type SuspenseGroup struct {
	Reason  usage.Reason `json:"-"`
	Cause   string       `json:"cause"`  // the reason's name
	Detail  string       `json:"detail"` // what they have in common: "country SO", "the called number is too short …"
	Records int64        `json:"records"`
	First   when.Day     `json:"first"` // UTC day of the oldest; zero: not known
	Last    when.Day     `json:"last"`
	Example string       `json:"example"` // the name of a call, or a record's text
	Advice  string       `json:"advice"`
}

// exampleText bounds the text that is shown of a suspended record.
const exampleText = 120

// Suspense lists what waits for a tenant (or for the system: records that name
// no tenant), alike records together, the largest group first.
func (a *App) Suspense(ctx context.Context, id tenant.ID) ([]SuspenseGroup, error) {
	groups := suspenseGroups{}
	err := a.store.View(ctx, id, func(tx *store.Tx) error {
		if err := tx.EachSuspense(func(s *store.Suspense) error {
			groups.add(s.Reason, s.Detail, s.Day, func() string { return clean(string(s.Text[:min(len(s.Text), exampleText)])) })
			return nil
		}); err != nil {
			return err
		}
		segments, err := tx.Segments(store.AllDays)
		if err != nil {
			return err
		}
		var d store.Decoder
		for i := range segments {
			if segments[i].Suspended == 0 {
				continue
			}
			if err := tx.Load(&segments[i], store.Numbers|store.Charges); err != nil {
				return err
			}
			if err := d.Decode(&segments[i], store.All, groups.addCalls); err != nil {
				return err
			}
		}
		return nil
	})
	return groups.sorted(), fault.Wrap("list suspense", err)
}

type suspenseGroups map[suspenseKey]*SuspenseGroup

type suspenseKey struct {
	reason usage.Reason
	detail string
}

func (g suspenseGroups) add(reason usage.Reason, detail string, day when.Day, example func() string) {
	k := suspenseKey{reason, detail}
	s := g[k]
	if s == nil {
		s = &SuspenseGroup{Reason: reason, Cause: reason.String(), Detail: detail, Example: example(), Advice: reason.Advice(), First: day}
		g[k] = s
	}
	s.Records++
	if s.First == 0 || day != 0 && day < s.First {
		s.First = day
	}
	s.Last = max(s.Last, day)
}

// prefixShown is how many digits of a number without a rate are shown: enough
// to find the missing row, few enough to put alike numbers together.
const prefixShown = 4

func (g suspenseGroups) addCalls(calls []usage.Call, charges []usage.Charge) error {
	for i := range calls {
		if charges[i].Status != usage.Suspended {
			continue
		}
		c := &calls[i]
		detail := c.Direction.String() + " to " + c.Called.Prefix(min(c.Called.Len(), prefixShown)).String() + "…"
		if charges[i].Reason == usage.NoCard || charges[i].Reason == usage.NoFX {
			detail = c.Kind.String() + " calls"
		}
		g.add(charges[i].Reason, detail, c.Started.UTCDay(), c.Identity.String)
	}
	return nil
}

func (g suspenseGroups) sorted() []SuspenseGroup {
	all := make([]SuspenseGroup, 0, len(g))
	for _, s := range g {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b SuspenseGroup) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail))
	})
	return all
}

// TenantSuspense is what waits for one tenant.
type TenantSuspense struct {
	Tenant  tenant.Tenant // the system: records that name no tenant there is
	Records int64
	Groups  []SuspenseGroup // the largest first
}

// SuspenseOfAll lists what waits for each of the tenants that something waits
// for, the most first. It is quick about the others.
func (a *App) SuspenseOfAll(ctx context.Context, of []tenant.Tenant) ([]TenantSuspense, error) {
	all := make([]TenantSuspense, len(of))
	err := everyTenant(ctx, of, func(ctx context.Context, i int) error {
		all[i].Tenant = of[i]
		var calls, records int64
		err := a.store.View(ctx, of[i].ID, func(tx *store.Tx) (err error) {
			calls, records, err = tx.Waiting()
			return err
		})
		if err != nil || calls+records == 0 {
			return err
		}
		all[i].Groups, err = a.Suspense(ctx, of[i].ID)
		for _, g := range all[i].Groups {
			all[i].Records += g.Records
		}
		return err
	})
	all = slices.DeleteFunc(all, func(t TenantSuspense) bool { return t.Records == 0 })
	slices.SortStableFunc(all, func(x, y TenantSuspense) int { return cmp.Compare(y.Records, x.Records) })
	return all, fault.Wrap("list suspense of all", err)
}

// CanDismiss tells whether records that wait for a reason can be dismissed: they
// are no calls.
func CanDismiss(reason usage.Reason) bool { return reason >= usage.NoTenant }

// CanRerun tells whether trying again can help against a reason. A conflict waits
// for a person.
func CanRerun(reason usage.Reason) bool { return reason != usage.Conflict }

// DismissSuspense closes the records that wait for one reason and are no calls:
// they do not count, and are known again when they come again. Calls that wait
// for a card or a rate happened, and cannot be dismissed. by says who does it and
// how that is called; it is logged when something was closed.
func (a *App) DismissSuspense(ctx context.Context, id tenant.ID, reason usage.Reason, by store.Activity) (closed int, err error) {
	if !CanDismiss(reason) {
		return 0, fault.New(fault.Invalid, "calls that wait as %s happened and cannot be dismissed: %s", reason, reason.Advice())
	}
	err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		closed = 0 // a transaction may run more than once
		waiting, err := tx.OpenSuspense()
		if err != nil {
			return err
		}
		for i := range waiting {
			if waiting[i].Reason != reason {
				continue
			}
			if err := tx.SettleSuspense(&waiting[i], store.Dismissed); err != nil {
				return err
			}
			closed++
		}
		if closed == 0 {
			return nil
		}
		by.About, by.After = reason.String(), strconv.Itoa(closed)+" closed"
		return tx.Log(by)
	})
	return closed, fault.Wrap("dismiss suspended records", err)
}
