package web

import (
	"net/http"
	"net/url"
	"strings"

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
	Note  string // why one has to sign in again
}

func newSignIn() *signInForm {
	return &signInForm{form: form{Fields: []*field{
		{Name: "name", Label: "E-mail or username", Autocomplete: "username", Required: true, Autofocus: true},
		{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Required: true},
	}}}
}

// signInPath leads to the sign-in page and from there back to what was asked.
// Who comes with the cookie of a session that is over is told so.
func signInPath(r *http.Request) string {
	q := url.Values{}
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		q.Set("next", r.URL.RequestURI())
	}
	for _, c := range r.Cookies() {
		if c.Value != "" && strings.HasSuffix(c.Name, "tollkeeper") {
			q.Set("ended", "1")
		}
	}
	if len(q) == 0 {
		return "/sign-in"
	}
	return "/sign-in?" + q.Encode()
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
	if v.URL.Query().Has("ended") {
		p.Note = "You are signed out: the session ran out, or an administrator ended it. What was not saved is not kept."
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
