package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestParseAssignTo(t *testing.T) {
	for _, c := range []struct {
		in   string
		want app.AssignTo
	}{
		{"system", app.AssignTo{}},
		{"tenant", app.AssignTo{Scope: rating.Tenant}},
		{"unit:North: 2", app.AssignTo{Scope: rating.Unit, Unit: "North: 2"}},
		{"campaign:C1", app.AssignTo{Scope: rating.Campaign, Campaign: "C1"}},
	} {
		if got, err := app.ParseAssignTo(c.in); err != nil || got != c.want {
			t.Errorf("%q: %+v, %v", c.in, got, err)
		}
	}
	for _, in := range []string{"", "unit", "unit:", "campaign:", "tenant:acme", "System"} {
		if got, err := app.ParseAssignTo(in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}

func TestAssignCard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		for _, name := range []string{"retail", "summer", "winter"} {
			o := retail(firstDeck)
			o.Card, o.Assign = name, nil
			importRates(t, a, o)
		}
		june, july, august := when.MustParse("2026-06-01T00:00:00Z"), when.MustParse("2026-07-01T00:00:00Z"), when.MustParse("2026-08-01T00:00:00Z")
		to := app.AssignTo{Scope: rating.Tenant, Kind: usage.Manual}
		for _, step := range []struct {
			card string
			from when.Instant
			kind fault.Kind // Internal: it works
			want string     // id, card and period of each afterwards
		}{
			{"retail", 0, fault.Internal, "retail .."},
			{"retail", 0, fault.Internal, "retail .."},
			{"retail", july, fault.Internal, "retail .."},
			{"summer", 0, fault.Conflict, "retail .."},
			{"summer", july, fault.Internal, "retail ..2026-07-01T00:00:00Z summer 2026-07-01T00:00:00Z.."},
			{"winter", july, fault.Conflict, "retail ..2026-07-01T00:00:00Z summer 2026-07-01T00:00:00Z.."},
			{"winter", june, fault.Internal, "retail ..2026-06-01T00:00:00Z summer 2026-07-01T00:00:00Z.. winter 2026-06-01T00:00:00Z..2026-07-01T00:00:00Z"},
			{"none", august, fault.NotFound, "retail ..2026-06-01T00:00:00Z summer 2026-07-01T00:00:00Z.. winter 2026-06-01T00:00:00Z..2026-07-01T00:00:00Z"},
		} {
			_, err := a.AssignCard(ctx, app.AssignCard{Tenant: "acme", Card: step.card, To: to, From: step.from, Did: ada})
			if step.kind == fault.Internal && err != nil || step.kind != fault.Internal && !fault.Is(err, step.kind) {
				t.Errorf("%s from %s: %v", step.card, step.from, err)
			}
			if got := shown(t, s, tn.ID); got != step.want {
				t.Errorf("%s from %s:\n got %s\nwant %s", step.card, step.from, got, step.want)
			}
		}
		end := func(id int32, at when.Instant) error {
			_, err := a.EndAssignment(ctx, app.EndAssignment{Tenant: "acme", ID: id, At: at, Did: ada})
			return err
		}
		as := assignments(t, s, tn.ID)
		if err := end(as[1].ID, august); err != nil {
			t.Error(err)
		}
		if err := end(as[1].ID, when.MustParse("2026-09-01T00:00:00Z")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a later end than there is: %v", err)
		}
		if err := end(77, august); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such assignment: %v", err)
		}
	})
}

// shown is a tenant's assignments: "retail ..TO summer FROM..".
func shown(t *testing.T, s *store.Store, id tenant.ID) string {
	t.Helper()
	var parts []string
	view(t, s, id, func(tx *store.Tx) error {
		cards, err := tx.Cards()
		if err != nil {
			return err
		}
		as, err := tx.Assignments()
		for _, h := range as {
			i := slices.IndexFunc(cards, func(c store.Card) bool { return c.ID == h.Card && c.Own == h.Own })
			parts = append(parts, fmt.Sprintf("%s %s..%s", cards[i].Name, h.Period.From, h.Period.To))
		}
		return err
	})
	return strings.Join(parts, " ")
}
