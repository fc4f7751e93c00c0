package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestSettingsOfCharged(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := v.get(at + "/settings")
	locked := slices.Concat(a.find("input", "disabled", ""), a.find("select", "disabled", ""))
	if len(locked) != 3 || !strings.Contains(a.body, "because there are charges") {
		t.Errorf("%d fields are locked", len(locked))
	}
	form := a.sent()
	own := with(form, "plan", "own", "strip", "9", "extensions", "2000-2999\n700", "try", "on", "dialled", "9 1 212 555 0100")
	if a := v.post(at+"/settings", own); a.status != http.StatusOK || !strings.Contains(a.body, "The number &#43;12125550100 in United States") {
		t.Errorf("tried: %d\n%s", a.status, a.body)
	}
	for dialled, want := range map[string]string{"2345": "The extension 2345", "911": "short code", "anonymous": "withholds", "+9990": "No number"} {
		if a := v.post(at+"/settings", with(own, "dialled", dialled)); !strings.Contains(a.body, want) {
			t.Errorf("%s is not %s", dialled, want)
		}
	}
	own.Del("try")
	if a := v.post(at+"/settings", with(own, "currency", "EUR", "zone", "UTC")); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = v.get(at + "/settings")
	if !strings.Contains(a.body, `value="USD" selected`) || !strings.Contains(a.body, `value="own" selected`) || !strings.Contains(a.body, "2000-2999\n700") {
		t.Errorf("kept:\n%s", a.body)
	}
	if a := v.post(at+"/settings", with(form, "name", "Late")); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "By now: <strong dir=\"auto\">By our own plan") {
		t.Errorf("over somebody else's change: %d\n%s", a.status, a.body)
	}
	if a := v.get(at + "/activity?what=tenant."); !strings.Contains(a.body, "stripped 9") {
		t.Errorf("the activity does not tell:\n%s", a.body)
	}
	// Whose name it is, nobody learns.
	taken := v.post(at+"/settings", with(a.sent(), "name", c.tenants[1].Name))
	if taken.status != http.StatusUnprocessableEntity || !strings.Contains(taken.body, "This name is taken") || strings.Contains(taken.body, "/operator") {
		t.Errorf("another's name: %d\n%s", taken.status, taken.body)
	}
}

func TestTenantPages(t *testing.T) {
	c, _, _ := one(t, tenant.Admin)
	v := c.signedIn("operator@example.com")
	add := url.Values{"name": {odd[0]}, "currency": {"EUR"}, "zone": {"Europe/Berlin"}, "cutoff": {"03:00"}, "country": {"DE"}, "plan": {"country"}}
	if a := v.post("/operator/tenants/new", url.Values{"plan": {"own"}}); a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-invalid", "true")) != 5 {
		t.Errorf("nothing: %d\n%s", a.status, a.body)
	}
	city := url.Values{"name": {""}, "currency": {"EUR"}, "zone": {"new york"}, "cutoff": {"03:00"}, "plan": {"country"}}
	if a := v.post("/operator/tenants/new", city); len(a.find("input", "aria-invalid", "true")) != 1 {
		t.Errorf("a city is no time zone:\n%s", a.body)
	}
	a := v.post("/operator/tenants/new", add)
	page := a.header.Get("Location")
	if a.status != http.StatusSeeOther || page != "/operator/tenants/3" {
		t.Fatalf("%d to %s\n%s", a.status, page, a.body)
	}
	if a := v.post("/operator/tenants/new", add); a.status != http.StatusUnprocessableEntity || len(a.find("a", "href", page)) != 1 {
		t.Errorf("twice: %d\n%s", a.status, a.body)
	}
	if a := v.get(page); !strings.Contains(a.body, "What comes next") || !strings.Contains(a.body, "03:00") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	ask := v.get(page + "/billing?to=off")
	if a := v.post(page+"/billing", ask.sent()); a.status != http.StatusSeeOther {
		t.Errorf("billing: %d", a.status)
	}
	if a := v.get(page); !strings.Contains(a.body, "Switch billing on") {
		t.Errorf("billing is still on:\n%s", a.body)
	}
	for day, want := range map[string]int{"2026-05-31": http.StatusSeeOther, "2030-01-01": http.StatusUnprocessableEntity, "soon": http.StatusUnprocessableEntity} {
		if a := v.post(page+"/close", url.Values{"through": {day}}); a.status != want {
			t.Errorf("close through %s: %d", day, a.status)
		}
	}
	if a := v.get(page); !strings.Contains(a.body, "2026-05-31") {
		t.Errorf("not closed:\n%s", a.body)
	}
	for _, path := range []string{"/operator/tenants/0", "/operator/tenants/x", "/operator/tenants/99", "/operator/tenants/99/close", "/operator/people/1"} {
		if a := v.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := v.get("/operator/tenants?sort=-users&calls=some&search=harbor"); !strings.Contains(a.body, "1 of 3") {
		t.Errorf("the list:\n%s", a.body)
	}
}

func TestOperators(t *testing.T) {
	c, _, at := one(t, tenant.Admin)
	v := c.signedIn("operator@example.com")
	v.get(at + "/users") // enters a tenant, whose logins are none of the operators'
	if a := v.post("/operator/people/new", url.Values{"name": {""}, "email": {"nobody"}}); a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-invalid", "true")) != 2 {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if a := v.post("/operator/people/new", url.Values{"name": {"Olga"}, "email": {"Operator@example.com"}}); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Open that operator") {
		t.Errorf("an address that is taken: %d\n%s", a.status, a.body)
	}
	a := v.post("/operator/people/new", url.Values{"name": {"Otto"}, "email": {"otto@example.com"}})
	page := a.header.Get("Location")
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = v.post(page+"/link", nil)
	link, err := url.Parse(unescape(a.find("input", "id", "made-link")[0].attrs["value"]))
	must(t, err)
	guest := c.visitor()
	token := guest.get(link.RequestURI()).find("input", "name", "token")[0].attrs["value"]
	guest.post("/reset", url.Values{"token": {token}, "password": {password}, "again": {password}})
	otto := c.signedIn("otto@example.com")
	if a := v.get("/operator/people"); strings.Count(a.body, "@<wbr>example.com") != 2 {
		t.Errorf("the list:\n%s", a.body)
	}
	if a := v.post(page+"/lock", url.Values{"lock": {"on"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if a := otto.get("/operator"); a.status != http.StatusSeeOther {
		t.Errorf("locked out, and still in: %d", a.status)
	}
	admin := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email)
	for _, path := range []string{"/operator/people", page, "/operator/tenants/" + strconv.Itoa(1)} {
		if a := admin.get(path); a.status != http.StatusForbidden {
			t.Errorf("an admin at %s: %d", path, a.status)
		}
	}
}
