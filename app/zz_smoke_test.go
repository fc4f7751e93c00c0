package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestSmoke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		tn := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London", Country: phone.MustCountry("GB")}
		if err := s.AddTenant(ctx, &tn); err != nil {
			t.Fatal(err)
		}
		card := &rating.Card{Name: "retail", Currency: "USD", Zone: "UTC", Rounding: money.DefaultRounding, Rates: []rating.Row{{Prefix: phone.MustPrefix("44"), Rate: money.MustParseRate("0.01"), Initial: 1, Increment: 1}}}
		r, err := packCard(card)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Update(ctx, tn.ID, store.Interactive, func(tx *store.Tx) error {
			c := store.Card{Name: "retail", Rates: 1}
			if err := tx.PublishCard(&c, r); err != nil {
				return err
			}
			return tx.PutAssignment(&rating.Assignment{Scope: rating.Tenant, Card: c.ID, Own: true})
		}); err != nil {
			t.Fatal(err)
		}
		a := New(s)
		var b strings.Builder
		b.WriteString("call_id,called,calling,agent,started_at,answered_at,ended_at\n")
		for i := range 1000 {
			fmt.Fprintf(&b, "c%d,+4420794600%02d,02079460123,agent%d,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:%02dZ\n", i, i%100, i%7, i%60)
		}
		b.WriteString("d1,+14155550142,,,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z\n")
		b.WriteString("d2,44,,,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z\n")
		b.WriteString("c5,+442079460099,,,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z\n")
		b.WriteString("d3,foo\n")
		path := filepath.Join(t.TempDir(), "x.csv")
		os.WriteFile(path, []byte(b.String()), 0o600)
		for range 2 {
			res, err := a.ImportCalls(ctx, ImportCalls{Path: path, Tenant: "acme"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v %v", res.Tenants[0].Tally, res.Tenants[0].Causes)
		}
		g, err := a.Suspense(ctx, tn.ID)
		t.Logf("%+v %v", g, err)
		rr, err := a.Rerate(ctx, Rerate{Tenant: tn.ID, Post: true}, nil)
		t.Logf("%+v %v", rr, err)
		s.View(ctx, tn.ID, func(tx *store.Tx) error {
			bal, err := tx.Balances()
			t.Log(bal, err)
			return nil
		})
		rn, err := a.RerunSuspense(ctx, tn.ID, nil)
		t.Logf("%+v %+v %v", rn, rn.Rated, err)
	})
}
