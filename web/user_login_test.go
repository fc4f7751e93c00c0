package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"tollkeeper/core/tenant"
)

// TestSessions ends somebody's session and locks them out.
func TestSessions(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	user := c.users[c.tenants[0].ID][tenant.Finance]
	visitor := c.signedIn(user.Email)
	page := fmt.Sprintf("%s/users/%d/login", at, user.ID)
	a := v.get(page)
	strict(t, page, a)
	session := a.find("input", "name", "session")
	if len(session) != 1 {
		t.Fatalf("%d sessions\n%s", len(session), a.body)
	}
	if a := v.post(page+"/end", url.Values{"session": {session[0].attrs["value"]}}); a.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if a := visitor.get("/account"); a.status != http.StatusSeeOther {
		t.Errorf("the session holds: %d", a.status)
	}
	if a := v.post(page+"/end", url.Values{"session": {session[0].attrs["value"]}}); a.status != http.StatusUnprocessableEntity || len(a.find("div", "role", "alert")) != 1 {
		t.Errorf("again: %d\n%s", a.status, a.body)
	}
	if a := v.post(page+"/lock", url.Values{"lock": {"on"}}); a.status != http.StatusSeeOther {
		t.Errorf("lock: %d", a.status)
	}
	try := func() int {
		return c.visitor().post("/sign-in", url.Values{"name": {user.Email}, "password": {password}}).status
	}
	if got := try(); got != http.StatusUnprocessableEntity {
		t.Errorf("locked out, and signs in: %d", got)
	}
	if a := v.post(page+"/lock", nil); a.status != http.StatusSeeOther || try() != http.StatusSeeOther {
		t.Errorf("let in again: %d", a.status)
	}
	other := c.users[c.tenants[1].ID][tenant.Admin]
	for _, path := range []string{"/users/99999/login", "/users/x/login"} {
		if a := v.get(at + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := c.signedIn(other.Email).get(page); a.status != http.StatusNotFound {
		t.Errorf("another tenant's: %d", a.status)
	}
	if a := c.signedIn(user.Email).post(page+"/lock", nil); a.status != http.StatusForbidden {
		t.Errorf("finance: %d", a.status)
	}
}
