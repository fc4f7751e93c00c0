package app_test

import (
	"path/filepath"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestRestoredBackup takes a backup in the middle of a month, goes on, loses the
// books, restores, and imports everything again: nothing is lost, nothing
// counts twice.
func TestRestoredBackup(t *testing.T) {
	c := smallCenter(2000)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	want := reference(t, c, 0)
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	a := loaded(t, s, c)
	half := cutMiddle(data)
	before := imported(t, a, name, data[:half])
	backup := filepath.Join(t.TempDir(), "books.backup")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	imported(t, a, name, data)

	place := store.Options{Dir: filepath.Join(t.TempDir(), "restored"), Clock: storetest.Clock}
	if err := store.Restore(t.Context(), backup, place); err != nil {
		t.Fatal(err)
	}
	restored := storetest.Open(t, place)
	b := app.New(restored)
	sound(t, b)
	again := imported(t, b, name, data)
	if again[usage.WasDuplicate] < before[usage.WasRated] || again[usage.WasRated] == 0 {
		t.Errorf("into the restored books: %v, after %v before the backup", again, before)
	}
	if booksOf(t, restored, name) != want {
		t.Error("the restored books, brought up to date, differ from those of one clean import")
	}
	sound(t, b)
}
