package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

// TestLeaving deactivates a user who is signed in, and gives another one less to
// do: their next requests are answered sensibly.
func TestLeaving(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	mine := c.users[c.tenants[0].ID]
	gone, less := mine[tenant.Analyst], mine[tenant.Finance]
	visitor, other := c.signedIn(gone.Email), c.signedIn(less.Email)
	page := fmt.Sprintf("%s/users/%d", at, gone.ID)

	ask := v.get(page + "/state?to=deactivated")
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "every session of this user") {
		t.Fatalf("%d\n%s", ask.status, ask.body)
	}
	strict(t, "deactivate", ask)
	for range 2 { // a double click does it once
		if a := v.post(page+"/state", ask.sent()); a.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", a.status, a.body)
		}
	}
	a := visitor.get(at + "/calls")
	if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/sign-in?next="+url.QueryEscape(at+"/calls")+"&why=ended" {
		t.Errorf("deactivated while signed in: %d to %s", a.status, to)
	}
	if a := visitor.get(a.header.Get("Location")); !strings.Contains(a.body, "Your session has ended") {
		t.Errorf("nothing tells why:\n%s", a.body)
	}
	if a := visitor.post(at+"/reports/billing/saved", nil); a.header.Get("Location") != "/sign-in?why=unsaved" {
		t.Errorf("a form: %d to %s", a.status, a.header.Get("Location"))
	}
	// So is a script that asks for a part of a page: it goes there whole.
	if a := visitor.part(at+"/calls?kind=dialer", "list"); !strings.HasPrefix(a.header.Get("HX-Redirect"), "/sign-in") || a.body != "" {
		t.Errorf("a part of a page: %d to %s\n%s", a.status, a.header.Get("HX-Redirect"), a.body)
	}
	if a := v.get(at + "/users?state=deactivated&search=" + gone.Username); !strings.Contains(a.body, "Reactivate") {
		t.Errorf("it is not listed:\n%s", a.body)
	}
	if a := v.post(page+"/state", v.get(page+"/state?to=active").sent()); a.status != http.StatusSeeOther {
		t.Errorf("reactivate: %d", a.status)
	}
	if a := visitor.get(at + "/calls"); a.status != http.StatusSeeOther {
		t.Errorf("a session that was ended holds again: %d", a.status)
	}
	c.signedIn(gone.Email)

	if a := other.get(at + "/settings"); a.status != http.StatusOK {
		t.Fatalf("%d", a.status)
	}
	edit := fmt.Sprintf("%s/users/%d/edit", at, less.ID)
	if a := v.post(edit, with(v.get(edit).sent(), "role", "agent")); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = other.get(at + "/settings")
	if a.status != http.StatusForbidden || !strings.Contains(a.body, "agent") || len(a.find("a", "href", "/")) == 0 {
		t.Errorf("a role taken away: %d\n%s", a.status, a.body)
	}
	if a := other.part(at+"/users?search=x", "list"); a.status != http.StatusForbidden || a.header.Get("HX-Redirect") != at+"/users?search=x" {
		t.Errorf("a part of a page: %d to %s", a.status, a.header.Get("HX-Redirect"))
	}
	if a := other.get(at + "/my-usage"); a.status != http.StatusOK {
		t.Errorf("what is left: %d", a.status)
	}
}

func TestConfirmThem(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := v.get(at + "/users?state=unconfirmed")
	one := first(t, a, `name="user" value="\d+"`)
	id := regexp.MustCompile(`\d+`).FindString(one)
	if a := v.post(at+"/users/confirm", url.Values{"user": {id}}); a.status != http.StatusSeeOther {
		t.Errorf("one: %d", a.status)
	}
	ask := v.get(at + "/users/confirm")
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "Confirm 1 user?") {
		t.Errorf("all: %d\n%s", ask.status, ask.body)
	}
	strict(t, "confirm", ask)
	for range 2 {
		if a := v.post(at+"/users/confirm", ask.sent()); a.status != http.StatusSeeOther {
			t.Errorf("all: %d", a.status)
		}
	}
	if a := v.get(at + "/users/confirm"); a.status != http.StatusSeeOther {
		t.Errorf("none are left: %d", a.status)
	}
	for _, user := range []string{"0", "-1", "x", "99999"} {
		if a := v.post(at+"/users/confirm", url.Values{"user": {user}}); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", user, a.status)
		}
	}
	if a := c.signedIn(c.users[c.tenants[0].ID][tenant.Supervisor].Email).post(at+"/users/confirm", nil); a.status != http.StatusForbidden {
		t.Errorf("a supervisor: %d", a.status)
	}
}
