package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"tollkeeper/core/fault"
)

// postgresEngine is a pool of connections; the account's row is the lock.
type postgresEngine struct{ pool *pgxpool.Pool }

var postgresWords = map[string]string{"text": `TEXT COLLATE "C"`, "bytes": "BYTEA", "empty": "''", "postgres": ""}

// groupWidth is how many updates of a group run at once: enough that they
// share the disk's flushes, few enough to leave connections to others.
const groupWidth = 8

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The driver's text repeats the address with its password in it.
		return nil, fault.New(fault.Invalid, "the database address %q cannot be read: want postgres://user:password@host:port/database", redactURL(url))
	}
	cfg.MaxConns = max(cfg.MaxConns, groupWidth+4)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault.New(fault.Busy, "the database does not answer: %w", err)
	}
	return &postgresEngine{pool}, nil
}

func (e *postgresEngine) read(ctx context.Context) (conn, error) {
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{pool: e.pool, c: c}, nil
}

// write is read: on PostgreSQL everybody may write at once, to other accounts.
func (e *postgresEngine) write(ctx context.Context, _ Lane) (conn, error) { return e.read(ctx) }

// group runs each update in a transaction of its own, several at a time.
func (e *postgresEngine) group(ctx context.Context, s *Store, lane Lane, us []Unit) []error {
	errs := make([]error, len(us))
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(groupWidth, len(us)) {
		wg.Go(func() {
			for i := range work {
				errs[i] = s.Update(ctx, us[i].Tenant, lane, us[i].Do)
			}
		})
	}
	for i := range us {
		work <- i
	}
	close(work)
	wg.Wait()
	return errs
}

func (e *postgresEngine) migrate(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(e.pool)
	defer db.Close()
	return migrate(ctx, db, goose.DialectPostgres, postgresWords, goose.WithSessionLocker(schemaLock{}))
}

// schemaLock lets one program at a time look after a schema. goose has a lock
// too, which is one for the whole database and looks every five seconds.
type schemaLock struct{}

func (schemaLock) SessionLock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext('tollkeeper'), hashtext(current_schema()))")
	return err
}

func (schemaLock) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_unlock(hashtext('tollkeeper'), hashtext(current_schema()))")
	return err
}

