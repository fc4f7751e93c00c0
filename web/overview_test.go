package web_test

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// roll puts a roll-up into a tenant's books, as an import would.
func (c *center) roll(id tenant.ID, day when.Day, seg int64, ds ...usage.Delta) {
	c.t.Helper()
	var enc segment.Encoder
	data, err := enc.Rollups(nil, ds, segment.Planes)
	must(c.t, err)
	must(c.t, c.app.Store().Update(c.t.Context(), id, store.Interactive, func(tx *store.Tx) error {
		return tx.PutRollup(&store.Rollup{BilledDay: day, Period: day.Month(), Seg: seg, Data: data})
	}))
}

// TestOverviewFigures reads the four figures and what they are compared with:
// where all is known, where answers are known in part or not at all, and where
// an amount is less than nothing.
func TestOverviewFigures(t *testing.T) {
	const period, before = when.Day(20260620), when.Day(20260619)
	voice := usage.DeltaKey{Kind: usage.Manual, Campaign: 1}
	for _, x := range []struct {
		name        string
		now, before usage.Sums
		say         []string
		not         []string
	}{
		{"all is known", usage.Sums{Calls: 200, Answered: 150, Seconds: 150 * 125, Billed: 18000, Amount: 12_500_000}, usage.Sums{Calls: 100, Answered: 50, Billed: 6000, Amount: 10_000_000},
			[]string{"75.0 %", "+25.0 points", "Answered calls last 2:05 on average", "+25.0 %", "+100.0 %", "2026-06-19"}, []string{"Not known", "came in since"}},
		{"fewer", usage.Sums{Calls: 50, Answered: 5, Amount: 1_000_000}, usage.Sums{Calls: 100, Answered: 50, Amount: 2_000_000},
			[]string{"10.0 %", "−40.0 points", "−50.0 %"}, nil},
		{"nothing before", usage.Sums{Calls: 50, Answered: 5, Amount: 1_000_000}, usage.Sums{},
			[]string{"more"}, []string{"points", "∞", "NaN"}},
		{"answers are known of some", usage.Sums{Calls: 100, Untold: 60, Answered: 20}, usage.Sums{Calls: 9, Untold: 9},
			[]string{"50.0 %", "Of the 40 calls that came in since answers are counted."}, []string{"points", "on average"}},
		{"answers are known of none", usage.Sums{Calls: 100, Untold: 100, Seconds: 500}, usage.Sums{Calls: 9, Answered: 3},
			[]string{"Not known: these calls came in before answers were counted."}, []string{"points", "0.0 %", "on average"}},
		{"less than nothing", usage.Sums{Calls: 1, Amount: -3_500_000}, usage.Sums{Calls: 1, Amount: -5_000_000},
			[]string{"−3.50", `value="0"`}, []string{"NaN"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c, v := console(t)
			quiet := tenant.Tenant{Name: strings.Repeat("long ", 39) + "name", Currency: "USD", Zone: "UTC"}
			must(t, c.app.Store().AddTenant(t.Context(), &quiet))
			camp := tenant.Campaign{Code: "<script>שלום🎧" + strings.Repeat("x", 180)}
			must(t, c.app.Store().Update(t.Context(), quiet.ID, store.Interactive, func(tx *store.Tx) error { return tx.PutCampaign(&camp) }))
			c.roll(quiet.ID, period, 1, usage.Delta{Key: voice, Sums: x.now})
			if !x.before.IsZero() {
				c.roll(quiet.ID, before, 2, usage.Delta{Key: voice, Sums: x.before})
			}
			path := fmt.Sprintf("%s/?from=%s&to=%s", tenantAt(quiet), period, period)
			a := v.get(path)
			if a.status != http.StatusOK {
				t.Fatalf("%d\n%s", a.status, a.body)
			}
			strict(t, path, a)
			for _, want := range x.say {
				if !strings.Contains(html.UnescapeString(a.body), want) {
					t.Errorf("the page does not say %q\n%s", want, a.body)
				}
			}
			for _, no := range append(x.not, "<script>ש") {
				if strings.Contains(a.body, no) {
					t.Errorf("the page says %q\n%s", no, a.body)
				}
			}
		})
	}
}

// TestOverviewEmpty looks at books without calls, at days without any, and as an
// agent who takes none.
func TestOverviewEmpty(t *testing.T) {
	c, v := console(t)
	none := tenant.Tenant{Name: "none", Currency: "USD", Zone: "UTC"}
	must(t, c.app.Store().AddTenant(t.Context(), &none))
	if a := v.get(tenantAt(none) + "/"); !strings.Contains(a.body, "No calls yet") || len(a.find("canvas", "", "")) != 0 {
		t.Errorf("books without calls\n%s", a.body)
	}
	if a := v.get(tenantAt(c.tenants[0]) + "/?from=2025-01-01&to=2025-01-31"); !strings.Contains(a.body, "The newest calls began on 2026-0") {
		t.Errorf("days without calls\n%s", a.body)
	}
	if a := v.get(tenantAt(c.tenants[0]) + "/?from=2025-07-01&to=2026-06-30"); len(a.find("canvas", "", "")) != 1 || !strings.Contains(a.body, "Spend by month") {
		t.Errorf("a year\n%s", a.body)
	}
	idle := tenant.User{Username: "idle", Display: "Idle", Email: "idle@example.com", State: tenant.Active}
	must(t, c.app.Store().Update(t.Context(), c.tenants[0].ID, store.Interactive, func(tx *store.Tx) error { return tx.PutUser(&idle) }))
	c.login(c.tenants[0].ID, idle.ID)
	a := c.signedIn(idle.Email).get(tenantAt(c.tenants[0]) + "/my-usage?period=last-month")
	if a.status != http.StatusOK || !strings.Contains(a.body, "None of your calls was billed on these days.") || strings.Contains(a.body, "suspense") {
		t.Errorf("an agent without calls: %d\n%s", a.status, a.body)
	}
}

// TestOperatorOverviewPage compares the operator's page with its parts: revenue
// of each currency by itself, cost only where a carrier's price is known.
func TestOperatorOverviewPage(t *testing.T) {
	c, v := console(t)
	const path = "/operator?period=last-month"
	a := v.get(path)
	if !strings.Contains(a.body, "No call of these days has a carrier's price") || len(a.find("canvas", "", "")) != 3 {
		t.Errorf("without costs\n%s", a.body)
	}
	c.roll(c.tenants[0].ID, 20260620, 77, usage.Delta{Key: usage.DeltaKey{Kind: usage.Manual}, Sums: usage.Sums{Cost: 4_000_000}})
	a = v.get(path)
	if !strings.Contains(a.body, "margin, ") || !strings.Contains(a.body, "not known") {
		t.Errorf("with costs in one currency\n%s", a.body)
	}
	day := storetest.Now.UTCDay()
	lost := tenant.Tenant{Name: "Lost & found", Currency: "EUR", Zone: "UTC"}
	must(t, c.app.Store().AddTenant(t.Context(), &lost))
	for i := range 5 {
		c.roll(lost.ID, day.Add(-9-i), int64(i), usage.Delta{Key: usage.DeltaKey{Kind: usage.Manual}, Sums: usage.Sums{Calls: 3, Answered: 1}})
	}
	if a := v.get("/operator"); !strings.Contains(a.body, "Lost &amp; found</a> (9 days ago)") || !strings.Contains(a.body, "no calls for 9 days") {
		t.Errorf("a tenant whose records stopped coming does not stand out\n%s", a.body)
	}
}
