package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tollkeeper/cli"
	"tollkeeper/core/when"
	"tollkeeper/store/storetest"
)

// command runs a command to its end and gives what it printed.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	p := cli.Process{Args: append(args, "--data", dir), Out: &out, Err: &errs, Clock: storetest.Clock, Version: "test"}
	if code := cli.Main(t.Context(), p); code != 0 {
		t.Fatalf("%v: %d\n%s%s", args, code, out.String(), errs.String())
	}
	return strings.TrimSpace(out.String())
}

// now is the real clock: connections have alarms by it.
func now() when.Instant { return when.FromTime(time.Now()) }

// TestServe starts the program, sends a record whose body is still coming when
// it is told to stop, and gets the answer.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	command(t, dir, "tenant", "add", "acme", "--currency", "USD", "--zone", "Europe/London", "--country", "GB")
	key := command(t, dir, "key", "add", "--tenant", "acme", "--name", "test", "--scopes", "edit_integrations")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := cli.Main(ctx, cli.Process{Args: []string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data", dir}, Out: write, Clock: now, Version: "test"})
		write.Close()
		ended <- code
	}()
	var site, admin, setUp string
	lines := bufio.NewScanner(read)
	for setUp == "" && lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		switch {
		case strings.HasPrefix(line, "site  "):
			site = strings.TrimSuffix(strings.TrimPrefix(line, "site  "), "/")
		case strings.HasPrefix(line, "admin "):
			admin = strings.TrimSuffix(strings.TrimPrefix(line, "admin "), "/metrics")
		case strings.Contains(line, "/set-up?token="):
			setUp = line
		}
	}
	go io.Copy(io.Discard, read)
	for _, address := range []string{site + "/healthz", site + "/readyz", site + "/docs", site + "/openapi.json", site + "/sign-in", setUp, admin + "/healthz", admin + "/metrics"} {
		a, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", address, a.Status)
		}
	}
	body, feed := io.Pipe()
	q, err := http.NewRequest(http.MethodPost, site+"/v1/usage", body)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+key)
	q.Header.Set("Content-Type", "application/x-ndjson")
	answered := make(chan string, 1)
	go func() {
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer a.Body.Close()
		text, _ := io.ReadAll(a.Body)
		answered <- a.Status + " " + string(text)
	}()
	const record = `{"call_id":"1","called":"+442079460123","started_at":"2026-06-01T10:00:00Z","ended_at":"2026-06-01T10:01:05Z","kind":"manual"}`
	if _, err := io.WriteString(feed, record+"\n"); err != nil {
		t.Fatal(err)
	}
	for inFlight := false; !inFlight; { // until the server has begun with it
		a, err := http.Get(admin + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		inFlight = bytes.Contains(text, []byte("\ntollkeeper_requests_in_flight 1\n"))
	}
	stop()
	if _, err := io.WriteString(feed, strings.Replace(record, `"1"`, `"2"`, 1)); err != nil {
		t.Fatal(err)
	}
	feed.Close()
	if got := <-answered; !strings.HasPrefix(got, "200 ") || !strings.Contains(got, `"received":2`) {
		t.Errorf("answered %s", got)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	command(t, dir, "verify") // ends the test where it finds anything
}

func TestServeRefuses(t *testing.T) {
	var errs bytes.Buffer
	if code := cli.Main(t.Context(), cli.Process{Args: []string{"serve", "--listen", "nowhere", "--data", t.TempDir()}, Err: &errs, Clock: storetest.Clock}); code != 2 || !strings.Contains(errs.String(), "nowhere") {
		t.Errorf("%d %s", code, errs.String())
	}
}
