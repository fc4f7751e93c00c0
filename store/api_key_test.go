package store_test

import (
	"testing"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		now := storetest.Now
		k := store.Key{Prefix: "tk_abc", Hash: [32]byte{1, 31: 9}, Name: "switch", Scopes: access.Of(access.EditRates), Login: 4, Expires: now + when.Hour}
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutKey(&k) })
		if err := s.Update(t.Context(), ids[1], store.Interactive, func(tx *store.Tx) error {
			return tx.PutKey(&store.Key{Prefix: "tk_abc", Name: "other"})
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a prefix twice: %v", err)
		}
		view(t, s, tenant.System, func(tx *store.Tx) error {
			got, err := tx.FindKey("tk_abc")
			k.Created = now
			if got != k {
				t.Errorf("%+v, want %+v", got, k)
			}
			if !got.Works(now+when.Hour-1) || got.Works(now+when.Hour) {
				t.Error("it does not end when it expires")
			}
			return err
		})
		update(t, s, ids[1], func(tx *store.Tx) error {
			if _, err := tx.Key(k.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another tenant's key: %v", err)
			}
			if had, err := tx.RevokeKey(k.ID); err != nil || had {
				t.Errorf("another tenant revokes a key: %v, %v", had, err)
			}
			if _, err := tx.FindKey("tk_abc"); err == nil {
				t.Error("a tenant asks for all keys")
			}
			ks, err := tx.Keys()
			if len(ks) != 0 {
				t.Errorf("%d keys of another tenant", len(ks))
			}
			return err
		})
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.TouchKey(k.ID, now+5) })
		update(t, s, ids[0], func(tx *store.Tx) error {
			for i, want := range []bool{true, false} {
				if had, err := tx.RevokeKey(k.ID); err != nil || had != want {
					t.Errorf("revoke %d: %v, %v", i, had, err)
				}
			}
			ks, err := tx.Keys()
			if len(ks) != 1 || ks[0].Used != now+5 || ks[0].Works(now) {
				t.Errorf("%+v", ks)
			}
			return err
		})
	})
}
