package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollkeeper/cli"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store/storetest"
)

// TestStop stops an import as Ctrl-C would, and lets the same command finish
// it: no call is lost or counted twice.
func TestStop(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "books")
	for _, args := range [][]string{
		{"tenant", "add", "acme", "--currency", "USD", "--zone", "America/New_York", "--country", "US", "--data", data},
	} {
		if code, _, stderr := run(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
	}
	calls := filepath.Join(dir, "calls.csv")
	o := sample.Demo()
	o.Tenants, o.Clean = 1, true
	tenants := sample.New(o).Tenants()
	f, err := os.Create(calls)
	if err != nil {
		t.Fatal(err)
	}
	if err := tenants[0].Calls(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var out bytes.Buffer
	stderr := &trigger{word: `"stage":"check"`, pull: cancel}
	ticks := storetest.Now
	code := cli.Main(ctx, cli.Process{
		Args: []string{"import", "calls", calls, "--tenant", "acme", "--data", data, "--progress", "json"}, Out: &out, Err: stderr,
		Clock: func() when.Instant { ticks += when.Second; return ticks }, // so that no progress is left out
	})
	if code != 1 || !strings.Contains(stderr.String(), "stopped") {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}

	code, text, problems := run(t, "import", "calls", calls, "--tenant", "acme", "--data", data, "--output", "csv")
	if code != 0 || !strings.Contains(text, "\nacme,25000,") {
		t.Errorf("again: exit code %d: %s%s", code, text, problems)
	}
	if code, text, _ = run(t, "verify", "--data", data); code != 0 || !strings.Contains(text, "calls 25,000 in") {
		t.Errorf("verify: exit code %d: %s", code, text)
	}
}

// trigger is a stream that pulls when a word goes through it.
type trigger struct {
	bytes.Buffer
	word string
	pull func()
}

func (w *trigger) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	if strings.Contains(w.String(), w.word) {
		w.pull()
	}
	return n, err
}
