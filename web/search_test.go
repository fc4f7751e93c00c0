package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tollkeeper/core/tenant"
)

// TestSearch looks for one of each kind, as somebody of each role: everybody
// finds what they may see, and no more.
func TestSearch(t *testing.T) {
	c, admin, at := one(t, tenant.Admin)
	mine := c.users[c.tenants[0].ID]
	call := ""
	for _, e := range admin.get(at+"/calls?period=last-month&status=rated").find("a", "", "") {
		if strings.HasPrefix(e.attrs["href"], at+"/calls/2") {
			call = e.attrs["href"]
		}
	}
	name := call[strings.LastIndexByte(call, '/')+1:]
	number := ""
	for _, e := range admin.get(call).find("span", "class", "number") {
		number = digits.FindString(e.text)
	}
	finds := func(v *visitor, text, path string) bool {
		t.Helper()
		a := v.get(at + "/search?q=" + url.QueryEscape(text))
		if a.status != http.StatusOK {
			t.Fatalf("%q: %d\n%s", text, a.status, a.body)
		}
		strict(t, "search", a)
		for _, e := range a.find("a", "", "") {
			if strings.HasPrefix(e.attrs["href"], at+path) && !strings.HasSuffix(e.attrs["href"], path) {
				return true
			}
		}
		return false
	}
	for role := tenant.Supervisor; role <= tenant.Admin; role++ {
		v := c.signedIn(mine[role].Email)
		isAdmin, seesNumbers, seesCards := role == tenant.Admin, role != tenant.Finance, role == tenant.Admin || role == tenant.Finance
		for what, want := range map[string]struct {
			text, path string
			found      bool
		}{
			"a user":             {strings.ToUpper(mine[tenant.Analyst].Username), "/users/", isAdmin},
			"an own number":      {"1201", "/numbers?search=", isAdmin},
			"a call by name":     {name, strings.TrimPrefix(call, at)[:10], true},
			"calls by number":    {number, "/calls?from=", seesNumbers},
			"a card":             {"RETAIL", "/cards/system/", seesCards},
			"nothing":            {"no such thing 0", "/calls/", false},
			"one sign":           {"a", "/users/", false},
			"a stranger's users": {mine[tenant.Analyst].Email + "x", "/users/", false},
		} {
			if got := finds(v, want.text, want.path); got != want.found {
				t.Errorf("%s finds %s (%q): %v", role, what, want.text, got)
			}
		}
	}
	agent := c.signedIn(mine[tenant.Agent].Email)
	if a := agent.get(at + "/my-usage"); len(a.find("input", "id", "search")) != 0 {
		t.Error("an agent sees a search that is not for agents")
	}
	operator := c.signedIn("operator@example.com")
	for text, path := range map[string]string{strings.ToLower(c.tenants[1].Name[:5]): tenantAt(c.tenants[1]) + "/", "retail": "/operator/cards/system/1"} {
		if a := operator.get("/operator/search?q=" + url.QueryEscape(text)); len(a.find("a", "href", path)) != 1 {
			t.Errorf("the operator does not find %s:\n%s", text, a.body)
		}
	}
}

// TestBrowserSearch comes to the search by its key, and walks through what it
// finds by the arrows.
func TestBrowserSearch(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/settings"), visible("#search"), chromedp.Evaluate[chromedp.Void](`document.body.focus()`),
		chromedp.KeyEvent("/"))
	if got := ask[string](b, "document.activeElement.id"); got != "search" {
		t.Fatalf("/ leads to %q", got)
	}
	b.do(chromedp.KeyEvent("120\r"), visible("[data-results]"), chromedp.Focus(chromedp.CSS("#search-again")), chromedp.KeyEvent(kb.ArrowDown))
	if got := ask[bool](b, `document.activeElement.matches(".hits a")`); !got {
		t.Error("the arrow does not lead to what was found")
	}
	b.look("search", at+"/search?q=120")
	b.look("search-nothing", at+"/search?q=nothing-9")
}
