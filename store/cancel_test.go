package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestCancelledQuery ends a transaction's context in the middle of a long query.
func TestCancelledQuery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		for i := range 12 { // more often than there are connections
			ctx, cancel := context.WithCancel(t.Context())
			long := func(tx *store.Tx) error {
				defer time.AfterFunc(5*time.Millisecond, cancel).Stop()
				var n int64
				return tx.Ask(&n, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n`)
			}
			err := s.View(ctx, acme, long)
			if i%2 == 0 {
				err = s.Update(ctx, acme, store.Interactive, func(tx *store.Tx) error {
					if err := tx.PutTeam(&tenant.Team{Name: "lost"}); err != nil {
						return err
					}
					return long(tx)
				})
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("time %d: %v", i, err)
			}
			cancel()
		}
		update(t, s, acme, putTeam("kept"))
		if got := teamNames(t, s, acme); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("there are the teams %q", got)
		}
	})
}

// TestCancelledAnywhere ends contexts at any moment, BEGIN and COMMIT included:
// what an Update says is so, and every connection stays usable.
func TestCancelledAnywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		var want []string
		for i := range 200 {
			name := fmt.Sprintf("%03d", i)
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(time.Duration(i%100)*10*time.Microsecond, cancel)
			err := s.Update(ctx, acme, store.Interactive, putTeam(name))
			var unknown *store.CommitError
			switch {
			case err == nil:
				want = append(want, name)
			case errors.As(err, &unknown):
				t.Errorf("%s: a commit does not end with its context: %v", name, err)
			}
			if err := s.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Teams(); return err }); err != nil && ctx.Err() == nil {
				t.Errorf("%s: View: %v", name, err)
			}
			timer.Stop()
			cancel()
		}
		if got := teamNames(t, s, acme); !slices.Equal(got, want) {
			t.Errorf("there are the teams %q, want %q", got, want)
		}
		update(t, s, acme, putTeam("last"))
	})
}
