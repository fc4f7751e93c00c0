package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// pages lists every page that needs no further name, with who may see it.
var pages = []struct {
	path  string // %d is the tenant
	roles []tenant.Role
}{
	{"/t/%d/", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/calls", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/calls?status=suspended&kind=dialer&country=GB", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/calls?status=rated&status=zero_rated&direction=outbound&length_from=1:00&amount_from=0.01&time_from=09:00&column=started_at&column=total&column=card&order=oldest", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/calls.csv?period=last-month", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/calls.jsonl?period=last-month&kind=dialer&order=oldest", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/search", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/search?q=1201", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/reports/billing", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/reports/billing?run=1&period=last-month&all=active&all=deactivated&country=GB", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/reports/billing/billing.csv?run=1&period=last-month&all=active&all=deactivated", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst}},
	{"/t/%d/imports", []tenant.Role{tenant.Admin}},
	{"/t/%d/suspense", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/suspense/confirm?do=rerun", []tenant.Role{tenant.Admin}},
	{"/t/%d/imports?state=odd", []tenant.Role{tenant.Admin}},
	{"/t/%d/users", []tenant.Role{tenant.Admin}},
	{"/t/%d/users?search=a", []tenant.Role{tenant.Admin}},
	{"/t/%d/campaigns", []tenant.Role{tenant.Admin}},
	{"/t/%d/numbers", []tenant.Role{tenant.Admin}},
	{"/t/%d/users?state=active&role=agent&sort=-username&page=2", []tenant.Role{tenant.Admin}},
	{"/t/%d/users/new", []tenant.Role{tenant.Admin}},
	{"/t/%d/users/export", []tenant.Role{tenant.Admin}},
	{"/t/%d/teams", []tenant.Role{tenant.Admin}},
	{"/t/%d/teams/new", []tenant.Role{tenant.Admin}},
	{"/t/%d/campaigns/new", []tenant.Role{tenant.Admin}},
	{"/t/%d/numbers/new", []tenant.Role{tenant.Admin}},
	{"/t/%d/units", []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor}},
	{"/t/%d/units/new", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/settings", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/my-usage", []tenant.Role{tenant.Agent}},
}

// operatorPages are the operator's that need no further name: nobody else may
// see them.
var operatorPages = []string{
	"/operator", "/operator?period=last-month&sort=-revenue", "/operator?from=2025-01-01&to=2026-06-30&page=7", "/operator?from=2028-01-01&to=2028-01-02",
	"/operator/tenants", "/operator/tenants/new", "/operator/tenants/1",
	"/operator/tenants/1/billing?to=off", "/operator/tenants/1/close", "/operator/people", "/operator/people/new", "/operator/cards",
	"/operator/imports", "/operator/imports?state=odd&of=1", "/operator/imports?state=open", "/operator/suspense", "/operator/suspense?of=0",
	"/operator/suspense/confirm?do=rerun", "/operator/suspense/confirm?do=dismiss&cause=bad_number&of=1", "/operator/activity", "/operator/search?q=a", "/operator/search?q=ha",
}

func TestPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		mine, other := c.tenants[0], c.tenants[1]
		for role, user := range c.users[mine.ID] {
			v := c.signedIn(user.Email)
			for _, p := range pages {
				want := http.StatusForbidden
				for _, r := range p.roles {
					if r == role {
						want = http.StatusOK
					}
				}
				a := v.get(fmt.Sprintf(p.path, mine.ID))
				if a.status != want {
					t.Errorf("%s: %s: %d, want %d\n%s", role, p.path, a.status, want, a.body)
				}
				strict(t, p.path, a)
				if a := v.get(fmt.Sprintf(p.path, other.ID)); a.status != http.StatusNotFound {
					t.Errorf("%s: another tenant's %s: %d", role, p.path, a.status)
				}
			}
			for _, path := range operatorPages {
				if a := v.get(path); a.status != http.StatusForbidden {
					t.Errorf("%s sees the operator's %s: %d", role, path, a.status)
				}
			}
		}
		operator := c.signedIn("operator@example.com")
		for _, path := range append(slices.Clone(operatorPages), "/account") {
			if a := operator.get(path); a.status != http.StatusOK {
				t.Errorf("operator: %s: %d\n%s", path, a.status, a.body)
			} else {
				strict(t, path, a)
			}
		}
		for _, p := range pages {
			if a := operator.get(fmt.Sprintf(p.path, other.ID)); a.status != http.StatusOK && !strings.HasSuffix(p.path, "my-usage") {
				t.Errorf("operator: %s: %d\n%s", p.path, a.status, a.body)
			}
		}
	})
}

