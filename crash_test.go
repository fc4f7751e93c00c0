package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tollkeeper/app"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// program is the built binary, made once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tollkeeper-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tollkeeper")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// place is books that other processes open too.
type place struct {
	store.Options
	program string
}

func newPlace(t *testing.T, engine string, c *sample.Center) place {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := place{storetest.Place(t, engine), path}
	s, err := store.Open(t.Context(), p.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := app.New(s).LoadSample(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// command is the program on these books, not yet started.
func (p place) command(args ...string) *exec.Cmd {
	where := []string{"--data", p.Dir}
	if p.URL != "" {
		where = []string{"--db", p.URL}
	}
	return exec.Command(p.program, append(append(args, where...), "--progress", "none")...)
}

// run runs the program to its end. Exit code 1 is that of lines rejected.
func (p place) run(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	c := p.command(args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil && c.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v: %v\n%s%s", args, err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes()
}

// figures is all that the books say: the Billing report of every tenant, and
// the balances behind it. It fails the test unless verify finds nothing.
func (p place) figures(t *testing.T, c *sample.Center) string {
	t.Helper()
	var v struct{ Findings []json.RawMessage }
	if err := json.Unmarshal(p.run(t, "verify", "--deep", "--json"), &v); err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Findings {
		t.Errorf("verify: %s", f)
	}
	var all bytes.Buffer
	for _, x := range c.Tenants() {
		all.Write(p.run(t, "report", "billing", "--tenant", x.Name, "--from", "2026-05-01", "--to", "2026-07-31", "--countries", "GB,US", "--output", "csv"))
	}
	s, err := store.Open(t.Context(), p.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, x := range c.Tenants() {
		x, err := s.FindTenant(t.Context(), x.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.View(t.Context(), x.ID, func(tx *store.Tx) error {
			b, err := tx.Balances()
			fmt.Fprintln(&all, b.Lines())
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// monthFile writes all tenants' calls as one file.
func monthFile(t *testing.T, c *sample.Center) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "month.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := c.Calls(f); err != nil {
		t.Fatal(err)
	}
	return path
}

func center(calls int) *sample.Center {
	o := sample.Demo()
	o.Calls, o.DeckRows = calls, 1000
	return sample.New(o)
}

// TestKill kills imports at random points, many times, and then lets one
// finish: the books are those of an import that nobody disturbed.
func TestKill(t *testing.T) {
	const kills = 25
	c := center(60_000)
	file := monthFile(t, c)
	calm := newPlace(t, "sqlite", c)
	from := time.Now()
	calm.run(t, "import", "calls", file, "--batch", "4000")
	whole := time.Since(from)
	want := calm.figures(t, c)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, engine, c)
			dice := rand.New(rand.NewPCG(7, 7))
			killed := 0
			for range kills {
				cmd := p.command("import", "calls", file, "--batch", "4000")
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				end := time.AfterFunc(time.Duration(dice.Int64N(int64(whole))), func() { cmd.Process.Kill() })
				if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() == -1 {
					killed++
				}
				end.Stop()
			}
			p.run(t, "import", "calls", file, "--batch", "4000")
			if got := p.figures(t, c); got != want {
				t.Errorf("after %d kills the books differ from those of one clean import:\n%s\nwant:\n%s", killed, got, want)
			}
			t.Logf("%d of %d imports were killed", killed, kills)
		})
	}
}

// TestProcessesCompete has eight processes import the same and overlapping
// files: every call is charged once.
func TestProcessesCompete(t *testing.T) {
	o := sample.Demo()
	o.Calls, o.DeckRows, o.Clean = 30_000, 1000, true // of two that conflict the first stays, and here nobody knows which that is
	c := sample.New(o)
	file := monthFile(t, c)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := data[:bytes.IndexByte(data, '\n')+1]
	lineAfter := func(at int) int { return at + bytes.IndexByte(data[at:], '\n') + 1 }
	files := []string{file, file, file}
	for i, cut := range [][2]int{{len(head), lineAfter(len(data) / 2)}, {lineAfter(len(data) / 3), len(data)}, {lineAfter(len(data) / 4), lineAfter(len(data) * 3 / 4)}} {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("piece%d.csv", i))
		if err := os.WriteFile(path, append(bytes.Clone(head), data[cut[0]:cut[1]]...), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	files = append(files, files[3], files[4])
	calm := newPlace(t, "sqlite", c)
	calm.run(t, "import", "calls", file)
	want := calm.figures(t, c)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, engine, c)
			var wg sync.WaitGroup
			for _, f := range files {
				wg.Go(func() {
					var out bytes.Buffer
					cmd := p.command("import", "calls", f, "--batch", "3000")
					cmd.Stdout, cmd.Stderr = &out, &out
					if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
						t.Errorf("%v\n%s", err, out.Bytes())
					}
				})
			}
			wg.Wait()
			if got := p.figures(t, c); got != want {
				t.Errorf("eight processes give other books than one:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
