package web_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// savedQuery is a configuration with what a link has to carry safely.
const savedQuery = "run=1&period=last-month&all=active&all=deactivated&country=GB&country=US&sort-manual=-Total&tab-users=teams"

// savedLinks are the saved configurations that a page lists, by name.
func savedLinks(a answer) map[string]string {
	links := map[string]string{}
	for _, e := range a.find("a", "dir", "auto") {
		if href := html.UnescapeString(e.attrs["href"]); strings.Contains(href, "/reports/billing?") {
			links[html.UnescapeString(e.text)] = href
		}
	}
	return links
}

// saves counts the activity rows of saved reports.
func saves(c *center, id tenant.ID, what string) (n int) {
	c.t.Helper()
	must(c.t, c.app.Store().View(context.Background(), id, func(tx *store.Tx) error {
		as, err := tx.Activities(store.ActivityFilter{Limit: 1000})
		n = 0
		for _, a := range as {
			if a.What == what {
				n++
			}
		}
		return err
	}))
	return n
}

func TestSavedReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		mine, other := c.tenants[0], c.tenants[1]
		page := tenantAt(mine) + "/reports/billing"
		v := c.signedIn(c.users[mine.ID][tenant.Analyst].Email)
		colleague := c.signedIn(c.users[mine.ID][tenant.Supervisor].Email)

		if a := v.get(page); len(a.find("form", "id", "save-as")) != 0 || !strings.Contains(a.body, "Nothing is saved yet.") {
			t.Errorf("before the report is run\n%s", a.body)
		}
		a := v.get(page + "?" + savedQuery)
		strict(t, page, a)
		hidden := a.find("input", "name", "parameters")
		if len(hidden) != 1 {
			t.Fatalf("no form to save with\n%s", a.body)
		}
		parameters := html.UnescapeString(hidden[0].attrs["value"])
		save := func(who *visitor, name, shared string) answer {
			return who.post(page+"/saved", url.Values{"name": {name}, "parameters": {parameters}, "shared": {shared}})
		}

		for range 2 { // a form sent twice
			a := save(v, " <June> & GB ", "")
			if want := page + "?" + parameters + "#saved"; a.status != http.StatusSeeOther || a.header.Get("Location") != want {
				t.Fatalf("save: %d to %q, want %q\n%s", a.status, a.header.Get("Location"), want, a.body)
			}
		}
		if n := saves(c, mine.ID, "report.save"); n != 1 {
			t.Errorf("%d acts tell of one save", n)
		}
		save(v, "For all", "1")
		a = v.get(page)
		strict(t, page, a)
		links := savedLinks(a)
		if len(links) != 2 || len(a.find("input", "name", "saved")) != 2 || !strings.Contains(a.body, "The configuration is saved as “For all”.") {
			t.Fatalf("the list: %v\n%s", links, a.body)
		}
		run := v.get(links["<June> & GB"])
		if run.status != http.StatusOK || len(run.find("a", "aria-current", "true")) != 2 || len(run.find("th", "aria-sort", "descending")) != 1 || !strings.Contains(run.body, `id="result"`) {
			t.Errorf("the link runs it: %d\n%s", run.status, run.body)
		}

		a = colleague.get(page)
		links = savedLinks(a)
		if links["For all"] == "" || len(links) != 1 || len(a.find("input", "name", "saved")) != 0 {
			t.Errorf("a colleague sees %v", links)
		}
		if run := colleague.get(links["For all"]); run.status != http.StatusOK || !strings.Contains(run.body, `id="result"`) {
			t.Errorf("a colleague runs it: %d", run.status)
		}
		save(colleague, "For all", "") // a name belongs to its owner
		if links := savedLinks(v.get(page)); len(links) != 2 || saves(c, mine.ID, "report.save") != 3 {
			t.Errorf("a colleague's of the same name: %v", links)
		}

		save(v, "For all", "") // saved again as private: changed, not added
		if links := savedLinks(v.get(page)); len(links) != 2 || saves(c, mine.ID, "report.save") != 4 {
			t.Errorf("changed: %v", links)
		}
		if run := v.get(page + "?" + savedQuery); len(run.find("a", "aria-current", "true")) != 2 {
			t.Error("the page does not mark what it shows")
		}
		dropping(t, c, v, colleague, other, page)
	})
}

