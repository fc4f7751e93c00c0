package store_test

import (
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestDrop takes out what can be, and what has a history not.
func TestDrop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, acme, "alpha", 1)
		number := phone.MustParse("+49300000001")
		for _, c := range []struct {
			what string
			drop func(tx *store.Tx) error
			want fault.Kind // Internal: it works
		}{
			{"a team with a history", func(tx *store.Tx) error { return tx.DropTeam(1) }, fault.Conflict},
			{"a team without", func(tx *store.Tx) error {
				team := tenant.Team{Name: "never"}
				if err := tx.PutTeam(&team); err != nil {
					return err
				}
				return tx.DropTeam(team.ID)
			}, fault.Internal},
			{"a number", func(tx *store.Tx) error { return dropNumber(t, tx, number, true) }, fault.Internal},
			{"the number again", func(tx *store.Tx) error { return dropNumber(t, tx, number, false) }, fault.Internal},
			{"a user out of a unit", func(tx *store.Tx) error { return tx.DropUserFromUnit(1, 1) }, fault.Internal},
			{"a user out of no unit", func(tx *store.Tx) error { return tx.DropUserFromUnit(1, 9) }, fault.Internal},
		} {
			before := directoryVersion(t, s, acme)
			err := s.Update(t.Context(), acme, store.Interactive, c.drop)
			if c.want == fault.Internal && err != nil || c.want != fault.Internal && !fault.Is(err, c.want) {
				t.Errorf("%s: %v", c.what, err)
			}
			if moved := directoryVersion(t, s, acme) > before; moved != (err == nil && c.what != "the number again") {
				t.Errorf("%s: other writers are told: %v", c.what, moved)
			}
		}
		view(t, s, acme, func(tx *store.Tx) error {
			in, err := tx.UserUnits()
			if len(in) != 0 {
				t.Errorf("units of users: %v", in)
			}
			return err
		})
	})
}

func dropNumber(t *testing.T, tx *store.Tx, n phone.Number, want bool) error {
	t.Helper()
	had, err := tx.DropNumber(n)
	if had != want {
		t.Errorf("the number was there: %v", had)
	}
	return err
}

func directoryVersion(t *testing.T, s *store.Store, id tenant.ID) (version int64) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		a, err := tx.Account()
		version = a.Directory
		return err
	})
	return version
}

func TestTenantFacts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme, empty := add(t, s, "acme"), add(t, s, "empty")
		fill(t, s, acme, "alpha", 1)
		view(t, s, tenant.System, func(tx *store.Tx) error {
			facts, err := tx.TenantFacts()
			want := map[tenant.ID]store.TenantFacts{acme: {Created: storetest.Now, Users: 1, LastDay: today}, empty: {Created: storetest.Now}}
			if len(facts) != 2 || facts[acme] != want[acme] || facts[empty] != want[empty] {
				t.Errorf("%+v, want %+v", facts, want)
			}
			return err
		})
	})
}
