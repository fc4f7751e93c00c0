package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// asking sends a request as a form does, with headers.
func (v *visitor) asking(method, path string, form url.Values, headers ...string) answer {
	v.c.t.Helper()
	if method == http.MethodGet {
		return v.do(method, path, "", nil, headers...)
	}
	return v.do(method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), headers...)
}

// signInTo is the sign-in page's address for somebody who was signed in.
func signInTo(next, why string) string {
	return "/sign-in?" + url.Values{"next": {next}, "why": {why}}.Encode()
}

// TestEndedSession lets a session end while somebody has a page open.
func TestEndedSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		mine := c.tenants[0]
		email := c.users[mine.ID][tenant.Admin].Email
		const form = "/t/1/users/new"
		v := c.signedIn(email)
		if a := v.get(form); a.status != http.StatusOK {
			t.Fatalf("%d", a.status)
		}
		c.now.Add(int64(auth.UserIdle))
		typed := url.Values{"username": {"nadia"}, "display": {"secret words"}}

		a := v.asking("POST", form, typed, "Referer", c.at+form)
		to := a.header.Get("Location")
		if a.status != http.StatusSeeOther || to != signInTo(form, "unsaved") {
			t.Errorf("a form: %d to %q", a.status, to)
		}
		page := v.get(to)
		if !strings.Contains(page.body, "nothing was saved") || strings.Contains(page.body, "secret words") {
			t.Errorf("the sign-in page does not say why, or too much\n%s", page.body)
		}
		next := page.find("input", "name", "next")
		if len(next) != 1 || next[0].attrs["value"] != form {
			t.Fatalf("it leads to %v", next)
		}
		for _, foreign := range []string{"https://evil.example/t/1/users/new", "//evil.example", "", "%zz"} {
			if to := v.asking("POST", form, typed, "Referer", foreign).header.Get("Location"); to != "/sign-in?why=unsaved" {
				t.Errorf("sent from %q: to %q", foreign, to)
			}
		}
		if to := v.get("/t/1/users?search=x").header.Get("Location"); to != signInTo("/t/1/users?search=x", "ended") {
			t.Errorf("a page: to %q", to)
		}

		part := v.asking("GET", "/t/1/users?search=n", nil, "HX-Request", "true", "HX-Target", "list", "HX-Current-URL", c.at+"/t/1/users?search=")
		if part.status != http.StatusUnauthorized || part.body != "" || part.header.Get("HX-Redirect") != signInTo("/t/1/users?search=", "ended") {
			t.Errorf("a part of a page: %d %v %q", part.status, part.header, part.body)
		}
		news := v.asking("GET", "/t/1/imports/work/x/events", nil, "Accept", "text/event-stream")
		if news.status != http.StatusUnauthorized || news.body != "" {
			t.Errorf("news: %d %q", news.status, news.body)
		}

		in := v.post("/sign-in", url.Values{"name": {email}, "password": {password}, "next": {form}})
		if in.status != http.StatusSeeOther || in.header.Get("Location") != form {
			t.Errorf("signed in again: %d to %q", in.status, in.header.Get("Location"))
		}
		if a := v.get(form); a.status != http.StatusOK {
			t.Errorf("the page of the form: %d", a.status)
		}
		must(t, s.View(t.Context(), mine.ID, func(tx *store.Tx) error {
			us, err := tx.Users()
			for _, u := range us {
				if u.Username == "nadia" {
					t.Error("a form of somebody whose session had ended was heeded")
				}
			}
			return err
		}))
	})
}

// TestNewsEndWithTheSession revokes a session while its browser is told how a
// work goes on.
func TestNewsEndWithTheSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		mine := c.tenants[0].ID
		email := c.users[mine][tenant.Admin].Email
		step, end := make(chan struct{}), make(chan struct{})
		id, err := c.site.StartWork(mine, func(_ context.Context, tell app.Report) error {
			for n := int64(1); ; n++ {
				select {
				case <-step:
					tell(app.Progress{Stage: "import", Records: n})
				case <-end:
					return nil
				}
			}
		})
		must(t, err)
		defer close(end)
		v, other := c.signedIn(email), c.signedIn(email)
		r, err := http.NewRequest(http.MethodGet, c.at+"/t/1/imports/work/"+id+"/events", nil)
		must(t, err)
		res, err := v.client.Do(r)
		must(t, err)
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		hear := func() bool {
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "data:") {
					return true
				}
			}
			return false
		}
		if !hear() {
			t.Fatal("no news at all")
		}
		c.now.Add(int64(when.Minute))
		step <- struct{}{}
		if !hear() {
			t.Fatal("no news while the session goes on")
		}
		if a := other.post("/account/password", url.Values{"current": {password}, "password": {"another heron on a gate"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", a.status, a.body)
		}
		c.now.Add(int64(when.Minute))
		step <- struct{}{}
		if hear() {
			t.Error("news after the session was ended")
		}
	})
}

// TestSignOutElsewhere ends one's other sessions from the page that lists them.
func TestSignOutElsewhere(t *testing.T) {
	c, v, _ := one(t, tenant.Agent)
	if a := v.get("/account"); len(a.find("input", "value", "others")) != 0 {
		t.Error("with one session there is nothing to sign out of")
	}
	other := c.signedIn(c.users[c.tenants[0].ID][tenant.Agent].Email)
	if a := v.get("/account"); len(a.find("input", "value", "others")) != 1 {
		t.Errorf("no button\n%s", a.body)
	}
	if a := v.post("/account/revoke", url.Values{"session": {"others"}}); a.status != http.StatusOK || len(a.find("input", "name", "sure")) != 1 {
		t.Errorf("who was not asked is not: %d", a.status)
	}
	a := v.post("/account/revoke", url.Values{"session": {"others"}, "sure": {"on"}})
	if a.status != http.StatusSeeOther || !strings.Contains(v.get("/account").body, "signed out everywhere but here") {
		t.Errorf("%d", a.status)
	}
	if a := other.get("/account"); a.status != http.StatusSeeOther {
		t.Errorf("the other is still signed in: %d", a.status)
	}
}
