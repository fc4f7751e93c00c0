package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
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
