package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// tenantTable is the list of tenants with what each used.
type tenantTable struct {
	Heads []headView
	Rows  []tenantLine
	From  int // of the first row, counted from 1
	To    int
	Of    int
	Pages pager
}

type tenantLine struct {
	*app.TenantOverview
	Path     string
	Suspense string
	Imports  string
	Rate     string
	Minutes  int64
	Waiting  int64
	LastAgo  string
}

// tenantColumn is one column of the table and how it sorts, upwards.
type tenantColumn struct {
	key, name string
	right     bool
	compare   func(a, b *app.TenantOverview) int
}

var tenantColumns = []tenantColumn{
	{"name", "Tenant", false, func(a, b *app.TenantOverview) int { return 0 }}, // as they come
	{"calls", "Calls", true, func(a, b *app.TenantOverview) int { return cmp.Compare(a.Total.Calls, b.Total.Calls) }},
	{"answered", "Answered", true, func(a, b *app.TenantOverview) int { return cmp.Compare(answerShare(&a.Total), answerShare(&b.Total)) }},
	{"minutes", "Minutes", true, func(a, b *app.TenantOverview) int { return cmp.Compare(a.Total.Billed, b.Total.Billed) }},
	{"revenue", "Revenue", true, func(a, b *app.TenantOverview) int {
		return cmp.Or(cmp.Compare(b.Currency, a.Currency), cmp.Compare(a.Total.Amount, b.Total.Amount))
	}},
	{"suspense", "In suspense", true, func(a, b *app.TenantOverview) int {
		return cmp.Compare(a.Calls+a.Records, b.Calls+b.Records)
	}},
	{"import", "Last import", false, func(a, b *app.TenantOverview) int { return cmp.Compare(a.LastRun, b.LastRun) }},
}

// answerShare is the answer rate in thousandths; −1 where there is none.
func answerShare(s *usage.Sums) int64 {
	if s.Told() <= 0 {
		return -1
	}
	return s.Answered * 1000 / s.Told()
}

// tenantsOnPage is how many tenants a page of the table has.
const tenantsOnPage = 50

// tableOfTenants sorts tenants as the address says and lays out one page of them.
func tableOfTenants(ts []app.TenantOverview, u *url.URL, now when.Instant) tenantTable {
	q := u.Query()
	by, down := strings.CutPrefix(q.Get("sort"), "-")
	if !slices.ContainsFunc(tenantColumns, func(c tenantColumn) bool { return c.key == by }) {
		by, down = "calls", true
	}
	link := func(name, value string) string {
		return withQuery(u, "page", "", name, value) + "#tenants"
	}
	all := make([]*app.TenantOverview, len(ts))
	for i := range ts {
		all[i] = &ts[i]
	}
	t := tenantTable{Of: len(all), Pages: pager{BeforeText: "Previous", AfterText: "Next"}}
	for _, c := range tenantColumns {
		h := headView{Name: c.name, Right: c.right, Sort: "none", Title: "sort by " + c.name}
		next := "-" + c.key
		if c.key == "name" {
			next = c.key
		}
		if c.key == by {
			h.Sort, next = "ascending", "-"+c.key
			if down {
				h.Sort, next = "descending", c.key
			}
			slices.SortStableFunc(all, c.compare)
			if down {
				slices.Reverse(all)
			}
		}
		h.URL = link("sort", next)
		t.Heads = append(t.Heads, h)
	}
	page, err := strconv.Atoi(q.Get("page"))
	if last := max(0, len(all)-1)/tenantsOnPage + 1; err != nil || page < 1 || page > last {
		page = 1
	}
	from := (page - 1) * tenantsOnPage
	rows := all[from:min(len(all), from+tenantsOnPage)]
	t.From, t.To = from+1, from+len(rows)
	if t.To < t.Of {
		t.Pages.After = link("page", strconv.Itoa(page+1))
	}
	if page > 1 {
		t.Pages.Before = link("page", strconv.Itoa(page-1))
	}
	for _, x := range rows {
		const minute = 60
		t.Rows = append(t.Rows, tenantLine{
			TenantOverview: x, Path: tenantPath(x.ID, ""), Suspense: tenantPath(x.ID, "suspense"), Imports: "/operator/imports?of=" + tenantText(x.ID),
			Rate: percent(x.Total.Answered, x.Total.Told()), Minutes: x.Total.Billed / minute, Waiting: x.Calls + x.Records, LastAgo: ago(x.LastRun, now),
		})
	}
	return t
}
