package cdr

import (
	"bytes"

	"tollkeeper/core/usage"
)

// lines reads JSON lines: an object a line, with the names of our own CSV.
// Values are texts or numbers; null is nothing said, but a null answered_at
// says that the call was not answered. Other names are left out.
type lines struct {
	record ownRecord
	file   string
}

func sniffLines(head []byte) string {
	if !bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) || !bytes.Contains(head, []byte(`"call_id"`)) {
		return ""
	}
	return "it is made of JSON objects with a call_id"
}

func openLines(_ []byte, o Options, f *Format) (source, int, error) {
	f.Tenants = true
	return &lines{file: o.File}, 0, nil
}

func againLines(_ []byte, o Options) (source, error) { return &lines{file: o.File}, nil }

func (s *lines) header() []byte { return nil }

func (s *lines) next(w *window, rec *Record) (n int, got bool) {
	line, n := w.text()
	if n == 0 || blank(line) {
		return n, false
	}
	rec.Text = line
	wrong := &s.record.wrong
	if at, reason := unreadable(line); at > 0 {
		wrong.add(usage.NoReason, "", at, nil, reason)
		wrong.settle(rec, s.file)
		return n, true
	}
	seen, bad := s.object(line, rec, w.arena)
	if bad != nil {
		if w.unended(n) && bad.at >= len(line) {
			bad.reason += ", and the file ends here without a line end: it seems to be cut off"
		}
		wrong.add(usage.NoReason, "", bad.at+1, line[min(bad.at, len(line)):], bad.reason)
		wrong.settle(rec, s.file)
		return n, true
	}
	for _, c := range []column{startedColumn, endedColumn} {
		if seen>>c&1 == 0 {
			wrong.add(usage.BadTime, columnNames[c], 0, nil, "missing")
		}
	}
	s.record.finish(rec, seen>>answeredColumn&1 == 1, s.file)
	return n, true
}

// object reads the line's one object into rec; seen has a bit for each column.
func (s *lines) object(line []byte, rec *Record, a *arena) (seen uint32, bad *jsonError) {
	j := jsonText{buf: line, arena: a}
	if j.peek() != '{' {
		return 0, j.fail("each line has to be a JSON object, {…}")
	}
	bad = j.members(func(key []byte) *jsonError {
		c := columnOf(key)
		if c == unknownColumn {
			return j.skip()
		}
		if seen>>c&1 == 1 {
			return j.fail("the name " + columnNames[c] + " is there twice")
		}
		j.peek()
		at := j.at + 1
		value, given, bad := j.scalar()
		if bad != nil {
			bad.reason = columnNames[c] + ": " + bad.reason
			return bad
		}
		if given || c == answeredColumn {
			seen |= 1 << c
			s.record.set(rec, c, value, at)
		}
		return nil
	})
	if bad == nil && j.peek() != 0 {
		bad = j.fail("text behind the object")
	}
	return seen, bad
}
