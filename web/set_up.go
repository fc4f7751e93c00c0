package web

import (
	"net/http"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
)

// linkForm is what set_up.html and reset.html show: a form behind a link that
// holds once.
type linkForm struct {
	form
	Token string
	Whose string // login that gets a password; empty: it is not known, or none yet
}

// open takes the link that the address bears. One that holds no longer has no
// form: else somebody would think of a password for nothing.
func (p *linkForm) open(s *Site, v *visit) error {
	if p.Token = v.URL.Query().Get("token"); p.Token == "" {
		return nil
	}
	link, err := s.auth.Link(v.Context(), p.Token)
	if err == nil {
		p.Whose = link.Name
		return nil
	}
	if p.Token = ""; !fault.Is(err, fault.NotFound) || !p.blame(err) {
		return err
	}
	return nil
}

func newSetUp() *linkForm {
	return &linkForm{form: form{Fields: []*field{
		{Name: "name", Label: "Your name", Autocomplete: "name", Required: true, Autofocus: true},
		{Name: "email", Label: "E-mail", Type: "email", Autocomplete: "email", Required: true, Help: "You sign in with it."},
		{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Required: true, Help: "At least twelve characters. Several words are easy to keep in mind."},
	}}}
}

func (s *Site) setUpPage(w http.ResponseWriter, v *visit) error {
	p := newSetUp()
	if err := p.open(s, v); err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "set_up", "Set up", p)
	return nil
}

// setUp makes the first operator.
func (s *Site) setUp(w http.ResponseWriter, v *visit) error {
	p := newSetUp()
	p.read(v.Request)
	p.Token = v.PostFormValue("token")
	err := s.auth.SetUp(v.Context(), p.Token, auth.SetUpForm{
		Name: p.Fields[0].Value, Email: p.Fields[1].Value, Password: p.Fields[2].Value,
	})
	if err != nil {
		if !p.blame(err) {
			return err
		}
		s.show(w, v.Request, p.status(), "set_up", "Set up", p)
		return nil
	}
	http.Redirect(w, v.Request, "/sign-in?ready", http.StatusSeeOther)
	return nil
}
