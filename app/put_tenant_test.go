package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		was, changed := app.TenantMark(&tn), tn
		plan := phone.PlanFor(phone.MustCountry("US"))
		changed.Name, changed.Plan, changed.Cutoff = "Acme & Co.", &plan, 3*when.Hour
		for _, want := range []error{nil, app.ErrStale} {
			if err := a.PutTenant(ctx, app.PutTenant{Tenant: changed, Was: was, Did: ada}); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		if err := a.PutTenant(ctx, app.PutTenant{Tenant: changed, Did: ada}); err != nil {
			t.Errorf("the same again: %v", err)
		}
		if log := told(t, s, tn.ID, "tenant."); !strings.HasPrefix(log, "tenant.change Acme & Co.: acme, ") || strings.Count(log, "\n") != 0 || !strings.Contains(log, "begin at 03:00") {
			t.Errorf("activity:\n%s", log)
		}
		added, err := a.AddTenant(ctx, app.PutTenant{Tenant: tenant.Tenant{Name: "beta", Currency: "EUR", Zone: "UTC"}, Did: ada})
		if err != nil || added.ID == 0 {
			t.Fatal(added, err)
		}
		if _, err := a.AddTenant(ctx, app.PutTenant{Tenant: tenant.Tenant{Name: "beta", Currency: "EUR", Zone: "UTC"}, Did: ada}); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if err := a.SwitchBilling(ctx, app.SwitchBilling{Tenant: added.ID, Did: ada}); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := a.Close(ctx, app.Close{Tenant: added.ID, Through: 20260531, Did: ada}); err != nil {
				t.Error(err)
			}
		}
		if log := told(t, s, added.ID, "tenant."); log != "tenant.close beta:  > closed through 2026-05-31\ntenant.billing of the tenant:  > off" {
			t.Errorf("activity:\n%s", log)
		}
		if log := told(t, s, tenant.System, "tenant.add"); log != "tenant.add beta:  > beta, EUR, UTC, days begin at 00:00" {
			t.Errorf("the system's activity:\n%s", log)
		}
	})
}
