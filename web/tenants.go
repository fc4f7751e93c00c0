package web

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// tenants lists every tenant.
func (s *Site) tenants(w http.ResponseWriter, v *visit) error {
	ts, err := s.app.Store().Tenants(v.Context())
	if err != nil {
		return err
	}
	var facts map[tenant.ID]store.TenantFacts
	err = s.app.Store().View(v.Context(), tenant.System, func(tx *store.Tx) (err error) {
		facts, err = tx.TenantFacts()
		return err
	})
	if err != nil {
		return err
	}
	p := newList(v, "tenants", "Tenants", "/operator/tenants")
	p.About = "A tenant is a contact center with its own users, calls and books. Whoever opens a tenant's pages enters it, which its activity tells of."
	p.Buttons = []button{{Text: "Add tenant", Path: "/operator/tenants/new", Look: "btn-primary"}}
	p.heads("name: Tenant", "currency: Currency", "zone: Time zone", "country: Home", "users: Users+", "last: Last call", "created: Added")
	p.Empty = empty{Title: "No tenants yet", Text: "Add the first contact center.", Path: "/operator/tenants/new", Action: "Add a tenant"}
	used := map[string]bool{}
	for i := range ts {
		used[string(ts[i].Currency)] = true
	}
	var currencies []choice
	for _, c := range slices.Sorted(maps.Keys(used)) {
		currencies = append(currencies, choice{Value: c, Label: c})
	}
	currency := p.filter(v, "currency", "Currency", currencies...)
	quiet := p.filter(v, "calls", "Calls", choice{Value: "some", Label: "With calls"}, choice{Value: "none", Label: "Without any"})
	for i := range ts {
		t, f := &ts[i], facts[ts[i].ID]
		last := htmlCell(`<span class="text-secondary">never</span>`, 0)
		if f.LastDay != 0 {
			last = htmlCell(template.HTML(f.LastDay.String()), int64(f.LastDay))
		}
		home := textCell(t.Country.Name())
		home.Land = t.Country
		at := "/operator/tenants/" + tenantText(t.ID)
		p.add(listRow{
			Cells: []listCell{linkCell(t.Name, at), wordCell(string(t.Currency)), wordCell(t.Zone), home, countCell(f.Users), last,
				htmlCell(template.HTML(f.Created.UTCDay().String()), int64(f.Created))},
			Actions: []button{{Text: "Open", Said: t.Name + " as operator", Path: tenantPath(t.ID, ""), Look: "btn-sm"}},
		}, currency == "" || currency == string(t.Currency), quiet == "" || (quiet == "some") == (f.LastDay != 0))
	}
	return s.showList(w, v, http.StatusOK, p)
}

// newTenant shows the form of a tenant.
func (s *Site) newTenant(w http.ResponseWriter, v *visit) error {
	s.show(w, v.Request, http.StatusOK, "settings", "Add tenant", newTenantPage())
	return nil
}

func newTenantPage() *settingsPage {
	p := settingsOf(&tenant.Tenant{}, "")
	p.May, p.Adds, p.Submit, p.Back = true, true, "Add the tenant", "/operator/tenants"
	p.Hidden = nil
	for _, f := range p.Fields {
		switch f.Name {
		case "name":
			f.Autofocus = true
		case "currency":
			f.Required = true
		}
	}
	return p
}

func (s *Site) addTenant(w http.ResponseWriter, v *visit) error {
	p := newTenantPage()
	p.read(v.Request)
	t, err := p.tenant(&tenant.Tenant{})
	var added tenant.Tenant
	if err == nil {
		added, err = s.app.AddTenant(v.Context(), app.PutTenant{Tenant: t, Did: v.by().Did("tenant.add", "")})
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		if err := s.nameTaken(v, &p.form, &t, err); err != nil {
			return err
		}
		s.show(w, v.Request, p.status(), "settings", "Add tenant", p)
		return nil
	}
	s.auth.Put(v.Context(), "tenant", "The tenant "+added.Name+" is added.")
	http.Redirect(w, v.Request, "/operator/tenants/"+tenantText(added.ID), http.StatusSeeOther)
	return nil
}

