package store

import (
	"context"
	"errors"
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
	err := s.engine.backup(ctx, part)
	if err == nil {
		err = settled(part, path)
	}
	if err != nil {
		os.Remove(part)
	}
	return fault.Wrap("backup", err)
}

// Restore puts a backup into dir, which must hold no books, and gives every
// account a new epoch: whatever a running program has cached of the old books
// is void. The backup itself is not changed. If it cannot be restored no file of it
// stays.
func Restore(ctx context.Context, backup string, o Options) error {
	if o.Dir == "" || o.URL != "" {
		return fault.New(fault.Invalid, "a backup is restored into a directory; PostgreSQL's own tools restore theirs")
	}
	target := filepath.Join(o.Dir, FileName)
	for _, name := range files(target) {
		if _, err := os.Stat(name); err == nil {
			return fault.New(fault.Conflict, "%s holds books already; restore into an empty directory", o.Dir)
		}
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return fault.Wrap("restore", err)
	}
	part := target + ".part"
	remove(part) // a log that another attempt has left would be taken for this one's
	err := copyFile(part, backup)
	if err == nil {
		err = renew(ctx, part, o)
		if err != nil && ctx.Err() == nil {
			err = fault.New(fault.Invalid, "%s is not a sound backup of books: %w", backup, err)
		}
	}
	if err == nil {
		err = settled(part, target)
	}
	if err != nil {
		remove(part)
	}
	return fault.Wrap("restore", err)
}

// renew gives every account of the database in a file a new epoch.
func renew(ctx context.Context, path string, o Options) error {
	e, err := openSQLite(ctx, path)
	if err != nil {
		return err
	}
	s := &Store{engine: e, clock: o.Clock, where: o.Dir}
	err = s.Update(ctx, tenant.System, Interactive, func(tx *Tx) error {
		return tx.exec(`UPDATE account SET epoch = $2 WHERE tenant_id >= $1`, tx.id(), newEpoch())
	})
	if err == nil {
		err = e.settle(ctx)
	}
	return errors.Join(err, e.close())
}

// files are what SQLite keeps a database in.
func files(path string) []string { return []string{path, path + "-wal", path + "-shm"} }

// remove takes out a database that nobody has open. What is not there, or will
// not go, is left to whoever opens the path next.
func remove(path string) {
	for _, name := range files(path) {
		os.Remove(name)
	}
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

// settled gives a finished file its name, so that a power cut leaves the whole
// of it or nothing.
func settled(part, path string) error {
	if err := syncFile(part, os.O_RDWR); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path), os.O_RDONLY)
}

func syncFile(path string, mode int) error {
	f, err := os.OpenFile(path, mode, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
