package app_test

import (
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestLateTenant imports records of a tenant that nobody has added yet, and one
// whose numbers cannot be read without its country; both are put right later.
func TestLateTenant(t *testing.T) {
	c := smallCenter(1)
	data := "tenant,call_id,called,started_at,answered_at,ended_at\n" +
		"late,x1,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n" +
		"late,x2,02079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n" +
		"never,x3,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		if got := imported(t, a, "", []byte(data)); got[usage.WasSuspended] != 3 {
			t.Fatalf("outcomes %v, want three suspended", got)
		}
		late := tenant.Tenant{Name: "late", Currency: "USD", Zone: "UTC"}
		if err := s.AddTenant(t.Context(), &late); err != nil {
			t.Fatal(err)
		}
		rerun := func(id tenant.ID, settled, still int64) {
			t.Helper()
			r, err := a.RerunSuspense(t.Context(), id, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Settled() != settled || r.Still != still {
				t.Errorf("settled %d, still waiting %d; want %d and %d", r.Settled(), r.Still, settled, still)
			}
		}
		rerun(tenant.System, 1, 2) // x2 cannot be a call yet, and nobody knows x3's tenant
		late.Country = phone.MustCountry("GB")
		if err := a.SetTenant(t.Context(), &late); err != nil {
			t.Fatal(err)
		}
		rerun(tenant.System, 1, 1)
		rerun(tenant.System, 0, 1)
		if books := booksOf(t, s, "late"); strings.Count(books, "\n") == 0 {
			t.Error("the late tenant has no books")
		}
		if got := imported(t, a, "", []byte(data)); got[usage.WasDuplicate] != 3 {
			t.Errorf("the file again: %v, want three duplicates", got)
		}
		sound(t, a)
	})
}

// TestDismiss closes a conflict: it is known when it comes again, and does not
// count. A call without a rate cannot be dismissed.
func TestDismiss(t *testing.T) {
	c := smallCenter(1)
	name := c.Tenants()[0].Name
	data := []byte(header + good("a") + strings.Replace(good("a"), "0123", "0124", 1))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		if got := imported(t, a, name, data); got[usage.WasConflict] != 1 {
			t.Fatalf("outcomes %v, want a conflict", got)
		}
		x, err := s.FindTenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := a.DismissSuspense(t.Context(), x.ID, usage.Conflict, store.Activity{Who: "tester", What: "suspense.dismiss"}); n != 1 || err != nil {
			t.Errorf("dismissed %d: %v", n, err)
		}
		if groups, err := a.Suspense(t.Context(), x.ID); len(groups) != 0 || err != nil {
			t.Errorf("still waiting: %+v, %v", groups, err)
		}
		if got := imported(t, a, name, data); got[usage.WasDuplicate] != 2 {
			t.Errorf("the file again: %v, want two duplicates", got)
		}
		if _, err := a.DismissSuspense(t.Context(), x.ID, usage.NoRate, store.Activity{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a call without a rate is dismissed: %v", err)
		}
		sound(t, a)
	})
}
