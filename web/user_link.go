package web

import (
	"net/http"
	"strconv"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// makeLink makes a one-time link by which a user sets a password, and the login
// to go with it where there is none yet.
func (s *Site) makeLink(w http.ResponseWriter, v *visit) error {
	n, err := strconv.ParseInt(v.PathValue("user"), 10, 32)
	if err != nil {
		return errNoPage
	}
	user := tenant.UserID(n)
	logins, err := s.auth.Logins(v.Context(), v.person)
	if err != nil {
		return err
	}
	var login int64
	for _, l := range logins {
		if l.User == user {
			login = l.ID
		}
	}
	if login == 0 {
		if login, err = s.auth.AddLogin(v.Context(), v.person, auth.Login{Tenant: v.tenant.ID, User: user}); err != nil {
			return s.linkRefused(w, v, err)
		}
	}
	token, err := s.auth.NewReset(v.Context(), v.person, login)
	if err != nil {
		return s.linkRefused(w, v, err)
	}
	scheme := "http://"
	if v.TLS != nil || v.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https://"
	}
	return s.showUsers(w, v, &listPage{Link: scheme + v.Host + "/reset?token=" + token}, http.StatusOK)
}

func (s *Site) linkRefused(w http.ResponseWriter, v *visit, err error) error {
	var f form
	if fault.Is(err, fault.NotFound) {
		return errNoPage
	}
	if !f.blame(err) {
		return err
	}
	return s.showUsers(w, v, &listPage{Problem: f.Problem}, http.StatusUnprocessableEntity)
}
