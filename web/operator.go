package web

import (
	"net/http"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

type tenantRow struct {
	tenant.Tenant
	Path string
}

// tenantsPage is what tenants.html shows.
type tenantsPage struct {
	form
	Rows []tenantRow
	Open bool // the form is open
}

func newTenantForm() form {
	return form{Fields: []*field{
		{Name: "name", Label: "Name", Required: true},
		{Name: "currency", Label: "Currency", Value: "USD", Required: true, Help: "Three letters, such as EUR."},
		{Name: "zone", Label: "Time zone of its billing days", Value: "Europe/London", Required: true},
		{Name: "country", Label: "Home country of its numbers", Help: "Two letters, such as GB. Empty: call records must write numbers in full."},
	}}
}

func (s *Site) tenants(w http.ResponseWriter, v *visit) error {
	return s.showTenants(w, v, &tenantsPage{form: newTenantForm()})
}

func (s *Site) showTenants(w http.ResponseWriter, v *visit, p *tenantsPage) error {
	ts, err := s.app.Store().Tenants(v.Context())
	if err != nil {
		return err
	}
	for _, t := range ts {
		p.Rows = append(p.Rows, tenantRow{Tenant: t, Path: tenantPath(t.ID, "")})
	}
	p.Open = p.status() != http.StatusOK || len(ts) == 0
	s.show(w, v.Request, p.status(), "tenants", "Tenants", p)
	return nil
}

func (s *Site) addTenant(w http.ResponseWriter, v *visit) error {
	p := &tenantsPage{form: newTenantForm()}
	p.read(v.Request)
	t, err := readTenant(&p.form)
	if err == nil {
		err = s.app.Store().AddTenant(v.Context(), &t)
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		return s.showTenants(w, v, p)
	}
	v.tenant = &t
	if err := s.did(v, "tenant.add", t.Name); err != nil {
		return err
	}
	http.Redirect(w, v.Request, tenantPath(t.ID, ""), http.StatusSeeOther)
	return nil
}

// readTenant makes a tenant of a form; all mistakes come at once.
func readTenant(f *form) (t tenant.Tenant, err error) {
	value := func(name string) string { return strings.TrimSpace(f.field(name).Value) }
	var wrong fault.Inputs
	bad := func(name string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: name, Value: fault.Cut(value(name)), Reason: strings.TrimSuffix(sentence(err), ".")})
		}
	}
	t.Name, t.Zone = value("name"), value("zone")
	bad("name", tenant.CheckName("tenant", t.Name))
	t.Currency, err = money.ParseCurrency(strings.ToUpper(value("currency")))
	bad("currency", err)
	_, err = when.LoadZone(t.Zone)
	bad("zone", err)
	if code := value("country"); code != "" {
		t.Country, err = phone.ParseCountry(strings.ToUpper(code))
		bad("country", err)
	}
	return t, wrong.Err()
}

// leaveTenant ends an operator's stay in a tenant.
func (s *Site) leaveTenant(w http.ResponseWriter, v *visit) error {
	if err := s.auth.ActIn(v.Context(), tenant.System); err != nil {
		return err
	}
	http.Redirect(w, v.Request, "/operator", http.StatusSeeOther)
	return nil
}
