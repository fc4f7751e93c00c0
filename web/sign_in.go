package web

import (
	"net/http"
	"net/url"
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// signInForm is what sign_in.html shows.
type signInForm struct {
	form
	Next  string // where to go then
	SetUp bool   // nobody has a login yet
	Done  string // good news from the page before
	Why   string // somebody who was signed in is asked again
}

func newSignIn() *signInForm {
	return &signInForm{form: form{Fields: []*field{
		{Name: "name", Label: "E-mail or username", Autocomplete: "username", Required: true, Autofocus: true},
		{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Required: true},
	}}}
}

// turnAway sends a stranger to sign in, and from there back to what was asked.
// What a form was sent with is not kept: it may hold secrets, and whoever signs
// in next need not be who typed it. So the way leads back to the page of the
// form, and the sign-in page says that the form has to be filled in again.
func (s *Site) turnAway(w http.ResponseWriter, r *http.Request) {
	to := signInPath(r)
	switch {
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		// An event source would follow to a page that it cannot read and try again
		// for ever; it gives up on this.
		w.WriteHeader(http.StatusUnauthorized)
	case part(r):
		// The sign-in page would be put into a part of the page that asks.
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
	default:
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// Why somebody has to sign in, as the sign-in page's address says it.
const (
	nowOver = "ended" // there was a session
	unsaved = "unsaved"
)

// signInPath is the address of the sign-in page that leads back to what was
// asked: of a form or a part, to the page that it stands on.
func signInPath(r *http.Request) string {
	back := r.URL.RequestURI()
	if part(r) {
		back = ownPath(r, r.Header.Get("HX-Current-URL"))
	} else if r.Method != http.MethodGet {
		back = ownPath(r, r.Referer())
	}
	q := url.Values{}
	if back != "/" && !strings.HasPrefix(back, "/sign-in") {
		q.Set("next", back)
	}
	if r.Method != http.MethodGet {
		q.Set("why", unsaved)
	} else if auth.Known(r) {
		q.Set("why", nowOver)
	}
	return queried("/sign-in", q)
}

// ownPath is the path of a full address on the host of the request; of any other
// it is "/".
func ownPath(r *http.Request, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return localPath(u.RequestURI())
}

func (s *Site) signInPage(w http.ResponseWriter, v *visit) error {
	if v.person != nil {
		http.Redirect(w, v.Request, homeOf(v.person), http.StatusSeeOther)
		return nil
	}
	p := newSignIn()
	p.Next = localPath(v.URL.Query().Get("next"))
	if v.URL.Query().Has("ready") {
		p.Done = "Your password is set. Sign in with it."
	}
	switch v.URL.Query().Get("why") {
	case nowOver:
		p.Why = "Your session has ended. Sign in to go on where you were."
	case unsaved:
		p.Why = "Your session had ended, so nothing was saved. Sign in to go back to the page; what you typed there has to be entered again."
	}
	err := s.app.Store().View(v.Context(), tenant.System, func(tx *store.Tx) error {
		operators, err := tx.Logins()
		p.SetUp = len(operators) == 0
		return err
	})
	if err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "sign_in", "Sign in", p)
	return nil
}

func (s *Site) signIn(w http.ResponseWriter, v *visit) error {
	p := newSignIn()
	p.read(v.Request)
	p.Next = localPath(v.PostFormValue("next"))
	person, err := s.auth.SignIn(v.Context(), p.Fields[0].Value, p.Fields[1].Value, v.RemoteAddr)
	if err != nil {
		if !p.blame(err) {
			return err
		}
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Busy) {
			status = http.StatusTooManyRequests
		}
		s.show(w, v.Request, status, "sign_in", "Sign in", p)
		return nil
	}
	to := p.Next
	if to == "/" {
		to = homeOf(person)
	}
	http.Redirect(w, v.Request, to, http.StatusSeeOther)
	return nil
}

func (s *Site) signOut(w http.ResponseWriter, v *visit) error {
	if err := s.auth.SignOut(v.Context()); err != nil {
		return err
	}
	http.Redirect(w, v.Request, "/sign-in", http.StatusSeeOther)
	return nil
}
