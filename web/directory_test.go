package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// sent is a form of a page as a browser would send it back, unchanged.
func (a answer) sent() url.Values {
	form := url.Values{}
	for _, e := range a.elements() {
		name, value := e.attrs["name"], e.attrs["value"]
		_, checked := e.attrs["checked"]
		_, disabled := e.attrs["disabled"]
		switch {
		case name == "" || disabled:
		case e.name == "input" && e.attrs["type"] == "checkbox":
			if checked {
				form.Add(name, value)
			}
		case e.name == "input" && !slices.Contains([]string{"search", "file", "radio"}, e.attrs["type"]) && name != "back":
			form.Set(name, unescape(value))
		}
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>`).FindAllStringSubmatch(a.body, -1) {
		if v := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[2]); v != nil {
			form.Set(m[1], v[1])
		}
	}
	return form
}

func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&#43;", "+").Replace(s)
}

// with is a form with other values.
func with(form url.Values, changes ...string) url.Values {
	to := url.Values{}
	for name, values := range form {
		to[name] = slices.Clone(values)
	}
	for i := 0; i < len(changes); i += 2 {
		to.Set(changes[i], changes[i+1])
	}
	return to
}

// first finds the first address of a shape in a page.
func first(t *testing.T, a answer, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(a.body)
	if found == "" {
		t.Fatalf("nothing like %s in:\n%s", pattern, a.body)
	}
	return found
}

// TestForms goes through every kind of thing alike: a form refuses nothing, adds
// once, leads to what is there already, changes, and notices that somebody else
// was faster.
func TestForms(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	for _, c := range []struct {
		list, name string     // of the field that names it
		add        url.Values // what is new
		change     []string   // a field and what it becomes
		page       string     // the shape of its address
	}{
		{"users", "username", url.Values{"username": {"zoe"}, "role": {"agent"}}, []string{"display_name", "Zoe Z"}, `/users/\d+/edit`},
		{"teams", "name", url.Values{"name": {"Zebras"}, "all": {"active"}}, []string{"name", "Zebras & Co."}, `/teams/\d+`},
		{"campaigns", "campaign", url.Values{"campaign": {"zeal"}, "teams": {"Zest"}}, []string{"name", "Zeal"}, `/campaigns/\d+`},
		{"numbers", "number", url.Values{"number": {"+442079469999"}, "billing_unit": {""}, "campaign": {""}}, []string{"campaign", "1"}, `/numbers/\d+`},
		{"units", "name", url.Values{"name": {"Zone"}, "all": {"numbers"}}, []string{"name", "Zone 2"}, `/units/\d+`},
	} {
		list, add := at+"/"+c.list, at+"/"+c.list+"/new"
		if a := v.get(add); a.status != http.StatusOK {
			t.Errorf("%s: %d", add, a.status)
		} else {
			strict(t, add, a)
		}
		if a := v.post(add, nil); a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-invalid", "true")) == 0 {
			t.Errorf("%s with nothing: %d", c.list, a.status)
		}
		if a := v.post(add, c.add); a.status != http.StatusSeeOther || a.header.Get("Location") != list {
			t.Fatalf("%s: %d to %s\n%s", c.list, a.status, a.header.Get("Location"), a.body)
		}
		found := list + "?search=" + url.QueryEscape(c.add.Get(c.name))
		if c.list == "users" || c.list == "campaigns" {
			found += "&state=active"
		}
		page := at + first(t, v.get(found), c.page)
		if a := v.post(add, c.add); a.status != http.StatusUnprocessableEntity || len(a.find("a", "href", page)) != 1 {
			t.Errorf("%s twice: %d, and it leads nowhere\n%s", c.list, a.status, a.body)
		}
		opened := v.get(page)
		form := opened.sent()
		if opened.status != http.StatusOK || form.Get("was") == "" {
			t.Errorf("%s: %d, made from %q", page, opened.status, form.Get("was"))
		}
		strict(t, page, opened)
		changed := with(form, c.change...)
		if a := v.post(page, changed); a.status != http.StatusSeeOther {
			t.Errorf("change %s: %d\n%s", page, a.status, a.body)
		}
		// The other tab still has what there was before.
		other := with(form, c.name, "Other")
		a := v.post(page, other)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Somebody else has changed this") || !strings.Contains(a.body, "By now:") {
			t.Errorf("%s over somebody else's change: %d\n%s", page, a.status, a.body)
		}
		strict(t, page+" (outdated)", a)
		if a := v.post(page, with(other, "was", a.sent().Get("was"))); a.status != http.StatusSeeOther {
			t.Errorf("%s, having seen it: %d\n%s", page, a.status, a.body)
		}
		opened = v.get(page)
		mine := opened.sent()
		if a := v.post(page, with(mine, c.change...)); a.status != http.StatusSeeOther {
			t.Errorf("change %s once more: %d\n%s", page, a.status, a.body)
		}
		if c.list != "numbers" { // nothing in its form can be mistyped
			a = v.post(page, with(mine, c.name, "", "role", "king"))
			if a.status != http.StatusUnprocessableEntity || c.list == "users" && a.sent().Get("was") != mine.Get("was") {
				t.Errorf("%s: %d, and the mark is another: the next save would hide the other change", page, a.status)
			}
		}
		if a := v.get(at + "/" + c.list + "/99999"); a.status != http.StatusNotFound && c.list != "users" {
			t.Errorf("%s/99999: %d", c.list, a.status)
		}
	}
}

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

// part asks for a part of a page, as the site's script does.
func (v *visitor) part(path, target string) answer {
	v.c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.c.at+path, nil)
	must(v.c.t, err)
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Target", target)
	res, err := v.client.Do(r)
	must(v.c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(v.c.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

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

// TestExports takes back what it has exported: nothing changes.
func TestExports(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	for _, name := range odd {
		if a := v.post(at+"/users/new", url.Values{"username": {name}, "display_name": {name}, "teams": {name}, "role": {"agent"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", name, a.status, a.body)
		}
		if a := v.post(at+"/campaigns/new", url.Values{"campaign": {name}, "name": {name}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", name, a.status, a.body)
		}
	}
	for _, number := range []string{"112", "+80012345678", "+442079460000"} {
		if a := v.post(at+"/numbers/new", url.Values{"number": {number}, "billing_unit": {""}, "campaign": {""}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", number, a.status, a.body)
		}
	}
	for _, list := range []string{"users", "campaigns", "numbers"} {
		a := v.get(at + "/" + list + "/export")
		lines := strings.Count(a.body, "\n") - 1
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/csv; charset=utf-8" || lines < 4 {
			t.Fatalf("%s: %d, %d lines", list, a.status, lines)
		}
		for _, only := range []string{"?check=1", ""} {
			taken := v.upload(at+"/"+list+"/import"+only, list+".csv", []byte(a.body), nil)
			if want := fmt.Sprintf("0 lines changed, %d lines as before", lines); taken.status != http.StatusOK || !strings.Contains(strings.ReplaceAll(taken.body, " would be", ""), want) {
				t.Errorf("%s taken back: %d, want %s\n%s\n%s", list, taken.status, want, a.body, taken.body)
			}
		}
	}
	a := v.get(at + "/users/export?state=unconfirmed&sort=-username")
	if lines := strings.Split(strings.TrimSpace(a.body), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], "temp2,") {
		t.Errorf("the view's file: %s", a.body)
	}
}

// TestListPages searches, filters, sorts and pages a list of many.
func TestListPages(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	must(t, c.app.Store().Update(t.Context(), c.tenants[0].ID, store.Interactive, func(tx *store.Tx) error {
		var us []*tenant.User
		for i := range 1200 {
			us = append(us, &tenant.User{Username: fmt.Sprintf("agent.%04d", i)})
		}
		return tx.PutUsers(us)
	}))
	seen, pages := map[string]bool{}, 0
	for next := at + "/users?search=agent.&sort=-username"; next != ""; pages++ {
		a := v.get(next)
		next = ""
		last := ""
		for _, e := range a.find("a", "", "") {
			switch href := e.attrs["href"]; {
			case e.attrs["rel"] == "next":
				next = unescape(href)
			case strings.HasSuffix(href, "/edit") && e.text != "Edit":
				if seen[e.text] || last != "" && e.text > last {
					t.Fatalf("%s after %s", e.text, last)
				}
				seen[e.text], last = true, e.text
			}
		}
	}
	if len(seen) != 1200 || pages != 24 {
		t.Errorf("%d users on %d pages", len(seen), pages)
	}
	for query, want := range map[string]string{
		"search=agent.0001": "1 of 12", "search=agent.&page=99": "1151 to 1200 of 12", "state=unconfirmed": "2 of 12", "state=nonsense&role=king&sort=x&page=-3": "1 to 50 of 12",
		"search=nobody+at+all": "Nothing fits",
	} {
		if a := v.get(at + "/users?" + query); a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d, without %q", query, a.status, want)
		}
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

func TestTeamPages(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	a := v.get(at + "/teams")
	team := at + first(t, a, `/teams/\d+`)
	ask := v.get(team + "/remove")
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "Empty the team") {
		t.Fatalf("%d\n%s", ask.status, ask.body)
	}
	if a := v.post(team+"/remove", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = v.get(team)
	if a.status != http.StatusOK || checked(a, "user") != 0 || !strings.Contains(a.body, "Who was in it when") {
		t.Errorf("emptied: %d\n%s", a.status, a.body)
	}
	v.post(at+"/teams/new", url.Values{"name": {"Mistake"}})
	wrong := at + first(t, v.get(at+"/teams?search=mistake&who=none"), `/teams/\d+`)
	if ask := v.get(wrong + "/remove"); !strings.Contains(ask.body, "Delete the team") {
		t.Errorf("%d\n%s", ask.status, ask.body)
	}
	if a := v.post(wrong+"/remove", nil); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if a := v.get(wrong); a.status != http.StatusNotFound {
		t.Errorf("deleted, and still there: %d", a.status)
	}
}

func TestNumberAndCampaignPages(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	number := at + first(t, v.get(at+"/numbers"), `/numbers/\d+`)
	if a := v.get(number + "/remove"); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusNotFound} {
		if a := v.post(number+"/remove", nil); a.status != want {
			t.Errorf("remove: %d, want %d", a.status, want)
		}
	}
	campaign := at + first(t, v.get(at+"/campaigns?state=active"), `/campaigns/\d+`)
	asked := v.get(campaign + "/state").sent()
	if a := v.post(campaign, with(v.get(campaign).sent(), "name", "Renamed meanwhile")); a.status != http.StatusSeeOther {
		t.Errorf("renaming: %d", a.status)
	}
	if a := v.post(campaign+"/state", asked); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Deactivate") {
		t.Errorf("what was asked of another state of the campaign is done: %d", a.status)
	}
	ask := v.get(campaign + "/state")
	for range 2 {
		if a := v.post(campaign+"/state", ask.sent()); a.status != http.StatusSeeOther {
			t.Errorf("deactivate: %d", a.status)
		}
	}
	if a := v.get(campaign); !strings.Contains(a.body, "deactivated") || !strings.Contains(a.body, "Reactivate") {
		t.Errorf("not deactivated:\n%s", a.body)
	}
	if a := v.post(campaign+"/state", url.Values{"to": {"unconfirmed"}}); a.status != http.StatusBadRequest {
		t.Errorf("unconfirmed: %d", a.status)
	}
	if a := v.get(at + "/campaigns/confirm"); a.status == http.StatusOK {
		if a := v.post(at+"/campaigns/confirm", nil); a.status != http.StatusSeeOther {
			t.Errorf("confirm: %d", a.status)
		}
	}
}