// nameTaken puts an error that is about another tenant's name beside the name.
// Only operators are led to that tenant: others must not learn whose it is.
func (s *Site) nameTaken(v *visit, f *form, t *tenant.Tenant, why error) error {
	if !fault.Is(why, fault.Conflict) {
		return nil
	}
	other, err := s.app.Store().FindTenant(v.Context(), t.Name)
	if fault.Is(err, fault.NotFound) || err == nil && (other.ID == t.ID || other.Name != t.Name) {
		return nil
	}
	if err != nil {
		return err
	}
	name := f.field("name")
	f.Problem, name.Error = "", "This name is taken. Choose another."
	if v.person.Operator {
		name.Error, name.Link, name.LinkText = "A tenant of this name is there already.", "/operator/tenants/"+tenantText(other.ID), "Open it"
	}
	return nil
}

// tenantPage is what tenant.html shows to operators: what a tenant has, what it
// still needs, and what only an operator does to it.
type tenantPage struct {
	Tenant  *tenant.Tenant
	Facts   store.TenantFacts
	Cutoff  string
	Steps   []tenantStep
	Left    int // steps that are still to be done
	Billing string
	On      bool
	Closed  when.Day // the last billing day that is closed; zero: none is
	At      string
	Zone    *when.Zone
	Good    string
}

// tenantStep is something that a tenant needs before its calls are billed.
type tenantStep struct {
	Title, Text string
	Done        bool
	Path        string
	Action      string
}

// operatedOf is the tenant that an operator's address names.
func (s *Site) operatedOf(v *visit) (t tenant.Tenant, zone *when.Zone, err error) {
	id, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return t, nil, errNoPage
	}
	if t, err = s.app.Store().FindTenant(v.Context(), tenantText(tenant.ID(id))); err != nil {
		return t, nil, errNoPage
	}
	zone, err = when.LoadZone(t.Zone)
	return t, zone, err
}

func (s *Site) tenantPage(w http.ResponseWriter, v *visit) error {
	t, zone, err := s.operatedOf(v)
	if err != nil {
		return err
	}
	p := &tenantPage{Tenant: &t, Zone: zone, At: "/operator/tenants/" + tenantText(t.ID), Good: s.auth.Pop(v.Context(), "tenant"), Cutoff: when.FormatClock(int(t.Cutoff / when.Minute))}
	err = s.app.Store().View(v.Context(), tenant.System, func(tx *store.Tx) error {
		all, err := tx.TenantFacts()
		p.Facts = all[t.ID]
		return err
	})
	if err != nil {
		return err
	}
	err = s.app.Store().View(v.Context(), t.ID, func(tx *store.Tx) error { return p.fill(tx, &t) })
	if err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "tenant", t.Name, p)
	return nil
}

// fill looks up what the tenant has.
func (p *tenantPage) fill(tx *store.Tx, t *tenant.Tenant) error {
	logins, err := tx.Logins()
	if err != nil {
		return err
	}
	cards, err := tx.Assignments()
	if err != nil {
		return err
	}
	switches, err := tx.Switches()
	if err != nil {
		return err
	}
	account, err := tx.Account()
	if err != nil {
		return err
	}
	if account.ClosedThrough != 0 {
		p.Closed = p.Zone.Day(account.ClosedThrough - t.Cutoff - 1)
	}
	p.On, p.Billing = true, "on"
	own := false
	for _, one := range switches {
		if one.From > tx.Now || own && one.System {
			continue
		}
		own = own || !one.System
		p.On, p.Billing = one.On, map[bool]string{true: "on", false: "off"}[one.On]
	}
	at := func(page string) string { return tenantPath(t.ID, page) }
	p.Steps = []tenantStep{
		{"Users", "Add the people of the center, or import a file of them. Agents whom records name are listed by themselves.", p.Facts.Users > 0, at("users"), "Users"},
		{"A first sign-in", "Give an administrator of the center a link that sets a password.", len(logins) > 0, at("users"), "Sign-in links"},
		{"A rate card", "Without one, calls wait in suspense until there is one.", len(cards) > 0, at("cards/deck"), "Upload a deck"},
		{"Calls", "Import the records that the switch wrote, or send them by the API.", p.Facts.LastDay != 0, at("imports"), "Import calls"},
	}
	p.Left = 0
	for _, one := range p.Steps {
		if !one.Done {
			p.Left++
		}
	}
	return nil
}

// askBilling asks before a tenant's billing is switched.
func (s *Site) askBilling(w http.ResponseWriter, v *visit) error {
	t, _, err := s.operatedOf(v)
	if err != nil {
		return err
	}
	return s.confirmBilling(w, v, &t, v.URL.Query().Get("to"), &confirmPage{})
}