func (e *postgresEngine) size(ctx context.Context) (n int64, err error) {
	err = e.pool.QueryRow(ctx, `SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0)::BIGINT
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace`).Scan(&n)
	return n, err
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

// postgresConn is a connection. Statements nobody waits for are kept in a batch
// and sent with the next query or before the commit, so that a transaction takes
// few round trips; so is the BEGIN of one that writes.
type postgresConn struct {
	pool  *pgxpool.Pool
	c     *pgxpool.Conn
	batch pgx.Batch
	open  bool
	fresh bool // this transaction has not been told to the server yet
}

func (c *postgresConn) begin(ctx context.Context, write bool) error {
	c.batch, c.fresh = pgx.Batch{}, true
	if write { // it locks its account at once
		c.batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
		return nil
	}
	c.batch.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	return c.flush(ctx)
}

// change gives a connection up for another one. It never holds two: all who
// did would wait for each other.
func (c *postgresConn) change(ctx context.Context) (err error) {
	c.c.Conn().Close(ctx)
	c.c.Release()
	c.c, err = c.pool.Acquire(ctx)
	return err
}

func (c *postgresConn) exec(_ context.Context, q string, args ...any) error {
	c.batch.Queue(q, args...)
	return nil
}

// failed tells whether a statement of the transaction has failed: the server
// would answer COMMIT with ROLLBACK and call that a success.
func (c *postgresConn) failed() bool { return c.c.Conn().PgConn().TxStatus() == 'E' }

func (c *postgresConn) flush(ctx context.Context) error {
	if c.failed() {
		return errFailed
	}
	if c.batch.Len() == 0 {
		return nil
	}
	rs, err := c.send(ctx)
	if err != nil {
		return err
	}
	rs.Close()
	return rs.Err()
}

func (c *postgresConn) query(ctx context.Context, q string, args ...any) (rows, error) {
	if c.failed() {
		return nil, errFailed
	}
	if c.batch.Len() == 0 {
		rs, err := c.c.Query(ctx, q, args...)
		if err != nil {
			return nil, postgresError(err)
		}
		return postgresRows{Rows: rs}, nil
	}
	c.batch.Queue(q, args...)
	return c.send(ctx)
}

// send sends what is kept, and gives the rows of the last statement.
func (c *postgresConn) send(ctx context.Context) (rows, error) {
	rs, err := c.sendOnce(ctx)
	// After a restart the pool is full of connections that the server has
	// closed. This one has been asked for nothing yet, so another may do as well.
	for tries := c.pool.Config().MaxConns; c.fresh && lost(err) && ctx.Err() == nil && tries > 0; tries-- {
		if err = c.change(ctx); err != nil {
			break
		}
		rs, err = c.sendOnce(ctx)
	}
	c.batch = pgx.Batch{}
	if err != nil {
		return nil, postgresError(err)
	}
	return rs, nil
}

func (c *postgresConn) sendOnce(ctx context.Context) (*postgresRows, error) {
	var b pgx.Batch // of its own: sending notes in it what only this connection knows
	for _, q := range c.batch.QueuedQueries {
		b.Queue(q.SQL, q.Arguments...)
	}
	results := c.c.SendBatch(ctx, &b)
	for i := range b.Len() - 1 {
		if _, err := results.Exec(); err != nil {
			results.Close() // its error is this one
			return nil, err
		}
		if i == 0 {
			c.open, c.fresh = true, false
		}
	}
	rs, err := results.Query()
	if err != nil {
		results.Close()
		return nil, err
	}
	c.open, c.fresh = true, false
	return &postgresRows{rs, results}, nil
}

func (c *postgresConn) commit(ctx context.Context) error {
	_, err := c.c.Exec(context.WithoutCancel(ctx), "COMMIT")
	c.open = false
	return postgresError(err)
}

func (c *postgresConn) rollback() {
	if c.open {
		c.open = false
		// A connection that cannot even roll back is closed by the pool.
		if _, err := c.c.Exec(context.Background(), "ROLLBACK"); err != nil {
			c.c.Conn().Close(context.Background())
		}
	}
}

func (c *postgresConn) release() {
	c.rollback()
	if c.c != nil { // nil: there was no other to change to
		c.c.Release()
	}
}

// postgresRows are the rows of a query that was sent alone, or as the last of a
// batch.
type postgresRows struct {
	pgx.Rows
	batch pgx.BatchResults
}

func (r postgresRows) Err() error { return postgresError(r.Rows.Err()) }

func (r postgresRows) Close() {
	r.Rows.Close()
	if r.batch != nil {
		r.batch.Close() // its error is that of Rows
	}
}

// postgresError gives what PostgreSQL says a kind.
func postgresError(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case "23505":
		return fault.New(fault.Conflict, "it is there already: %w", err)
	case "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "53100":
		return fault.New(fault.Busy, "the database is busy: %w", err)
	}
	return err
}

// lost tells whether the server has ended this connection.
func lost(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return strings.HasPrefix(pe.Code, "57P") || strings.HasPrefix(pe.Code, "08")
	}
	return Gone(err)
}

// Gone tells whether err means that the connection to the database was lost,
// so that another one may do better.
func Gone(err error) bool {
	var pe *pgconn.PgError
	return err != nil && !errors.As(err, &pe) && (pgconn.SafeToRetry(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EPIPE))
}

// backup is not this program's business on PostgreSQL, whose own tools do it
// better; the text says how.
func (e *postgresEngine) backup(context.Context, string) error {
	return fault.New(fault.Invalid, "a PostgreSQL database is backed up by its own tools: pg_dump -Fc, or a base backup")
}
