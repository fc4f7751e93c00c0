package store

import (
	"context"
	"os"
	"path/filepath"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// Backup writes a consistent copy of the books to a new file while others go
// on working. A file that exists is never written over.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fault.New(fault.Conflict, "%s exists already; a backup goes to a new file", path)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return fault.Wrap("backup", err)
	}
	if err := s.engine.backup(ctx, part); err != nil {
		return fault.Wrap("backup", err)
	}
	if err := syncFile(part); err != nil {
		return fault.Wrap("backup", err)
	}
	return fault.Wrap("backup", os.Rename(part, path))
}

// Restore puts a backup into dir, which must hold no books, and gives every
// account a new epoch: whatever a running program has cached of the old books
// is void. The backup itself is not changed.
func Restore(ctx context.Context, backup string, o Options) error {
	target := filepath.Join(o.Dir, FileName)
	if _, err := os.Stat(target); err == nil {
		return fault.New(fault.Conflict, "%s holds books already; restore into an empty directory", o.Dir)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return fault.Wrap("restore", err)
	}
	part := target + ".part"
	if err := copyFile(part, backup); err != nil {
		return fault.Wrap("restore", err)
	}
	e, err := openSQLite(ctx, part)
	if err != nil {
		os.Remove(part)
		return fault.Wrap("restore "+backup, err)
	}
	s := &Store{engine: e, clock: o.Clock, where: o.Dir}
	err = s.Update(ctx, tenant.System, Interactive, func(tx *Tx) error {
		return tx.exec(`UPDATE account SET epoch = $2 WHERE tenant_id >= $1`, tx.id(), newEpoch())
	})
	if err == nil {
		err = e.settle(ctx)
	}
	if cerr := e.close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(part)
		return fault.New(fault.Invalid, "%s is not a backup of these books: %w", backup, err)
	}
	if err := syncFile(part); err != nil {
		return fault.Wrap("restore", err)
	}
	return fault.Wrap("restore", os.Rename(part, target))
}

// settle folds the write-ahead log into the file, so that the file alone is all.
func (e *sqliteEngine) settle(ctx context.Context) error {
	var busy, log, done int
	err := e.writer.c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done)
	return sqliteError(err)
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
