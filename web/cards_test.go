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

// pricePages are the pages about prices, keys and activity, with who may see
// them.
var pricePages = []struct {
	path  string
	roles []tenant.Role
}{
	{"/t/%d/cards", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/cards/system/1", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/cards/system/1?page=2&number=%%2B442079460123", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/cards/system/1/assign", []tenant.Role{tenant.Admin}},
	{"/t/%d/cards/system/1/assign?see=1&calls=center&kind=dialer", []tenant.Role{tenant.Admin}},
	{"/t/%d/cards/deck", []tenant.Role{tenant.Admin}},
	{"/t/%d/quote", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/quote?called=%%2B442079460123&seconds=60&kind=manual", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/activity", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/activity?what=login.&from=2026-01-01&to=2026-12-31", []tenant.Role{tenant.Admin, tenant.Finance}},
	{"/t/%d/keys", []tenant.Role{tenant.Admin}},
}

func TestPricePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		mine, other := c.tenants[0], c.tenants[1]
		for role, user := range c.users[mine.ID] {
			v := c.signedIn(user.Email)
			for _, p := range pricePages {
				want := http.StatusForbidden
				if slices.Contains(p.roles, role) {
					want = http.StatusOK
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
			for _, path := range []string{"/operator/cards", "/operator/activity", "/operator/cards/deck", "/operator/cards/system/1", "/operator/cards/system/1/assign", "/operator/cards/system/1/end/1"} {
				if a := v.get(path); a.status != http.StatusForbidden {
					t.Errorf("%s: %s: %d", role, path, a.status)
				}
			}
		}
		operator := c.signedIn("operator@example.com")
		for _, path := range []string{"/operator/cards", "/operator/activity", "/operator/cards/deck", "/operator/cards/system/1?number=1&at=2026-06-15T10:00"} {
			a := operator.get(path)
			if a.status != http.StatusOK && !strings.Contains(path, "number") {
				t.Errorf("operator: %s: %d\n%s", path, a.status, a.body)
			}
			strict(t, path, a)
		}
		for _, p := range pricePages {
			if a := operator.get(fmt.Sprintf(p.path, other.ID)); a.status != http.StatusOK {
				t.Errorf("operator: %s: %d\n%s", p.path, a.status, a.body)
			}
		}
	})
}

// TestCards looks at the operator's card as one tenant sees it, and at one of
// its own, which the other does not.
func TestCards(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := v.get(at + "/cards")
	if links := a.find("a", "href", at+"/cards/system/1"); len(links) != 1 || links[0].text != "retail" || !strings.Contains(a.body, "all tenants") {
		t.Errorf("the operator's card: %v\n%s", links, a.body)
	}
	publish(t, v, at, "own & only", "prefix,rate\n44,0.01\n", nil)
	a = v.get(at + "/cards")
	if !strings.Contains(a.body, "own &amp; only") || len(a.find("a", "href", at+"/cards/own/1")) != 1 {
		t.Errorf("its own card: %s", a.body)
	}
	other := c.signedIn(c.users[c.tenants[1].ID][tenant.Admin].Email)
	if a := other.get(tenantAt(c.tenants[1]) + "/cards"); strings.Contains(a.body, "own &amp; only") {
		t.Error("another tenant sees the card")
	}
	if a := other.get(tenantAt(c.tenants[1]) + "/cards/own/1"); a.status != http.StatusNotFound {
		t.Errorf("another tenant opens the card: %d", a.status)
	}
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	if a := finance.get(at + "/cards"); strings.Contains(a.body, "/cards/deck") {
		t.Error("who may only view is offered an upload")
	}
}

func TestCard(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	publish(t, v, at, "mobile", "prefix,destination,rate,effective_from,effective_to\n44,<b>UK</b>,0.01,,\n447,UK mobile,0.03,,2026-06-10T00:00:00Z\n447,UK mobile,0.04,2026-06-10T00:00:00Z,\n", nil)
	card := at + "/cards/own/1"
	a := v.get(card)
	if !strings.Contains(a.body, "&lt;b&gt;UK&lt;/b&gt;") || strings.Contains(a.body, "<b>UK") || len(a.find("a", "href", at+"/cards/deck?card=mobile")) != 1 {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	verdicts := func(number, at string) (texts []string) {
		a := v.get(card + "?number=" + url.QueryEscape(number) + "&at=" + url.QueryEscape(at))
		for _, e := range a.find("span", "", "") {
			if strings.HasPrefix(e.attrs["class"], "badge tone") {
				texts = append(texts, e.text)
			}
		}
		return texts
	}
	for _, one := range []struct {
		number, at string
		want       string
	}{
		{"+44 7700 900123", "2026-06-01T10:00", "taken|not in force yet|would do, but a better row was taken"},
		{"+44 7700 900123", "2026-06-20T10:00:30", "no longer in force|taken|would do, but a better row was taken"},
		{"+44 20 7946 0123", "2026-06-20T10:00:00Z", "taken"},
		{"+81 50 1234 5678", "", ""},
	} {
		if got := strings.Join(verdicts(one.number, one.at), "|"); got != one.want {
			t.Errorf("%s at %s: %q, want %q", one.number, one.at, got, one.want)
		}
	}
	a = v.get(card + "?number=x&at=yesterday")
	if wrong := a.find("input", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 2 || wrong[0].attrs["value"] != "x" {
		t.Errorf("two mistakes: %d, %v", a.status, wrong)
	}
	for _, path := range []string{at + "/cards/own/9", at + "/cards/mine/1", at + "/cards/own/x", card + "?page=2", card + "?page=0", card + "?page=x"} {
		if a := v.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	// The operator's card has 400 rows.
	next, pages := at+"/cards/system/1", 0
	for ; next != ""; pages++ {
		a := v.get(next)
		if next = ""; len(a.find("a", "rel", "next")) == 1 {
			next = strings.ReplaceAll(a.find("a", "rel", "next")[0].attrs["href"], "&amp;", "&")
		}
	}
	if pages != 4 {
		t.Errorf("%d pages", pages)
	}
}
