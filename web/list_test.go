package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

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
