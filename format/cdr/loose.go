package cdr

import "bytes"

// loose cuts lines whose values are quoted and not escaped, as templates
// without escaping write them: blanks may stand before a quote, and a quoted
// field ends at the first quote that a comma or the line's end follows.
type loose struct{ fields [][]byte }

func (s *loose) split(line []byte) {
	s.fields = s.fields[:0]
	if bytes.HasSuffix(line, []byte(`";`)) {
		line = line[:len(line)-1] // one template ends its line so
	}
	for {
		end := looseEnd(line)
		s.fields = append(s.fields, unquoted(line[:end]))
		if end == len(line) {
			return
		}
		line = line[end+1:]
	}
}

// looseEnd is the place of the comma behind the first field, or the line's end.
func looseEnd(line []byte) int {
	open := bytes.IndexByte(line, '"')
	if open < 0 || len(bytes.TrimSpace(line[:open])) > 0 {
		if i := bytes.IndexByte(line, ','); i >= 0 {
			return i
		}
		return len(line)
	}
	for k := open + 1; ; {
		i := bytes.IndexByte(line[k:], '"')
		if i < 0 {
			// Never closed: the field is what stands before the next comma.
			if i = bytes.IndexByte(line[open:], ','); i >= 0 {
				return open + i
			}
			return len(line)
		}
		k += i + 1
		if tail := bytes.TrimLeft(line[k:], " \t"); len(tail) == 0 {
			return len(line)
		} else if tail[0] == ',' {
			return len(line) - len(tail)
		}
	}
}

// unquoted is a field without blanks around and quotes at its ends.
func unquoted(v []byte) []byte {
	v = bytes.TrimSpace(v)
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}
