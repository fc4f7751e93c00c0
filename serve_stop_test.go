package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tollkeeper/sample"
)

// signedIn is a browser in which an operator has signed in.
func (s *serving) signedIn(t *testing.T, p place) *http.Client {
	t.Helper()
	const password = "mauve heron on a gate"
	said := string(p.run(t, "login", "add", "--operator", "--name", "Olga", "--email", "olga@example.com"))
	_, token, found := strings.Cut(said, "/reset?token=")
	if !found {
		t.Fatalf("no link in %q", said)
	}
	token, _, _ = strings.Cut(token, "\n")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, x := range []struct {
		path string
		form url.Values
	}{
		{"/reset", url.Values{"token": {strings.TrimSpace(token)}, "password": {password}, "again": {password}}},
		{"/sign-in", url.Values{"name": {"olga@example.com"}, "password": {password}}},
	} {
		a, err := browser.PostForm(s.site+x.path, x.form)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", x.path, a.Status)
		}
	}
	return browser
}

// upload begins to send a file of calls; the rest of its text comes from more.
func (s *serving) upload(browser *http.Client, text string, more io.Reader) (*http.Response, error) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	_, _ = w.CreateFormFile("file", "calls.jsonl") // a buffer takes anything
	head.WriteString(text)
	body := io.MultiReader(&head, more, strings.NewReader("\r\n--"+w.Boundary()+"--\r\n"))
	q, err := http.NewRequest(http.MethodPost, s.site+"/t/1/imports", body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", w.FormDataContentType())
	return browser.Do(q)
}

// TestStopServing tells the serving program to stop while single calls come in,
// a file is being imported and watched, and another one is half sent: it ends by
// itself and well, what was acknowledged is there, and nothing is left of files.
func TestStopServing(t *testing.T) {
	const clients = 6
	o := sample.Demo()
	o.Calls, o.DeckRows, o.Clean = 60_000, 1000, true
	c := sample.New(o)
	x := c.Tenants()[0]
	lines := linesOf(t, &x)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, engine, c)
			key := strings.TrimSpace(string(p.run(t, "key", "add", "--tenant", x.Name, "--name", "test", "--scopes", "edit_integrations")))
			uploads := filepath.Join(t.TempDir(), "uploads")
			s := p.serve(t, "--uploads", uploads)
			// A program that does not stop is an error, not a test that hangs.
			late := time.AfterFunc(2*time.Minute, func() { _ = s.Process.Kill() })
			defer late.Stop()
			browser := s.signedIn(t, p)

			started, err := s.upload(browser, strings.Join(lines, "\n"), strings.NewReader(""))
			if err != nil || started.StatusCode != http.StatusSeeOther {
				t.Fatalf("upload: %v %v", started, err)
			}
			started.Body.Close()
			events, err := browser.Get(s.site + started.Header.Get("Location") + "/events")
			if err != nil {
				t.Fatal(err)
			}
			defer events.Body.Close()
			news := bufio.NewReader(events.Body)
			if line, err := news.ReadString('\n'); err != nil || !strings.HasPrefix(line, "data:") {
				t.Fatalf("no news of the import: %q %v", line, err)
			}
			half, feed := io.Pipe()
			cut := make(chan error, 1)
			go func() {
				a, err := s.upload(browser, "", half)
				if err == nil {
					a.Body.Close()
					err = fmt.Errorf("answered %s", a.Status)
				}
				cut <- err
			}()
			if _, err := io.WriteString(feed, lines[0]+"\n"); err != nil {
				t.Fatal(err)
			}

			acknowledged := make([]atomic.Bool, len(lines))
			var some atomic.Int64
			enough := make(chan struct{})
			var posts sync.WaitGroup
			for k := range clients {
				posts.Go(func() {
					for i := len(lines) - 1 - k; i >= 0; i -= clients {
						if _, err := s.send(key, lines[i]); err != nil {
							return // it has stopped
						}
						acknowledged[i].Store(true)
						if some.Add(1) == 100 {
							close(enough)
						}
					}
				})
			}
			<-enough
			if err := s.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := s.Wait(); err != nil {
				t.Errorf("stopped by SIGTERM: %v", err)
			}
			posts.Wait()
			if err := feed.Close(); err != nil {
				t.Error(err)
			}
			_, _ = io.Copy(io.Discard, news) // it ends, one way or the other
			if err := <-cut; err == nil {
				t.Error("half a file was answered")
			}
			if left, err := os.ReadDir(uploads); err != nil || len(left) != 0 {
				t.Errorf("of uploads there is left %v, %v", left, err)
			}

			var known []string
			for i := range lines {
				if acknowledged[i].Load() {
					known = append(known, lines[i])
				}
			}
			again := p.serve(t)
			// The import calls the switch by its format, so the calls that were sent
			// one by one are others.
			if got, err := again.send(key, strings.Join(known, "\n")); err != nil || got.Duplicate != int64(len(known)) {
				t.Errorf("%d acknowledged calls came again: %+v, %v", len(known), got, err)
			}
			if err := again.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := again.Wait(); err != nil {
				t.Errorf("stopped again: %v", err)
			}
			p.run(t, "verify") // ends the test where it finds anything
		})
	}
}
