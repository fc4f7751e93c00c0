package cli_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/cli"
)

// TestDemoServes runs the demo's site twice on the same books, and signs in with
// every login that it prints.
func TestDemoServes(t *testing.T) {
	dir := t.TempDir()
	first := demoLogins(t, dir)
	if again := demoLogins(t, dir); again == first {
		t.Errorf("the password %s stays for ever", first)
	}
}

// demoLogins starts the demo, tries its logins, stops it, and gives the password.
func demoLogins(t *testing.T, dir string) (password string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := cli.Main(ctx, cli.Process{Args: []string{"demo", "--listen", "127.0.0.1:0", "--data", dir}, Out: write, Clock: now, Version: "test"})
		write.Close()
		ended <- code
	}()
	emails := map[string]string{} // by role
	site := ""
	for lines := bufio.NewScanner(read); site == "" && lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if _, after, found := strings.Cut(line, "all have the password "); found {
			password = after
		}
		if after, found := strings.CutPrefix(line, "site  "); found {
			site = strings.TrimSuffix(after, "/")
		}
		if words := strings.Fields(line); password != "" && len(words) > 1 && strings.Contains(words[1], "@") {
			emails[words[0]] = words[1]
		}
	}
	if len(emails) != 6 {
		t.Errorf("logins of %v, want one of each role and the operator's", emails)
	}
	go io.Copy(io.Discard, read)
	for role, email := range emails {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := (&http.Client{Jar: jar}).PostForm(site+"/sign-in", url.Values{"name": {email}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		want := map[string]string{"operator": "/operator", "agent": "/t/1/my-usage"}[role]
		if want == "" {
			want = "/t/1/"
		}
		if a.StatusCode != http.StatusOK || a.Request.URL.Path != want {
			t.Errorf("%s (%s): %s at %s, want %s", role, email, a.Status, a.Request.URL.Path, want)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	return password
}
