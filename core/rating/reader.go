package rating

import (
	"encoding"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"tollkeeper/core/fault"
)

// reader walks a JSON document token by token, so that a mistake does not end
// it. Only a document that is no JSON does, which sets broken; everything read
// after that is empty.
type reader struct {
	dec     *json.Decoder
	line    int     // of the row, from 1; 0: not in a row
	field   string  // that is being read: "rate", "steps.from"
	endless bool    // the row has a prefix longer than any number
	lines   []int32 // of the rows that were kept
	found   findings
	broken  error
}

// next is the next token; nil where the document is broken, or is null there.
func (in *reader) next() json.Token {
	if in.broken != nil {
		return nil
	}
	token, err := in.dec.Token()
	in.broken = err
	return token
}

func (in *reader) more() bool { return in.broken == nil && in.dec.More() }

// note keeps err as a mistake in the field that is being read.
func (in *reader) note(value string, err error) {
	if err != nil {
		in.found.add(in.line, in.field, value, err.Error())
	}
}

// wrong notes a token of the wrong kind, and passes over what it begins.
func (in *reader) wrong(token json.Token, want string) {
	if in.broken == nil {
		in.found.add(in.line, in.field, fmt.Sprint(token), "want "+want)
		in.pass(token)
	}
}

// pass goes to the end of what a token began.
func (in *reader) pass(token json.Token) {
	for depth := 0; ; token = in.next() {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 || in.broken != nil {
			return
		}
	}
}

func (in *reader) skip() { in.pass(in.next()) }

// object reads an object. visit must read the value of a field, or answer
// false where there is no such field.
func (in *reader) object(what string, required []string, visit func(field string) bool) {
	if token := in.next(); token != json.Delim('{') {
		in.wrong(token, what+" in braces")
		return
	}
	outer := in.field
	var seen []string
	for in.more() {
		name, _ := in.next().(string)
		in.field = name
		if outer != "" {
			in.field = outer + "." + name
		}
		if slices.Contains(seen, name) {
			in.found.add(in.line, in.field, "", "stands twice in "+what)
			in.skip()
			continue
		}
		if !visit(name) {
			in.found.add(in.line, in.field, "", "is not a field of "+what)
			in.skip()
			continue
		}
		seen = append(seen, name)
	}
	in.field = outer
	in.next()
	for _, name := range required {
		if in.broken == nil && !slices.Contains(seen, name) {
			in.found.add(in.line, name, "", "is missing in "+what)
		}
	}
}

// list reads a list; each must read one value. null is an empty list.
func (in *reader) list(each func()) {
	token := in.next()
	if token == nil {
		return
	}
	if token != json.Delim('[') {
		in.wrong(token, "a list in brackets")
		return
	}
	for in.more() {
		each()
	}
	in.next()
}

// text reads a string.
func (in *reader) text(s *string) bool {
	token := in.next()
	v, ok := token.(string)
	if !ok {
		in.wrong(token, "text in quotes")
		return false
	}
	*s = v
	return true
}

// optional reads a string, or null, which is none.
func (in *reader) optional(s *string) bool {
	token := in.next()
	v, ok := token.(string)
	if !ok && token != nil {
		in.wrong(token, "text in quotes")
	}
	*s = v
	return ok
}

// parsed reads a string into what knows how to read it.
func (in *reader) parsed(v encoding.TextUnmarshaler) {
	var s string
	if in.text(&s) {
		in.note(s, v.UnmarshalText([]byte(s)))
	}
}

// read reads a string by a function.
func read[T any](in *reader, parse func(string) (T, error)) (v T) {
	var s string
	if in.text(&s) {
		var err error
		v, err = parse(s)
		in.note(s, err)
	}
	return v
}

// number reads a whole number.
func (in *reader) number(n *int32) {
	token := in.next()
	number, ok := token.(json.Number)
	if !ok {
		in.wrong(token, "a whole number")
		return
	}
	v, err := strconv.ParseInt(number.String(), 10, 32)
	if err != nil {
		in.note(number.String(), fault.New(fault.Invalid, "want a whole number up to 2147483647"))
		return
	}
	*n = int32(v)
}

// flag reads true or false.
func (in *reader) flag(b *bool) {
	token := in.next()
	v, ok := token.(bool)
	if !ok {
		in.wrong(token, "true or false")
		return
	}
	*b = v
}
