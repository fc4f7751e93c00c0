// Package storetest opens empty stores for tests, one of each engine.
//
// It owns the servers and files that tests need and ends them with the test.
// It does not fill a store: that is the test's business, or app's.
//
//	storetest.Each(t, func(t *testing.T, s *store.Store) { … })
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/pgtemp"
)

// Now is what the clock of a test's store says, always.
var Now = when.MustParse("2026-07-01T12:00:00Z")

// Clock is the clock of a test's store.
func Clock() when.Instant { return Now }

// Each runs f once an engine, side by side, each time on an empty store.
func Each(t *testing.T, f func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			f(t, Open(t, Place(t, engine)))
		})
	}
}

// Open opens the store that o names until the test ends.
func Open(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// Place is where an empty store of the engine ("sqlite" or "postgres") can be
// opened, by this process or by others.
func Place(t *testing.T, engine string) store.Options {
	t.Helper()
	if engine == "sqlite" {
		return store.Options{Dir: t.TempDir(), Clock: Clock}
	}
	return store.Options{URL: schema(t), Clock: Clock}
}

// postgres is a server that tests share. It is kept for as long as the process
// runs: a private server ends when nobody holds it any more.
type postgres struct {
	dsn     string
	private *pgtemp.Server // nil: somebody else's
}

// server is the one that the environment names, else one of our own that ends
// with the process.
var server = sync.OnceValues(func() (postgres, error) {
	if dsn, found := pgtemp.FromEnvironment(); found {
		return postgres{dsn: dsn}, nil
	}
	s, err := pgtemp.Start(context.Background(), pgtemp.Options{Durability: pgtemp.Scratch})
	if err != nil {
		return postgres{}, err
	}
	return postgres{s.DSN(""), s}, nil
})

var schemas atomic.Int64

// schema makes a schema of its own on the server, and gives the address by
// which it is the only one to be seen.
func schema(t *testing.T) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatalf("tests run on both engines: %v", err)
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, base.dsn)
	if err != nil {
		t.Fatal(err)
	}
	var name string
	if err := c.QueryRow(ctx, `SELECT 't' || pg_backend_pid() || '_' || $1::text`, fmt.Sprint(schemas.Add(1))).Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Errorf("drop the test's schema: %v", err)
		}
	})
	u, err := url.Parse(base.dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
