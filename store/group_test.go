package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestGroup runs units that succeed beside ones that fail: each is whole or not
// there at all, as another store of the same database sees it.
func TestGroup(t *testing.T) {
	broken := errors.New("broken")
	late := func(tx *store.Tx) error {
		if err := tx.PutTeam(&tenant.Team{Name: "half"}); err != nil {
			return err
		}
		return broken
	}
	unheeded := func(tx *store.Tx) error {
		if err := tx.PutTeam(&tenant.Team{Name: "twice"}); err != nil {
			return err
		}
		if err := tx.PutTeam(&tenant.Team{Name: "twice"}); err == nil {
			t.Error("a name twice is accepted")
		}
		return nil
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s, beside := storetest.Open(t, place), storetest.Open(t, place)
			var us []store.Unit
			var kinds []func(error) bool
			good := func(err error) bool { return err == nil }
			for i := range 6 {
				id := add(t, s, fmt.Sprint("tenant ", i))
				us = append(us, store.Unit{Tenant: id, Do: putTeam("whole")}, store.Unit{Tenant: id, Do: late}, store.Unit{Tenant: id, Do: unheeded}, store.Unit{Tenant: nobody, Do: late})
				kinds = append(kinds, good, func(err error) bool { return errors.Is(err, broken) }, isKind(fault.Internal), isKind(fault.NotFound))
			}
			errs := s.Group(t.Context(), us)
			for i, err := range errs {
				if !kinds[i](err) {
					t.Errorf("unit %d: %v", i, err)
				}
			}
			for i := 0; i < len(us); i += 4 {
				if got := teamNames(t, beside, us[i].Tenant); !slices.Equal(got, []string{"whole"}) {
					t.Errorf("tenant %d has the teams %q", us[i].Tenant, got)
				}
			}
			if errs := s.Group(t.Context(), nil); len(errs) != 0 {
				t.Errorf("no units: %v", errs)
			}
		})
	}
}

// TestGroupCancelled gives up between two units: what was said to be done is.
func TestGroupCancelled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var us []store.Unit
		for i := range 9 {
			name := fmt.Sprint("team ", i)
			us = append(us, store.Unit{Tenant: add(t, s, fmt.Sprint("tenant ", i)), Do: func(tx *store.Tx) error {
				switch {
				case i == 4:
					cancel()
				case i > 4: // begins at the same time where several do, and not before
					<-ctx.Done()
				}
				return tx.PutTeam(&tenant.Team{Name: name})
			}})
		}
		errs := s.Group(ctx, us)
		for i, err := range errs {
			var unknown *store.CommitError
			kept := len(teamNames(t, s, us[i].Tenant)) == 1
			if kept != (err == nil) || errors.As(err, &unknown) {
				t.Errorf("unit %d: kept is %v, error %v", i, kept, err)
			}
		}
		if !errors.Is(errs[8], context.Canceled) {
			t.Errorf("the last unit: %v", errs[8])
		}
		update(t, s, us[8].Tenant, putTeam("afterwards"))
	})
}

// TestGroupGivesWay lets somebody wait in the interactive lane while a group
// runs on SQLite: he goes in after the unit at hand, and finds it done.
func TestGroupGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Clock: storetest.Clock})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		acme := add(t, s, "acme")
		var order []string // one writes at a time
		var us []store.Unit
		for i := range 5 {
			us = append(us, store.Unit{Tenant: acme, Do: func(tx *store.Tx) error {
				if i == 1 || i == 3 {
					go func() {
						update(t, s, acme, func(tx *store.Tx) error {
							n, err := tx.RunBatches(1)
							order = append(order, fmt.Sprint("waiting, after ", n))
							return err
						})
					}()
					synctest.Wait() // until he waits in his lane
				}
				order = append(order, fmt.Sprint("unit ", i))
				return count(tx)
			}})
		}
		if err := errors.Join(s.Group(t.Context(), us)...); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		want := []string{"unit 0", "unit 1", "waiting, after 2", "unit 2", "unit 3", "waiting, after 4", "unit 4"}
		if !slices.Equal(order, want) {
			t.Errorf("they went in as %q, want %q", order, want)
		}
	})
}

// TestWaitingIsGivenUp ends a context while its Update waits for the writer.
func TestWaitingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Clock: storetest.Clock})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		acme := add(t, s, "acme")
		ctx, cancel := context.WithCancel(t.Context())
		update(t, s, acme, func(tx *store.Tx) error {
			for _, lane := range []store.Lane{store.Interactive, store.Bulk} {
				go func() {
					if err := s.Update(ctx, acme, lane, putTeam("never")); !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				}()
			}
			go func() {
				for _, err := range s.Group(ctx, []store.Unit{{Tenant: acme, Do: putTeam("never")}, {Tenant: acme, Do: putTeam("never")}}) {
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				}
			}()
			synctest.Wait()
			cancel()
			synctest.Wait()
			return nil
		})
		update(t, s, acme, putTeam("kept"))
		if got := teamNames(t, s, acme); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("there are the teams %q", got)
		}
	})
}

// TestGroupPanic is about a panic that somebody above catches: the writer is
// free again.
func TestGroupPanic(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite")) // on PostgreSQL a unit has a goroutine of its own
	acme := add(t, s, "acme")
	caught(t, func() {
		s.Group(t.Context(), []store.Unit{{Tenant: acme, Do: putTeam("lost")}, {Tenant: acme, Do: func(*store.Tx) error { panic("broken") }}})
	})
	update(t, s, acme, putTeam("kept"))
	if got := teamNames(t, s, acme); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("there are the teams %q", got)
	}
}