// dropping checks who may delete what v saved, and that it is gone then.
func dropping(t *testing.T, c *center, v, colleague *visitor, other tenant.Tenant, page string) {
	t.Helper()
	ids := v.get(page).find("input", "name", "saved")
	if len(ids) != 2 {
		t.Fatalf("%d can be deleted", len(ids))
	}
	id := url.Values{"saved": {ids[0].attrs["value"]}}
	stranger := c.signedIn(c.users[other.ID][tenant.Admin].Email)
	for what, a := range map[string]answer{
		"a colleague deletes it":   colleague.post(page+"/saved/drop", id),
		"another tenant deletes":   stranger.post(page+"/saved/drop", id),
		"another tenant saves":     stranger.post(page+"/saved", url.Values{"name": {"x"}, "parameters": {"run=1"}}),
		"from the other's own":     stranger.post(tenantAt(other)+"/reports/billing/saved/drop", id),
		"another tenant's list":    stranger.get(page),
		"what is no number at all": v.post(page+"/saved/drop", url.Values{"saved": {"x"}}),
	} {
		if a.status != http.StatusNotFound {
			t.Errorf("%s: %d", what, a.status)
		}
	}
	if links := savedLinks(stranger.get(tenantAt(other) + "/reports/billing")); len(links) != 0 {
		t.Errorf("another tenant sees %v", links)
	}
	agent := c.signedIn(c.users[c.tenants[0].ID][tenant.Agent].Email)
	for _, path := range []string{"/saved", "/saved/drop"} {
		if a := agent.post(page+path, id); a.status != http.StatusForbidden {
			t.Errorf("without the privilege %s: %d", path, a.status)
		}
	}
	if a := v.post(page+"/saved/drop", id); a.status != http.StatusOK || len(a.find("input", "name", "sure")) != 1 || saves(c, c.tenants[0].ID, "report.drop") != 0 {
		t.Errorf("who was not asked is not: %d", a.status)
	}
	id.Set("sure", "on")
	if a := v.post(page+"/saved/drop", id); a.status != http.StatusSeeOther || a.header.Get("Location") != page+"#saved" {
		t.Errorf("delete: %d", a.status)
	}
	a := v.get(page)
	if len(savedLinks(a)) != 1 || !strings.Contains(a.body, "is deleted.") || saves(c, c.tenants[0].ID, "report.drop") != 1 {
		t.Errorf("after it is deleted\n%s", a.body)
	}
	if a := v.post(page+"/saved/drop", id); a.status != http.StatusNotFound || saves(c, c.tenants[0].ID, "report.drop") != 1 {
		t.Errorf("deleted twice: %d", a.status)
	}
}

func TestSavedReportMistakes(t *testing.T) {
	_, v, at := one(t, tenant.Finance)
	page := at + "/reports/billing"
	long := strings.Repeat("é", tenant.MaxName+1)
	for what, name := range map[string]string{"no name": " ", "a long name": long, "a control character": "a\x01b"} {
		a := v.post(page+"/saved", url.Values{"name": {name}, "parameters": {savedQuery}})
		if a.status != http.StatusSeeOther {
			t.Errorf("%s: %d", what, a.status)
		}
		a = v.get(strings.TrimSuffix(a.header.Get("Location"), "#saved"))
		if len(a.find("div", "role", "alert")) != 1 || len(savedLinks(a)) != 0 {
			t.Errorf("%s is not told\n%s", what, a.body)
		}
	}
	if a := v.post(page+"/saved", url.Values{"name": {"x"}, "parameters": {"%zz"}}); a.status != http.StatusBadRequest {
		t.Errorf("no query: %d", a.status)
	}
	if a := v.post(page+"/saved", url.Values{"name": {"x"}, "parameters": {"zone=" + strings.Repeat("x", 65<<10)}}); a.status != http.StatusSeeOther {
		t.Errorf("too much: %d", a.status)
	}
	if links := savedLinks(v.get(page)); len(links) != 0 {
		t.Errorf("saved all the same: %v", links)
	}
}
