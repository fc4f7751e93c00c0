package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// got compares what a query of a View gives. Empty bytes are nil on one engine.
func got[T any](t *testing.T, tx *store.Tx, what string, want T, query func(*store.Tx) (T, error)) {
	t.Helper()
	v, err := query(tx)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, v, accounts, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (−want +got):\n%s", what, diff)
	}
}

// TestDirectoryRoundTrip puts in what bears odd names, changes it, and reads it.
func TestDirectoryRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		var users []tenant.User
		var teams []tenant.Team
		var campaigns []tenant.Campaign
		var units []tenant.Unit
		labels := map[int32]string{}
		for i, name := range odd {
			u := tenant.User{Username: name, Email: name + "@example.com", Display: name, Role: tenant.Admin, State: tenant.Deactivated, Extension: fmt.Sprint(i)}
			team, c, unit := tenant.Team{Name: name}, tenant.Campaign{Code: name, Name: name, State: tenant.Deactivated}, tenant.Unit{Name: name}
			update(t, s, acme, func(tx *store.Tx) error {
				id, err := tx.PutLabel(store.QueueLabel, name)
				labels[id] = name
				for _, err := range []error{err, tx.PutUser(&u), tx.PutTeam(&team), tx.PutCampaign(&c), tx.PutUnit(&unit)} {
					if err != nil {
						return err
					}
				}
				return nil
			})
			if id := int32(i + 1); u.ID != tenant.UserID(id) || team.ID != tenant.TeamID(id) || c.ID != tenant.CampaignID(id) || unit.ID != tenant.UnitID(id) || labels[id] != name {
				t.Errorf("%q has the numbers %d %d %d %d", name, u.ID, team.ID, c.ID, unit.ID)
			}
			if i%2 == 0 {
				u.Email, u.Role, c.Name = "", tenant.Agent, ""
				update(t, s, acme, func(tx *store.Tx) error {
					if err := tx.PutCampaign(&c); err != nil {
						return err
					}
					return tx.PutUsers([]*tenant.User{&u})
				})
			}
			users, teams, campaigns, units = append(users, u), append(teams, team), append(campaigns, c), append(units, unit)
		}
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "users", users, (*store.Tx).Users)
			got(t, tx, "teams", teams, (*store.Tx).Teams)
			got(t, tx, "campaigns", campaigns, (*store.Tx).Campaigns)
			got(t, tx, "units", units, (*store.Tx).Units)
			got(t, tx, "queues", labels, func(tx *store.Tx) (map[int32]string, error) { return tx.Labels(store.QueueLabel) })
			got(t, tx, "carriers", map[int32]string{}, func(tx *store.Tx) (map[int32]string, error) { return tx.Labels(store.CarrierLabel) })
			return nil
		})
	})
}

// TestDirectoryRefused puts in what cannot be.
func TestDirectoryRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, acme, "there", 1)
		before := dump(t, s, acme)
		for _, c := range []struct {
			name string
			put  func(*store.Tx) error
			want fault.Kind
		}{
			{"a user twice", func(tx *store.Tx) error { return tx.PutUser(&tenant.User{Username: "there"}) }, fault.Conflict},
			{"one of many users twice", func(tx *store.Tx) error {
				return tx.PutUsers([]*tenant.User{{Username: "new"}, {Username: "there"}})
			}, fault.Conflict},
			{"a team twice", putTeam("there"), fault.Conflict},
			{"a campaign twice", func(tx *store.Tx) error { return tx.PutCampaign(&tenant.Campaign{Code: "there"}) }, fault.Conflict},
			{"a unit twice", func(tx *store.Tx) error { return tx.PutUnit(&tenant.Unit{Name: "there"}) }, fault.Conflict},
			{"a user without a name", func(tx *store.Tx) error { return tx.PutUser(&tenant.User{}) }, fault.Invalid},
			{"a name with a zero byte", putTeam("a\x00b"), fault.Invalid},
			{"a name in another encoding", putTeam("K\xf6ln"), fault.Invalid},
			{"a card without a name", func(tx *store.Tx) error { return tx.PublishCard(&store.Card{}, store.Revision{}) }, fault.Invalid},
			{"a user of an unknown team", func(tx *store.Tx) error { return setUserTeams(tx, 1, today, 99) }, fault.Internal},
			{"an unknown assignment's end", func(tx *store.Tx) error { return tx.EndAssignment(99, 5) }, fault.NotFound},
			{"an earlier close", func(tx *store.Tx) error { return tx.CloseThrough(-1) }, fault.Conflict},
			{"an unknown revision", func(tx *store.Tx) error {
				_, err := tx.CardRevision(usage.NewCardRef(1, 2, true))
				return err
			}, fault.NotFound},
			{"an unknown card", func(tx *store.Tx) error { _, err := tx.FindCard("there", store.SystemCard); return err }, fault.NotFound},
			{"an unknown run", func(tx *store.Tx) error { _, err := tx.Run(99); return err }, fault.NotFound},
			{"an unknown text", func(tx *store.Tx) error { _, _, err := tx.Raw(99); return err }, fault.NotFound},
		} {
			if err := s.Update(t.Context(), acme, store.Interactive, c.put); !fault.Is(err, c.want) {
				t.Errorf("%s: %v (%s)", c.name, err, fault.KindOf(err))
			}
			same(t, c.name, dump(t, s, acme), before)
		}
	})
}

func TestMembershipsRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, acme, "first", 1)
		user := tenant.User{Username: "second"}
		team, unit := tenant.Team{Name: "second"}, tenant.Unit{Name: "second"}
		later := today.Add(10)
		update(t, s, acme, func(tx *store.Tx) error {
			for _, err := range []error{
				tx.PutUser(&user), tx.PutTeam(&team), tx.PutUnit(&unit),
				setUserTeams(tx, 1, later, 2, 2), setUserTeams(tx, 2, later, 1, 2),
				setCampaignTeams(tx, 1, later),
				tx.AddUserToUnit(1, 2), tx.AddUserToUnit(1, 2), tx.AddUserToUnit(2, 2),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "teams of users", map[tenant.UserID][]tenant.Membership{
				1: {{Team: 1, To: later.Add(-1)}, {Team: 2, From: later}}, 2: {{Team: 1}, {Team: 2}},
			}, func(tx *store.Tx) (map[tenant.UserID][]tenant.Membership, error) { return tx.UserTeams() })
			got(t, tx, "of one user", map[tenant.UserID][]tenant.Membership{2: {{Team: 1}, {Team: 2}}},
				func(tx *store.Tx) (map[tenant.UserID][]tenant.Membership, error) { return tx.UserTeams(2, 99) })
			got(t, tx, "teams of campaigns", map[tenant.CampaignID][]tenant.Membership{1: {{Team: 1, To: later.Add(-1)}}},
				func(tx *store.Tx) (map[tenant.CampaignID][]tenant.Membership, error) { return tx.CampaignTeams() })
			got(t, tx, "units of users", map[tenant.UserID][]tenant.UnitID{1: {1, 2}, 2: {2}}, (*store.Tx).UserUnits)
			return nil
		})
	})
}

func TestNumbersRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		var want []tenant.Number
		for i := range 150 { // more than go into one statement
			want = append(want, tenant.Number{Number: phone.MustParse(fmt.Sprintf("+4930%05d", i)), Unit: tenant.UnitID(i), Campaign: tenant.CampaignID(i % 3)})
		}
		update(t, s, acme, func(tx *store.Tx) error { return tx.PutNumbers(want) })
		want[7].Unit, want[8].Campaign = 0, 99
		update(t, s, acme, func(tx *store.Tx) error {
			if err := tx.PutNumber(want[7]); err != nil {
				return err
			}
			return tx.PutNumbers(want[8:10])
		})
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "numbers", want, (*store.Tx).Numbers)
			return nil
		})
	})
}

