package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/pgtemp"
	"tollkeeper/store/storetest"
)

// TestPostgresCrash ends the server in the middle of an Update, and starts it
// again: the Update failed whole, and the same store goes on.
func TestPostgresCrash(t *testing.T) {
	t.Parallel()
	server, err := pgtemp.Start(t.Context(), pgtemp.Options{Durability: pgtemp.Durable})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	s := storetest.Open(t, store.Options{URL: server.DSN(""), Clock: storetest.Clock})
	acme := add(t, s, "acme")
	update(t, s, acme, putTeam("kept"))
	fullPool(t, s, acme)
	err = s.Update(t.Context(), acme, store.Interactive, func(tx *store.Tx) error {
		if err := tx.PutTeam(&tenant.Team{Name: "lost"}); err != nil {
			return err
		}
		if err := server.Crash(); err != nil {
			t.Fatal(err)
		}
		return tx.PutTeam(&tenant.Team{Name: "lost too"})
	})
	if !passing(err) {
		t.Errorf("in the crash: %v (%s)", err, fault.KindOf(err))
	}
	if err := s.Update(t.Context(), acme, store.Interactive, putTeam("never")); !passing(err) {
		t.Errorf("while it is down: %v (%s)", err, fault.KindOf(err))
	}
	if err := s.View(t.Context(), acme, func(*store.Tx) error { return nil }); !passing(err) {
		t.Errorf("a View while it is down: %v (%s)", err, fault.KindOf(err))
	}
	if _, err := store.Open(t.Context(), store.Options{URL: server.DSN(""), Clock: storetest.Clock}); !passing(err) {
		t.Errorf("Open while it is down: %v (%s)", err, fault.KindOf(err))
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(t, s, acme, putTeam("new"))
	if got := teamNames(t, s, acme); !slices.Equal(got, []string{"kept", "new"}) {
		t.Errorf("there are the teams %q", got)
	}
	// An orderly restart while nobody works is not noticed at all.
	fullPool(t, s, acme)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(t, s, acme, putTeam("newest"))
}

// passing tells an error that another try may overcome.
func passing(err error) bool { return fault.Is(err, fault.Busy) || store.Gone(err) }

// fullPool opens as many connections as there may be.
func fullPool(t *testing.T, s *store.Store, id tenant.ID) {
	t.Helper()
	nested := func(*store.Tx) error { return nil }
	for range 12 {
		inner := nested
		nested = func(*store.Tx) error { return s.View(t.Context(), id, inner) }
	}
	if err := nested(nil); err != nil {
		t.Fatal(err)
	}
}

// TestPostgresConnectionEnds takes the connection away at different moments of
// an Update. Only if that is the commit may its outcome be unknown.
func TestPostgresConnectionEnds(t *testing.T) {
	t.Parallel()
	place := storetest.Place(t, "postgres")
	s := storetest.Open(t, place)
	acme := add(t, s, "acme")
	for _, c := range []struct {
		name   string
		rest   func(*store.Tx) error // after the end
		commit bool                  // the error comes from the commit
	}{
		{"before a query", func(tx *store.Tx) error { _, err := tx.Teams(); return err }, false},
		{"before what was kept back", func(tx *store.Tx) error { return tx.PutRun(&store.Run{ID: 7}) }, false},
		{"before the commit", func(*store.Tx) error { return nil }, true},
	} {
		before := dump(t, s, acme)
		err := s.Update(t.Context(), acme, store.Interactive, func(tx *store.Tx) error {
			if err := tx.PutTeam(&tenant.Team{Name: "lost"}); err != nil {
				return err
			}
			var pid int64
			if err := tx.Ask(&pid, `SELECT pg_backend_pid()`); err != nil {
				return err
			}
			terminate(t, place.URL, pid)
			return c.rest(tx)
		})
		var unknown *store.CommitError
		if !passing(err) || errors.As(err, &unknown) != c.commit {
			t.Errorf("%s: %v (%s)", c.name, err, fault.KindOf(err))
		}
		same(t, c.name, dump(t, s, acme), before)
		update(t, s, acme, func(*store.Tx) error { return nil })
	}
}

// terminate ends another connection and waits until it has.
func terminate(t *testing.T, url string, pid int64) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var ended bool
	if err := c.QueryRow(t.Context(), `SELECT pg_terminate_backend($1::int, 10000)`, pid).Scan(&ended); err != nil || !ended {
		t.Fatalf("end the connection: %v %v", ended, err)
	}
}

// TestPostgresWidth asks for far more at once than there are connections.
func TestPostgresWidth(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.Place(t, "postgres"))
	acme := add(t, s, "acme")
	us := make([]store.Unit, 60)
	for i := range us {
		us[i] = store.Unit{Tenant: acme, Do: count}
	}
	done := make(chan error, 30)
	for range cap(done) {
		go func() { done <- s.Update(t.Context(), acme, store.Interactive, count) }()
	}
	if err := errors.Join(s.Group(t.Context(), us)...); err != nil {
		t.Error(err)
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := counted(t, s, acme); n != int64(len(us)+cap(done)) {
		t.Errorf("counted to %d", n)
	}
}

// TestNoPasswordIsShown gives addresses that cannot be used, in which a
// password stands.
func TestNoPasswordIsShown(t *testing.T) {
	for _, url := range []string{
		"postgres://me:geheim@127.0.0.1:1/books", "postgres://me:geheim@127.0.0.1:x/books", "postgres://me:geh%eim%@h/b",
		"host=127.0.0.1 port=1 password=geheim", "host=127.0.0.1 port=x password=geheim", "postgres://127.0.0.1:1/b?password=geheim",
		"postgres://127.0.0.1:1/b?password=geheim&sslmode=x",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: url, Clock: storetest.Clock})
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "geheim") || strings.Contains(err.Error(), "geh%") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
