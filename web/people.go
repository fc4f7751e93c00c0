package web

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
)

// operators lists who runs the site.
func (s *Site) operators(w http.ResponseWriter, v *visit) error {
	all, err := s.auth.Logins(v.Context(), v.by())
	if err != nil {
		return err
	}
	p := newList(v, "operators", "Operators", "/operator/people")
	p.Good = s.auth.Pop(v.Context(), "operators")
	p.About = "Operators see every tenant and the system itself. Each has a login of their own, so that the activity tells who did what."
	p.Buttons = []button{{Text: "Add operator", Path: "/operator/people/new", Look: "btn-primary"}}
	p.heads("name: Name", "email: E-mail", "state: Signs in", "added: Added")
	for _, l := range all {
		at := "/operator/people/" + strconv.FormatInt(l.ID, 10)
		state := loginState(l.ID, l.SignedIn, l.Ready, l.Off)
		p.add(listRow{
			Cells: []listCell{linkCell(l.Name, at), textCell(l.Email),
				htmlCell(template.HTML(`<span class="badge `+state.Tone+`">`+template.HTMLEscapeString(state.State)+`</span>`), int64(l.SignedIn)),
				htmlCell(template.HTML(l.Created.UTCDay().String()), int64(l.Created))},
			Actions: []button{{Text: "Sign-in", Said: "of " + l.Name, Path: at, Look: "btn-sm"}},
		})
	}
	return s.showList(w, v, http.StatusOK, p)
}

// personPage is what person.html shows: the form of a new operator.
type personPage struct{ editPage }

func newPersonPage() *personPage {
	p := &personPage{}
	p.Submit, p.Back = "Add operator", "/operator/people"
	p.Fields = []*field{
		{Name: "name", Label: "Name", Required: true, Autofocus: true, Help: "As the activity names them."},
		{Name: "email", Label: "E-mail", Type: "email", Required: true, Help: "They sign in with it."},
	}
	return p
}

func (s *Site) newOperator(w http.ResponseWriter, v *visit) error {
	s.show(w, v.Request, http.StatusOK, "person", "Add operator", newPersonPage())
	return nil
}

func (s *Site) addOperator(w http.ResponseWriter, v *visit) error {
	p := newPersonPage()
	p.read(v.Request)
	id, err := s.auth.AddLogin(v.Context(), v.by(), auth.Login{Name: p.value("name"), Email: p.value("email")})
	if err != nil {
		if !p.blame(err) {
			return err
		}
		if fault.Is(err, fault.Conflict) {
			p.Problem, p.field("email").Error = "", "Somebody signs in with this address already."
			if err := s.linkOperator(v, p); err != nil {
				return err
			}
		}
		s.show(w, v.Request, p.status(), "person", "Add operator", p)
		return nil
	}
	s.auth.Put(v.Context(), "login", "The operator is added. Make a sign-in link next, and hand it over.")
	http.Redirect(w, v.Request, "/operator/people/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

// linkOperator leads from an address that is taken to the operator who has it.
func (s *Site) linkOperator(v *visit, p *personPage) error {
	all, err := s.auth.Logins(v.Context(), v.by())
	for _, l := range all {
		if one := p.field("email"); strings.EqualFold(l.Email, strings.TrimSpace(one.Value)) {
			one.Link, one.LinkText = "/operator/people/"+strconv.FormatInt(l.ID, 10), "Open that operator"
		}
	}
	return err
}
