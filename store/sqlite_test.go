package store_test

import (
	"errors"
	"slices"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestSQLiteBusy has two programs at one file: the second writer is told so,
// and goes on when the first has finished. Readers never wait.
func TestSQLiteBusy(t *testing.T) {
	place := storetest.Place(t, "sqlite")
	first, second := storetest.Open(t, place), storetest.Open(t, place)
	if err := second.Impatient(t.Context()); err != nil {
		t.Fatal(err)
	}
	acme := add(t, first, "acme")
	update(t, first, acme, func(tx *store.Tx) error {
		if err := tx.PutTeam(&tenant.Team{Name: "first"}); err != nil {
			return err
		}
		if err := second.Update(t.Context(), acme, store.Interactive, putTeam("second")); !fault.Is(err, fault.Busy) {
			t.Errorf("Update: %v", err)
		}
		for i, err := range second.Group(t.Context(), []store.Unit{{Tenant: acme, Do: putTeam("a")}, {Tenant: acme, Do: putTeam("b")}}) {
			if !fault.Is(err, fault.Busy) {
				t.Errorf("unit %d: %v", i, err)
			}
		}
		if got := teamNames(t, second, acme); len(got) != 0 {
			t.Errorf("what is not committed is seen: %q", got)
		}
		return nil
	})
	update(t, second, acme, putTeam("second"))
	if got := teamNames(t, first, acme); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("there are the teams %q", got)
	}
}

// TestSQLiteCommitFails makes the COMMIT itself fail, by a reference that is
// looked at no earlier: nothing stays, and the writer goes on.
func TestSQLiteCommitFails(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	acme := add(t, s, "acme")
	before := dump(t, s, acme)
	dangling := func(tx *store.Tx) error {
		if err := tx.Tell(`PRAGMA defer_foreign_keys = 1`); err != nil {
			return err
		}
		return tx.AddUserToUnit(17, 18)
	}
	var c *store.CommitError
	if err := s.Update(t.Context(), acme, store.Interactive, dangling); !errors.As(err, &c) {
		t.Errorf("Update: %v", err)
	}
	for i, err := range s.Group(t.Context(), []store.Unit{{Tenant: acme, Do: putTeam("with it")}, {Tenant: acme, Do: dangling}}) {
		if !errors.As(err, &c) {
			t.Errorf("unit %d: %v", i, err)
		}
	}
	same(t, "after the failures", dump(t, s, acme), before)
	update(t, s, acme, putTeam("kept"))
}

// TestSQLiteCloses leaves nothing but the database itself behind: who copies the
// file of a program that has ended has everything.
func TestSQLiteCloses(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Clock: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, add(t, s, "acme"), "alpha", 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); left != store.FileName {
		t.Errorf("there is left: %s", left)
	}
}

// TestSQLitePaths opens books in directories whose names mean something in an
// address.
func TestSQLitePaths(t *testing.T) {
	for _, name := range []string{"a b", "50%", "what?", "a#b", "100%25", "Köln ☎️", "a&mode=memory", "deep/er"} {
		place := store.Options{Dir: t.TempDir() + "/" + name, Clock: storetest.Clock}
		s := storetest.Open(t, place)
		acme := add(t, s, "acme")
		if s.Where() != place.Dir {
			t.Errorf("%q is in %q", name, s.Where())
		}
		again := storetest.Open(t, place)
		if found, err := again.FindTenant(t.Context(), "acme"); err != nil || found.ID != acme {
			t.Errorf("%q: %v %v", name, found, err)
		}
	}
}
