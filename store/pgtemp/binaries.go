package pgtemp

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Variable is the environment variable that names a running server for tests,
// as a URL. The command store/pgtemp/with sets it, so that one server serves
// the tests of all packages.
const Variable = "TEST_POSTGRES"

// FromEnvironment returns the URL of the server that Variable names, and false
// if it names none: then a test starts its own.
func FromEnvironment() (dsn string, found bool) {
	dsn = os.Getenv(Variable)
	return dsn, dsn != ""
}

// ErrMissing is what Find and Start report when no PostgreSQL server is
// installed. Its text says what to install.
var ErrMissing = errors.New("no PostgreSQL server is installed (initdb and postgres, looked for in PATH and in the usual places);" +
	" on Debian and Ubuntu: apt-get install postgresql; on Fedora: dnf install postgresql-server; on macOS: brew install postgresql@17")

// Binaries are the two programs of one PostgreSQL installation that a private
// server needs, as absolute paths.
type Binaries struct {
	Initdb   string
	Postgres string
}

// usualPlaces are where packages put the server's programs when they keep them
// out of PATH: Debian, Fedora and the PostgreSQL project's RPMs, Homebrew.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
}

// Find returns the installation in PATH, because somebody put it there, else
// the newest one in the usual places, else ErrMissing.
func Find() (Binaries, error) {
	return findIn(filepath.SplitList(os.Getenv("PATH")), usualPlaces)
}

func findIn(path, patterns []string) (Binaries, error) {
	for _, dir := range path {
		if b, ok := installation(dir); ok {
			return b, nil
		}
	}
	var dirs []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return Binaries{}, err
		}
		dirs = append(dirs, found...)
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	for _, dir := range dirs {
		if b, ok := installation(dir); ok {
			return b, nil
		}
	}
	return Binaries{}, ErrMissing
}

// installation looks for both programs in dir. Links are followed, because the
// programs find their libraries from where they really are.
func installation(dir string) (Binaries, bool) {
	if !filepath.IsAbs(dir) {
		return Binaries{}, false
	}
	initdb, ok := program(dir, "initdb")
	if !ok {
		return Binaries{}, false
	}
	postgres, ok := program(dir, "postgres")
	return Binaries{Initdb: initdb, Postgres: postgres}, ok
}

func program(dir, name string) (string, bool) {
	path, err := exec.LookPath(filepath.Join(dir, name))
	if err != nil {
		return "", false
	}
	path, err = filepath.EvalSymlinks(path)
	return path, err == nil
}

// major reads the version out of …/postgresql/15/bin or …/postgresql@17/bin;
// 0 where there is none.
func major(dir string) int {
	name := filepath.Base(filepath.Dir(dir))
	name = name[strings.LastIndexAny(name, "@-")+1:]
	name, _, _ = strings.Cut(name, ".")
	version, err := strconv.Atoi(name)
	if err != nil {
		return 0
	}
	return version
}
