package web

import (
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// loginPage is what login.html shows: how a user of a tenant, or an operator,
// signs in, and where they are signed in.
type loginPage struct {
	Name     string // whose
	Email    string
	Username string
	Has      bool // a login
	Ready    bool // it has a password
	Off      bool
	Self     bool
	Active   bool // the user is; others cannot sign in
	SignedIn when.Instant
	Sessions []auth.Session
	At       string // address of the page, below which its actions are
	Back     button
	Link     string // a one-time link that was just made; it is shown this once
	Good     string
	Problem  string
	Zone     *when.Zone
}

// signer is somebody whose sign-in a page is about.
type signer struct {
	login auth.Login // ID zero: there is none yet
	name  string
	at    string
	back  button
}

// by is who asks, at work where the page is: an operator who has entered a
// tenant is outside of it on the operator's own pages.
func (v *visit) by() *auth.Person {
	if v.tenant != nil {
		return v.person
	}
	outside := *v.person
	outside.ActingIn = tenant.System
	return &outside
}

// signerOf finds whom the address names: a tenant's user, or an operator by the
// number of the login.
func (s *Site) signerOf(v *visit) (g signer, err error) {
	logins, err := s.auth.Logins(v.Context(), v.by())
	if err != nil {
		return g, err
	}
	if text := v.PathValue("login"); text != "" {
		i := slices.IndexFunc(logins, func(l auth.Login) bool { return strconv.FormatInt(l.ID, 10) == text })
		if i < 0 {
			return g, errNoPage
		}
		return signer{logins[i], logins[i].Name, "/operator/people/" + text, button{Text: "Operators", Path: "/operator/people"}}, nil
	}
	_, u, err := s.userOf(v)
	if err != nil {
		return g, err
	}
	g = signer{name: u.Name(), at: v.at("users/" + idText(u.ID) + "/login"), back: button{Text: "Users", Path: v.at("users")}}
	g.login = auth.Login{Tenant: v.tenant.ID, User: u.ID, Email: u.Email, Username: u.Username, State: u.State}
	if i := slices.IndexFunc(logins, func(l auth.Login) bool { return l.User == u.ID }); i >= 0 {
		g.login = logins[i]
	}
	return g, nil
}

func (s *Site) loginPage(w http.ResponseWriter, v *visit) error {
	g, err := s.signerOf(v)
	if err != nil {
		return err
	}
	return s.showLogin(w, v, g, &loginPage{Good: s.auth.Pop(v.Context(), "login")}, http.StatusOK)
}

func (s *Site) showLogin(w http.ResponseWriter, v *visit, g signer, p *loginPage, status int) error {
	l := &g.login
	p.Name, p.Email, p.Username, p.At, p.Back, p.Zone = g.name, l.Email, l.Username, g.at, g.back, v.clockZone()
	p.Has, p.Ready, p.Off, p.SignedIn = l.ID != 0, l.Ready, l.Off, l.SignedIn
	p.Active = l.State == tenant.Active
	p.Self = p.Has && l.ID == v.person.Login
	if p.Has {
		var err error
		if p.Sessions, err = s.auth.Sessions(v.Context(), v.person, l.ID); err != nil {
			return err
		}
	}
	s.show(w, v.Request, status, "login", "How "+g.name+" signs in", p)
	return nil
}

// toLogin does something to a login, and shows the page again with what became of
// it.
func (s *Site) toLogin(w http.ResponseWriter, v *visit, good string, do func(g *signer) error) error {
	g, err := s.signerOf(v)
	if err != nil {
		return err
	}
	if err := do(&g); err != nil {
		var f form
		if !f.blame(err) {
			return err
		}
		return s.showLogin(w, v, g, &loginPage{Problem: f.Problem}, http.StatusUnprocessableEntity)
	}
	s.auth.Put(v.Context(), "login", good)
	http.Redirect(w, v.Request, g.at, http.StatusSeeOther)
	return nil
}

// makeLink makes a one-time link by which somebody sets a password, and the
// login to go with it where there is none yet.
func (s *Site) makeLink(w http.ResponseWriter, v *visit) error {
	g, err := s.signerOf(v)
	if err != nil {
		return err
	}
	token, err := s.newLink(v, &g.login)
	if err != nil {
		var f form
		if !f.blame(err) {
			return err
		}
		return s.showLogin(w, v, g, &loginPage{Problem: f.Problem}, http.StatusUnprocessableEntity)
	}
	return s.showLogin(w, v, g, &loginPage{Link: siteAddress(v.Request) + "/reset?token=" + token}, http.StatusOK)
}

func (s *Site) newLink(v *visit, l *auth.Login) (token string, err error) {
	if l.State != tenant.Active {
		return "", fault.New(fault.Conflict, "only an active user signs in: reactivate or confirm the user first")
	}
	if l.ID == 0 {
		if l.ID, err = s.auth.AddLogin(v.Context(), v.person, auth.Login{Tenant: l.Tenant, User: l.User}); err != nil {
			return "", err
		}
	}
	return s.auth.NewReset(v.Context(), v.person, l.ID)
}

// siteAddress is how the browser has reached the site.
func siteAddress(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// lockLogin locks somebody out, or lets them in again.
func (s *Site) lockLogin(w http.ResponseWriter, v *visit) error {
	off := v.PostFormValue("lock") != ""
	good := map[bool]string{true: "Locked out: every session has ended, and nobody gets in by this login.", false: "Whoever has the password gets in again."}[off]
	return s.toLogin(w, v, good, func(g *signer) error {
		return s.auth.ChangeLogin(v.Context(), v.person, g.login.ID, auth.Change{Off: &off})
	})
}

// endSession ends one session of somebody.
func (s *Site) endSession(w http.ResponseWriter, v *visit) error {
	return s.toLogin(w, v, "The session has ended: its next request asks to sign in.", func(g *signer) error {
		id, err := strconv.ParseInt(v.PostFormValue("session"), 10, 64)
		if err != nil {
			return fault.New(fault.NotFound, "there is no such session")
		}
		return s.auth.Revoke(v.Context(), v.person, g.login.ID, id)
	})
}
