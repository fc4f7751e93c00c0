package store

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Tx is a transaction of one tenant. Its methods are the queries.
type Tx struct {
	Tenant tenant.ID
	Now    when.Instant // fixed at the start

	ctx    context.Context
	c      conn
	writes bool
	acct   Account // as locked, for writing transactions
}

// conn is a connection of either engine.
type conn interface {
	begin(ctx context.Context, write bool) error
	// exec runs a statement whose result nobody needs: an engine may keep it,
	// and the arguments with it, until the next query or flush, which then tells
	// its error.
	exec(ctx context.Context, q string, args ...any) error
	flush(ctx context.Context) error
	query(ctx context.Context, q string, args ...any) (rows, error)
	commit(ctx context.Context) error
	rollback()
	release()
}

type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close()
}

// Locked tells whether the transaction holds its account, so that what it reads
// is what there is; a view may be behind.
func (tx *Tx) Locked() bool { return tx.writes }

// Context is the context that the transaction runs under.
func (tx *Tx) Context() context.Context { return tx.ctx }

// run locks the account, counts the write, and does f's work, so that only the
// commit is left to fail.
func (tx *Tx) run(f func(*Tx) error) error {
	if err := tx.lock(); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err
	}
	return tx.c.flush(tx.ctx)
}

func (tx *Tx) exec(q string, args ...any) error {
	if !tx.writes {
		return fault.New(fault.Internal, "a view may not write: %s", q)
	}
	return tx.c.exec(tx.ctx, q, args...)
}

// each runs q and calls f for every row; f scans it.
func (tx *Tx) each(f func(scan func(...any) error) error, q string, args ...any) error {
	rs, err := tx.c.query(tx.ctx, q, args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		if err := f(rs.Scan); err != nil {
			return err
		}
	}
	return rs.Err()
}

// errFailed is what a transaction comes to whose caller has not heeded the error
// of a statement: neither engine goes on after one.
var errFailed = fault.New(fault.Internal, "a statement of this transaction has failed: nothing of it is kept")

// errNoRow is what one returns where there is none. Where a caller can bring
// that about the query says better what is missing.
var errNoRow = fault.New(fault.NotFound, "there is no such row")

// one scans the only row of q.
func (tx *Tx) one(into []any, q string, args ...any) error {
	found := false
	err := tx.each(func(scan func(...any) error) error {
		found = true
		return scan(into...)
	}, q, args...)
	if err == nil && !found {
		return errNoRow
	}
	return err
}

// nextID is one more than the highest id of a table of this tenant; the
// account's lock keeps it from being given twice.
func (tx *Tx) nextID(table string) (int64, error) {
	var id int64
	err := tx.one([]any{&id}, "SELECT COALESCE(MAX(id), 0) + 1 FROM "+table+" WHERE tenant_id = $1", tx.id())
	return id, err
}

// asSystem insists on a transaction of the system.
func (tx *Tx) asSystem() error {
	if tx.Tenant != tenant.System {
		return fault.New(fault.Internal, "only the system may do that, not tenant %d", tx.Tenant)
	}
	return nil
}

func (tx *Tx) id() int64 { return int64(tx.Tenant) }
