package pgtemp

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestFindPrefersPathThenTheNewest(t *testing.T) {
	root := t.TempDir()
	install(t, root, "postgresql/9.6/bin", "initdb", "postgres")
	install(t, root, "postgresql/15/bin", "initdb", "postgres")
	install(t, root, "postgresql/17/bin", "initdb") // a client's leftovers
	install(t, root, "mine", "initdb", "postgres")
	install(t, root, "half", "postgres")
	usual := []string{filepath.Join(root, "postgresql/*/bin")}

	tests := []struct {
		name     string
		path     []string
		patterns []string
		want     string // directory; empty for ErrMissing
	}{
		{"path first", []string{filepath.Join(root, "mine")}, usual, "mine"},
		{"incomplete in path", []string{filepath.Join(root, "half")}, usual, "postgresql/15/bin"},
		{"relative in path", []string{"", "."}, usual, "postgresql/15/bin"},
		{"newest that is complete", nil, usual, "postgresql/15/bin"},
		{"none", []string{filepath.Join(root, "half")}, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := findIn(test.path, test.patterns)
			if test.want == "" {
				if !errors.Is(err, ErrMissing) {
					t.Errorf("got %v, %v, want ErrMissing", got, err)
				}
				return
			}
			want := Binaries{filepath.Join(root, test.want, "initdb"), filepath.Join(root, test.want, "postgres")}
			if err != nil || got != want {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		})
	}
}

func TestFindFollowsLinks(t *testing.T) {
	root := t.TempDir()
	install(t, root, "real", "initdb", "postgres")
	links := filepath.Join(root, "links")
	if err := os.Mkdir(links, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.Symlink(filepath.Join(root, "real", name), filepath.Join(links, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := findIn([]string{links}, nil)
	if want := filepath.Join(root, "real", "postgres"); err != nil || got.Postgres != want {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
}

func TestMajor(t *testing.T) {
	tests := []struct {
		dir  string
		want int
	}{
		{"/usr/lib/postgresql/15/bin", 15},
		{"/usr/lib/postgresql/9.6/bin", 9},
		{"/usr/pgsql-16/bin", 16},
		{"/opt/homebrew/opt/postgresql@17/bin", 17},
		{"/opt/homebrew/opt/postgresql/bin", 0},
	}
	for _, test := range tests {
		if got := major(test.dir); got != test.want {
			t.Errorf("major(%q) = %d, want %d", test.dir, got, test.want)
		}
	}
}

func install(t *testing.T, root, dir string, programs ...string) {
	t.Helper()
	dir = filepath.Join(root, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
