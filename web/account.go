package web

import (
	"context"
	"net/http"
	"strconv"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// accountPage is what account.html shows: one's own password and sessions.
type accountPage struct {
	form
	Person   *auth.Person
	Sessions []auth.Session
	Zone     *when.Zone // the tenant's; nil: an operator has none
	Good     string
}

func newAccount() *accountPage {
	return &accountPage{form: form{Fields: []*field{
		{Name: "current", Label: "Present password", Type: "password", Autocomplete: "current-password", Required: true},
		{Name: "password", Label: "New password", Type: "password", Autocomplete: "new-password", Required: true, Help: "At least twelve characters."},
	}}}
}

func (s *Site) account(w http.ResponseWriter, v *visit) error {
	p := newAccount()
	p.Good = s.auth.Pop(v.Context(), "account")
	return s.showAccount(w, v, p)
}

func (s *Site) showAccount(w http.ResponseWriter, v *visit, p *accountPage) error {
	var err error
	p.Person = v.person
	if !v.person.Operator {
		t, err := s.app.Store().FindTenant(v.Context(), tenantText(v.person.Tenant))
		if err != nil {
			return err
		}
		if p.Zone, err = when.LoadZone(t.Zone); err != nil {
			return err
		}
		v.Request = v.WithContext(context.WithValue(v.Context(), tenantKey{}, &t))
	}
	if p.Sessions, err = s.auth.Sessions(v.Context(), v.person, v.person.Login); err != nil {
		return err
	}
	s.show(w, v.Request, p.status(), "account", "Your login", p)
	return nil
}

func (s *Site) changePassword(w http.ResponseWriter, v *visit) error {
	p := newAccount()
	p.read(v.Request)
	if err := s.auth.ChangePassword(v.Context(), p.Fields[0].Value, p.Fields[1].Value); err != nil {
		if !p.blame(err) {
			return err
		}
		return s.showAccount(w, v, p)
	}
	s.auth.Put(v.Context(), "account", "Your password is changed, and your other sessions have ended.")
	http.Redirect(w, v.Request, "/account", http.StatusSeeOther)
	return nil
}

// everyOther stands in a form for all sessions but the one that asks.
const everyOther = "others"

func (s *Site) revokeSession(w http.ResponseWriter, v *visit) error {
	if v.PostFormValue("session") == everyOther {
		if s.asks(w, v, "Sign out everywhere but here?", &confirmPage{Lines: []string{"Every other session of yours ends at once."}, Do: "Sign out everywhere else", Back: "/account"}) {
			return nil
		}
		if err := s.auth.RevokeAll(v.Context(), v.person, v.person.Login); err != nil {
			return err
		}
		s.auth.Put(v.Context(), "account", "You are signed out everywhere but here.")
		http.Redirect(w, v.Request, "/account", http.StatusSeeOther)
		return nil
	}
	id, err := strconv.ParseInt(v.PostFormValue("session"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "there is no such session")
	}
	if err := s.auth.Revoke(v.Context(), v.person, v.person.Login, id); err != nil {
		return err
	}
	http.Redirect(w, v.Request, "/account", http.StatusSeeOther)
	return nil
}
