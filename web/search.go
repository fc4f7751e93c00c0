package web

import (
	"net/http"
	"net/url"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// searchPage is what search.html shows.
type searchPage struct {
	Query   string
	At      string // its own address
	Short   bool   // the text has too few signs
	Groups  []searchGroup
	Notes   []string // what was not looked through
	Empty   empty
	Numbers bool // calls can be found by number
}

// searchGroup is what was found of one kind.
type searchGroup struct {
	Title, Icon string
	Hits        []searchHit
	More        int    // found, but not listed
	All         string // address of all of them; empty: there is none
	AllText     string
}

// searchHit is one line: a link, and what tells it from others.
type searchHit struct {
	Path, Name, About string
	Flag              phone.Country
	Zone              *when.Zone
	At                when.Instant // of a call
	Number            bool
}

// searchPath is where somebody searches who looks at pages of t; empty: they may
// not.
func searchPath(p *auth.Person, t *tenant.Tenant) string {
	switch {
	case p == nil:
		return ""
	case t != nil && p.Can.HasAny(searchers...):
		return tenantPath(t.ID, "search")
	case p.Operator:
		return "/operator/search"
	case p.Can.HasAny(searchers...):
		return tenantPath(p.Tenant, "search")
	}
	return ""
}

func (s *Site) search(w http.ResponseWriter, v *visit) error {
	p := &searchPage{Query: strings.TrimSpace(v.URL.Query().Get("q")), At: v.URL.Path}
	ask := app.Search{Tenant: v.tenant, Text: p.Query}
	for _, g := range []struct {
		need  []access.Privilege
		among app.SearchGroups
	}{{operators, app.SearchTenants}, {people, app.SearchPeople}, {callers, app.SearchCalls}, {callersOfNumbers, app.SearchNumbers}, {raters, app.SearchCards}} {
		if v.may(g.need...) {
			ask.Among |= g.among
		}
	}
	if v.tenant == nil {
		ask.Among |= app.SearchCards
	}
	p.Numbers = ask.Among&app.SearchNumbers != 0
	p.Short = p.Query != "" && len([]rune(p.Query)) < app.SearchLeast
	f, err := s.app.Search(v.Context(), ask)
	if err != nil {
		return err
	}
	p.tenants(f)
	if v.tenant != nil {
		p.calls(v, f)
		p.people(v, f)
	}
	p.cards(v, f)
	p.Empty = empty{Title: "Nothing found", Text: "Nothing here is called “" + p.Query + "”. Try a part of the name, or fewer digits."}
	s.show(w, v.Request, http.StatusOK, "search", "Search", p)
	return nil
}

// group adds a group, if there is anything in it.
func (p *searchPage) group(g searchGroup) {
	if len(g.Hits) > 0 {
		p.Groups = append(p.Groups, g)
	}
}

func (p *searchPage) tenants(f *app.Found) {
	g := searchGroup{Title: "Tenants", Icon: "building-community", More: f.Tenants.More, All: "/operator/tenants", AllText: "All tenants"}
	for _, t := range f.Tenants.List {
		g.Hits = append(g.Hits, searchHit{Path: tenantPath(t.ID, ""), Name: t.Name, About: string(t.Currency) + ", " + t.Zone})
	}
	p.group(g)
}

// calls lists those of that name and those of that number.
func (p *searchPage) calls(v *visit, f *app.Found) {
	g := searchGroup{Title: "Calls of that name", Icon: "phone"}
	for _, c := range f.Named {
		hit := searchHit{Path: v.at("calls/" + c.Day.String() + "/" + c.Call), Name: c.Call, About: "of " + c.Day.String(), Number: true}
		if c.ID != "" {
			hit.Name, hit.About = c.ID, strings.TrimSpace(c.Source+" "+c.Leg)+", of "+c.Day.String()
		}
		g.Hits = append(g.Hits, hit)
	}
	p.group(g)
	if f.Since != 0 && len(f.Named) == 0 {
		p.Notes = append(p.Notes, "Calls by their switch's id were looked for from "+f.Since.String()+" on.")
	}
	q := url.Values{"number": {f.Digits}, "from": {f.Days.From.String()}, "to": {f.Days.To.String()}}
	g = searchGroup{Title: "Newest calls with that number", Icon: "phone-call", All: queried(v.at("calls"), q), AllText: "All of them in the list of calls"}
	for i := range f.Calls {
		c := &f.Calls[i]
		g.Hits = append(g.Hits, searchHit{
			Path: v.at("calls/" + c.Day.String() + "/" + c.Identity.String()), Name: c.Calling.String() + " → " + c.Called.String(),
			Flag: c.Country, At: c.Started, Zone: v.zone, About: kindTitle(c.Kind), Number: true,
		})
	}
	p.group(g)
	if f.Digits != "" && len(f.Calls) == 0 {
		p.Notes = append(p.Notes, "No call from "+f.Days.From.String()+" to "+f.Days.To.String()+" has a number that begins or ends with "+f.Digits+". The list of calls looks in other periods.")
	}
}

// people lists users, teams, campaigns and the center's own numbers.
func (p *searchPage) people(v *visit, f *app.Found) {
	find := func(page, name string) string { return v.at(page) + "?search=" + url.QueryEscape(name) }
	g := searchGroup{Title: "Users", Icon: "users", More: f.Users.More, All: find("users", p.Query), AllText: "All in the list of users"}
	for i := range f.Users.List {
		u := &f.Users.List[i]
		hit := searchHit{Path: find("users", u.Username), Name: u.Name(), About: u.Role.String()}
		if u.Display != "" {
			hit.About = u.Username + ", " + hit.About
		}
		if v.may(peoplers...) {
			hit.Path = v.at("users/" + idText(u.ID) + "/edit")
		}
		if u.State != tenant.Active {
			hit.About += ", " + u.State.String()
		}
		g.Hits = append(g.Hits, hit)
	}
	p.group(g)
	g = searchGroup{Title: "Teams", Icon: "users-group", More: f.Teams.More}
	for _, t := range f.Teams.List {
		g.Hits = append(g.Hits, searchHit{Path: find("users", t.Name), Name: t.Name, About: "its users"})
	}
	p.group(g)
	g = searchGroup{Title: "Campaigns", Icon: "speakerphone", More: f.Campaigns.More, All: find("campaigns", p.Query), AllText: "All in the list of campaigns"}
	for _, c := range f.Campaigns.List {
		g.Hits = append(g.Hits, searchHit{Path: find("campaigns", c.Code), Name: c.Code, About: c.Name})
	}
	p.group(g)
	g = searchGroup{Title: "Numbers of the center", Icon: "hash", More: f.Numbers.More, All: find("numbers", f.Digits), AllText: "All in the list of numbers"}
	for _, n := range f.Numbers.List {
		g.Hits = append(g.Hits, searchHit{Path: find("numbers", n.Number.String()), Name: "+" + n.Number.String(), About: phone.CountryOf(n.Number).Name(), Flag: phone.CountryOf(n.Number), Number: true})
	}
	p.group(g)
}

func (p *searchPage) cards(v *visit, f *app.Found) {
	g := searchGroup{Title: "Rate cards", Icon: "cards", More: f.Cards.More, All: v.place("cards"), AllText: "All rate cards"}
	for i := range f.Cards.List {
		c := &f.Cards.List[i]
		hit := searchHit{Path: v.place("cards/system/" + idText(c.ID)), Name: c.Name, About: "of the system"}
		if c.Own {
			hit = searchHit{Path: v.place("cards/own/" + idText(c.ID)), Name: c.Name, About: "the center's own"}
		}
		g.Hits = append(g.Hits, hit)
	}
	p.group(g)
}
