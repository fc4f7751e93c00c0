package store_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestOneTimeLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		now := storetest.Now
		put := func(id tenant.ID, name byte, kind store.LinkKind, login int64) {
			update(t, s, id, func(tx *store.Tx) error {
				return tx.PutLink(&store.OneTimeLink{Hash: [32]byte{name}, Kind: kind, Login: login, Expires: now + when.Hour})
			})
		}
		use := func(id tenant.ID, name byte, kind store.LinkKind, at when.Instant) (had bool) {
			update(t, s, id, func(tx *store.Tx) (err error) {
				had, err = tx.UseLink([32]byte{name}, kind, at)
				return err
			})
			return had
		}
		put(ids[0], 1, store.ResetLink, 7)
		put(ids[0], 2, store.ResetLink, 7) // in place of the first
		put(ids[1], 3, store.ResetLink, 7) // another tenant's
		put(tenant.System, 4, store.SetUpLink, 0)
		put(tenant.System, 5, store.SetUpLink, 0)
		view(t, s, tenant.System, func(tx *store.Tx) error {
			if _, err := tx.FindLink([32]byte{1}); !fault.Is(err, fault.NotFound) {
				t.Errorf("a link that was made anew: %v", err)
			}
			l, err := tx.FindLink([32]byte{2})
			if err != nil || l.Tenant != ids[0] || l.Login != 7 || l.Kind != store.ResetLink || l.Created != now || l.Expires != now+when.Hour {
				t.Errorf("%+v, %v", l, err)
			}
			return nil
		})
		for _, c := range []struct {
			why  string
			id   tenant.ID
			name byte
			kind store.LinkKind
			at   when.Instant
			want bool
		}{
			{"another tenant", ids[1], 2, store.ResetLink, now, false},
			{"another kind", ids[0], 2, store.SetUpLink, now, false},
			{"too late", ids[0], 2, store.ResetLink, now + when.Hour, false},
			{"right", ids[0], 2, store.ResetLink, now + when.Hour - 1, true},
			{"again", ids[0], 2, store.ResetLink, now, false},
		} {
			if got := use(c.id, c.name, c.kind, c.at); got != c.want {
				t.Errorf("%s: %v", c.why, got)
			}
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if use(tenant.System, 4, store.SetUpLink, now) {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d used one link", won.Load())
		}
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.DropLinks(store.SetUpLink, 0) })
		if use(tenant.System, 5, store.SetUpLink, now) {
			t.Error("a link that was dropped is used")
		}
	})
}
