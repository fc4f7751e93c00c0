package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
)

// field is one field of a form, as _form.html draws it. Its Type is that of an
// input (text where it is empty, "file" among them), or "select", "textarea" or
// "checkbox". A checkbox that is checked has the Value "on".
type field struct {
	Name, Label, Value, Type, Help, Autocomplete string
	Placeholder                                  string
	Accept                                       string // of a file: which kinds are offered
	Error                                        string
	Link, LinkText                               string   // a way on from the error; empty: none
	Now                                          string   // what stands there by now, where somebody else has changed it
	Of                                           []choice // of a select, or what an input suggests
	Locked                                       string   // why it cannot be changed; empty: it can
	Required, Autofocus                          bool
}

// form is fields, and what is wrong with all of them together.
type form struct {
	Fields  []*field
	Problem string
	Hidden  map[string]string
}

// read fills the fields with what was sent; passwords are never sent back, and
// what is locked is not heeded. What the form was made from stays what it was,
// however often it is sent back to be mended.
func (f *form) read(r *http.Request) {
	for _, one := range f.Fields {
		if one.Locked == "" {
			one.Value = strings.ReplaceAll(r.PostFormValue(one.Name), "\r\n", "\n") // browsers write a textarea's lines so
		}
	}
	if _, marked := f.Hidden[wasField]; marked {
		f.from(r.PostFormValue(wasField))
	}
}

// value is what stands in a field, without blanks around it.
func (f *form) value(name string) string { return strings.TrimSpace(f.field(name).Value) }

// blank takes passwords out before the form is shown again.
func (f *form) blank() {
	for _, one := range f.Fields {
		if one.Type == "password" {
			one.Value = ""
		}
	}
}

// blame puts what is wrong beside the fields, and tells whether it is for the
// reader at all: an error of ours is not.
func (f *form) blame(err error) bool {
	var inputs fault.Inputs
	switch {
	case errors.As(err, &inputs):
		for _, in := range inputs {
			text := capital(in.Reason)
			if in.Advice != "" {
				text += " " + capital(in.Advice)
			}
			if one := f.field(in.Field); one != nil {
				one.Error = text
			} else {
				f.Problem += capital(in.Field+": "+in.Reason) + " "
			}
		}
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict), fault.Is(err, fault.Denied), fault.Is(err, fault.Busy), fault.Is(err, fault.NotFound):
		f.Problem = sentence(err)
	default:
		return false
	}
	f.blank()
	f.focusMistake()
	return true
}

// refuse is blame for a form with a file: the mistakes of the file, by their
// lines, it gives back.
func (f *form) refuse(err error) (ofFile fault.Inputs, ok bool) {
	var own fault.Inputs
	for _, in := range inputsOf(err) {
		if in.File != "" || in.Line > 0 {
			ofFile = append(ofFile, in)
		} else {
			own = append(own, in)
		}
	}
	if len(ofFile)+len(own) == 0 {
		return nil, f.blame(err)
	}
	return ofFile, len(own) == 0 || f.blame(own)
}

// focusMistake lets the reader begin in the first field that is wrong.
func (f *form) focusMistake() {
	first := slices.IndexFunc(f.Fields, func(one *field) bool { return one.Error != "" })
	if first < 0 {
		return
	}
	for i, one := range f.Fields {
		one.Autofocus = i == first
	}
}

// wasField is the hidden field that tells what a form was made from.
const wasField = "was"

// from notes what the form was made from, so that a save over somebody else's
// change is noticed.
func (f *form) from(mark string) {
	if f.Hidden == nil {
		f.Hidden = map[string]string{}
	}
	f.Hidden[wasField] = mark
}

// outdated shows, where err says that somebody else was faster, what stands
// there by now beside what was typed. now is the form of what there is by now;
// who saves again has seen it.
func (f *form) outdated(err error, now *form) bool {
	if !errors.Is(err, app.ErrStale) {
		return false
	}
	f.Problem = "Somebody else has changed this while you were at it. Below, each field that differs says what stands there now. Save again to put yours in its place, or cancel to leave theirs."
	for _, one := range f.Fields {
		if other := now.field(one.Name); other != nil && strings.TrimSpace(one.Value) != other.Value {
			one.Now = cmp.Or(other.Shown(), "nothing")
		}
	}
	f.from(now.Hidden[wasField])
	return true
}

// Shown is the field's value as people read it.
func (one *field) Shown() string {
	for _, c := range one.Of {
		if c.Value == one.Value {
			return c.Label
		}
	}
	return one.Value
}

func (f *form) field(name string) *field {
	for _, one := range f.Fields {
		if one.Name == name {
			return one
		}
	}
	return nil
}

// chosen is what a select says; a value that it does not offer is "", false.
func (f *form) chosen(name string) (string, bool) {
	one := f.field(name)
	if slices.ContainsFunc(one.Of, func(c choice) bool { return c.Value == one.Value }) {
		return one.Value, true
	}
	return "", false
}

// status is what a page with this form answers.
func (f *form) status() int {
	if f.Problem != "" {
		return http.StatusUnprocessableEntity
	}
	for _, one := range f.Fields {
		if one.Error != "" {
			return http.StatusUnprocessableEntity
		}
	}
	return http.StatusOK
}

// inputsOf are the mistakes that an error lists; there may be none.
func inputsOf(err error) (is fault.Inputs) {
	errors.As(err, &is)
	return is
}

// number is the id that a select says; one that it does not offer is −1, which
// nothing has.
func (f *form) number(name string) int32 {
	text, known := f.chosen(name)
	if known && text == "" {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return -1
	}
	return int32(id)
}
