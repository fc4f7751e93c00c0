package web

import (
	"net/http"

	"tollkeeper/core/fault"
)

func newReset() *linkForm {
	return &linkForm{form: form{Fields: []*field{
		{Name: "password", Label: "New password", Type: "password", Autocomplete: "new-password", Required: true, Autofocus: true, Help: "At least twelve characters. Several words are easy to keep in mind."},
		{Name: "again", Label: "The same again", Type: "password", Autocomplete: "new-password", Required: true},
	}}}
}

func (s *Site) resetPage(w http.ResponseWriter, v *visit) error {
	p := newReset()
	if err := p.open(s, v); err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "reset", "New password", p)
	return nil
}

func (s *Site) reset(w http.ResponseWriter, v *visit) error {
	p := newReset()
	p.read(v.Request)
	p.Token = v.PostFormValue("token")
	var err error
	if p.Fields[0].Value != p.Fields[1].Value {
		err = fault.Inputs{{Field: "again", Reason: "the two passwords differ"}}
	} else {
		err = s.auth.Reset(v.Context(), p.Token, p.Fields[0].Value)
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		s.show(w, v.Request, p.status(), "reset", "New password", p)
		return nil
	}
	http.Redirect(w, v.Request, "/sign-in?ready", http.StatusSeeOther)
	return nil
}
