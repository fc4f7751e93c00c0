package store_test

import (
	"context"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestSmoke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		tn := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London"}
		if err := s.AddTenant(ctx, &tn); err != nil {
			t.Fatal(err)
		}
		err := s.Update(ctx, tn.ID, 0, func(tx *store.Tx) error {
			u := tenant.User{Username: "x"}
			return tx.PutUser(&u)
		})
		t.Log(err)
		err = s.Update(ctx, tn.ID, 0, func(tx *store.Tx) error {
			return tx.PublishCard(&store.Card{Name: "x"}, store.Revision{Head: "x", Data: []byte("x")})
		})
		t.Log(err)
	})
}
