package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestLateRecords imports a month whose first half is closed, is broken off in
// the middle, and does it again two days later: late records are billed when
// the file was first begun, so the books are those of one undisturbed import.
func TestLateRecords(t *testing.T) {
	c := smallCenter(3000)
	name := c.Tenants()[0].Name
	path := filepath.Join(t.TempDir(), "calls.csv")
	if err := os.WriteFile(path, callsOf(t, c, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	o := app.ImportCalls{Path: path, Tenant: name, Source: "pbx", Batch: 300}
	prepare := func(t *testing.T, s *store.Store) *app.App {
		a := loaded(t, s, c)
		x, err := s.FindTenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.CloseThrough(t.Context(), x.ID, when.MustParseDay("2026-06-15")); err != nil {
			t.Fatal(err)
		}
		return a
	}
	calm := storetest.Open(t, storetest.Place(t, "sqlite"))
	if _, err := prepare(t, calm).ImportCalls(t.Context(), o, nil); err != nil {
		t.Fatal(err)
	}
	want := booksOf(t, calm, name)
	late := 0
	x, err := calm.FindTenant(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := calm.View(t.Context(), x.ID, func(tx *store.Tx) error {
		return tx.Calls(store.AllDays, store.All, func(calls []usage.Call, charges []usage.Charge) error {
			for i := range calls {
				if calls[i].Flags&usage.Late != 0 {
					late++
					if charges[i].BilledAt != storetest.Now {
						t.Errorf("a late call is billed at %s, want the start of the import, %s", charges[i].BilledAt, storetest.Now)
					}
				}
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	if late == 0 {
		t.Fatal("no call is late: the test tests nothing")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			now := storetest.Now
			place := storetest.Place(t, engine)
			place.Clock = func() when.Instant { return now }
			s := storetest.Open(t, place)
			a := prepare(t, s)
			ctx, stop := context.WithCancel(t.Context())
			_, err := a.ImportCalls(ctx, o, func(p app.Progress) {
				if p.Records > 900 {
					stop()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("the import was not broken off: %v", err)
			}
			now += 2 * when.DayLength
			if _, err := a.ImportCalls(t.Context(), o, nil); err != nil {
				t.Fatal(err)
			}
			if booksOf(t, s, name) != want {
				t.Error("broken off and done again gives other books")
			}
			sound(t, a)
		})
	}
}
