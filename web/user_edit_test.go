package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestUserEdit(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := v.get(at + "/users")
	if len(a.find("a", "href", at+"/users/new")) != 1 {
		t.Errorf("the list has no link to add a user")
	}
	a = v.get(at + "/users/new")
	if a.status != http.StatusOK {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	strict(t, "users/new", a)

	a = v.post(at+"/users/new", url.Values{"username": {""}, "email": {"nowhere"}, "extension": {"1a"}, "teams": {"<Sales>; B"}, "role": {"finance"}, "state": {"active"}})
	if wrong := a.find("input", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 3 {
		t.Errorf("three mistakes: %d, %v\n%s", a.status, wrong, a.body)
	}
	if !strings.Contains(a.body, `value="finance" selected`) || a.find("input", "name", "email")[0].attrs["value"] != "nowhere" || !strings.Contains(a.body, "&lt;Sales&gt;; B") {
		t.Errorf("what was typed is gone:\n%s", a.body)
	}
	strict(t, "users/new", a)
	a = v.post(at+"/users/new", url.Values{"username": {"x"}, "role": {"king"}})
	if wrong := a.find("select", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 1 {
		t.Errorf("no such role: %d, %v", a.status, wrong)
	}

	sent := url.Values{"username": {"zoe.new"}, "display_name": {" Zoe <New> "}, "email": {"zoe@example.com"}, "extension": {"98765"}, "teams": {"Night; Late;Night"}, "role": {"supervisor"}, "state": {"active"}}
	if a = v.post(at+"/users/new", sent); a.status != http.StatusSeeOther || a.header.Get("Location") != at+"/users" {
		t.Fatalf("%d %v\n%s", a.status, a.header, a.body)
	}
	a = v.get(at + "/users?search=zoe.new")
	if !strings.Contains(a.body, "Zoe &lt;New&gt;") || !strings.Contains(a.body, "Late, Night") || !strings.Contains(a.body, "The user zoe.new is kept.") {
		t.Errorf("the list:\n%s", a.body)
	}
	edit := regexp.MustCompile(at + `/users/\d+/edit`).FindString(a.body)
	if edit == "" {
		t.Fatalf("no link to edit:\n%s", a.body)
	}
	if a = v.post(at+"/users/new", sent); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Another user has this username") || len(a.find("a", "href", edit)) == 0 {
		t.Errorf("twice: %d\n%s", a.status, a.body)
	}
	a = v.get(edit)
	if a.status != http.StatusOK || checked(a, "team") != 2 || !strings.Contains(a.body, `value="supervisor" selected`) {
		t.Errorf("the form: %d\n%s", a.status, a.body)
	}
	strict(t, edit, a)
	late := regexp.MustCompile(`name="team" value="(\d+)" checked><span class="form-check-label" dir="auto">Late`).FindStringSubmatch(a.body)
	if late == nil {
		t.Fatalf("not in the team Late:\n%s", a.body)
	}
	sent.Set("teams", "")
	sent.Set("team", late[1])
	if a = v.post(edit, sent); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if a = v.get(edit); checked(a, "team") != 1 {
		t.Errorf("still in two teams:\n%s", a.body)
	}
	if a = v.get(at + "/activity"); !strings.Contains(a.body, "zoe.new") {
		t.Errorf("the activity does not tell")
	}
	userEditRefused(t, c, v, at, edit)
}

// userEditRefused asks for what there is not, and for what is not one's to do.
func userEditRefused(t *testing.T, c *center, v *visitor, at, edit string) {
	t.Helper()
	for _, path := range []string{"/users/0/edit", "/users/x/edit", "/users/99999/edit"} {
		if a := v.get(at + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	mine := c.users[c.tenants[0].ID]
	self := mine[tenant.Admin]
	one := at + "/users/" + strconv.Itoa(int(self.ID))
	a := v.post(one+"/edit", url.Values{"username": {self.Username}, "email": {self.Email}, "extension": {self.Extension}, "role": {"agent"}})
	if wrong := a.find("select", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 1 {
		t.Errorf("an admin gives up their role: %d, %v", a.status, wrong)
	}
	if a := v.post(one+"/state", url.Values{"to": {"deactivated"}}); a.status != http.StatusUnprocessableEntity || v.get(at+"/users").status != http.StatusOK {
		t.Errorf("an admin shuts the door behind themselves: %d", a.status)
	}
	finance := c.signedIn(mine[tenant.Finance].Email)
	for _, path := range []string{at + "/users/new", edit} {
		if a := finance.get(path); a.status != http.StatusForbidden {
			t.Errorf("finance: %s: %d", path, a.status)
		}
		if a := finance.post(path, url.Values{"username": {"x"}}); a.status != http.StatusForbidden {
			t.Errorf("finance sends %s: %d", path, a.status)
		}
	}
	other := c.signedIn(c.users[c.tenants[1].ID][tenant.Admin].Email)
	if a := other.get(edit); a.status != http.StatusNotFound {
		t.Errorf("another tenant's user: %d", a.status)
	}
}

// checked counts the boxes of a name that are checked.
func checked(a answer, name string) (n int) {
	for _, e := range a.find("input", "name", name) {
		if _, is := e.attrs["checked"]; is {
			n++
		}
	}
	return n
}