// TestPricesRoundTrip has cards, assignments and switches of a tenant and of
// the system, which every tenant sees, and rates of exchange.
func TestPricesRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme, other := add(t, s, "acme"), add(t, s, "other")
		publish := func(id tenant.ID, name, head string) (c store.Card) {
			c = store.Card{Name: name, Rates: len(head), Note: head}
			update(t, s, id, func(tx *store.Tx) error {
				return tx.PublishCard(&c, store.Revision{Head: head, Data: []byte(head + "\x00\xff")})
			})
			return c
		}
		first := publish(acme, "retail's ☎️", "one")
		second := publish(acme, "retail's ☎️", "two")
		system := publish(tenant.System, "retail's ☎️", "three")
		publish(other, "other", "four")
		if first.ID != 1 || second.ID != 1 || first.Revision != 1 || second.Revision != 2 || system.Own || !second.Own {
			t.Errorf("the cards are %+v, %+v, %+v", first, second, system)
		}
		of := func(a rating.Assignment) rating.Assignment {
			owner := acme
			if a.Scope == rating.System {
				owner = tenant.System
			}
			update(t, s, owner, func(tx *store.Tx) error { return tx.PutAssignment(&a) })
			return a
		}
		period := when.Period{From: 5, To: 500}
		assignments := []rating.Assignment{
			of(rating.Assignment{Scope: rating.System, Card: 1, Kind: usage.Inbound}),
			of(rating.Assignment{Scope: rating.Unit, Unit: 3, Card: 1, Own: true, Period: period}),
			of(rating.Assignment{Scope: rating.Campaign, Campaign: 4, Card: 1, Period: when.Period{From: 7}}),
		}
		if assignments[0].ID != 1 || assignments[1].ID != 1_000_001 || assignments[2].ID != 1_000_002 {
			t.Errorf("the assignments are %+v", assignments)
		}
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.SwitchBilling(rating.Switch{From: 9}) })
		for _, on := range []bool{false, true} {
			update(t, s, acme, func(tx *store.Tx) error { return tx.SwitchBilling(rating.Switch{From: 8, On: on}) })
		}
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "cards", []store.Card{system, second}, (*store.Tx).Cards)
			for _, c := range []struct {
				card store.Card
				head string
			}{{first, "one"}, {second, "two"}, {system, "three"}} {
				got(t, tx, c.head, store.Revision{Head: c.head, Data: []byte(c.head + "\x00\xff")},
					func(tx *store.Tx) (store.Revision, error) { return tx.CardRevision(c.card.Ref()) })
			}
			got(t, tx, "assignments", assignments, (*store.Tx).Assignments)
			got(t, tx, "switches", []rating.Switch{{From: 9, System: true}, {From: 8, On: true}}, (*store.Tx).Switches)
			return nil
		})
		view(t, s, other, func(tx *store.Tx) error {
			got(t, tx, "another's assignments", assignments[:1], (*store.Tx).Assignments)
			return nil
		})
		update(t, s, acme, func(tx *store.Tx) error { return tx.EndAssignment(1_000_002, 70) })
		assignments[2].Period.To = 70
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "ended", assignments, (*store.Tx).Assignments)
			return nil
		})
	})
}

func TestFXRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rates := []rating.FXRate{
			{From: "EUR", To: "USD", Day: today, Factor: 1_080_000_000}, {From: "EUR", To: "USD", Day: today.Add(1), Factor: 1},
			{From: "GBP", To: "USD", Day: today, Factor: money.Factor(1<<63 - 1)},
		}
		put := func(rs ...rating.FXRate) error {
			return s.Update(t.Context(), tenant.System, store.Interactive, func(tx *store.Tx) error { return tx.PutFXRates(rs) })
		}
		for range 2 { // again is no change
			if err := put(append(rates, rating.FXRate{From: "USD", To: "EUR", Day: today, Factor: 5})...); err != nil {
				t.Fatal(err)
			}
		}
		changed := rates[0]
		changed.Factor++
		if err := put(rating.FXRate{From: "CHF", To: "USD", Day: today, Factor: 5}, changed); !fault.Is(err, fault.Conflict) {
			t.Errorf("another rate: %v", err)
		}
		view(t, s, add(t, s, "acme"), func(tx *store.Tx) error {
			got(t, tx, "rates", rates, func(tx *store.Tx) ([]rating.FXRate, error) { return tx.FXRates("USD") })
			return nil
		})
	})
}
