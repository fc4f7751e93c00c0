package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
)

// odd are names that somebody might choose, and that pages must bear.
var odd = []string{
	`"Quoted" & 'single' <script>alert(1)</script>`,
	"مركز الاتصال \u200f(الليل)\u200f",
	"☎️👩🏽\u200d💻 night",
	strings.Repeat("Wide", 50),
	"=1+1",
}

// fill puts values into the fields of a form, by their names.
func (b *browser) fill(fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		b.do(chromedp.SetValue(chromedp.CSS("#f-"+fields[i]), fields[i+1]))
	}
}

// TestBrowserOddNames adds users, teams and campaigns by names that are hard to
// bear, and looks at the pages that show them.
func TestBrowserOddNames(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	for i, name := range odd {
		b.do(chromedp.Navigate(at+"/users/new"), visible("#f-username"))
		b.fill("username", name, "display_name", name, "teams", name)
		b.goes("add the user "+name, http.StatusOK, chromedp.Submit(chromedp.CSS("#f-username")))
		b.do(chromedp.Navigate(at+"/campaigns/new"), visible("#f-campaign"))
		b.fill("campaign", name, "name", name)
		b.goes("add the campaign "+name, http.StatusOK, chromedp.Submit(chromedp.CSS("#f-campaign")))
		b.do(chromedp.Navigate(at+"/teams?search="+[]string{"quoted", "مركز", "☎", "wide", "=1"}[i]), visible("#list tbody a"))
		if got := ask[string](b, `document.querySelector("#list tbody a").textContent`); got != name {
			t.Errorf("the team is shown as %q, want %q", got, name)
		}
	}
	for _, page := range []string{"users", "teams", "campaigns"} {
		b.look("odd-"+page, at+"/"+page+"?sort=-name")
	}
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(at+"/teams?search=wide"), visible("#list tbody a"))
	b.look("odd-team", ask[string](b, `document.querySelector("#list tbody a").href`))
}

// TestBrowserDirectory looks at the pages by which a center is set up.
func TestBrowserDirectory(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	first := func(list string) string {
		b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(at+"/"+list), visible("#list tbody a"))
		return ask[string](b, `document.querySelector("#list tbody a").href`)
	}
	user := first("users?state=active&search=dario")
	b.look("users", at+"/users")
	b.look("user", user)
	b.look("user-state", strings.Replace(user, "/edit", "/state?to=deactivated", 1))
	b.look("user-login", strings.Replace(user, "/edit", "/login", 1))
	b.look("teams", at+"/teams")
	b.look("team", first("teams"))
}

func TestBrowserNumbers(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/numbers"), visible("#list tbody a"))
	number := ask[string](b, `document.querySelector("#list tbody a").href`)
	b.do(chromedp.Navigate(at+"/units"), visible("#list"))
	unit := ask[string](b, `document.querySelector("#list tbody a")?.href ?? ""`)
	if unit == "" {
		unit = at + "/units/new"
	}
	b.look("numbers", at+"/numbers")
	b.look("number", number)
	b.look("unit", unit)
	b.look("settings", at+"/settings")
	b.look("campaigns", at+"/campaigns")
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(at+"/settings"), visible("#f-dialled"))
	b.do(chromedp.SendKeys(chromedp.CSS("#f-dialled"), "+442079460000"), visible("#dial strong")) // it is read as one types
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#dial").textContent = ""`), click(`button[name=try]`), visible("#dial strong"))
	if got := ask[string](b, `document.querySelector("#dial").textContent`); !strings.Contains(got, "in United Kingdom") {
		t.Errorf("the number is read as %q", got)
	}
}

func TestBrowserTenants(t *testing.T) {
	c, b, _ := flow(t, func(*center) string { return "operator@example.com" })
	b.look("tenants", c.at+"/operator/tenants")
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(c.at+"/operator/tenants/new"), visible("#f-name"))
	b.fill("name", odd[0], "currency", "EUR", "zone", "Europe/Berlin", "country", "DE")
	b.goes("add a tenant", http.StatusOK, chromedp.Submit(chromedp.CSS("#f-name")))
	if got := ask[string](b, `document.querySelector("h1").textContent`); got != odd[0] {
		t.Errorf("the tenant is shown as %q", got)
	}
	b.look("tenant-new", c.at+"/operator/tenants/new")
	b.look("tenant", c.at+"/operator/tenants/3")
	b.look("operators", c.at+"/operator/people")
	b.look("tenant-close", c.at+"/operator/tenants/1/close")
}

