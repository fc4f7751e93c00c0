package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// addTenants gives a store tenants of the names.
func addTenants(t *testing.T, s *store.Store, names ...string) (ids []tenant.ID) {
	t.Helper()
	for _, name := range names {
		tn := tenant.Tenant{Name: name, Currency: "USD", Zone: "UTC"}
		if err := s.AddTenant(t.Context(), &tn); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, tn.ID)
	}
	return ids
}

// rows checks a tenant's chain and gives its length.
func rows(t *testing.T, s *store.Store, id tenant.ID) (n int64) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) (err error) {
		n, err = tx.VerifyActivity()
		return err
	})
	return n
}

func TestActivity(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		update(t, s, ids[0], func(tx *store.Tx) error {
			for i := range 3 {
				if err := tx.Log(store.Activity{Login: 7, Who: "Anna", From: "192.0.2.7", What: "user.change", About: fmt.Sprint(i), Before: "a", After: "b"}); err != nil {
					return err
				}
			}
			return tx.Log(store.Activity{Login: 8, Who: "Bob\x00\xff", What: "users.list", After: strings.Repeat("é", 4000)})
		})
		update(t, s, ids[1], func(tx *store.Tx) error { return tx.Log(store.Activity{Who: "Cleo", What: "user.change"}) })
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.Log(store.Activity{Who: "Olga", What: "login.enter"}) })
		if a, b, c := rows(t, s, ids[0]), rows(t, s, ids[1]), rows(t, s, tenant.System); a != 4 || b != 1 || c != 1 {
			t.Errorf("%d, %d and %d rows", a, b, c)
		}
		for _, c := range []struct {
			f    store.ActivityFilter
			want []int64
		}{
			{store.ActivityFilter{}, []int64{4, 3, 2, 1}},
			{store.ActivityFilter{Limit: 2}, []int64{4, 3}},
			{store.ActivityFilter{Below: 3, Limit: 1}, []int64{2}},
			{store.ActivityFilter{Login: 8}, []int64{4}},
			{store.ActivityFilter{What: "user.change"}, []int64{3, 2, 1}},
			{store.ActivityFilter{What: "user."}, []int64{3, 2, 1}},
			{store.ActivityFilter{What: "user"}, nil},
			{store.ActivityFilter{From: storetest.Now, To: storetest.Now + 1, Below: 2}, []int64{1}},
			{store.ActivityFilter{To: storetest.Now}, nil},
			{store.ActivityFilter{From: storetest.Now + 1}, nil},
		} {
			view(t, s, ids[0], func(tx *store.Tx) error {
				as, err := tx.Activities(c.f)
				var got []int64
				for _, a := range as {
					got = append(got, a.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%+v: rows %v, want %v", c.f, got, c.want)
				}
				return err
			})
		}
		view(t, s, ids[0], func(tx *store.Tx) error {
			as, err := tx.Activities(store.ActivityFilter{Limit: 2})
			if a := as[0]; a.Who != "Bob��" || !strings.HasSuffix(a.After, "é…") || a.At != storetest.Now {
				t.Errorf("kept as %q, %s, …%q", a.Who, a.At, a.After[len(a.After)-8:])
			}
			if a := as[1]; a.Who != "Anna" || a.From != "192.0.2.7" || a.About != "2" || a.Before != "a" || a.After != "b" || a.Login != 7 {
				t.Errorf("kept as %+v", a)
			}
			return err
		})
	})
}

func TestActivityStaysWithTheChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := addTenants(t, s, "acme")[0]
		err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error {
			if err := tx.Log(store.Activity{Who: "Anna", What: "user.change"}); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "no")
		})
		if !fault.Is(err, fault.Conflict) || rows(t, s, id) != 0 {
			t.Errorf("%v, and %d rows", err, rows(t, s, id))
		}
		if err := s.View(t.Context(), id, func(tx *store.Tx) error { return tx.Log(store.Activity{Who: "Anna", What: "x.y"}) }); err == nil {
			t.Error("a view writes")
		}
		if err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error { return tx.Log(store.Activity{What: "x.y"}) }); !fault.Is(err, fault.Internal) || err == nil {
			t.Errorf("nobody did something: %v", err)
		}
	})
}

func TestActivityOfManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := addTenants(t, s, "acme")[0]
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					if err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error { return tx.Log(store.Activity{Who: "Anna", What: "x.y"}) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := rows(t, s, id); n != 40 {
			t.Errorf("%d rows, want 40", n)
		}
	})
}

func TestVerifyActivityMissesNothing(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			id := addTenants(t, s, "acme", "bolt")[0]
			for _, of := range []tenant.ID{id, id + 1} {
				update(t, s, of, func(tx *store.Tx) error {
					for i := range 5 {
						if err := tx.Log(store.Activity{Login: 1, Who: "Anna", What: "x.y", About: fmt.Sprint(i)}); err != nil {
							return err
						}
					}
					return nil
				})
			}
			driver, at := "pgx", place.URL
			if place.Dir != "" {
				driver, at = "sqlite", "file:"+filepath.Join(place.Dir, store.FileName)+"?_pragma=busy_timeout(10000)"
			}
			db, err := sql.Open(driver, at)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, one := range []struct{ do, undo string }{
				{"UPDATE activity SET who = 'Bob' WHERE tenant_id = 1 AND id = 3", "UPDATE activity SET who = 'Anna' WHERE tenant_id = 1 AND id = 3"},
				{"UPDATE activity SET at = at + 1 WHERE tenant_id = 1 AND id = 1", "UPDATE activity SET at = at - 1 WHERE tenant_id = 1 AND id = 1"},
				{"UPDATE activity SET login_id = 2 WHERE tenant_id = 1 AND id = 5", "UPDATE activity SET login_id = 1 WHERE tenant_id = 1 AND id = 5"},
				{"UPDATE activity SET became = was, was = 'x' WHERE tenant_id = 1 AND id = 2", "UPDATE activity SET was = '' WHERE tenant_id = 1 AND id = 2"},
				{"UPDATE activity SET tenant_id = 9 WHERE tenant_id = 1 AND id = 3", "UPDATE activity SET tenant_id = 1 WHERE tenant_id = 9"},
				{"UPDATE activity SET tenant_id = 9 WHERE tenant_id = 1 AND id = 5", "UPDATE activity SET tenant_id = 1 WHERE tenant_id = 9"},
				{"UPDATE activity SET tenant_id = 9 WHERE tenant_id = 1", "UPDATE activity SET tenant_id = 1 WHERE tenant_id = 9"},
				{"UPDATE activity SET id = 6 WHERE tenant_id = 1 AND id = 5", "UPDATE activity SET id = 5 WHERE tenant_id = 1 AND id = 6"},
				{"UPDATE activity_head SET id = 4 WHERE tenant_id = 1", "UPDATE activity_head SET id = 5 WHERE tenant_id = 1"},
				{"UPDATE activity SET hash = prev WHERE tenant_id = 2 AND id = 4", ""},
			} {
				if _, err := db.Exec(one.do); err != nil {
					t.Fatal(one.do, err)
				}
				of := id
				if one.undo == "" {
					of++
				}
				err := s.View(t.Context(), of, func(tx *store.Tx) error {
					_, err := tx.VerifyActivity()
					return err
				})
				if err == nil || fault.KindOf(err) != fault.Internal {
					t.Errorf("%s: %v", one.do, err)
				}
				if one.undo == "" {
					continue
				}
				if _, err := db.Exec(one.undo); err != nil {
					t.Fatal(one.undo, err)
				}
				if n := rows(t, s, id); n != 5 {
					t.Errorf("%s: %d rows after it was undone", one.do, n)
				}
			}
		})
	}
}
