package cdr

import (
	"bytes"
	"fmt"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// switchCSV reads the CSV that FreeSWITCH writes by the templates it is
// delivered with; each row's is told by its number of fields and the place of
// its uuid. Fields are mapped so:
//
//	caller_id_number (ani)   calling; extension too where it has up to six digits
//	destination_number       called
//	start_stamp, answer_stamp, end_stamp   in Options.Zone
//	billsec                  stated length
//	hangup_cause             disposition, where the call was not answered
//	uuid                     native id and conversation
//	sip_gateway_name         carrier (opencdrrate)
//	direction                outbound through a gateway is an outbound call (opencdrrate)
//	last_app callcenter      queue: last_arg (asterisk)
//	userfield                campaign, agent and queue, written as camp=17;agent=ana
//
// accountcode, context and the codecs are left out. A row with a bleg_uuid (or
// signal_bond) tells of two legs: their conversation is the smaller uuid. A
// call that an extension made to a longer number left through a gateway, and
// the gateway's leg is the one that is paid for: its native id is the other
// leg's uuid, so that it is the same call when it comes as JSON too. Where a
// row says itself that it is an outbound leg, its uuid counts, and it is
// charged if it went through a gateway. Loopback legs are not charged. Log
// a-legs only (legs=a): of both legs of a call that came in, a row does not say
// which it is.
type switchCSV struct {
	split loose
	clock clock
	local local
	wrong mistakes
	file  string
}

func newSwitchCSV(o Options) *switchCSV {
	s := &switchCSV{file: o.File}
	var end loose
	var c clock
	s.local = newLocal(o, func(line []byte) (when.Instant, bool) {
		end.split(line)
		t, ok := templateOf(end.fields)
		if !ok {
			return 0, false
		}
		return c.wall(end.fields[t.end])
	})
	return s
}

// sniffSwitchCSV looks for the number of fields of a template, a uuid and a
// local end in their places.
func sniffSwitchCSV(head []byte) string {
	line, _ := headerLine(head)
	s := newSwitchCSV(Options{})
	s.split.split(line)
	t, ok := templateOf(s.split.fields)
	if !ok || !uuidLike(s.split.fields[t.uuid]) {
		return ""
	}
	if _, ok = s.clock.wall(s.split.fields[t.end]); !ok {
		return ""
	}
	return fmt.Sprintf("no header, %d fields with a uuid in the %s and a local time in the %s, as FreeSWITCH writes by its template %s", t.columns, nth(t.uuid+1), nth(t.end+1), t.name)
}

func nth(n int) string {
	switch {
	case n%10 == 1 && n != 11:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2 && n != 12:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3 && n != 13:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

func openSwitchCSV(_ []byte, o Options, f *Format) (source, int, error) {
	warnZone(o, f)
	return newSwitchCSV(o), 0, nil
}

func againSwitchCSV(_ []byte, o Options) (source, error) { return newSwitchCSV(o), nil }

func (s *switchCSV) header() []byte { return nil }

func (s *switchCSV) next(w *window, rec *Record) (n int, got bool) {
	line, n := w.text()
	if n == 0 || blank(line) {
		return n, false
	}
	rec.Text = line
	if at, reason := unreadable(line); at > 0 {
		s.wrong.add(usage.NoReason, "", at, nil, reason)
	}
	s.split.split(line)
	t, ok := templateOf(s.split.fields)
	if !ok {
		reason := fmt.Sprintf("it has %d fields, and no template of FreeSWITCH has so many", len(s.split.fields))
		if w.unended(n) {
			reason += "; the file ends here without a line end: it seems to be cut off"
		}
		s.wrong.add(usage.NoReason, "", 0, nil, reason)
	}
	if !s.wrong.fatal && !s.read(w, rec, t) {
		s.wrong = mistakes{}
		return 0, false
	}
	s.wrong.settle(rec, s.file)
	return n, true
}

// read takes the fields of one row into rec; false where the row's times need
// more of the file to be understood.
func (s *switchCSV) read(w *window, rec *Record, t template) bool {
	rec.Calling, rec.Called = s.field(t.calling), s.field(t.called)
	if extension(rec.Calling) {
		rec.Extension = rec.Calling
	}
	rec.Carrier = s.field(t.gateway)
	outbound := s.outbound(t)
	rec.HasDirection = outbound && len(rec.Carrier) > 0
	if string(s.field(t.app)) == "callcenter" {
		rec.Queue = s.field(t.arg)
	}
	userfield(rec, s.field(t.user))
	times := walls{
		started: s.wall(t.start, startedColumn), answered: s.wall(t.answer, answeredColumn), ended: s.wall(t.end, endedColumn),
		duration: s.seconds(t.duration, "duration"), billed: s.seconds(t.billed, "billsec"),
	}
	s.need(times.ended, endedColumn)
	if t.start >= 0 {
		s.need(times.started, startedColumn)
	} else if times.started = times.answered; times.started == 0 {
		times.started = times.ended // never answered, by a template without the start
	}
	rec.StatedSeconds = int32(times.billed)
	if !s.local.resolve(rec, times, w, &s.wrong) {
		return false
	}
	s.wrong.order(rec)
	rec.Disposition = hangup(s.field(t.cause), rec.Answered != 0)
	rec.Charged = !bytes.HasPrefix(s.field(t.channel), []byte("loopback/")) && (!outbound || rec.HasDirection)
	s.identify(rec, t)
	return true
}

// identify names the leg that is paid for, as the type's comment says.
func (s *switchCSV) identify(rec *Record, t template) {
	uuid, other := s.field(t.uuid), s.field(t.bleg)
	rec.ID, rec.Conversation = uuid, uuid
	if len(uuid) == 0 {
		s.wrong.add(usage.NoReason, "uuid", 0, nil, "a record needs its call's uuid to be counted once")
	}
	if len(other) == 0 {
		return
	}
	if bytes.Compare(other, uuid) < 0 {
		rec.Conversation = other
	}
	if !s.outbound(t) && extension(rec.Calling) && !extension(rec.Called) {
		rec.ID = other
	}
}

// outbound tells whether the row says that it is a leg the switch made.
func (s *switchCSV) outbound(t template) bool { return string(s.field(t.way)) == "outbound" }

// field is the template's field; nothing where it has none.
func (s *switchCSV) field(i int) []byte {
	if i < 0 {
		return nil
	}
	return s.split.fields[i]
}

// wall is a local time, zero where the field is empty or wrong.
func (s *switchCSV) wall(i int, c column) when.Instant {
	v := s.field(i)
	if len(v) == 0 {
		return 0
	}
	wall, ok := s.clock.wall(v)
	if !ok || wall == 0 {
		s.wrong.add(usage.BadTime, columnNames[c], 0, v, "not a local time such as 2026-03-02 09:00:00")
		return 0
	}
	return wall
}

// need notes an instant that is neither there nor wrong.
func (s *switchCSV) need(wall when.Instant, c column) {
	if wall == 0 && !s.wrong.has(columnNames[c]) {
		s.wrong.add(usage.BadTime, columnNames[c], 0, nil, "missing")
	}
}

// seconds is a stated length; −1 where none is stated.
func (s *switchCSV) seconds(i int, name string) int64 {
	v := s.field(i)
	if len(v) == 0 {
		return -1
	}
	n, ok := number(v)
	if !ok || n > 1<<31-1 {
		s.wrong.add(usage.BadValue, name, 0, v, "not a whole number of seconds")
		return -1
	}
	return n
}

// hangup is the disposition by FreeSWITCH's hangup cause. A call that was
// answered was answered, whatever ended it.
func hangup(cause []byte, answered bool) usage.Disposition {
	if answered {
		return usage.Answered
	}
	switch string(cause) {
	case "", "NONE":
		return usage.NoDisposition
	case "NO_ANSWER", "NO_USER_RESPONSE", "NORMAL_CLEARING", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT", "RECOVERY_ON_TIMER_EXPIRE":
		return usage.NoAnswer
	case "USER_BUSY", "CALL_REJECTED":
		return usage.Busy
	case "ORIGINATOR_CANCEL", "LOSE_RACE", "PICKED_OFF":
		return usage.Cancelled
	case "NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION":
		return usage.Congestion
	}
	return usage.Failed
}
