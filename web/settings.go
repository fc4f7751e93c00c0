package web

import (
	"net/http"

	"tollkeeper/core/tenant"
)

// settingsPage is what settings.html shows.
type settingsPage struct {
	form
	May  bool
	Good string
}

func settingsForm(t *tenant.Tenant) form {
	return form{Fields: []*field{
		{Name: "name", Label: "Name", Value: t.Name, Required: true},
		{Name: "currency", Label: "Currency of the account", Value: string(t.Currency), Required: true, Help: "It can change only while there are no charges."},
		{Name: "zone", Label: "Time zone of billing days", Value: t.Zone, Required: true, Help: "It can change only while there are no charges."},
		{Name: "country", Label: "Home country of its numbers", Value: t.Country.String(), Help: "Two letters. Numbers that are not written in full are read by its dial plan."},
	}}
}

func (s *Site) settings(w http.ResponseWriter, v *visit) error {
	p := &settingsPage{form: settingsForm(v.tenant), May: v.may(setters...), Good: s.auth.Pop(v.Context(), "settings")}
	s.show(w, v.Request, http.StatusOK, "settings", "Settings", p)
	return nil
}

func (s *Site) setSettings(w http.ResponseWriter, v *visit) error {
	p := &settingsPage{form: settingsForm(v.tenant), May: true}
	p.read(v.Request)
	t, err := readTenant(&p.form)
	if err == nil {
		t.ID, t.Plan, t.Cutoff = v.tenant.ID, v.tenant.Plan, v.tenant.Cutoff
		err = s.app.SetTenant(v.Context(), &t)
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		s.show(w, v.Request, p.status(), "settings", "Settings", p)
		return nil
	}
	if err := s.did(v, "tenant.change", t.Name); err != nil {
		return err
	}
	s.auth.Put(v.Context(), "settings", "The settings are kept.")
	http.Redirect(w, v.Request, v.at("settings"), http.StatusSeeOther)
	return nil
}