// strict checks what holds of every answer: the headers, and nothing in the page
// that they would not let through.
func strict(t *testing.T, path string, a answer) {
	t.Helper()
	csp := a.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") || strings.Contains(csp, "http") {
		t.Errorf("%s: policy %q", path, csp)
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: headers %v", path, a.header)
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return
	}
	headings := 0
	for _, e := range a.elements() {
		if e.name == "h1" {
			headings++
		}
		if e.name == "style" || e.name == "script" && (e.attrs["src"] == "" || e.text != "") {
			t.Errorf("%s: <%s> stands in the page", path, e.name)
		}
		for name, value := range e.attrs {
			if strings.HasPrefix(name, "on") || name == "style" || strings.HasPrefix(name, "hx-on") {
				t.Errorf("%s: <%s %s>", path, e.name, name)
			}
			if (name == "src" || name == "href" || name == "action") && strings.Contains(value, "//") {
				t.Errorf("%s: <%s %s=%q> leads elsewhere", path, e.name, name, value)
			}
		}
	}
	if headings != 1 {
		t.Errorf("%s: %d h1", path, headings)
	}
}

func TestStrangers(t *testing.T) {
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	v := c.visitor()
	for path, want := range map[string]string{
		"/":                 "/sign-in",
		"/t/1/calls?kind=x": "/sign-in?next=" + url.QueryEscape("/t/1/calls?kind=x"),
		"/operator":         "/sign-in?next=" + url.QueryEscape("/operator"),
	} {
		if a := v.get(path); a.status != http.StatusSeeOther || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", path, a.status, a.header.Get("Location"), want)
		}
	}
	for _, path := range []string{"/nothing", "/static/README.md", "/static/manifest.json", "/static/nothing.js", "/t"} {
		if a := v.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := v.get(v.get("/favicon.ico").header.Get("Location")); a.status != http.StatusOK || a.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the mark: %d, %s", a.status, a.header.Get("Content-Type"))
	}
	a := v.post("/sign-in", url.Values{"name": {"operator@example.com"}, "password": {"wrong"}})
	if a.status != http.StatusUnprocessableEntity || len(a.find("div", "role", "alert")) != 1 {
		t.Errorf("a wrong password: %d\n%s", a.status, a.body)
	}
	if fields := a.find("input", "name", "password"); len(fields) != 1 || fields[0].attrs["value"] != "" {
		t.Errorf("the password is sent back: %v", fields)
	}
	for next, want := range map[string]string{"/t/1/calls": "/t/1/calls", "https://evil.example/": "/operator", "//evil.example": "/operator", "/\\evil.example": "/operator"} {
		a := c.visitor().post("/sign-in", url.Values{"name": {"operator@example.com"}, "password": {password}, "next": {next}})
		if got := a.header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestForeignPosts(t *testing.T) {
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	v := c.signedIn("operator@example.com")
	r, err := http.NewRequest(http.MethodPost, c.at+"/sign-out", nil)
	must(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := v.client.Do(r)
	must(t, err)
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign page signs people out: %d", res.StatusCode)
	}
	if a := v.get("/operator"); a.status != http.StatusOK {
		t.Errorf("signed out: %d", a.status)
	}
}

func TestMenu(t *testing.T) {
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	id := c.tenants[0].ID
	for role, user := range c.users[id] {
		v := c.signedIn(user.Email)
		home := v.get("/").header.Get("Location")
		for _, e := range v.get(home).find("a", "class", "nav-link") {
			if a := v.get(e.attrs["href"]); a.status != http.StatusOK {
				t.Errorf("%s: the menu leads to %s: %d", role, e.attrs["href"], a.status)
			}
		}
	}
}

func TestLook(t *testing.T) {
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	v := c.visitor()
	look := func() string { return v.get("/sign-in").find("html", "", "")[0].attrs["data-bs-theme"] }
	if got := look(); got != "system" {
		t.Errorf("at first %q", got)
	}
	for _, want := range []string{"dark", "light", "system"} {
		a := v.post("/look", url.Values{"look": {want}, "back": {"/sign-in?next=%2Foperator"}})
		if a.header.Get("Location") != "/sign-in?next=%2Foperator" || look() != want {
			t.Errorf("%s: back to %q, looks %q", want, a.header.Get("Location"), look())
		}
	}
}
