package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
)

// The errors that are the site's own.
var (
	errNoPage  = fault.New(fault.NotFound, "there is no page at this address")
	errForeign = fault.New(fault.Denied, "the request came from a page of another site")
)

// errorPage is what error.html shows.
type errorPage struct {
	Status  int
	Title   string
	Text    string // what is wrong, in the error's own words where they are for people
	Advice  string
	Inputs  fault.Inputs
	Number  string // under which the log has the details; only of our own errors
	Back    string
	Signed  bool
	Missing bool
}

// fail answers with the page of an error: here and nowhere else a kind becomes a
// status.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there to read it
	}
	p := errorPage{Back: "/", Signed: auth.From(r.Context()) != nil, Text: sentence(err)}
	errors.As(err, &p.Inputs)
	var large *http.MaxBytesError
	switch kind := fault.KindOf(err); {
	case errors.As(err, &large):
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "That is too large"
		p.Text, p.Advice = "", "Send less at once, or use the command line."
	case kind == fault.Invalid:
		p.Status, p.Title = http.StatusBadRequest, "This cannot be done as asked"
		p.Advice = "Go back, mend what is named here, and try again."
	case kind == fault.NotFound:
		p.Status, p.Title, p.Missing = http.StatusNotFound, "Nothing is here", true
		p.Advice = "The address may be mistyped, or what it named is gone or belongs to somebody else. The menu leads to everything there is."
	case kind == fault.Conflict:
		p.Status, p.Title = http.StatusConflict, "Something else came first"
		p.Advice = "Look at how things stand now, then try again if it is still needed."
	case kind == fault.Denied:
		p.Status, p.Title = http.StatusForbidden, "You may not do this"
		p.Advice = "An administrator of your contact center can give you the right to."
	case kind == fault.Busy:
		p.Status, p.Title = http.StatusServiceUnavailable, "Too much at once"
		p.Advice = "Try again in a moment."
		w.Header().Set("Retry-After", "5")
	default:
		p.Status, p.Title, p.Number = http.StatusInternalServerError, "Something went wrong here", rand.Text()[:10]
		p.Text, p.Advice = "", "Nothing was changed. Try again; if it stays so, tell whoever runs this site the number below."
		s.log.ErrorContext(r.Context(), "page failed", "number", p.Number, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if errors.Is(err, errForeign) {
		p.Advice = "Open the page here and try again from it."
	}
	if part(r) && r.Method == http.MethodGet {
		w.Header().Set("HX-Redirect", r.URL.RequestURI())
	}
	s.show(w, r, p.Status, "error", p.Title, p)
}

// sentence is an error's text without the verbs that led to it, with a capital
// and a full stop.
func sentence(err error) string {
	var inputs fault.Inputs
	if errors.As(err, &inputs) {
		return ""
	}
	for {
		var e *fault.Error
		if !errors.As(err, &e) {
			return capital(err.Error())
		}
		if err = e.Err; e.Op == "" {
			return capital(err.Error())
		}
	}
}
