package web_test

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// roll puts a roll-up of a codec version into a tenant's books: a hundred rows
// that this version wrote, of which the first did not know who answered.
func (c *center) roll(id tenant.ID, day when.Day, version int) {
	c.t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("../format/segment/testdata/v%d-rollups-planes.bin", version))
	must(c.t, err)
	must(c.t, c.app.Store().Update(c.t.Context(), id, store.Interactive, func(tx *store.Tx) error {
		return tx.PutRollup(&store.Rollup{BilledDay: day, Period: day.Month(), Seg: int64(version), Data: data})
	}))
}

// counts is calls of a minute and five seconds, and calls that nobody answered.
type counts struct{ answered, unanswered int }

// records are lines of such calls on a day.
func (n counts) records(campaign string, day when.Day) string {
	var b strings.Builder
	for i := range n.answered + n.unanswered {
		answered := fmt.Sprintf("%sT12:00:05Z", day)
		if i >= n.answered {
			answered = ""
		}
		fmt.Fprintf(&b, "%s-%d,%q,+12015550100,+12015550123,%sT12:00:00Z,%s,%sT12:01:10Z\n", day, i, campaign, day, answered, day)
	}
	return b.String()
}

// taken imports lines of calls for a tenant.
func (c *center) taken(owner, lines string) {
	c.t.Helper()
	head := "call_id,campaign,calling,called,started_at,answered_at,ended_at\n"
	_, err := c.app.ImportCalls(c.t.Context(), app.ImportCalls{Path: "few.csv", Input: strings.NewReader(head + lines), Tenant: owner, Source: "few"}, nil)
	must(c.t, err)
}

// TestOverviewFigures reads the four figures and what they are compared with:
// where all is known, where answers are known in part or not at all.
func TestOverviewFigures(t *testing.T) {
	const period, before = when.Day(20260620), when.Day(20260619)
	code := "<script>שלום🎧" + strings.Repeat("x", 180)
	for _, x := range []struct {
		name        string
		now, before counts
		versions    []int // of roll-ups beside the calls, on the day itself
		say, not    []string
	}{
		{"all is known", counts{150, 50}, counts{50, 50}, nil,
			[]string{"75.0 %", "+25.0 points", "Answered calls last 1:05 on average", "+100.0 %", "was 100", "2026-06-19"}, []string{"Not known", "came in since"}},
		{"fewer", counts{5, 45}, counts{50, 50}, nil, []string{"10.0 %", "−40.0 points", "−50.0 %", "−90.0 %"}, nil},
		{"the same", counts{5, 5}, counts{5, 5}, nil, []string{"unchanged"}, []string{"points"}},
		{"nothing before", counts{5, 5}, counts{}, nil, []string{"50.0 %", "more"}, []string{"points", "∞", "NaN"}},
		{"answers are known of some", counts{20, 20}, counts{}, []int{1},
			[]string{"50.0 %", "Of the 40 calls that came in since answers are counted."}, []string{"points", "on average"}},
		{"answers are known of none", counts{}, counts{3, 3}, []int{1},
			[]string{"Not known: these calls came in before answers were counted."}, []string{"points", "0.0 %", "on average"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c, v := console(t)
			few := tenant.Tenant{Name: strings.Repeat("long ", 39) + "name", Currency: "USD", Zone: "UTC"}
			must(t, c.app.Store().AddTenant(t.Context(), &few))
			must(t, c.app.Store().Update(t.Context(), few.ID, store.Interactive, func(tx *store.Tx) error {
				return tx.PutCampaign(&tenant.Campaign{Code: code})
			}))
			c.taken(few.Name, x.now.records(code, period)+x.before.records(code, before))
			for _, version := range x.versions {
				c.roll(few.ID, period, version)
			}
			path := fmt.Sprintf("%s/?from=%s&to=%s", tenantAt(few), period, period)
			a := v.get(path)
			if a.status != http.StatusOK {
				t.Fatalf("%d\n%s", a.status, a.body)
			}
			strict(t, path, a)
			for _, want := range x.say {
				if !strings.Contains(words(a), want) {
					t.Errorf("the page does not say %q\n%s", want, words(a))
				}
			}
			for _, no := range x.not {
				if strings.Contains(words(a), no) {
					t.Errorf("the page says %q\n%s", no, words(a))
				}
			}
			if strings.Contains(a.body, "<script>ש") {
				t.Error("a campaign's name is a script")
			}
		})
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words is a page's text.
func words(a answer) string { return html.UnescapeString(tags.ReplaceAllString(a.body, "")) }

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
	c.roll(c.tenants[0].ID, 20260620, 2) // its rows have costs
	a = v.get(path)
	if !strings.Contains(a.body, "margin, ") || !strings.Contains(a.body, "not known") {
		t.Errorf("with costs in one currency\n%s", a.body)
	}
	day := storetest.Now.UTCDay()
	lost := tenant.Tenant{Name: "Lost & found", Currency: "EUR", Zone: "UTC"}
	must(t, c.app.Store().AddTenant(t.Context(), &lost))
	var lines string
	for i := range 5 {
		lines += counts{1, 2}.records("", day.Add(-9-i))
	}
	c.taken(lost.Name, lines)
	if a := v.get("/operator"); !strings.Contains(a.body, "Lost &amp; found</a> (9 days ago)") || !strings.Contains(a.body, "no calls for 9 days") {
		t.Errorf("a tenant whose records stopped coming does not stand out\n%s", a.body)
	}
}

// TestOverviewOfWrongDays asks for days that cannot be: the page says so, keeps
// what was typed, and shows another period.
func TestOverviewOfWrongDays(t *testing.T) {
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	admin, operator := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email), c.signedIn("operator@example.com")
	for _, one := range []struct {
		v    *visitor
		path string
	}{{admin, tenantAt(c.tenants[0]) + "/"}, {operator, "/operator"}} {
		for query, reason := range map[string]string{
			"?from=2026-06-30&to=2026-06-01": "ends before it begins",
			"?from=soon&to=2026-06-01":       "not a day",
			"?from=2001-01-01&to=2026-06-01": "more than three years",
			"?period=someday":                "not the name of a period",
		} {
			a := one.v.get(one.path + query)
			said := strings.Contains(a.body, reason) && strings.Contains(a.body, "Another period is shown.")
			if a.status != http.StatusUnprocessableEntity || !said || len(a.find("canvas", "role", "img")) == 0 {
				t.Errorf("%s: %d, %d charts: %s", one.path+query, a.status, len(a.find("canvas", "role", "img")), a.heading())
			}
			if from := a.find("input", "name", "from"); strings.Contains(query, "soon") && (len(from) == 0 || from[0].attrs["value"] != "soon") {
				t.Errorf("%s: what was typed is lost: %v", query, from)
			}
		}
	}
}
