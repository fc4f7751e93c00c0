package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tollkeeper/core/fault"
)

// sqliteEngine is one file: any number of readers, one writer with two lanes.
type sqliteEngine struct {
	path    string
	dsn     string // of a writer
	readers *sql.DB
	idle    chan *sqliteConn // readers that nobody uses, with their statements prepared
	writers *sql.DB
	writer  *sqliteConn
	lanes   lanes
}

var sqliteWords = map[string]string{"text": "TEXT", "bytes": "BLOB", "empty": "x''", "postgres": "-- "}

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(15000)", "page_size(8192)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		"cache_size(-8192)", "wal_autocheckpoint(2000)",
	}}
	file := "file:" + url.PathEscape(path) + "?"
	e := &sqliteEngine{path: path, dsn: file + "_txlock=immediate&" + pragmas.Encode()}
	var err error
	if e.writers, err = sql.Open("sqlite", e.dsn); err != nil {
		return nil, err
	}
	e.writers.SetMaxOpenConns(1)
	c, err := firstConn(ctx, e.writers)
	if err != nil {
		e.writers.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	e.writer = &sqliteConn{c: c, stmts: map[string]*sql.Stmt{}, done: e.lanes.leave}
	if e.readers, err = sql.Open("sqlite", file+"_pragma=query_only(1)&"+pragmas.Encode()); err != nil {
		e.close()
		return nil, err
	}
	e.idle = make(chan *sqliteConn, idleReaders)
	return e, nil
}

// idleReaders is how many readers are kept for the next who wants one.
const idleReaders = 8

// firstConn connects, which makes the file where it is new and gives it its log.
// SQLite does not wait while another program does just that; we do.
func firstConn(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	enough := time.After(2 * time.Second)
	for {
		c, err := db.Conn(ctx)
		if err = sqliteError(err); !fault.Is(err, fault.Busy) {
			return c, err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-enough:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (e *sqliteEngine) read(ctx context.Context) (conn, error) {
	select {
	case c := <-e.idle:
		return c, nil
	default:
	}
	c, err := e.readers.Conn(ctx)
	if err != nil {
		return nil, sqliteError(err)
	}
	r := &sqliteConn{c: c, stmts: map[string]*sql.Stmt{}}
	r.done = func() { e.lay(r) }
	return r, nil
}

// lay puts a reader by, or closes it where there are enough. One whose
// transaction may still be open is not used again.
func (e *sqliteEngine) lay(r *sqliteConn) {
	if !r.stuck {
		select {
		case e.idle <- r:
			return
		default:
		}
	}
	r.shut()
}

func (e *sqliteEngine) write(ctx context.Context, lane Lane) (conn, error) {
	if err := e.lanes.enter(ctx, lane); err != nil {
		return nil, err
	}
	return e.writer, nil
}

// group puts the updates into one physical transaction, each behind a
// savepoint, and commits early where bulk work keeps the interactive lane waiting.
func (e *sqliteEngine) group(ctx context.Context, s *Store, lane Lane, us []Unit) []error {
	errs := make([]error, len(us))
	for next := 0; next < len(us); {
		if err := e.lanes.enter(ctx, lane); err != nil {
			for i := next; i < len(us); i++ {
				errs[i] = fault.Wrap("write the books", err)
			}
			return errs
		}
		next = e.stretch(ctx, s, lane, us, errs, next)
	}
	return errs
}

// stretch runs updates from first on until all are done or bulk ones have to
// give way, leaves the lane, and returns the first that was not run.
func (e *sqliteEngine) stretch(ctx context.Context, s *Store, lane Lane, us []Unit, errs []error, first int) int {
	c, next := e.writer, first
	defer c.release() // a panic of a unit must not leave the writer locked
	fail := func(err error) int {
		c.rollback()
		for i := first; i < max(next, first+1); i++ {
			if errs[i] == nil {
				errs[i] = err
			}
		}
		return max(next, first+1)
	}
	if err := c.begin(ctx, true); err != nil {
		return fail(fault.Wrap("write the books", err))
	}
	for next < len(us) && (next == first || lane == Interactive || !e.lanes.pressed()) {
		u := us[next]
		if err := c.exec(ctx, "SAVEPOINT unit"); err != nil {
			return fail(err)
		}
		tx := &Tx{ctx: ctx, c: c, Tenant: u.Tenant, Now: s.clock(), writes: true}
		end := "RELEASE unit"
		if errs[next] = tx.run(u.Do); errs[next] != nil {
			end, c.failed = "ROLLBACK TO unit", false
		}
		next++
		if err := c.exec(ctx, end); err != nil {
			return fail(err)
		}
	}
	if err := c.commit(ctx); err != nil {
		return fail(&CommitError{err})
	}
	return next
}

func (e *sqliteEngine) migrate(ctx context.Context) error {
	db, err := sql.Open("sqlite", e.dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	// Two programs may open a new database at once; the second one finds the
	// tables made when it looks again.
	for range 3 {
		if err = migrate(ctx, db, goose.DialectSQLite3, sqliteWords); err == nil || fault.Is(err, fault.Invalid) {
			break
		}
	}
	return sqliteError(err)
}

func (e *sqliteEngine) size(context.Context) (int64, error) {
	var n int64
	for _, suffix := range []string{"", "-wal"} {
		if st, err := os.Stat(e.path + suffix); err == nil {
			n += st.Size()
		} else if !errors.Is(err, os.ErrNotExist) {
			return 0, err
		}
	}
	return n, nil
}

func (e *sqliteEngine) close() error {
	var errs []error
	for len(e.idle) > 0 {
		(<-e.idle).shut()
	}
	if e.readers != nil {
		errs = append(errs, e.readers.Close())
	}
	if err := e.lanes.enter(context.Background(), Interactive); err != nil {
		return err
	}
	defer e.lanes.leave()
	// A statement that is left open would keep its connection, and the log
	// beside the file.
	for _, st := range e.writer.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, e.writer.c.Close(), e.writers.Close())...)
}

// sqliteConn is a connection, which keeps its statements prepared.
type sqliteConn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
	open  bool // a transaction is
	stuck bool // a transaction could not be ended
	// failed: a statement of the transaction has. SQLite would mostly go on, but
	// after some errors (a full disk) it has rolled back, and what follows would
	// be committed statement by statement.
	failed bool
	done   func()
}

func (c *sqliteConn) begin(ctx context.Context, write bool) error {
	q := "BEGIN"
	if write {
		q = "BEGIN IMMEDIATE"
	}
	_, err := c.c.ExecContext(ctx, q)
	c.open, c.failed = true, false
	if err != nil {
		// Where ctx has ended meanwhile the driver says so, although the
		// transaction may have begun.
		c.rollback()
	}
	return sqliteError(err)
}

func (c *sqliteConn) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if st, ok := c.stmts[q]; ok {
		return st, nil
	}
	st, err := c.c.PrepareContext(ctx, q)
	if err == nil {
		c.stmts[q] = st
	}
	return st, err
}

