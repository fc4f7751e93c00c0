package cdr

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep JSON may be nested; no call record comes near it.
const maxDepth = 64

// jsonText reads JSON in place, from at on. It knows where it stands when
// something is wrong, and needs no memory but for escaped strings.
type jsonText struct {
	buf   []byte
	at    int
	depth int
	arena *arena
}

// jsonError is what is wrong at a byte; at the end of the text more may mend it.
type jsonError struct {
	at     int
	reason string
}

func (j *jsonText) fail(reason string) *jsonError {
	if j.at >= len(j.buf) {
		reason = "the JSON ends too early"
	}
	return &jsonError{j.at, reason}
}

// peek is the next byte that is not white space; 0 at the end.
func (j *jsonText) peek() byte {
	for ; j.at < len(j.buf); j.at++ {
		switch c := j.buf[j.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// members calls each with every key of the object that begins next; each must
// read the value, as scalar, skip, members or elements do.
func (j *jsonText) members(each func(key []byte) *jsonError) *jsonError {
	return j.list('{', '}', func() *jsonError {
		if j.peek() != '"' {
			return j.fail("a name in double quotes is wanted")
		}
		key, bad := j.str()
		if bad != nil {
			return bad
		}
		if j.peek() != ':' {
			return j.fail("a colon is wanted behind the name")
		}
		j.at++
		return each(key)
	})
}

// elements calls each before every element of the array that begins next.
func (j *jsonText) elements(each func() *jsonError) *jsonError { return j.list('[', ']', each) }

func (j *jsonText) list(open, shut byte, each func() *jsonError) *jsonError {
	if j.peek() != open {
		return j.fail("a JSON " + map[byte]string{'{': "object", '[': "array"}[open] + " is wanted")
	}
	if j.depth++; j.depth > maxDepth {
		return j.fail("nested too deep")
	}
	j.at++
	for first := true; ; first = false {
		c := j.peek()
		if c == shut && first {
			break
		}
		if bad := each(); bad != nil {
			return bad
		}
		if c = j.peek(); c == shut {
			break
		}
		if c != ',' {
			return j.fail("a comma or the end of the list is wanted")
		}
		j.at++
	}
	j.at++
	j.depth--
	return nil
}

// scalar reads a string, number or null. given is false for null; other values
// are refused.
func (j *jsonText) scalar() (value []byte, given bool, bad *jsonError) {
	switch c := j.peek(); {
	case c == '"':
		value, bad = j.str()
		return value, true, bad
	case c == '{' || c == '[':
		return nil, false, j.fail("a text or number is wanted here, not a list")
	case c == 't' || c == 'f':
		return nil, false, j.fail("a text or number is wanted here, not true or false")
	case c == 'n':
		return nil, false, j.literal("null")
	}
	from := j.at
	if bad = j.number(); bad != nil {
		return nil, false, bad
	}
	return j.buf[from:j.at], true, nil
}

// skip reads over any value, checking it.
func (j *jsonText) skip() *jsonError {
	switch j.peek() {
	case '{':
		return j.members(func([]byte) *jsonError { return j.skip() })
	case '[':
		return j.elements(j.skip)
	case '"':
		_, bad := j.str()
		return bad
	case 't':
		return j.literal("true")
	case 'f':
		return j.literal("false")
	case 'n':
		return j.literal("null")
	}
	return j.number()
}

func (j *jsonText) literal(word string) *jsonError {
	if rest := j.buf[j.at:]; !bytes.HasPrefix(rest, []byte(word)) {
		if bytes.HasPrefix([]byte(word), rest) {
			j.at = len(j.buf)
		}
		return j.fail("not a JSON value")
	}
	j.at += len(word)
	return nil
}

// number reads over a number by JSON's grammar.
func (j *jsonText) number() *jsonError {
	digits := func() int {
		from := j.at
		for j.at < len(j.buf) && j.buf[j.at]-'0' <= 9 {
			j.at++
		}
		return j.at - from
	}
	on := func(set string) bool {
		ok := j.at < len(j.buf) && bytes.IndexByte([]byte(set), j.buf[j.at]) >= 0
		if ok {
			j.at++
		}
		return ok
	}
	on("-")
	zero := j.at < len(j.buf) && j.buf[j.at] == '0'
	n := digits()
	if n == 0 || zero && n > 1 {
		return j.fail("not a JSON value")
	}
	if on(".") && digits() == 0 {
		return j.fail("digits are wanted behind the decimal point")
	}
	if on("eE") {
		on("+-")
		if digits() == 0 {
			return j.fail("digits are wanted in the exponent")
		}
	}
	return nil
}

// str reads the string at at, undoing escapes in the arena.
func (j *jsonText) str() ([]byte, *jsonError) {
	from := j.at + 1
	for j.at = from; j.at < len(j.buf); j.at++ {
		switch c := j.buf[j.at]; {
		case c == '"':
			j.at++
			return j.buf[from : j.at-1], nil
		case c == '\\':
			return j.escaped(from)
		case c < ' ':
			return nil, j.fail("a line break or control character inside a text")
		}
	}
	return nil, j.fail("")
}

// escaped goes on with a string at its first backslash.
func (j *jsonText) escaped(from int) ([]byte, *jsonError) {
	to := append(j.arena.begin(), j.buf[from:j.at]...)
	for j.at < len(j.buf) {
		switch c := j.buf[j.at]; {
		case c == '"':
			j.at++
			return j.arena.end(to), nil
		case c < ' ':
			return nil, j.fail("a line break or control character inside a text")
		case c != '\\':
			to = append(to, c)
			j.at++
			continue
		}
		if j.at++; j.at == len(j.buf) {
			break
		}
		c := j.buf[j.at]
		if c == 'u' {
			r, bad := j.unicode()
			if bad != nil {
				return nil, bad
			}
			to = utf8.AppendRune(to, r)
			continue
		}
		k := bytes.IndexByte([]byte(`"\/bfnrt`), c)
		if k < 0 {
			return nil, j.fail("no such escape")
		}
		to = append(to, "\"\\/\b\f\n\r\t"[k])
		j.at++
	}
	return nil, j.fail("")
}

// unicode reads uXXXX, with a second one where they are halves of one letter.
func (j *jsonText) unicode() (rune, *jsonError) {
	r, ok := hex4(j.buf[j.at+1:])
	if !ok {
		if len(j.buf) < j.at+5 {
			j.at = len(j.buf)
		}
		return 0, j.fail("four hexadecimal digits are wanted behind \\u")
	}
	if r == 0 {
		return 0, j.fail("a NUL in a text")
	}
	j.at += 5
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if rest := j.buf[j.at:]; len(rest) > 2 && rest[0] == '\\' && rest[1] == 'u' {
		if low, ok := hex4(rest[2:]); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				j.at += 6
				return both, nil
			}
		}
	}
	return utf8.RuneError, nil
}

func hex4(v []byte) (r rune, ok bool) {
	if len(v) < 4 {
		return 0, false
	}
	for _, c := range v[:4] {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
