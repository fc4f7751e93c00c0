package cdr

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// own reads our own CSV: a header names the columns, in any order.
type own struct {
	split       splitter
	head        []byte // the header line
	columns     []column
	started     int // where the instants stand, to know a line of this file again
	ended       int
	hasAnswered bool
	record      ownRecord
	file        string
}

// sniffOwn looks for a header that names two of our columns.
func sniffOwn(head []byte) string {
	line, _ := headerLine(head)
	delim, known := delimiter(line)
	if known < 2 {
		return ""
	}
	return fmt.Sprintf("its first line names %d columns of our own layout, separated by %s", known, separatorName(delim))
}

// headerLine is the first line that is not blank, and the bytes up to its end.
func headerLine(head []byte) (line []byte, n int) {
	for n < len(head) && len(bytes.TrimSpace(line)) == 0 {
		end := bytes.IndexByte(head[n:], '\n') + 1
		if end == 0 {
			end = len(head) - n
		}
		line = trimEnd(head[n : n+end])
		n += end
	}
	return line, n
}

// delimiter is the separator by which line names most of our columns.
func delimiter(line []byte) (best byte, known int) {
	best = ','
	for _, d := range []byte{',', ';', '\t'} {
		seen := 0
		for _, c := range headerColumns(line, d) {
			if c.column != unknownColumn {
				seen++
			}
		}
		if seen > known {
			best, known = d, seen
		}
	}
	return best, known
}

func separatorName(d byte) string {
	return map[byte]string{',': "commas", ';': "semicolons", '\t': "tabs"}[d]
}

// headerCell is one name of a header.
type headerCell struct {
	name   string
	column column
	at     int // byte column in the line
}

func headerColumns(line []byte, delim byte) []headerCell {
	s := splitter{delim: delim}
	if _, bad := s.quoted(line, &arena{}); bad != nil {
		s.plain(line)
	}
	cells := make([]headerCell, len(s.fields))
	for i, f := range s.fields {
		name := lower(f)
		cells[i] = headerCell{name, columnOf([]byte(name)), columnAt(line, delim, i)}
	}
	return cells
}

// openOwn reads the header; all that is wrong with it comes at once.
func openOwn(head []byte, o Options, f *Format) (source, int, error) {
	line, n := headerLine(head)
	if n == len(head) && n >= peekSize {
		return nil, 0, fault.New(fault.Invalid, "the header line has more than %d bytes", peekSize)
	}
	s, unknown, err := newOwn(line, o)
	if err != nil {
		return nil, 0, err
	}
	f.Tenants = slices.Contains(s.columns, tenantColumn)
	if len(unknown) > 0 {
		f.Warnings = append(f.Warnings, "these columns are not ours and are left out: "+strings.Join(unknown, ", "))
	}
	return s, n, nil
}

