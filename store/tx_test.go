package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// nobody is a tenant that does not exist.
const nobody = tenant.ID(4711)

// TestUpdateFails leaves an Update in every way there is: nothing of it stays,
// not even statements that an engine keeps back, and the next one works.
func TestUpdateFails(t *testing.T) {
	broken := errors.New("broken")
	twice := func(tx *store.Tx) error {
		return tx.Tell(`INSERT INTO team (tenant_id, id, name) VALUES ($1, 99, 'first')`, int64(tx.Tenant))
	}
	for _, c := range []struct {
		name string
		f    func(*store.Tx) error
		want func(error) bool
	}{
		{"its own error", func(*store.Tx) error { return broken }, func(err error) bool { return errors.Is(err, broken) }},
		{"a statement that is refused at once", putTeam("first"), isKind(fault.Conflict)},
		{"a statement that is refused at the end", twice, func(err error) bool {
			var c *store.CommitError
			return fault.Is(err, fault.Conflict) && !errors.As(err, &c) // what happened is known
		}},
		{"an error that nobody heeds", func(tx *store.Tx) error {
			if err := tx.PutTeam(&tenant.Team{Name: "first"}); err == nil {
				t.Error("a name twice is accepted")
			}
			return nil
		}, isKind(fault.Internal)},
		{"one more statement after it", func(tx *store.Tx) error {
			if err := tx.PutTeam(&tenant.Team{Name: "first"}); err == nil {
				t.Error("a name twice is accepted")
			}
			if err := tx.PutTeam(&tenant.Team{Name: "third"}); err == nil {
				t.Error("a transaction goes on after an error")
			}
			return nil
		}, isKind(fault.Internal)},
		{"a broken lock", func(tx *store.Tx) error {
			if err := tx.Tell(`UPDATE account SET seg_version = seg_version + 1 WHERE tenant_id = $1`, int64(tx.Tenant)); err != nil {
				return err
			}
			return tx.BumpSegments()
		}, isKind(fault.Internal)},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				acme := add(t, s, "acme")
				update(t, s, acme, putTeam("first"))
				before := dump(t, s, acme)
				err := s.Update(t.Context(), acme, store.Bulk, func(tx *store.Tx) error {
					if err := tx.PutTeam(&tenant.Team{Name: "second"}); err != nil {
						return err
					}
					if err := tx.SwitchBilling(rating.Switch{From: 1}); err != nil {
						return err
					}
					return c.f(tx)
				})
				if !c.want(err) {
					t.Errorf("got %v (%s)", err, fault.KindOf(err))
				}
				same(t, "after the failure", dump(t, s, acme), before)
				update(t, s, acme, putTeam("second"))
				if got := teamNames(t, s, acme); !slices.Equal(got, []string{"first", "second"}) {
					t.Errorf("then there are the teams %q", got)
				}
			})
		})
	}
}

func isKind(k fault.Kind) func(error) bool {
	return func(err error) bool { return fault.Is(err, k) }
}

// TestPanic leaves transactions by a panic that somebody above catches.
func TestPanic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		broken := func(tx *store.Tx) error {
			if err := tx.PutTeam(&tenant.Team{Name: "lost"}); err != nil {
				return err
			}
			panic("broken")
		}
		for range 20 { // more often than there are connections
			caught(t, func() { _ = s.Update(t.Context(), acme, store.Bulk, broken) })
			caught(t, func() { _ = s.View(t.Context(), acme, func(*store.Tx) error { panic("broken") }) })
		}
		update(t, s, acme, putTeam("kept"))
		if got := teamNames(t, s, acme); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("there are the teams %q", got)
		}
	})
}

func caught(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	f()
}

// TestViewIsASnapshot commits while a View is looking.
func TestViewIsASnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		update(t, s, acme, putTeam("first"))
		view(t, s, acme, func(tx *store.Tx) error {
			for i := range 3 {
				teams, err := tx.Teams()
				if err != nil || len(teams) != 1 {
					t.Errorf("look %d: %v %v", i, teams, err)
				}
				a, err := tx.Account()
				if err != nil || a.Directory != 1 {
					t.Errorf("look %d: version %d %v", i, a.Directory, err)
				}
				update(t, s, acme, putTeam(fmt.Sprint("more ", i)))
			}
			return nil
		})
		if got := teamNames(t, s, acme); len(got) != 4 {
			t.Errorf("afterwards there are the teams %q", got)
		}
	})
}

func TestViewDoesNotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		before := dump(t, s, acme)
		for name, write := range map[string]func(*store.Tx) error{
			"a statement":               putTeam("first"),
			"a query that changes":      func(tx *store.Tx) error { return tx.BumpSegments() },
			"a query that puts in rows": func(tx *store.Tx) error { _, err := tx.PutSuspense([]store.Suspense{{}}); return err },
		} {
			if err := s.View(t.Context(), acme, write); !fault.Is(err, fault.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
		same(t, "after the attempts", dump(t, s, acme), before)
	})
}

func TestUnknownTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		never := func(*store.Tx) error { t.Error("the work was begun"); return nil }
		if err := s.Update(t.Context(), nobody, store.Interactive, never); !fault.Is(err, fault.NotFound) {
			t.Errorf("Update: %v", err)
		}
		if err := s.Group(t.Context(), []store.Unit{{Tenant: nobody, Do: never}})[0]; !fault.Is(err, fault.NotFound) {
			t.Errorf("Group: %v", err)
		}
		err := s.View(t.Context(), nobody, func(tx *store.Tx) error { _, err := tx.Account(); return err })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("View: %v", err)
		}
	})
}

// TestVersions tells what makes other writers load again what they cached.
func TestVersions(t *testing.T) {
	type version struct{ segments, cards, directory int64 }
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme, other := add(t, s, "acme"), add(t, s, "other")
		of := func(id tenant.ID) (v version) {
			view(t, s, id, func(tx *store.Tx) error {
				a, err := tx.Account()
				v = version{a.Segments, a.Cards, a.Directory}
				return err
			})
			return v
		}
		card := func(tx *store.Tx) error {
			return tx.PublishCard(&store.Card{Name: "retail"}, store.Revision{Head: "{}", Data: []byte{1}})
		}
		for _, c := range []struct {
			name       string
			tenant     tenant.ID
			f          func(*store.Tx) error
			acme, rest version // how they move
		}{
			{"a team", acme, putTeam("a"), version{0, 0, 1}, version{}},
			{"segments", acme, (*store.Tx).BumpSegments, version{1, 0, 0}, version{}},
			{"an own card", acme, card, version{0, 1, 0}, version{}},
			{"a system card", tenant.System, card, version{0, 1, 0}, version{0, 1, 0}},
			{"a system switch", tenant.System, func(tx *store.Tx) error { return tx.SwitchBilling(rating.Switch{From: 5}) }, version{0, 1, 0}, version{0, 1, 0}},
			{"nothing", acme, func(*store.Tx) error { return nil }, version{}, version{}},
		} {
			before, rest := of(acme), of(other)
			update(t, s, c.tenant, c.f)
			after, others := of(acme), of(other)
			if got := (version{after.segments - before.segments, after.cards - before.cards, after.directory - before.directory}); got != c.acme {
				t.Errorf("%s moves its tenant by %v, want %v", c.name, got, c.acme)
			}
			if got := (version{others.segments - rest.segments, others.cards - rest.cards, others.directory - rest.directory}); got != c.rest {
				t.Errorf("%s moves another tenant by %v, want %v", c.name, got, c.rest)
			}
		}
	})
}

// TestOnlyTheSystem refuses what belongs to all tenants to one of them.
func TestOnlyTheSystem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		for name, f := range map[string]func(*store.Tx) error{
			"NewRunID": func(tx *store.Tx) error { _, err := tx.NewRunID(); return err },
			"PutFXRates": func(tx *store.Tx) error {
				return tx.PutFXRates([]rating.FXRate{{From: "EUR", To: "USD", Day: today, Factor: 1}})
			},
		} {
			if err := s.Update(t.Context(), acme, store.Interactive, f); !fault.Is(err, fault.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestUpdatesAreSerialised counts with many goroutines over several stores of
// one database: each reads and writes, and none is lost.
func TestUpdatesAreSerialised(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			stores := []*store.Store{storetest.Open(t, place), storetest.Open(t, place), storetest.Open(t, place)}
			acme := add(t, stores[0], "acme")
			const each, workers = 5, 12
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					s := stores[w%len(stores)]
					for range each {
						if err := s.Update(t.Context(), acme, store.Lane(w%2), count); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if n := counted(t, stores[0], acme); n != each*workers {
				t.Errorf("counted to %d, want %d", n, each*workers)
			}
		})
	}
}

// count adds one to a number that it reads first.
func count(tx *store.Tx) error {
	n, err := tx.RunBatches(1)
	if err != nil {
		return err
	}
	return tx.PutRun(&store.Run{ID: 1, Batches: n + 1})
}

func counted(t testing.TB, s *store.Store, id tenant.ID) (n int64) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) (err error) {
		n, err = tx.RunBatches(1)
		return err
	})
	return n
}

// TestClosed comes after Close: an error, and no waiting.
func TestClosed(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		acme := add(t, s, "acme")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), acme, store.Interactive, putTeam("never")); err == nil {
			t.Error("Update works")
		}
		if err := s.View(t.Context(), acme, func(*store.Tx) error { return nil }); err == nil {
			t.Error("View works")
		}
		if err := s.Group(t.Context(), []store.Unit{{Tenant: acme, Do: putTeam("never")}})[0]; err == nil {
			t.Error("Group works")
		}
	})
}
