package app_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
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

// cards publishes cards of some names that hold nowhere yet.
func cards(t *testing.T, a *app.App, names ...string) {
	t.Helper()
	for _, name := range names {
		o := retail(firstDeck)
		o.Card, o.Assign = name, nil
		importRates(t, a, o)
	}
}

// acts are the rows of a tenant's activity about something, the last first.
func acts(t *testing.T, s *store.Store, id tenant.ID, what string) (texts []string) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		rows, err := tx.Activities(store.ActivityFilter{What: what})
		for _, r := range rows {
			texts = append(texts, fmt.Sprintf("%s %s: %s [%s] -> [%s]", r.Who, r.What, r.About, r.Before, r.After))
		}
		return err
	})
	return texts
}

// planned is what a plan says, without the number that only what is kept has.
func planned(d *app.Assigned) string {
	text := fmt.Sprintf("%s for %s %s %s already=%t", d.Name, d.Place(), d.Kind, d.Period, d.Already)
	if d.Ends != nil {
		text += " ends " + d.Ends.Name
	}
	if d.Next != nil {
		text += " next " + d.Next.Name
	}
	return text + " " + d.Mark
}

// TestPlanAssignment does what was planned, and nothing else, and the activity
// says it.
func TestPlanAssignment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, a, tn := t.Context(), app.New(s), center(t, s)
		cards(t, a, "retail", "summer", "winter")
		june, july := when.MustParse("2026-06-01T00:00:00Z"), when.MustParse("2026-07-01T00:00:00Z")
		for _, step := range []struct {
			card string
			from when.Instant
			act  string // the newest row; empty: no new one
		}{
			{"retail", 0, "Ada Admin card.assign: retail for the whole center, dialer calls [] -> [retail always]"},
			{"retail", july, ""},
			{"summer", july, "Ada Admin card.assign: summer for the whole center, dialer calls [retail always] -> [summer from 2026-07-01T00:00:00Z, retail until 2026-07-01T00:00:00Z]"},
			{"summer", july, ""},
			{"winter", june, "Ada Admin card.assign: winter for the whole center, dialer calls [retail until 2026-07-01T00:00:00Z] -> [winter from 2026-06-01T00:00:00Z until 2026-07-01T00:00:00Z, retail until 2026-06-01T00:00:00Z]"},
		} {
			o := app.AssignCard{Tenant: "acme", Card: step.card, To: app.AssignTo{Scope: rating.Tenant, Kind: usage.Dialer}, From: step.from, Did: ada}
			before, rows := shown(t, s, tn.ID), acts(t, s, tn.ID, "card.assign")
			plan, err := a.PlanAssignment(ctx, o)
			if err != nil || shown(t, s, tn.ID) != before || len(acts(t, s, tn.ID, "card.assign")) != len(rows) {
				t.Errorf("%s: the plan changes something: %v", step.card, err)
			}
			o.Was = plan.Mark
			done, err := a.AssignCard(ctx, o)
			if err != nil || planned(done) != planned(plan) {
				t.Errorf("%s: planned %s, done %s, %v", step.card, planned(plan), planned(done), err)
			}
			now := acts(t, s, tn.ID, "card.assign")
			if step.act == "" && len(now) != len(rows) || step.act != "" && (len(now) != len(rows)+1 || now[0] != step.act) {
				t.Errorf("%s from %s: activity %q, want %q", step.card, step.from, now, step.act)
			}
			if step.act != "" {
				o.Card, o.From = "winter", july+when.DayLength
				if _, err := a.AssignCard(ctx, o); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "meanwhile") {
					t.Errorf("%s: agreed to before somebody else changed something: %v", step.card, err)
				}
			}
		}
	})
}

// TestAssignTogether lets several send the same at once: one does it, all are told
// that it is done, and the activity has one row.
func TestAssignTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		cards(t, a, "retail")
		o := app.AssignCard{Tenant: "acme", Card: "retail", To: app.AssignTo{Scope: rating.Tenant}, From: when.MustParse("2026-06-01T00:00:00Z"), Did: ada}
		plan, err := a.PlanAssignment(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		o.Was = plan.Mark
		const senders = 4
		fresh := make([]bool, senders)
		var wg sync.WaitGroup
		for i := range senders {
			wg.Go(func() {
				done, err := a.AssignCard(t.Context(), o)
				if err != nil {
					t.Error(err)
					return
				}
				fresh[i] = !done.Already
			})
		}
		wg.Wait()
		made := 0
		for _, one := range fresh {
			if one {
				made++
			}
		}
		if got := shown(t, s, tn.ID); made != 1 || got != "retail 2026-06-01T00:00:00Z.." || len(acts(t, s, tn.ID, "card.assign")) != 1 {
			t.Errorf("%d did it, holds %s, activity %q", made, got, acts(t, s, tn.ID, "card.assign"))
		}
	})
}