func againOwn(header []byte, o Options) (source, error) {
	s, _, err := newOwn(header, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func newOwn(line []byte, o Options) (s *own, unknown []string, err error) {
	delim, _ := delimiter(line)
	s = &own{split: splitter{delim: delim}, head: bytes.Clone(line), file: o.File, started: -1, ended: -1}
	var wrong fault.Inputs
	add := func(at int, name, reason string) {
		wrong = append(wrong, fault.Input{File: o.File, Line: 1, Column: at, Field: "header", Value: fault.Cut(name), Reason: reason})
	}
	if at, reason := unreadable(line); at > 0 {
		add(at, "", reason)
		return nil, nil, wrong.Err()
	}
	seen := map[string]bool{}
	for i, c := range headerColumns(line, delim) {
		if seen[c.name] && c.name != "" {
			add(c.at, c.name, "this column is there twice")
		}
		seen[c.name] = true
		s.columns = append(s.columns, c.column)
		switch c.column {
		case unknownColumn:
			unknown = append(unknown, fmt.Sprintf("%q", fault.Cut(c.name)))
		case startedColumn:
			s.started = i
		case endedColumn:
			s.ended = i
		case answeredColumn:
			s.hasAnswered = true
		}
	}
	for _, c := range needed {
		if !seen[columnNames[c]] {
			add(0, columnNames[c], "this column is missing")
		}
	}
	return s, unknown, wrong.Err()
}

func (s *own) header() []byte { return s.head }

func (s *own) next(w *window, rec *Record) (n int, got bool) {
	line, n := w.text()
	if n == 0 {
		return 0, false
	}
	if bytes.IndexByte(line, '"') >= 0 {
		return s.quoted(w, rec, line, n)
	}
	if len(line) == 0 || blank(line) {
		return n, false
	}
	s.split.plain(line)
	s.read(w, rec, line, n)
	return n, true
}

// quoted reads a record with quotes, over several lines if need be. Where the
// quotes are wrong only the first line is given up, and reading goes on with
// the next.
func (s *own) quoted(w *window, rec *Record, line []byte, first int) (int, bool) {
	end, closed := s.reach(w.buf, first)
	if !closed && !w.final && !w.full {
		return 0, false
	}
	area := w.buf
	if closed {
		area = w.buf[:end]
	}
	n, bad := s.split.quoted(area, w.arena)
	if bad == nil && (closed || w.final) {
		s.read(w, rec, trimEnd(area[:n]), n)
		return n, true
	}
	if bad == nil {
		bad = &quoteError{column: 1, reason: "a quote opens in this line and the record does not end within 1 MiB"}
	}
	rec.Text = line
	s.record.wrong.add(usage.NoReason, "", bad.column, line[min(bad.column-1, len(line)):], bad.reason)
	s.record.wrong.settle(rec, s.file)
	return first, true
}

// reach is how far a record that begins in the first line may go: to the line
// that is plainly a record of its own, or to maxQuotedLines. closed is false
// where neither is in sight yet.
func (s *own) reach(buf []byte, first int) (end int, closed bool) {
	quotes, from := 0, 0
	end = first
	for range maxQuotedLines {
		quotes += bytes.Count(buf[from:end], []byte{'"'})
		if quotes%2 == 0 {
			return end, true
		}
		i := bytes.IndexByte(buf[end:], '\n')
		if i < 0 {
			return end, false
		}
		if s.sane(trimCR(buf[end : end+i])) {
			return end, true
		}
		from, end = end, end+i+1
	}
	return end, true
}

// sane tells whether line is a whole record without quotes.
func (s *own) sane(line []byte) bool {
	if bytes.IndexByte(line, '"') >= 0 || bytes.Count(line, []byte{s.split.delim})+1 != len(s.columns) {
		return false
	}
	s.split.plain(line)
	_, ok1 := s.record.clock.fast(s.split.fields[s.started])
	_, ok2 := s.record.clock.fast(s.split.fields[s.ended])
	return ok1 && ok2
}

// read takes the fields that were split from text into rec.
func (s *own) read(w *window, rec *Record, text []byte, n int) {
	rec.Text = text
	wrong := &s.record.wrong
	if at, reason := unreadable(text); at > 0 {
		wrong.add(usage.NoReason, "", at, nil, reason)
	}
	if have, want := len(s.split.fields), len(s.columns); have != want {
		reason := fmt.Sprintf("it has %d fields, the header %d", have, want)
		if have < want && w.unended(n) {
			reason += ", and the file ends here without a line end: it seems to be cut off"
		}
		wrong.add(usage.NoReason, "", 0, nil, reason)
		wrong.settle(rec, s.file)
		return
	}
	for i, c := range s.columns {
		if c != unknownColumn {
			s.record.set(rec, c, s.split.fields[i], i)
		}
	}
	if len(wrong.list) > 0 {
		s.place(text)
	}
	s.record.finish(rec, s.hasAnswered, s.file)
}

// place turns the field numbers of the mistakes into byte columns.
func (s *own) place(text []byte) {
	for k := range s.record.wrong.list {
		if in := &s.record.wrong.list[k]; in.Field != "" {
			in.Column = columnAt(text, s.split.delim, in.Column)
		}
	}
}
