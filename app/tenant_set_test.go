package app_test

import (
	"context"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// call imports one call to a number, by what is cached by then, and gives what
// became of it and of its charge.
func call(t *testing.T, a *app.App, id, called string) (usage.Tally, usage.Call, usage.Charge) {
	t.Helper()
	ctx := context.Background()
	text := "call_id,calling,called,started_at,ended_at\n" + id + ",+442079460000," + called + ",2026-06-01T10:00:00Z,2026-06-01T10:01:00Z\n"
	r, err := a.ImportCalls(ctx, app.ImportCalls{Path: "x.csv", Input: strings.NewReader(text), Tenant: "acme"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var last usage.Call
	var charge usage.Charge
	view(t, a.Store(), r.Tenants[0].Tenant.ID, func(tx *store.Tx) error {
		return tx.Calls(store.AllDays, store.All, func(calls []usage.Call, charges []usage.Charge) error {
			last, charge = calls[len(calls)-1], charges[len(charges)-1]
			return nil
		})
	})
	return r.Tally(), last, charge
}

func TestTenantSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		importRates(t, a, retail(firstDeck))
		if tally, c, _ := call(t, a, "1", "4155550142"); tally[usage.WasRated] == 1 && c.Called == phone.MustParse("14155550142") {
			t.Errorf("a British tenant dials %s", c.Called)
		}
		usa := phone.PlanFor(phone.MustCountry("US"))
		if err := a.SetDialPlan(ctx, "acme", &usa); err != nil {
			t.Fatal(err)
		}
		if tally, c, _ := call(t, a, "2", "4155550142"); tally[usage.WasRated] != 1 || c.Called != phone.MustParse("14155550142") {
			t.Errorf("after the change of plan: %v, %+v", tally, c)
		}
		if err := a.SetDialPlan(ctx, "acme", &phone.Plan{Strip: []string{"x"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a plan that cannot be: %v", err)
		}
		if err := a.SetDialPlan(ctx, "nobody", nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("no tenant: %v", err)
		}

		if err := a.SetBilling(ctx, tenant.System, 0, false); err != nil {
			t.Fatal(err)
		}
		if _, _, ch := call(t, a, "3", "+14155550142"); ch.Reason != usage.BillingOff {
			t.Errorf("with billing off: %+v", ch)
		}
		if err := a.SetBilling(ctx, tn.ID, 0, true); err != nil {
			t.Fatal(err)
		}
		if tally, _, ch := call(t, a, "4", "+14155550142"); tally[usage.WasRated] != 1 || ch.Amount == 0 {
			t.Errorf("with billing on again: %v, %+v", tally, ch)
		}
		if err := a.SetBilling(ctx, 99, 0, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("no tenant: %v", err)
		}
	})
}

func TestCloseThrough(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		importRates(t, a, retail(firstDeck))
		if _, c, ch := call(t, a, "1", "+14155550142"); ch.BilledAt != c.Ended {
			t.Errorf("in an open period: billed at %s", ch.BilledAt)
		}
		for _, step := range []struct {
			day  when.Day
			kind fault.Kind // Internal: it works
		}{
			{20260530, fault.Internal}, {20260531, fault.Internal}, {20260531, fault.Internal},
			{20260530, fault.Conflict}, {20260701, fault.Invalid}, {20260631, fault.Invalid}, {0, fault.Invalid},
			{20260630, fault.Internal},
		} {
			err := a.CloseThrough(ctx, tn.ID, step.day)
			if step.kind == fault.Internal && err != nil || step.kind != fault.Internal && !fault.Is(err, step.kind) {
				t.Errorf("%d: %v", step.day, err)
			}
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			acct, err := tx.Account()
			if want := when.MustParse("2026-06-30T23:00:00Z"); acct.ClosedThrough != want { // midnight of London
				t.Errorf("closed through %s", acct.ClosedThrough)
			}
			return err
		})
		if _, _, ch := call(t, a, "2", "+14155550142"); ch.BilledAt != storetest.Now {
			t.Errorf("in a closed period: billed at %s", ch.BilledAt)
		}
		if err := a.CloseThrough(ctx, 99, 20260601); !fault.Is(err, fault.NotFound) {
			t.Errorf("no tenant: %v", err)
		}
	})
}
