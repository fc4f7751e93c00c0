package web

import (
	"net/http"
	"net/url"
	"strings"
)

// lookCookie holds "light" or "dark" for who does not want what the system has.
// The server writes it into the page, so that nothing flashes.
const lookCookie = "look"

const yearSeconds = 365 * 24 * 60 * 60

func lookOf(r *http.Request) string {
	if c, err := r.Cookie(lookCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return "system"
}

// setLook keeps the choice and leads back to the page it was made on.
func (s *Site) setLook(w http.ResponseWriter, r *http.Request) error {
	c := &http.Cookie{
		Name: lookCookie, Value: r.PostFormValue("look"), Path: "/", MaxAge: yearSeconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	}
	if c.Value != "light" && c.Value != "dark" {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

// localPath is an address of this site, or "/" for anything that could lead
// elsewhere.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}
