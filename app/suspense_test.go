package app_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/app"
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
			r, err := a.RerunSuspense(t.Context(), id, store.Activity{}, nil)
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

// TestRerunCause tries one cause again at a time: what waits for another stays.
func TestRerunCause(t *testing.T) {
	data := "call_id,called,started_at,answered_at,ended_at\n" +
		"x1,02079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n" +
		"x2,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-03T10:01:05Z\n" +
		"x3,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := app.New(s)
		x := tenant.Tenant{Name: "x", Currency: "USD", Zone: "UTC"}
		if err := s.AddTenant(t.Context(), &x); err != nil {
			t.Fatal(err)
		}
		imported(t, a, "x", []byte(data)) // a number without a country, a call too long, a call without a card
		waits := func(want ...usage.Reason) {
			t.Helper()
			all, err := a.SuspenseOfAll(t.Context(), []tenant.Tenant{x})
			if err != nil {
				t.Fatal(err)
			}
			var got []usage.Reason
			for _, one := range all {
				for _, g := range one.Groups {
					got = append(got, g.Reason)
				}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("wait for %v, want %v", got, want)
			}
		}
		waits(usage.NoCard, usage.BadNumber, usage.TooLong)
		x.Country = phone.MustCountry("GB")
		if err := a.SetTenant(t.Context(), &x); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			reason  usage.Reason
			settled int64
		}{{usage.NoCard, 0}, {usage.TooLong, 0}, {usage.Conflict, 0}, {usage.BadNumber, 0}} {
			r, err := a.RerunCause(t.Context(), x.ID, step.reason, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Settled() != step.settled {
				t.Errorf("%s again: %d settled, want %d", step.reason, r.Settled(), step.settled)
			}
		}
		waits(usage.NoCard, usage.TooLong) // the number can be read now, and its call waits for a card like the other
		rates := retail(firstDeck)
		rates.Tenant = "x"
		if _, err := a.ImportRates(t.Context(), rates, nil); err != nil {
			t.Fatal(err)
		}
		settled, still, err := a.RerunAll(t.Context(), []tenant.Tenant{x}, usage.TooLong, nil)
		if err != nil || settled != 0 || still != 3 {
			t.Errorf("too long again: %d settled, %d still waiting, %v", settled, still, err)
		}
		settled, still, err = a.RerunAll(t.Context(), []tenant.Tenant{x}, usage.NoCard, nil)
		if err != nil || settled != 2 || still != 1 {
			t.Errorf("no card again: %d settled, %d still waiting, %v", settled, still, err)
		}
		waits(usage.TooLong)
		sound(t, a)
	})
}

// TestSuspenseGroupsAlike puts records together that are mistyped in the same way,
// however each of them is, and reads all that wait in pieces.
func TestSuspenseGroupsAlike(t *testing.T) {
	var data strings.Builder
	data.WriteString("call_id,called,started_at,answered_at,ended_at\n")
	const many = 2300 // several pieces
	for i := range many {
		fmt.Fprintf(&data, "%s,+442079460123,2026-06-%d,,2026-06-01T10:01:05Z\n", strings.Repeat("x", i%7)+strconv.Itoa(i), i)
	}
	data.WriteString("late,02079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z\n")
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := app.New(s)
		x := tenant.Tenant{Name: "x", Currency: "USD", Zone: "UTC"}
		if err := s.AddTenant(t.Context(), &x); err != nil {
			t.Fatal(err)
		}
		imported(t, a, "x", []byte(data.String()))
		groups, err := a.Suspense(t.Context(), x.ID)
		if err != nil || len(groups) != 2 || groups[0].Records != many || groups[0].Line != 2 || groups[0].Run == 0 {
			t.Fatalf("%+v, %v; want %d times that cannot be read in one group", groups, err, many)
		}
		if d := groups[0].Detail; !strings.Contains(d, "started_at") || strings.Contains(d, "2026-06-1") || strings.Contains(d, "column") {
			t.Errorf("what they have in common is %q", d)
		}
		for reason, want := range map[usage.Reason]int64{usage.NoReason: many + 1, usage.BadTime: many, usage.BadNumber: 1, usage.Conflict: 0} {
			n, line := int64(0), int64(0)
			err := a.EachWaiting(t.Context(), x.ID, reason, func(r *app.WaitingRecord) error {
				if r.Line <= line || r.File == "" || len(r.Text) == 0 {
					t.Fatalf("line %d of %q after %d, %q", r.Line, r.File, line, r.Text)
				}
				n, line = n+1, r.Line
				return nil
			})
			if err != nil || n != want {
				t.Errorf("%s: %d records, %v; want %d", reason, n, err, want)
			}
		}
	})
}
