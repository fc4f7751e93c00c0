package app_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestListRuns goes through the imports of several tenants page by page, of any
// size, and compares with all of them sorted at once.
func TestListRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(60)
		a := loaded(t, s, c)
		for i, x := range c.Tenants() {
			inBatches(t, a, x.Name, callsOf(t, c, i), 20)
		}
		mixed := "call_id,tenant,calling,called,started_at,ended_at\n"
		for i, x := range append([]string{"nobody"}, c.Tenants()[0].Name, c.Tenants()[1].Name) {
			mixed += fmt.Sprintf("m%d,%s,+4420,+442079460123,2026-06-01T08:00:00Z,2026-06-01T08:01:00Z\n", i, x)
		}
		r, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "mixed.csv", Input: bytes.NewReader([]byte(mixed))}, nil)
		if err != nil {
			t.Fatal(err)
		}
		everybody, err := a.Everybody(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, x := range everybody {
			view(t, s, x.ID, func(tx *store.Tx) error {
				rs, err := tx.Runs()
				for _, r := range rs {
					want = append(want, fmt.Sprintf("%06d %d %v", 999999-r.ID, x.ID, r.Tally))
				}
				return err
			})
		}
		slices.Sort(want)
		for _, limit := range []int{1, 2, 3, len(want), len(want) + 1} {
			var got []string
			ask := app.ListRuns{Of: everybody, Limit: limit}
			for more := true; more && len(got) <= len(want); {
				var page []app.TenantRun
				if page, more, err = a.ListRuns(t.Context(), ask); err != nil {
					t.Fatal(err)
				}
				for _, r := range page {
					got = append(got, fmt.Sprintf("%06d %d %v", 999999-r.ID, r.Tenant.ID, r.Tally))
					ask.After = app.RunMark{Run: r.ID, Tenant: r.Tenant.ID}
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("in pages of %d: %v, want %v", limit, got, want)
			}
		}
		shares, err := a.FindRun(t.Context(), everybody, r.Run)
		if err != nil || len(shares) != 3 || !slices.IsSortedFunc(shares, func(x, y app.TenantRun) int { return cmp.Compare(x.Tenant.ID, y.Tenant.ID) }) {
			t.Errorf("a file of three: %d shares, %v", len(shares), err)
		}
		if shares[0].Why == "" || shares[0].Why != r.Why {
			t.Errorf("how its format was found is %q, want %q", shares[0].Why, r.Why)
		}
		if _, err := a.FindRun(t.Context(), everybody, 1<<40); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run that is not there: %v", err)
		}
	})
}