// TestBrowserTwice clicks twice, goes back and sends again: the thing is done
// once, and the second time leads to it.
func TestBrowserTwice(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/teams/new"), visible("#f-name"))
	b.fill("name", "Twins")
	b.goes("two clicks", http.StatusOK, chromedp.Evaluate[chromedp.Void](`(() => { const b = document.querySelector("form button.btn-primary"); b.click(); b.click(); })()`))
	if got := ask[string](b, "location.pathname + document.querySelector('[role=status]').textContent.trim()"); !strings.HasSuffix(got, "/teamsThe team Twins is kept.") {
		t.Errorf("two clicks lead to %s", got)
	}
	b.do(chromedp.NavigateBack(), visible("#f-name"))
	b.fill("name", "Twins")
	if ask[bool](b, `document.querySelector("form button.btn-primary").disabled`) {
		t.Error("the form cannot be sent again")
	}
	b.expect("422")
	b.goes("once more", http.StatusUnprocessableEntity, click("form button.btn-primary"))
	b.expect("")
	b.inspect("a name that is taken")
	b.goes("open it", http.StatusOK, click(".invalid-feedback a"))
	if got := ask[string](b, `document.querySelector("#f-name").value`); got != "Twins" {
		t.Errorf("the link leads to %q", got)
	}
	b.do(chromedp.Navigate(at+"/teams?search=twins"), visible("#list tbody"))
	if got := ask[int](b, `document.querySelectorAll("#list tbody tr").length`); got != 1 {
		t.Errorf("there are %d", got)
	}
}

// TestBrowserTwoTabs saves over what another tab has changed, and looks at both.
func TestBrowserTwoTabs(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/users?search=dario"), visible("#list tbody a"))
	user := ask[string](b, `document.querySelector("#list tbody a").href`)
	b.do(chromedp.Navigate(user), visible("#f-display_name"))
	other := c.signedIn(as(tenant.Admin)(c))
	path := strings.TrimPrefix(user, c.at)
	if a := other.post(path, with(other.get(path).sent(), "display_name", "Dario the Second", "teams", "Fresh")); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	b.fill("display_name", "Dario III")
	b.expect("422")
	b.goes("save", http.StatusUnprocessableEntity, chromedp.Submit(chromedp.CSS("#f-display_name")))
	b.expect("")
	b.inspect("both")
	if got := ask[string](b, `[...document.querySelectorAll(".field-now strong")].map(e => e.textContent).join("|")`); got != "Dario the Second|Collections, Fresh" {
		t.Errorf("by now there are %q", got)
	}
	if got := ask[string](b, `document.querySelector("#f-display_name").value`); got != "Dario III" {
		t.Errorf("what was typed became %q", got)
	}
	b.goes("save it all the same", http.StatusOK, chromedp.Submit(chromedp.CSS("#f-display_name")))
}

// TestBrowserSignedOut locks somebody out who is searching in a list: the whole
// page to sign in comes, not a list with that page in it.
func TestBrowserSignedOut(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/users"), visible("#list tbody a"))
	operator := c.signedIn("operator@example.com")
	admin := c.users[c.tenants[0].ID][tenant.Admin]
	lock := tenantAt(c.tenants[0]) + "/users/" + strconv.Itoa(int(admin.ID)) + "/login/lock"
	if a := operator.post(lock, url.Values{"lock": {"on"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	b.expect("401")
	b.do(chromedp.SendKeys(chromedp.CSS("#list-filter input[type=search]"), "dario"), visible("#f-password"))
	if got := ask[string](b, `location.pathname + document.querySelector("[role=status]").textContent`); !strings.HasPrefix(got, "/sign-in") || !strings.Contains(got, "session has ended") {
		t.Errorf("the search leads to %s", got)
	}
	b.inspect("signed out")
}
