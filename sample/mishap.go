package sample

import (
	"bytes"

	"tollkeeper/core/usage"
)

// mishap is what can be wrong with a broken record.
type mishap int

const (
	tooShort   mishap = iota // fields are missing
	badInstant               // started_at is no instant
	zeroByte                 // a NUL stands in a name
	negative                 // it ends before it was answered
	badNumber                // a spreadsheet has rewritten the called number
	mishaps
)

// Mishaps in 30,000 calls.
const (
	outOf      = 30_000
	duplicates = 150
	conflicts  = 12
	brokens    = 20
	lates      = 6
)

// append is the line of the call that next made and, unless the center is
// clean, what happens to come with it. cell is the tenant's name as a field;
// nil: no column.
func (s *stream) append(b, cell []byte) []byte {
	start := len(b)
	b = s.t.appendLine(b, cell, &s.calendar, &s.rec)
	if s.t.options.Clean {
		return b
	}
	end := len(b)
	if len(s.held) > 0 {
		b = append(b, s.held...)
		s.held = s.held[:0]
		s.counts.Duplicates++
	}
	switch n := s.dice.below(outOf); {
	case n < duplicates:
		s.held = append(s.held, b[start:end]...)
	case n < duplicates+conflicts:
		r := s.rec
		r.ended += 7000
		s.counts.Conflicts++
		return s.t.appendLine(b, cell, &s.calendar, &r)
	case n < duplicates+conflicts+brokens:
		return s.appendBroken(b, cell)
	case n < duplicates+conflicts+brokens+lates:
		return s.appendLate(b, cell)
	}
	return b
}

// appendBroken is a record of its own that has something wrong with it, each
// time the next thing.
func (s *stream) appendBroken(b, cell []byte) []byte {
	r := s.rec
	r.id, r.leg, r.conversation = s.newID(r.started), 0, callID{}
	r.disposition, r.answered, r.ended = usage.Answered, r.started+3000, r.started+63_000
	what := mishap(s.broken % int(mishaps))
	s.broken++
	s.counts.Broken[what]++
	switch what {
	case zeroByte:
		r.agent = "nobody\x00"
	case negative:
		r.ended = r.started + 1000
		r.recorded = false
	case badNumber:
		r.called.set("", "4.4207E+11")
	}
	start := len(b)
	b = s.t.appendLine(b, cell, &s.calendar, &r)
	switch what {
	case tooShort:
		b = append(b[:start+bytes.LastIndexByte(b[start:], ',')], '\n')
		b = append(b[:start+bytes.LastIndexByte(b[start:], ',')], '\n')
	case badInstant:
		instant := s.calendar.append(nil, r.started)
		bad := append([]byte("31/06/2026"), instant[10:]...)
		copy(b[start+bytes.Index(b[start:], instant):], bad)
	}
	return b
}

// appendLate is a call of the days before the first.
func (s *stream) appendLate(b, cell []byte) []byte {
	r := s.rec
	shift := r.started - int64(s.t.traffic.from)/1000 + int64(s.dice.between(4*3_600_000, 72*3_600_000))
	r.started, r.ended = r.started-shift, r.ended-shift
	if r.answered != 0 {
		r.answered -= shift
	}
	r.id, r.leg, r.conversation = s.newID(r.started), 0, callID{}
	s.counts.Late++
	return s.t.appendLine(b, cell, &s.calendar, &r)
}
