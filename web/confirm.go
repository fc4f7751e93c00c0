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

func (s *Site) confirm(w http.ResponseWriter, v *visit, title string, p *confirmPage) error {
	s.show(w, v.Request, p.status(), "confirm", title, p)
	return nil
}
