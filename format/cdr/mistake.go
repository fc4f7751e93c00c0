package cdr

import (
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// mistakes are all that is wrong with one record. It is kept between records
// so that the next one needs no memory.
type mistakes struct {
	list   []fault.Input
	reason usage.Reason // the gravest reason to suspend
	field  string
	fatal  bool // one of them leaves no record
}

// add notes a mistake. NoReason means that the record cannot be told from
// others or read at all, so that it is rejected and not suspended.
func (m *mistakes) add(reason usage.Reason, field string, column int, value []byte, why string) {
	m.list = append(m.list, fault.Input{Column: column, Field: field, Value: fault.Cut(strings.ToValidUTF8(string(value), "�")), Reason: why})
	if reason == usage.NoReason {
		m.fatal = true
	} else if m.reason == usage.NoReason || reason < m.reason {
		// usage lists the causes by gravity: what cannot be placed in time
		// comes before a wrong order of times and a wrong word.
		m.reason, m.field = reason, field
	}
}

// has tells whether there is a mistake in field.
func (m *mistakes) has(field string) bool {
	return slices.ContainsFunc(m.list, func(in fault.Input) bool { return in.Field == field })
}

// order checks that a call ends after it was answered, and is answered after
// it started, as far as the instants could be read.
func (m *mistakes) order(rec *Record) {
	s, a, e := rec.Started, rec.Answered, rec.Ended
	switch {
	case s == 0 || e == 0:
	case e < s:
		m.add(usage.NegativeDuration, columnNames[endedColumn], 0, []byte(e.String()), "the call ends before it starts, at "+s.String())
	case a != 0 && a < s:
		m.add(usage.NegativeDuration, columnNames[answeredColumn], 0, []byte(a.String()), "the call is answered before it starts, at "+s.String())
	case a > e:
		m.add(usage.NegativeDuration, columnNames[answeredColumn], 0, []byte(a.String()), "the call is answered after it ends, at "+e.String())
	}
}

// settle writes the mistakes into rec, as a suspension or a rejection, and
// forgets them.
func (m *mistakes) settle(rec *Record, file string) {
	if len(m.list) == 0 {
		return
	}
	if m.fatal {
		text := rec.Text
		*rec = Record{Text: text, Reject: m.joined(file)}
	} else {
		rec.Suspend, rec.SuspendField, rec.SuspendDetail = m.reason, m.field, m.sentence(m.list)
	}
	m.list, m.reason, m.field, m.fatal = m.list[:0], usage.NoReason, "", false
}

// joined is the first mistake with the others told in its reason.
func (m *mistakes) joined(file string) *fault.Input {
	in := m.list[0]
	in.File = file
	if len(m.list) > 1 {
		in.Reason += "; also " + m.sentence(m.list[1:])
	}
	return &in
}

func (m *mistakes) sentence(list []fault.Input) string {
	var b strings.Builder
	for i, in := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		if in.Column > 0 {
			b.WriteString("column " + strconv.Itoa(in.Column) + ": ")
		}
		in.Column = 0
		b.WriteString(in.String())
	}
	return b.String()
}
