package cli_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tollkeeper/cli"
	"tollkeeper/store/storetest"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestMain lets the test's own program be tollkeeper, at a fixed time, when a
// script calls it by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tollkeeper": func() {
		os.Exit(cli.Main(context.Background(), cli.Process{
			Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
			Clock: storetest.Clock, Version: "v1.2.3",
		}))
	}})
}

// TestScripts runs what people type, on both engines: these scripts name no
// directory and have their books where the environment says.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, file := range files {
			t.Run(engine, func(t *testing.T) {
				place := storetest.Place(t, engine)
				runScripts(t, testscript.Params{Files: []string{file}, Setup: func(env *testscript.Env) error {
					env.Setenv("TOLLKEEPER_DATA", place.Dir)
					env.Setenv("TOLLKEEPER_DB", place.URL)
					return nil
				}})
			})
		}
	}
}

// TestSQLiteScripts are those about directories and files of books.
func TestSQLiteScripts(t *testing.T) {
	runScripts(t, testscript.Params{Dir: "testdata/sqlite"})
}

func runScripts(t *testing.T, p testscript.Params) {
	p.UpdateScripts = *update
	p.Cmds = map[string]func(*testscript.TestScript, bool, []string){"exits": exits}
	testscript.Run(t, p)
}

// exits is a script's command: exits CODE COMMAND… insists on an exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
