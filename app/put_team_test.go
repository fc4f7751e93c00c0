package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		ann, bob := addUser(t, a, tn.ID, "ann"), addUser(t, a, tn.ID, "bob")
		put := func(team tenant.Team, was string, members ...tenant.UserID) (tenant.Team, error) {
			return a.PutTeam(ctx, app.PutTeam{Tenant: tn.ID, Team: team, Members: members, Was: was, Did: ada})
		}
		night, err := put(tenant.Team{Name: "Night"}, "", ann)
		if err != nil || night.ID == 0 {
			t.Fatal(night, err)
		}
		was := app.TeamMark(night, []tenant.UserID{ann})
		night.Name = "Late"
		for range 2 { // the second is no change
			if _, err := put(night, "", ann, bob); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := put(night, was, bob); !errors.Is(err, app.ErrStale) || !fault.Is(err, fault.Conflict) {
			t.Errorf("made from what is no longer so: %v", err)
		}
		if _, err := put(night, app.TeamMark(night, []tenant.UserID{bob, ann}), bob); err != nil {
			t.Error(err)
		}
		for name, reason := range map[string]string{"": "is required", "Late": "another team", "a;b": "semicolon", " x": "blank", strings.Repeat("x", 201): "longer"} {
			if _, err := put(tenant.Team{Name: name}, ""); blamed(t, err) != "name" || !strings.Contains(err.Error(), reason) {
				t.Errorf("%q: %v", name, err)
			}
		}
		if _, err := put(tenant.Team{ID: 99, Name: "x"}, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such team: %v", err)
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			in, err := tx.UserTeams()
			if len(in[ann]) != 1 || in[ann][0].To == 0 || len(in[bob]) != 1 || in[bob][0].To != 0 {
				t.Errorf("memberships %v", in)
			}
			return err
		})

		empty, err := put(tenant.Team{Name: "Never"}, "")
		if err != nil {
			t.Fatal(err)
		}
		for team, want := range map[tenant.TeamID]bool{empty.ID: false, night.ID: true} {
			if emptied, err := a.DropTeam(ctx, tn.ID, team, ada); err != nil || emptied != want {
				t.Errorf("drop %d: emptied %v, %v", team, emptied, err)
			}
		}
		if _, err := a.DropTeam(ctx, tn.ID, empty.ID, ada); !fault.Is(err, fault.NotFound) {
			t.Errorf("again: %v", err)
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			teams, err := tx.Teams()
			in, ierr := tx.UserTeams()
			if len(teams) != 1 || teams[0] != night || len(in[ann]) != 1 || in[bob][0].Holds(20260702) {
				t.Errorf("%v, %v, %v", teams, in, ierr)
			}
			return err
		})
		log := told(t, s, tn.ID, "team.")
		for _, want := range []string{"team.add Night:  > Night, members ann", "team.change Late: Night, members ann > Late, members ann; bob", "team.drop Never: Never, nobody > ", "team.change Late: Late, members bob > Late, nobody"} {
			if !strings.Contains(log, want) {
				t.Errorf("the activity does not tell %q:\n%s", want, log)
			}
		}
		if n := strings.Count(log, "\n") + 1; n != 6 {
			t.Errorf("%d acts:\n%s", n, log)
		}
	})
}