func (c *sqliteConn) exec(ctx context.Context, q string, args ...any) error {
	if c.failed {
		return errFailed
	}
	st, err := c.stmt(ctx, q)
	if err == nil {
		_, err = st.ExecContext(ctx, args...)
	}
	c.failed = err != nil
	return sqliteError(err)
}

func (c *sqliteConn) query(ctx context.Context, q string, args ...any) (rows, error) {
	if c.failed {
		return nil, errFailed
	}
	var rs *sql.Rows
	st, err := c.stmt(ctx, q)
	if err == nil {
		rs, err = st.QueryContext(ctx, args...)
	}
	if err != nil {
		c.failed = true
		return nil, sqliteError(err)
	}
	return sqlRows{rs, c}, nil
}

// flush has nothing to send: statements run at once.
func (c *sqliteConn) flush(context.Context) error {
	if c.failed {
		return errFailed
	}
	return nil
}

func (c *sqliteConn) commit(ctx context.Context) error {
	_, err := c.c.ExecContext(context.WithoutCancel(ctx), "COMMIT")
	if err != nil {
		c.rollback()
		return sqliteError(err)
	}
	c.open = false
	return nil
}

func (c *sqliteConn) rollback() {
	if c.open {
		c.open = false
		// After an error SQLite may have rolled back already, which is as well.
		if _, err := c.c.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			c.stuck = true
		}
	}
}

func (c *sqliteConn) release() {
	c.rollback()
	c.done()
}

// shut closes a reader.
func (c *sqliteConn) shut() {
	for _, st := range c.stmts {
		st.Close()
	}
	c.c.Close()
}

type sqlRows struct {
	*sql.Rows
	c *sqliteConn
}

func (r sqlRows) Err() error {
	err := r.Rows.Err()
	r.c.failed = r.c.failed || err != nil
	return sqliteError(err)
}

func (r sqlRows) Close() { r.Rows.Close() }

// sqliteError gives what SQLite says a kind: locked is Busy, unique is Conflict.
func sqliteError(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Busy, "another process is writing to the database: %w", err)
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.Busy, "the disk is full: %w", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fault.New(fault.Invalid, "the file is not a sound SQLite database: %w", err)
	}
	if c := se.Code(); c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
		return fault.New(fault.Conflict, "it is there already: %w", err)
	}
	return err
}

// backup is VACUUM INTO: a consistent, compact copy made while others work.
func (e *sqliteEngine) backup(ctx context.Context, path string) error {
	c, err := e.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "PRAGMA query_only(0)"); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "VACUUM INTO $1", path)
	if _, rerr := c.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only(1)"); err == nil {
		err = rerr
	}
	return sqliteError(err)
}
