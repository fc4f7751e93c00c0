package web

import "net/http"

// confirmPage is what confirm.html shows before something is done that is not
// undone by another click: what will happen, and to what.
type confirmPage struct {
	form   // what has to be said with it; mostly nothing
	Lines  []string
	Names  []string // what it is done to; empty: the title says it
	Action string   // where the form is sent
	Do     string   // on the button
	Danger bool     // the button is red
	Mend   string   // address of the form that led here, with what was typed; empty: there was none
	Back   string
}

// sureField is what a form bears whose sender has been asked: in its place, by
// script, or by the page that asks shows.
const sureField = "sure"

// asks shows a page that asks before the form that was sent does something, unless
// its sender has been asked. It tells whether it did: then nothing is done yet.
func (s *Site) asks(w http.ResponseWriter, v *visit, title string, p *confirmPage) bool {
	if v.PostFormValue(sureField) != "" {
		return false
	}
	p.Action, p.Hidden = v.URL.Path, map[string]string{sureField: "on"}
	for name := range v.PostForm {
		p.Hidden[name] = v.PostForm.Get(name)
	}
	s.show(w, v.Request, http.StatusOK, "confirm", title, p)
	return true
}

func (s *Site) confirm(w http.ResponseWriter, v *visit, title string, p *confirmPage) error {
	s.show(w, v.Request, p.status(), "confirm", title, p)
	return nil
}
