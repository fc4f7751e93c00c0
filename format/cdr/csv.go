package cdr

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// maxQuotedLines is how many lines a record with quoted line breaks may have.
// It bounds how far a quote that is never closed is searched for.
const maxQuotedLines = 256

// splitter cuts one CSV record into fields, which it keeps until the next.
type splitter struct {
	delim  byte
	fields [][]byte
}

// plain cuts a line without quotes.
func (s *splitter) plain(line []byte) {
	s.fields = s.fields[:0]
	for {
		i := bytes.IndexByte(line, s.delim)
		if i < 0 {
			break
		}
		s.fields = append(s.fields, line[:i])
		line = line[i+1:]
	}
	s.fields = append(s.fields, line)
}

// quoteError says what is wrong with the quotes of a record.
type quoteError struct {
	column int // in bytes from 1, counted from the record's beginning
	reason string
}

// quoted cuts the record at the start of buf by RFC 4180: quoted fields, ""
// for a quote inside, line breaks inside. n is the record's length with its
// line end. Doubled quotes are undone in the arena.
func (s *splitter) quoted(buf []byte, a *arena) (n int, bad *quoteError) {
	s.fields = s.fields[:0]
	for at := 0; ; {
		if at >= len(buf) || buf[at] != '"' {
			end, stop := s.bare(buf, at)
			if k := bytes.IndexByte(buf[at:end], '"'); k >= 0 {
				return 0, &quoteError{column: at + k + 1, reason: "a quote inside a field that does not begin with one"}
			}
			s.fields = append(s.fields, buf[at:end])
			if at = stop; at == len(buf) || buf[at-1] == '\n' {
				if at == len(buf) && at > end && buf[at-1] == s.delim {
					s.fields = append(s.fields, nil)
				}
				return at, nil
			}
			continue
		}
		value, end, bad := s.inside(buf, at, a)
		if bad != nil {
			return 0, bad
		}
		s.fields = append(s.fields, value)
		switch tail := buf[end:]; {
		case len(tail) == 0:
			return end, nil
		case tail[0] == s.delim:
			at = end + 1
		case tail[0] == '\n':
			return end + 1, nil
		case tail[0] == '\r' && len(tail) == 1:
			return end + 1, nil
		case tail[0] == '\r' && tail[1] == '\n':
			return end + 2, nil
		default:
			return 0, &quoteError{column: end + 1, reason: "text behind a closing quote; a quote inside a field is written twice"}
		}
	}
}

// bare finds the end of the unquoted field at at, and where the next begins.
func (s *splitter) bare(buf []byte, at int) (end, next int) {
	for k := at; k < len(buf); k++ {
		switch buf[k] {
		case s.delim:
			return k, k + 1
		case '\n':
			return at + len(trimCR(buf[at:k])), k + 1
		}
	}
	return at + len(trimCR(buf[at:])), len(buf)
}

// inside reads the quoted field at at; end is behind its closing quote.
func (s *splitter) inside(buf []byte, at int, a *arena) (value []byte, end int, bad *quoteError) {
	from, doubled := at+1, false
	for k := from; ; {
		i := bytes.IndexByte(buf[k:], '"')
		if i < 0 {
			return nil, 0, &quoteError{column: at + 1, reason: "the quote that opens here is not closed"}
		}
		k += i
		if k+1 < len(buf) && buf[k+1] == '"' {
			doubled = true
			k += 2
			continue
		}
		value = buf[from:k]
		if doubled {
			value = a.end(undouble(a.begin(), value))
		}
		return value, k + 1, nil
	}
}

func undouble(to, v []byte) []byte {
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			return append(to, v...)
		}
		to = append(to, v[:i+1]...)
		v = v[i+2:]
	}
}

// columnAt is the byte column, from 1, at which field i of a record begins.
func columnAt(text []byte, delim byte, i int) int {
	inQuote := false
	for k, c := range text {
		if i == 0 {
			return k + 1
		}
		switch {
		case c == '"':
			inQuote = !inQuote
		case c == delim && !inQuote:
			i--
		}
	}
	return len(text) + 1
}

// unreadable finds bytes that no text has: NUL, and what is not UTF-8.
func unreadable(text []byte) (column int, reason string) {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return i + 1, "a NUL byte"
	}
	if utf8.Valid(text) {
		return 0, ""
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i + 1, fmt.Sprintf("the byte %#02x is not UTF-8: save the file as UTF-8", text[i])
		}
		i += n
	}
	return 0, ""
}
