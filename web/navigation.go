package web

import (
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
)

// item is a line of the menu. Need is the list that its route asks for.
type item struct {
	Title string
	Icon  string
	Path  string // of a tenant's page: below /t/{tenant}/
	Here  bool
	also  string // further pages below /t/{tenant}/ that belong to it; empty: none
	need  []access.Privilege
}

// group is lines of the menu that belong together.
type group struct {
	Title string
	Items []item
}

var operatorMenu = []group{
	{"Operator", []item{
		{Title: "Overview", Icon: "home", Path: "/operator", need: operators},
		{Title: "Tenants", Icon: "building-community", Path: "/operator/tenants", need: operators},
		{Title: "Rate cards", Icon: "cards", Path: "/operator/cards", need: operators},
		{Title: "Imports", Icon: "file-import", Path: "/operator/imports", need: operators},
		{Title: "Suspense", Icon: "clock-pause", Path: "/operator/suspense", need: operators},
		{Title: "Operators", Icon: "users", Path: "/operator/people", need: operators},
		{Title: "Activity", Icon: "list-details", Path: "/operator/activity", need: operators},
	}},
}

var tenantMenu = []group{
	{"", []item{
		{Title: "Overview", Icon: "layout-dashboard", Path: "", need: seers},
		{Title: "My usage", Icon: "headset", Path: "my-usage", need: agents},
		{Title: "Calls", Icon: "phone", Path: "calls", need: callers},
	}},
	{"Reports", []item{
		{Title: "Billing report", Icon: "report-money", Path: "reports/billing", need: reporters},
	}},
	{"Prices", []item{
		{Title: "Quote", Icon: "calculator", Path: "quote", need: raters},
		{Title: "Rate cards", Icon: "cards", Path: "cards", need: raters},
	}},
	{"Records", []item{
		{Title: "Imports", Icon: "file-import", Path: "imports", need: importers},
		{Title: "Suspense", Icon: "clock-pause", Path: "suspense", need: raters},
	}},
	{"Center", []item{
		{Title: "Users and teams", Icon: "users", Path: "users", also: "teams", need: people},
		{Title: "Campaigns", Icon: "speakerphone", Path: "campaigns", need: people},
		{Title: "Numbers", Icon: "hash", Path: "numbers", need: people},
		{Title: "Billing units", Icon: "sitemap", Path: "units", need: unitViewers},
		{Title: "API keys", Icon: "key", Path: "keys", need: integrators},
		{Title: "Activity", Icon: "list-details", Path: "activity", need: watchers},
		{Title: "Settings", Icon: "settings", Path: "settings", need: settlers},
	}},
}

// menu is what somebody finds in the menu while they look at a page of t (nil:
// none of a tenant).
func menu(p *auth.Person, t *tenant.Tenant, at string) (gs []group) {
	if p == nil {
		return nil
	}
	add := func(from []group, place func(string) string) {
		for _, g := range from {
			shown := group{Title: g.Title}
			for _, i := range g.Items {
				if !p.Can.HasAny(i.need...) {
					continue
				}
				i.Path = place(i.Path)
				i.Here = at == i.Path || i.Path != "/operator" && strings.Count(i.Path, "/") > 1 && strings.HasPrefix(at, i.Path+"/") ||
					i.also != "" && strings.HasPrefix(at+"/", place(i.also)+"/")
				shown.Items = append(shown.Items, i)
			}
			if len(shown.Items) > 0 {
				gs = append(gs, shown)
			}
		}
	}
	if p.Operator {
		add(operatorMenu, func(s string) string { return s })
	}
	if t == nil && !p.Operator {
		t = &tenant.Tenant{ID: p.Tenant}
	}
	if t != nil {
		before := len(gs)
		defer func() {
			// Its first lines are called like some of the operator's.
			if p.Operator && len(gs) > before {
				gs[before].Title = "This contact center"
			}
		}()
		add(tenantMenu, func(s string) string { return tenantPath(t.ID, s) })
	}
	return gs
}
