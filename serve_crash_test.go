package main_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tollkeeper/sample"
)

// serving is the program while it serves.
type serving struct {
	*exec.Cmd
	site string
}

// serve starts the program and waits until it says where it is.
func (p place) serve(t *testing.T, args ...string) *serving {
	t.Helper()
	s := &serving{Cmd: p.command(append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "off"}, args...)...)}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if site, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), "site  "); found {
			s.site = strings.TrimSuffix(site, "/")
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the program
			return s
		}
	}
	t.Fatalf("serve did not start: %v", s.Wait())
	return nil
}

// usageCounts are those of an answer.
type usageCounts struct {
	Received, Rated, Suspended, Duplicate, Conflict, Rejected int64
	ZeroRated                                                 int64 `json:"zero_rated"`
}

// send sends records; an error is that no answer came.
func (s *serving) send(key, records string) (counts usageCounts, err error) {
	q, err := http.NewRequest(http.MethodPost, s.site+"/v1/usage?source=pbx", strings.NewReader(records))
	if err != nil {
		return counts, err
	}
	q.Header.Set("Authorization", "Bearer "+key)
	q.Header.Set("Content-Type", "application/x-ndjson")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return counts, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return counts, err
	}
	if a.StatusCode != http.StatusOK {
		return counts, fmt.Errorf("%s: %s", a.Status, text)
	}
	var answer struct{ Counts usageCounts }
	err = json.Unmarshal(text, &answer)
	return answer.Counts, err
}

// linesOf are a tenant's calls as JSON lines.
func linesOf(t *testing.T, x *sample.Tenant) (lines []string) {
	t.Helper()
	var b bytes.Buffer
	if err := x.Calls(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		fields := map[string]string{}
		for i, cell := range row {
			fields[rows[0][i]] = cell
		}
		line, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	return lines
}

// TestKillServing kills the serving program again and again while many clients
// send single calls: what was acknowledged is there after it, once, and in the
// end the books are those of an import that nobody disturbed.
func TestKillServing(t *testing.T) {
	const kills, clients = 8, 12
	o := sample.Demo()
	o.Calls, o.DeckRows, o.Clean = 30_000, 1000, true // of two that conflict the first stays, and here nobody knows which that is
	c := sample.New(o)
	x := c.Tenants()[0]
	lines := linesOf(t, &x)
	file := filepath.Join(t.TempDir(), "calls.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	calm := newPlace(t, "sqlite", c)
	calm.run(t, "import", "calls", file, "--tenant", x.Name, "--source", "pbx")
	want := calm.figures(t, c)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, engine, c)
			key := strings.TrimSpace(string(p.run(t, "key", "add", "--tenant", x.Name, "--name", "test", "--scopes", "edit_integrations")))
			acknowledged := make([]atomic.Bool, len(lines))
			dice := rand.New(rand.NewPCG(3, 3))
			for range kills {
				s := p.serve(t)
				end := time.AfterFunc(100*time.Millisecond+time.Duration(dice.Int64N(int64(300*time.Millisecond))), func() { _ = s.Process.Kill() })
				first := dice.IntN(len(lines))
				var wg sync.WaitGroup
				for k := range clients {
					wg.Go(func() {
						for i := k; i < len(lines); i += clients {
							at := (first + i) % len(lines)
							if acknowledged[at].Load() {
								continue
							}
							if _, err := s.send(key, lines[at]); err != nil {
								return
							}
							acknowledged[at].Store(true)
						}
					})
				}
				wg.Wait()
				_ = s.Wait() // it was killed
				end.Stop()
			}
			s := p.serve(t)
			var known, rest []string
			for i := range lines {
				if acknowledged[i].Load() {
					known = append(known, lines[i])
				} else {
					rest = append(rest, lines[i])
				}
			}
			t.Logf("%d calls were acknowledged before the last of %d kills, %d were not", len(known), kills, len(rest))
			if got, err := s.send(key, strings.Join(known, "\n")); err != nil || got.Duplicate != int64(len(known)) {
				t.Errorf("acknowledged calls came again: %+v, %v; want %d duplicates", got, err, len(known))
			}
			if _, err := s.send(key, strings.Join(rest, "\n")); err != nil {
				t.Error(err)
			}
			if err := s.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
			if err := s.Wait(); err != nil {
				t.Errorf("stopped by SIGTERM: %v", err)
			}
			if got := p.figures(t, c); got != want {
				t.Errorf("the books differ from those of one clean import:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