func (s *Site) confirmBilling(w http.ResponseWriter, v *visit, t *tenant.Tenant, to string, p *confirmPage) error {
	at := "/operator/tenants/" + tenantText(t.ID)
	p.Action, p.Back = at+"/billing", at
	p.Fields = []*field{{Name: "from", Label: "From when on", Type: "select", Of: []choice{{Value: "now", Label: "Calls answered from now on"}, {Value: "always", Label: "All calls"}}, Value: "now", Help: "Where billing was switched at a later instant already, that stays."}}
	if to == "on" {
		p.Hidden, p.Do = map[string]string{"to": "on"}, "Switch billing on"
		p.Lines = []string{"Calls are charged by the tenant's rate cards.", "Calls that are in the books already stay as they are until they are rated again."}
		return s.confirm(w, v, "Switch the billing of "+t.Name+" on?", p)
	}
	p.Hidden, p.Do, p.Danger = map[string]string{"to": "off"}, "Switch billing off", true
	p.Lines = []string{"Calls are kept and reported, at amount zero.", "Calls that are charged already stay so until they are rated again."}
	return s.confirm(w, v, "Switch the billing of "+t.Name+" off?", p)
}

func (s *Site) switchBilling(w http.ResponseWriter, v *visit) error {
	t, _, err := s.operatedOf(v)
	if err != nil {
		return err
	}
	to := v.PostFormValue("to")
	if to != "on" && to != "off" {
		return fault.New(fault.Invalid, "billing is switched on or off")
	}
	o := app.SwitchBilling{Tenant: t.ID, From: s.clock(), On: to == "on", Did: v.by().Did("tenant.billing", "")}
	if v.PostFormValue("from") == "always" {
		o.From = 0
	}
	if err := s.app.SwitchBilling(v.Context(), o); err != nil {
		return err
	}
	s.auth.Put(v.Context(), "tenant", "Billing is switched "+to+".")
	http.Redirect(w, v.Request, "/operator/tenants/"+tenantText(t.ID), http.StatusSeeOther)
	return nil
}

// askClose asks through which day a tenant's billing is to be closed.
func (s *Site) askClose(w http.ResponseWriter, v *visit) error {
	t, zone, err := s.operatedOf(v)
	if err != nil {
		return err
	}
	p := closeForm(&t)
	year, month, _ := zone.Day(s.clock() - t.Cutoff).Date()
	p.field("through").Value = when.DayOf(year, month, 1).Add(-1).String()
	return s.confirm(w, v, "Close the billing of "+t.Name, p)
}

func closeForm(t *tenant.Tenant) *confirmPage {
	at := "/operator/tenants/" + tenantText(t.ID)
	p := &confirmPage{Action: at + "/close", Back: at, Do: "Close through that day", Danger: true, Lines: []string{
		"Calls of closed days that come later are billed in the open period.",
		"What is closed is not opened again.",
	}}
	p.Fields = []*field{{Name: "through", Label: "The last day that is closed", Type: "date", Required: true, Help: "A billing day that is over, in the tenant's time zone."}}
	return p
}

func (s *Site) closeTenant(w http.ResponseWriter, v *visit) error {
	t, _, err := s.operatedOf(v)
	if err != nil {
		return err
	}
	p := closeForm(&t)
	p.read(v.Request)
	day, err := when.ParseDay(p.value("through"))
	if err != nil {
		err = fault.Inputs{{Field: "through", Value: fault.Cut(p.value("through")), Reason: "not a day such as 2026-06-30"}}
	} else {
		err = s.app.Close(v.Context(), app.Close{Tenant: t.ID, Through: day, Did: v.by().Did("tenant.close", "")})
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		return s.confirm(w, v, "Close the billing of "+t.Name, p)
	}
	s.auth.Put(v.Context(), "tenant", "Billing is closed through "+day.String()+".")
	http.Redirect(w, v.Request, "/operator/tenants/"+tenantText(t.ID), http.StatusSeeOther)
	return nil
}

// leaveTenant ends an operator's stay in a tenant.
func (s *Site) leaveTenant(w http.ResponseWriter, v *visit) error {
	if err := s.auth.ActIn(v.Context(), tenant.System); err != nil {
		return err
	}
	http.Redirect(w, v.Request, "/operator", http.StatusSeeOther)
	return nil
}
