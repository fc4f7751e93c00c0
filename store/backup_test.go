package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestRestoreGivesTheBooksBack backs up books that stand in the write-ahead log
// still, and restores them: everything is as it was but the epochs.
func TestRestoreGivesTheBooksBack(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	a, b := add(t, s, "a"), add(t, s, "b")
	fill(t, s, a, "alpha", 1)
	fill(t, s, b, "bravo", 2)
	file := filepath.Join(t.TempDir(), "backup")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	original := read(t, file)
	restored := restore(t, file)
	for _, id := range []tenant.ID{a, b, tenant.System} {
		if epoch(t, s, id) == epoch(t, restored, id) || epoch(t, restored, id) <= 0 {
			t.Errorf("tenant %d has the epoch %d as before", id, epoch(t, s, id))
		}
		same(t, "the restored books", stripped(dump(t, restored, id)), stripped(dump(t, s, id)))
	}
	fill(t, restored, add(t, restored, "c"), "charlie", 3)
	if !bytes.Equal(original, read(t, file)) {
		t.Error("the backup was changed")
	}
}

// TestBackupBesideAWriter backs up while somebody posts and counts: each backup
// holds one moment, in which the count and the entries agree.
func TestBackupBesideAWriter(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	acme := add(t, s, "acme")
	stop, ended, going := make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
			}
			err := s.Update(t.Context(), acme, store.Bulk, func(tx *store.Tx) error {
				if err := fillLedger(tx, "busy", 1); err != nil {
					return err
				}
				return count(tx)
			})
			if err != nil {
				t.Error(err)
				return
			}
			select {
			case going <- struct{}{}:
			default:
			}
		}
	}()
	dir := t.TempDir()
	last := int64(0)
	for _, name := range []string{"one", "two", "three"} {
		<-going // at least one more
		if err := s.Backup(t.Context(), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		restored := restore(t, filepath.Join(dir, name))
		view(t, restored, acme, func(tx *store.Tx) error {
			chain, err := ledger.Verify(acme, tx.Entries())
			if n := counted(t, restored, acme); err != nil || chain.Head.ID != n || n < last || n == 0 {
				t.Errorf("%s: %d counted, %d entries, %d before; %v", name, n, chain.Head.ID, last, err)
			} else {
				last = n
			}
			return nil
		})
	}
	close(stop)
	<-ended
}

func TestBackupRefused(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	write(t, taken, "precious")
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Backup(t.Context(), taken); !fault.Is(err, fault.Conflict) || string(read(t, taken)) != "precious" {
			t.Errorf("over a file: %v", err)
		}
		if err := s.Backup(t.Context(), filepath.Join(dir, "missing", "file")); err == nil {
			t.Error("into a directory that is not there")
		}
	})
	t.Run("postgres has its own tools", func(t *testing.T) {
		s := storetest.Open(t, storetest.Place(t, "postgres"))
		if err := s.Backup(t.Context(), filepath.Join(dir, "new")); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "pg_dump") {
			t.Error(err)
		}
	})
	if left := names(t, dir); left != "taken" {
		t.Errorf("there is left: %s", left)
	}
}

// TestRestoreRefused restores what is no backup: the error says so, and nothing
// is left where the books would have been.
func TestRestoreRefused(t *testing.T) {
	from := t.TempDir()
	foreign := filepath.Join(from, "foreign")
	other, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(`CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')`); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	fill(t, s, add(t, s, "acme"), "alpha", 1)
	whole := filepath.Join(from, "whole")
	if err := s.Backup(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	sound := string(read(t, whole))
	for name, text := range map[string]string{
		"empty": "", "text": "Dear customer,\nplease find enclosed", "zeros": strings.Repeat("\x00", 100_000),
		"noise": strings.Repeat("\x9d\x01\xff", 50_000), "a head only": sound[:100], "cut": sound[:len(sound)/2],
		"another head": "SQLite format 4" + sound[15:], "noise behind the head": sound[:100] + strings.Repeat("\x9d\x01\xff", 50_000),
	} {
		write(t, filepath.Join(from, name), text)
	}
	for _, name := range []string{"foreign", "empty", "text", "zeros", "noise", "a head only", "cut", "another head", "noise behind the head"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			err := store.Restore(t.Context(), filepath.Join(from, name), store.Options{Dir: dir, Clock: storetest.Clock})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), name) {
				t.Errorf("the error is %v (%s)", err, fault.KindOf(err))
			}
			if left := names(t, dir); left != "" {
				t.Errorf("there is left: %s", left)
			}
		})
	}
	missing := store.Restore(t.Context(), filepath.Join(from, "not there"), store.Options{Dir: t.TempDir(), Clock: storetest.Clock})
	if missing == nil || !strings.Contains(missing.Error(), "not there") {
		t.Errorf("a missing file: %v", missing)
	}
	for _, o := range []store.Options{{}, {URL: "postgres://localhost/b"}, {Dir: from, URL: "postgres://localhost/b"}} {
		if err := store.Restore(t.Context(), whole, o); !fault.Is(err, fault.Invalid) {
			t.Errorf("into %+v: %v", o, err)
		}
	}
}

// TestRestoreOntoBooks refuses a directory that holds books, or what is left of
// some: SQLite would take a left log for the new file's.
func TestRestoreOntoBooks(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	file := filepath.Join(t.TempDir(), "backup")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{store.FileName, store.FileName + "-wal", store.FileName + "-shm"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), "precious")
		err := store.Restore(t.Context(), file, store.Options{Dir: dir, Clock: storetest.Clock})
		if !fault.Is(err, fault.Conflict) || string(read(t, filepath.Join(dir, name))) != "precious" {
			t.Errorf("onto %s: %v", name, err)
		}
	}
	// What a restore has left that was killed is in nobody's way.
	dir := t.TempDir()
	for _, name := range []string{".part", ".part-wal", ".part-shm"} {
		write(t, filepath.Join(dir, store.FileName+name), "half")
	}
	if err := store.Restore(t.Context(), file, store.Options{Dir: dir, Clock: storetest.Clock}); err != nil {
		t.Error(err)
	}
	if left := names(t, dir); left != store.FileName {
		t.Errorf("there is left: %s", left)
	}
}

func restore(t *testing.T, file string) *store.Store {
	t.Helper()
	o := store.Options{Dir: filepath.Join(t.TempDir(), "restored"), Clock: storetest.Clock}
	if err := store.Restore(t.Context(), file, o); err != nil {
		t.Fatal(err)
	}
	return storetest.Open(t, o)
}

func epoch(t *testing.T, s *store.Store, id tenant.ID) (epoch int64) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		a, err := tx.Account()
		epoch = a.Epoch
		return err
	})
	return epoch
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// names are the files of a directory, with commas.
func names(t *testing.T, dir string) string {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]string, len(es))
	for i, e := range es {
		all[i] = e.Name()
	}
	return strings.Join(all, ", ")
}
