package web

import (
	"errors"
	"net/http"

	"tollkeeper/core/fault"
)

// field is one field of a form, as _form.html draws it.
type field struct {
	Name, Label, Value, Type, Help, Autocomplete string
	Error                                        string
	Required, Autofocus                          bool
}

// form is fields, and what is wrong with all of them together.
type form struct {
	Fields  []*field
	Problem string
	Hidden  map[string]string
}

// read fills the fields with what was sent; passwords are never sent back.
func (f *form) read(r *http.Request) {
	for _, one := range f.Fields {
		one.Value = r.PostFormValue(one.Name)
	}
}

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
	return true
}

func (f *form) field(name string) *field {
	for _, one := range f.Fields {
		if one.Name == name {
			return one
		}
	}
	return nil
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
