package app_test

import (
	"context"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		put := func(u tenant.User, teams ...string) (tenant.User, error) {
			return a.PutUser(ctx, app.PutUser{Tenant: tn.ID, User: u, Teams: teams, Did: store.Activity{Who: "Ada"}})
		}
		ann, err := put(tenant.User{Username: "ann", Email: "ann@acme.example", Extension: "12", Role: tenant.Admin}, "Sales", "Support")
		if err != nil || ann.ID == 0 {
			t.Fatalf("%+v, %v", ann, err)
		}
		bob, err := put(tenant.User{Username: "bob"}, "Sales")
		if err != nil {
			t.Fatal(err)
		}
		ann.State, ann.Display = tenant.Deactivated, "Ann A"
		for range 2 { // the second is no change
			if got, err := put(ann, "Sales", "Support"); err != nil || got != ann {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if got := users(t, s, tn.ID)["ann"]; got != ann {
			t.Errorf("kept: %+v", got)
		}
		if _, err := put(bob); err != nil {
			t.Fatal(err)
		}

		for _, c := range []struct {
			user   tenant.User
			teams  []string
			fields string
		}{
			{tenant.User{}, nil, "username"},
			{tenant.User{Username: "ann"}, nil, "username"},
			{tenant.User{ID: bob.ID, Username: "ann", Extension: "12"}, nil, "username extension"},
			{tenant.User{Username: "c", Email: "nowhere", Display: " x", Extension: "1a"}, []string{strings.Repeat("x", 300)}, "display_name email extension teams"},
		} {
			if _, err := put(c.user, c.teams...); blamed(t, err) != c.fields {
				t.Errorf("%+v: %v, want mistakes in %q", c.user, err, c.fields)
			}
		}
		if _, err := put(tenant.User{ID: 99, Username: "nobody"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: %v", err)
		}

		var log []string
		view(t, s, tn.ID, func(tx *store.Tx) error {
			as, err := tx.Activities(store.ActivityFilter{})
			for _, a := range as {
				if strings.HasPrefix(a.What, "user.") {
					log = append(log, a.What+" "+a.About+": "+a.Before+" > "+a.After)
				}
			}
			teams, terr := tx.Teams()
			if len(teams) != 2 {
				t.Errorf("teams %v, %v", teams, terr)
			}
			return err
		})
		want := []string{
			"user.change bob: bob, agent, active, teams Sales > bob, agent, active",
			"user.change ann: ann, admin, active, ann@acme.example, extension 12, teams Sales; Support > ann, admin, deactivated, Ann A, ann@acme.example, extension 12, teams Sales; Support",
			"user.add bob:  > bob, agent, active, teams Sales",
			"user.add ann:  > ann, admin, active, ann@acme.example, extension 12, teams Sales; Support",
		}
		if got := strings.Join(log, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("activity:\n%s", got)
		}
	})
}
