package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// eachPlace is storetest.Each for tests that open the store themselves.
func eachPlace(t *testing.T, f func(t *testing.T, o store.Options)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			f(t, storetest.Place(t, engine))
		})
	}
}

// known is how many migrations this program brings; they are numbered from 1.
func known(t *testing.T) int { return len(schemaTexts(t)) }

// TestOpenAgain opens a database that is up to date: nothing changes.
func TestOpenAgain(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		s := storetest.Open(t, o)
		acme := add(t, s, "acme")
		fill(t, s, acme, "alpha", 1)
		before, migrated := dump(t, s, acme), migrations(t, s)
		again := storetest.Open(t, o)
		same(t, "opened again", dump(t, again, acme), before)
		if now := migrations(t, again); now != migrated {
			t.Errorf("migrations are %s, were %s", now, migrated)
		}
		if epoch(t, again, tenant.System) <= 0 {
			t.Error("the system has no epoch")
		}
	})
}

// migrations is what the database says of the migrations it has seen.
func migrations(t *testing.T, s *store.Store) (of string) {
	t.Helper()
	view(t, s, tenant.System, func(tx *store.Tx) error {
		var rows, last int64
		if err := tx.Ask(&rows, `SELECT COUNT(*) FROM goose_db_version`); err != nil {
			return err
		}
		err := tx.Ask(&last, `SELECT MAX(version_id) FROM goose_db_version`)
		of = fmt.Sprintf("%d rows up to %d", rows, last)
		return err
	})
	return of
}

func TestNewerDatabase(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		s := storetest.Open(t, o)
		update(t, s, tenant.System, func(tx *store.Tx) error {
			return tx.Tell(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`)
		})
		before := migrations(t, s)
		_, err := store.Open(t.Context(), o)
		want := fmt.Sprintf("bring the books' schema up to date: the database has schema 99 and this program knows %d: use a newer tollkeeper", known(t))
		if !fault.Is(err, fault.Invalid) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if now := migrations(t, s); now != before {
			t.Errorf("migrations are %s, were %s", now, before)
		}
	})
}

// TestOpenAtOnce has many programs open one new database: one of them makes it,
// and all see the same.
func TestOpenAtOnce(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		for round := range 3 {
			if round > 0 {
				o = storetest.Place(t, map[bool]string{true: "sqlite", false: "postgres"}[o.URL == ""])
			}
			stores := make([]*store.Store, 5)
			var wg sync.WaitGroup
			for i := range stores {
				wg.Go(func() {
					s, err := store.Open(t.Context(), o)
					if err != nil {
						t.Errorf("round %d: %v", round, err)
						return
					}
					stores[i] = s
				})
			}
			wg.Wait()
			if slices.Contains(stores, nil) {
				return
			}
			for _, s := range stores {
				if a, b := epoch(t, s, tenant.System), epoch(t, stores[0], tenant.System); a != b {
					t.Errorf("the epochs are %d and %d", a, b)
				}
				if got, want := migrations(t, s), fmt.Sprintf("%d rows up to %d", known(t)+1, known(t)); got != want { // goose begins with a row of its own
					t.Errorf("migrations: %s, want %s", got, want)
				}
				defer s.Close()
			}
		}
	})
}

func TestOpenRefused(t *testing.T) {
	for _, o := range []store.Options{{}, {Dir: "a", URL: "postgres://localhost/b"}} {
		if _, err := store.Open(t.Context(), o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	dir := t.TempDir()
	write(t, dir+"/"+store.FileName, "Dear customer, this is no database, and it is long enough to be one if it were.")
	if _, err := store.Open(t.Context(), store.Options{Dir: dir, Clock: storetest.Clock}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a text: %v", err)
	}
}

// TestCatchUp takes a database back to what it was before migrations that work
// something out of what there is: opening it makes it what it was. A new
// migration has to be taken back here too.
func TestCatchUp(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		s := storetest.Open(t, o)
		acme, other := add(t, s, "acme"), add(t, s, "other")
		awkwardDirectory(t, s, acme)
		fill(t, s, other, "other", 3)
		update(t, s, acme, func(tx *store.Tx) error {
			var us []*tenant.User
			for i := range 2500 { // more than a migration reads at once
				us = append(us, &tenant.User{Username: fmt.Sprintf("Ägent %04d", i)})
			}
			return tx.PutUsers(us)
		})
		update(t, s, acme, func(tx *store.Tx) error {
			for i := range 5 {
				a := store.Answer{Who: fmt.Sprint("key ", i%2), Name: fmt.Sprint(i), Held: tx.Now, Expires: tx.Now + when.Hour}
				if _, _, err := tx.ClaimAnswer(&a, roomy); err != nil {
					return err
				}
				a.Status, a.Body = 200, []byte("seven b")
				if err := tx.KeepAnswer(&a, roomy); err != nil {
					return err
				}
			}
			return nil
		})
		said, had := use(t, s, acme)
		before, beforeOther := dump(t, s, acme), dump(t, s, other)
		update(t, s, tenant.System, func(tx *store.Tx) error {
			for _, q := range []string{
				`DROP INDEX answer_body`, `DROP TABLE answer_use`,
				`DROP INDEX member_name`, `DROP INDEX campaign_code`,
				`ALTER TABLE member DROP COLUMN name_folded`, `ALTER TABLE member DROP COLUMN username_folded`, `ALTER TABLE member DROP COLUMN email_folded`,
				`ALTER TABLE team DROP COLUMN name_folded`, `ALTER TABLE campaign DROP COLUMN code_folded`, `ALTER TABLE campaign DROP COLUMN name_folded`,
				`DELETE FROM goose_db_version WHERE version_id >= 5`,
			} {
				if err := tx.Tell(q); err != nil {
					return err
				}
			}
			return nil
		})
		again := storetest.Open(t, o)
		same(t, "folded anew", dump(t, again, acme), before)
		same(t, "folded anew, the other", dump(t, again, other), beforeOther)
		if now, _ := use(t, again, acme); !slices.Equal(now, said) || !slices.Equal(now, had) || len(now) != 2 {
			t.Errorf("senders have %q, had %q", now, said)
		}
		view(t, again, acme, func(tx *store.Tx) error {
			n, err := tx.CountUsers(store.UserFilter{Listing: store.Listing{Text: "ÄGENT"}})
			if n != 2500 {
				t.Errorf("%d users are found by the name in capitals", n)
			}
			return err
		})
	})
}
