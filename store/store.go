// Package store keeps the books in a SQL database, SQLite or PostgreSQL, and
// is the only package that opens one.
//
// It owns the schema and its migrations, transactions (one tenant each), the
// lock, version and epoch protocol by which writers never charge a call twice,
// and one file of queries for each noun. It does not own what the figures mean:
// it computes nothing about money but the balances that the ledger defines.
//
//	s, err := store.Open(ctx, store.Options{Dir: "data", Clock: clock})
//	err = s.View(ctx, id, func(tx *store.Tx) error { users, err = tx.Users(); return err })
//	err = s.Update(ctx, id, store.Interactive, func(tx *store.Tx) error { return tx.PutUser(&u) })
//
// A query is a method of Tx, and its $1 is the transaction's tenant: a
// transaction cannot ask about another one.
package store

import (
	"context"
	"os"
	"path/filepath"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Options say where the books are. Exactly one of Dir and URL is set.
type Options struct {
	Dir   string     // a directory with a SQLite database in it; made if it is missing
	URL   string     // postgres://…
	Clock when.Clock // required
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine engine
	clock  when.Clock
	where  string
}

// engine is what differs between the databases: how a transaction is opened,
// how several are grouped, and the words of the schema.
type engine interface {
	// read and write lend a connection with no transaction on it.
	read(ctx context.Context) (conn, error)
	write(ctx context.Context, lane Lane) (conn, error)
	// group runs updates, as one physical transaction where that is faster.
	group(ctx context.Context, s *Store, lane Lane, us []Unit) []error
	// migrate brings the schema up to date under a lock.
	migrate(ctx context.Context) error
	// backup writes a consistent copy to a new file or directory.
	backup(ctx context.Context, path string) error
	size(ctx context.Context) (int64, error)
	// shrink gives the space back that deleted rows leave behind.
	shrink(ctx context.Context) error
	close() error
}

// Open opens the database, making it and bringing its schema up to date where
// needed. A database of a newer release is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	if (o.Dir == "") == (o.URL == "") {
		return nil, fault.New(fault.Invalid, "say where the books are: --data DIR or --db postgres://…")
	}
	s := &Store{clock: o.Clock, where: redactURL(o.URL)}
	var err error
	if o.URL != "" {
		s.engine, err = openPostgres(ctx, o.URL)
	} else {
		s.where = o.Dir
		if err = os.MkdirAll(o.Dir, 0o750); err == nil {
			s.engine, err = openSQLite(ctx, filepath.Join(o.Dir, FileName))
		}
	}
	if err != nil {
		return nil, fault.Wrap("open the books", err)
	}
	if err := s.engine.migrate(ctx); err != nil {
		s.engine.close()
		return nil, fault.Wrap("bring the books' schema up to date", err)
	}
	if err := s.drawEpoch(ctx); err != nil {
		s.engine.close()
		return nil, fault.Wrap("open the books", err)
	}
	return s, nil
}

// FileName is the database's name in its directory.
const FileName = "tollkeeper.db"

// Close waits for the transactions at hand; what comes after it fails.
func (s *Store) Close() error { return s.engine.close() }

// Now is the clock the store was opened with.
func (s *Store) Now() when.Instant { return s.clock() }

// Where names the database for people, without a password.
func (s *Store) Where() string { return s.where }

// Size is how many bytes the database takes up, its indexes and slack included.
func (s *Store) Size(ctx context.Context) (int64, error) { return s.engine.size(ctx) }

// View runs f on a consistent snapshot of one tenant. f may be run only once
// and must not write.
func (s *Store) View(ctx context.Context, id tenant.ID, f func(*Tx) error) error {
	c, err := s.engine.read(ctx)
	if err != nil {
		return fault.Wrap("read the books", err)
	}
	defer c.release()
	if err := c.begin(ctx, false); err != nil {
		return fault.Wrap("read the books", err)
	}
	defer c.rollback()
	return f(&Tx{ctx: ctx, c: c, Tenant: id, Now: s.clock()})
}

// Lane is who goes first where only one can write. The zero Lane is
// Interactive.
type Lane uint8

// Interactive writes are waited for by somebody; Bulk ones give way to them.
const (
	Interactive Lane = iota
	Bulk
)

// Update runs f in a transaction that has the tenant's account locked. If f
// fails nothing of it stays. A *CommitError means that the commit's
// outcome is not known.
func (s *Store) Update(ctx context.Context, id tenant.ID, lane Lane, f func(*Tx) error) error {
	c, err := s.engine.write(ctx, lane)
	if err != nil {
		return fault.Wrap("write the books", err)
	}
	defer c.release()
	return s.update(ctx, c, id, f)
}

func (s *Store) update(ctx context.Context, c conn, id tenant.ID, f func(*Tx) error) error {
	if err := c.begin(ctx, true); err != nil {
		return fault.Wrap("write the books", err)
	}
	tx := &Tx{ctx: ctx, c: c, Tenant: id, Now: s.clock(), writes: true}
	if err := tx.run(f); err != nil {
		c.rollback()
		return err
	}
	if err := c.commit(ctx); err != nil {
		return &CommitError{err}
	}
	return nil
}

// CommitError is a commit that failed: whether it happened is not known, and
// the writer has to look before it tries again.
type CommitError struct{ Err error }

func (e *CommitError) Error() string { return "commit: " + e.Err.Error() }

// Unwrap gives what the database said.
func (e *CommitError) Unwrap() error { return e.Err }

// Unit is one tenant's update in a Group.
type Unit struct {
	Tenant tenant.ID
	Do     func(*Tx) error
}

// Group runs many updates, each of one tenant and each whole or not at all,
// with as few commits as the engine needs. The errors are those of the units,
// in their order; nil is durably committed.
func (s *Store) Group(ctx context.Context, us []Unit) []error {
	return s.engine.group(ctx, s, Bulk, us)
}

// GroupNow is Group for updates that somebody waits for.
func (s *Store) GroupNow(ctx context.Context, us []Unit) []error {
	return s.engine.group(ctx, s, Interactive, us)
}
