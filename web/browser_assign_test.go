package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/app"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// TestBrowserAssign assigns a card by clicking, mends what it has typed on the
// way, and ends an assignment.
func TestBrowserAssign(t *testing.T) {
	t.Parallel()
	c, b, at := flow(t, as(tenant.Admin))
	name := c.tenants[0].Name
	c.assigned(app.AssignCard{Tenant: name, Card: "retail", To: app.AssignTo{Scope: rating.Tenant, Kind: usage.Callback}, From: when.MustParse("2026-01-01T05:00:00Z")})
	c.assigned(app.AssignCard{Tenant: name, Card: "retail", To: app.AssignTo{Scope: rating.Tenant, Kind: usage.Inbound}, From: when.MustParse("2026-09-01T04:00:00Z")})
	b.do(chromedp.Navigate(at+"/cards/system/1"), click(`#holds a[href$="/assign"]`), visible("#f-calls"),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("#f-calls").selectedIndex = 1`), click(`main form button[type=submit]`), visible(".confirm-lines"))
	b.do(click(`main a[href*="calls=center"]`), visible("#f-kind"))
	if got := ask[string](b, `document.querySelector("#f-calls").value`); got != "center" {
		t.Errorf("what was chosen is lost: %q", got)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#f-kind").value = "dialer"`), click(`main form button[type=submit]`), visible(".confirm-lines"))
	if got := ask[string](b, `document.querySelector(".confirm-lines").textContent`); !strings.Contains(got, "dialer calls of the whole center") {
		t.Errorf("says %s", got)
	}
	b.do(click(`main form button[type=submit]`), visible("main .alert-success"))
	end := `#holds a[href*="/end/"]`
	before := ask[int](b, `document.querySelectorAll('`+end+`').length`)
	b.do(click(end), visible("#f-at"), click(`main form button[type=submit]`), visible(".confirm-lines"), click(`main form button[type=submit]`), visible("main .alert-success"))
	if now := ask[int](b, `document.querySelectorAll('`+end+`').length`); now != before-1 || before != 3 {
		t.Errorf("%d can be ended, before %d", now, before)
	}
	publish(t, c.signedIn(as(tenant.Admin)(c)), tenantAt(c.tenants[0]), "fresh", "prefix,rate\n44,0.01\n", nil)
	b.look("card-fresh", at+"/cards/own/1")
	b.look("card-held", at+"/cards/system/1")
}