// TestPlanEnd ends what was planned to end, once.
func TestPlanEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, a, tn := t.Context(), app.New(s), center(t, s)
		cards(t, a, "retail", "summer")
		assign := func(card string, kind usage.Kind) *app.Assigned {
			t.Helper()
			done, err := a.AssignCard(ctx, app.AssignCard{Tenant: "acme", Card: card, To: app.AssignTo{Scope: rating.Tenant, Kind: kind}, Did: ada})
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		assign("retail", usage.NoKind)
		summer := assign("summer", usage.Dialer)
		july := when.MustParse("2026-07-01T00:00:00Z")
		o := app.EndAssignment{Tenant: "acme", ID: summer.ID, At: july, Did: ada}
		plan, err := a.PlanEnd(ctx, o)
		if err != nil || plan.Already || plan.Before != 0 || plan.Period.To != july || !plan.Instead.All || len(plan.Instead.Cards) != 1 || plan.Instead.Cards[0].Name != "retail" {
			t.Fatalf("%+v, %v", plan, err)
		}
		stale := o
		stale.Was = "of another time"
		if _, err := a.EndAssignment(ctx, stale); !fault.Is(err, fault.Conflict) {
			t.Errorf("agreed to something else: %v", err)
		}
		for i := range 2 { // sent twice
			o.Was = plan.Mark
			done, err := a.EndAssignment(ctx, o)
			if err != nil || done.Already != (i == 1) || done.Period != plan.Period {
				t.Errorf("%+v, %v", done, err)
			}
		}
		want := "Ada Admin card.end: summer for the whole center, dialer calls [always] -> [until 2026-07-01T00:00:00Z]"
		if got := acts(t, s, tn.ID, "card.end"); len(got) != 1 || got[0] != want {
			t.Errorf("activity %q, want %q once", got, want)
		}
		for _, wrong := range []struct {
			o    app.EndAssignment
			kind fault.Kind
			says string
		}{
			{app.EndAssignment{Tenant: "acme", ID: summer.ID, At: july + 1}, fault.Conflict, "has ended at 2026-07-01T00:00:00Z already"},
			{app.EndAssignment{Tenant: "acme", ID: summer.ID, At: 0}, fault.Conflict, "begins at the beginning of time"},
			{app.EndAssignment{ID: summer.ID, At: july}, fault.NotFound, "no assignment"},
			{app.EndAssignment{Tenant: "acme", ID: 77, At: july}, fault.NotFound, "no assignment"},
			{app.EndAssignment{Tenant: "nobody", ID: summer.ID, At: july}, fault.NotFound, "no tenant"},
		} {
			if _, err := a.PlanEnd(ctx, wrong.o); !fault.Is(err, wrong.kind) || !strings.Contains(err.Error(), wrong.says) {
				t.Errorf("%+v: %v, want %s", wrong.o, err, wrong.says)
			}
		}
	})
}

// TestInstead ends one assignment after the other and asks what calls cost: each
// that the ended one priced is priced by one of those the plan named, or waits,
// or costs nothing, as it said.
func TestInstead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, a, tn := t.Context(), app.New(s), center(t, s)
		cards(t, a, "one", "two", "three")
		o := app.ImportRates{Path: "base.csv", Input: strings.NewReader(firstDeck), Card: "base", Terms: app.CardTerms{Currency: "USD"}, Assign: new(app.AssignTo)}
		importRates(t, a, o)
		var campaign tenant.Campaign
		if err := s.Update(ctx, tn.ID, store.Interactive, func(tx *store.Tx) error {
			campaign = tenant.Campaign{Code: "S1", State: tenant.Active}
			return tx.PutCampaign(&campaign)
		}); err != nil {
			t.Fatal(err)
		}
		at, end := when.MustParse("2026-06-15T10:00:00Z"), when.MustParse("2026-06-15T00:00:00Z")
		charges := func() map[string]usage.Charge {
			t.Helper()
			all := map[string]usage.Charge{}
			for _, kind := range append(usage.Kinds(), usage.NoKind) {
				for _, c := range []tenant.CampaignID{0, campaign.ID} {
					q, err := a.Quote(ctx, app.Quote{Tenant: tn, Called: "+442079460123", Answered: at, Seconds: 60, Kind: kind, Campaign: c})
					if err != nil {
						t.Fatal(err)
					}
					all[fmt.Sprint(kind, " ", c)] = q.Charge
				}
			}
			return all
		}
		for _, one := range []struct {
			card string
			to   app.AssignTo
		}{
			{"one", app.AssignTo{Scope: rating.Tenant}}, {"two", app.AssignTo{Scope: rating.Tenant, Kind: usage.Dialer}},
			{"three", app.AssignTo{Scope: rating.Tenant, Kind: usage.Internal}}, {"two", app.AssignTo{Scope: rating.Campaign, Campaign: "S1"}},
			{"one", app.AssignTo{Scope: rating.Campaign, Campaign: "S1", Kind: usage.Dialer}}, {"three", app.AssignTo{Scope: rating.Campaign, Campaign: "S1", Kind: usage.Internal}},
		} {
			if _, err := a.AssignCard(ctx, app.AssignCard{Tenant: "acme", Card: one.card, To: one.to, Did: ada}); err != nil {
				t.Fatal(err)
			}
		}
		as := assignments(t, s, tn.ID)
		slices.Reverse(as) // the narrowest first
		for _, one := range as {
			if one.Scope == rating.System {
				continue
			}
			before := charges()
			done, err := a.EndAssignment(ctx, app.EndAssignment{Tenant: "acme", ID: one.ID, At: end, Did: ada})
			if err != nil {
				t.Fatal(err)
			}
			named, met := map[int32]bool{}, map[int32]bool{}
			for _, h := range done.Instead.Cards {
				named[h.ID] = true
			}
			for call, now := range charges() {
				if before[call].Assignment != one.ID {
					continue
				}
				met[now.Assignment] = true
				if !named[now.Assignment] && !(now.Reason == usage.InternalCall && done.Instead.Free) {
					t.Errorf("%s: after assignment %+v by %d (%s), the plan says %+v", call, one, now.Assignment, now.Reason, done.Instead)
				}
			}
			if delete(met, 0); len(met) != len(named) || len(named) > 0 != done.Instead.All {
				t.Errorf("after assignment %+v calls are priced by %v, the plan says %+v", one, met, done.Instead)
			}
		}
	})
}
