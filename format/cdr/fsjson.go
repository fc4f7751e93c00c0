package cdr

import (
	"bytes"
	"fmt"
	"math"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// switchJSON reads the JSON of FreeSWITCH's mod_json_cdr: objects one a line,
// one behind the other, spread over lines, or in an array. Variables are
// URL-decoded (a + stays a +). Fields are mapped so; of two the first that is
// there counts:
//
//	caller_id_number, the profile's   calling
//	the profile's destination_number, destination_number   called
//	start_, answer_, end_uepoch, else the profile's times, else _epoch, else _stamp   instants; 0 is none
//	billmsec rounded up, billsec   stated length
//	hangup_cause                disposition, where the call was not answered
//	uuid                        native id
//	originating_leg_uuid, originator, signal_bond, bridge_uuid, call_uuid   the other leg
//	the profile's username, sip_from_user, bridge_channel, last_arg   extension: the first of digits
//	cc_agent, agent             agent
//	cc_queue                    queue
//	campaign, campaign_id       campaign
//	sip_gateway_name            carrier
//	sip_call_id                 SIP call id
//
// The profile is the first one of the call, as it came in. accountcode and
// domain_name are left out. The conversation is the smaller uuid of both legs.
// See charged for which leg is paid for. Where b-legs are not logged, an a-leg
// that left through a gateway has the b-leg's uuid as its native id, as in CSV.
type switchJSON struct {
	wrong mistakes
	file  string
	clock clock
	local local
	f     switchFields
	onlyA bool // b-legs are not logged

	indent int // how far the record's first line is moved in
}

// switchFields are what is taken from one object, still encoded.
type switchFields struct {
	vars      [variableEnd][]byte
	profile   [profileEnd][]byte
	direction []byte // of channel_data
}

func newSwitchJSON(o Options) *switchJSON {
	return &switchJSON{file: o.File, onlyA: o.OnlyALegs, local: newLocal(o, nil)}
}

func sniffSwitchJSON(head []byte) string {
	text := bytes.TrimSpace(head)
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return ""
	}
	for _, key := range []string{`"variables"`, `"callflow"`} {
		if bytes.Contains(text, []byte(key)) {
			return "it is made of JSON objects with " + key[1:len(key)-1] + ", as mod_json_cdr of FreeSWITCH writes them"
		}
	}
	return ""
}

func openSwitchJSON(_ []byte, o Options, _ *Format) (source, int, error) {
	return newSwitchJSON(o), 0, nil
}

func againSwitchJSON(_ []byte, o Options) (source, error) { return newSwitchJSON(o), nil }

func (s *switchJSON) header() []byte { return nil }

// next reads the object at the start of w. What stands between objects, white
// space and the brackets and commas of an array, is no record.
func (s *switchJSON) next(w *window, rec *Record) (n int, got bool) {
	for ; n < len(w.buf) && bytes.IndexByte([]byte(" \t\r\n,[]"), w.buf[n]) >= 0; n++ {
		if s.indent++; w.buf[n] == '\n' {
			s.indent = 0
		}
	}
	if n > 0 {
		return n, false
	}
	s.f = switchFields{}
	j := jsonText{buf: w.buf, arena: w.arena}
	if bad := s.object(&j); bad != nil {
		if bad.at >= len(w.buf) && !w.final {
			return 0, false
		}
		return s.give(w, rec, bad)
	}
	rec.Text = w.buf[:j.at]
	if at, reason := unreadable(rec.Text); at > 0 {
		s.wrong.add(usage.NoReason, "", at, nil, reason)
	} else {
		s.read(w, rec)
	}
	s.wrong.settle(rec, s.file)
	return j.at, true
}

// give rejects an object that is broken, up to the next line that begins one
// and is not moved in further than this one was.
func (s *switchJSON) give(w *window, rec *Record, bad *jsonError) (int, bool) {
	n := s.after(w.buf)
	if n == 0 && (w.final || w.full) {
		n = len(w.buf)
	}
	if n == 0 || w.full && n == len(w.buf) {
		return 0, false
	}
	rec.Text = trimEnd(w.buf[:n])
	at, reason := min(bad.at, n), bad.reason
	if bad.at >= len(w.buf) {
		reason += ": the file seems to be cut off, or a brace is not closed"
	}
	line := bytes.LastIndexByte(w.buf[:at], '\n') + 1
	if below := bytes.Count(w.buf[:line], []byte{'\n'}); below > 0 {
		reason += fmt.Sprintf(" (line %d of the record)", below+1)
	}
	value, _, _ := bytes.Cut(w.buf[at:], []byte{'\n'})
	s.wrong.add(usage.NoReason, "", at-line+1, value, reason)
	s.wrong.settle(rec, s.file)
	return n, true
}

// after is where the next record may begin behind a broken one; 0: not in buf.
func (s *switchJSON) after(buf []byte) int {
	for n := 0; ; {
		i := bytes.IndexByte(buf[n:], '\n') + 1
		if i == 0 {
			return 0
		}
		n += i
		line := bytes.TrimLeft(buf[n:], " \t")
		if moved := len(buf) - n - len(line); len(line) > 0 && line[0] == '{' && moved <= s.indent {
			return n
		}
	}
}

// object collects the fields of the object at j.
func (s *switchJSON) object(j *jsonText) *jsonError {
	return j.members(func(key []byte) *jsonError {
		switch c := j.peek(); {
		case string(key) == "variables" && c == '{':
			return j.members(func(key []byte) *jsonError { return choose(j, variables, key, s.f.vars[:]) })
		case string(key) == "channel_data" && c == '{':
			return j.members(func(key []byte) *jsonError {
				to := [1][]byte{}
				bad := choose(j, []string{"direction"}, key, to[:])
				if to[0] != nil {
					s.f.direction = to[0]
				}
				return bad
			})
		case string(key) == "callflow" && c == '[':
			return j.elements(func() *jsonError { return s.flow(j) })
		case string(key) == "callflow" && c == '{':
			return s.flow(j)
		}
		return j.skip()
	})
}

// flow reads one profile of the call flow. They stand newest first; the call
// came in with the one whose index is 1, else the last.
func (s *switchJSON) flow(j *jsonText) *jsonError {
	var p [profileEnd][]byte
	if j.peek() != '{' {
		return j.skip()
	}
	bad := j.members(func(key []byte) *jsonError {
		if c := j.peek(); c == '{' && (string(key) == "caller_profile" || string(key) == "times") {
			return j.members(func(key []byte) *jsonError { return choose(j, profileNames, key, p[:]) })
		}
		return choose(j, profileNames, key, p[:])
	})
	if string(s.f.profile[profileIndex]) != "1" {
		s.f.profile = p
	}
	return bad
}

// choose reads the value of key into its place where key is one of names, and
// over it where it is not.
func choose(j *jsonText, names []string, key []byte, to [][]byte) *jsonError {
	c := j.peek()
	for i, name := range names {
		if string(key) == name && c != '{' && c != '[' && c != 't' && c != 'f' {
			value, _, bad := j.scalar()
			if to[i] == nil || len(value) > 0 {
				to[i] = value
			}
			return bad
		}
	}
	return j.skip()
}

// first is the first of the named variables that says something, decoded.
func (s *switchJSON) first(a *arena, vars ...variable) []byte {
	for _, v := range vars {
		if len(s.f.vars[v]) > 0 {
			return unescape(a, s.f.vars[v])
		}
	}
	return nil
}

// read takes the fields of one object into rec.
func (s *switchJSON) read(w *window, rec *Record) {
	a, p := w.arena, &s.f.profile
	rec.ID = s.first(a, varUUID)
	if len(rec.ID) == 0 {
		rec.ID = p[profileUUID]
	}
	if len(rec.ID) == 0 {
		s.wrong.add(usage.NoReason, "uuid", 0, nil, "a record needs its call's uuid to be counted once")
	}
	rec.Conversation = rec.ID
	if other := s.other(a, rec.ID); len(other) > 0 && bytes.Compare(other, rec.ID) < 0 {
		rec.Conversation = other
	}
	rec.Calling = either(s.first(a, varCalling), p[profileCalling])
	rec.Called = either(p[profileCalled], s.first(a, varCalled))
	rec.Extension = s.extension(a)
	rec.Agent = s.first(a, varAgent, varOurAgent)
	rec.Queue = s.first(a, varQueue)
	rec.Campaign = s.first(a, varCampaign, varCampaignID)
	rec.Carrier = s.first(a, varGateway)
	rec.SIPCallID = s.first(a, varSIPCallID)
	rec.StatedSeconds = s.stated()
	s.times(w, rec)
	rec.Disposition = hangup(s.first(a, varCause), rec.Answered != 0)
	rec.Charged = s.charged(a, rec)
	s.wrong.order(rec)
}

// extension is the agent's: the one that called, else the one that was called.
func (s *switchJSON) extension(a *arena) []byte {
	user := either(s.f.profile[profileUser], s.first(a, varFromUser))
	for _, v := range [][]byte{user, s.first(a, varFromUser), s.first(a, varBridgeChannel), s.bridgedTo(a)} {
		v, _, _ = bytes.Cut(v[bytes.LastIndexByte(v, '/')+1:], []byte{'@'})
		if extension(v) {
			return v
		}
	}
	return user
}

func either(a, b []byte) []byte {
	if len(a) > 0 {
		return a
	}
	return b
}

// other is the uuid of the leg that this one is bridged with. call_uuid is the
// last to be asked because it is sometimes wrong.
func (s *switchJSON) other(a *arena, uuid []byte) []byte {
	for _, v := range []variable{varOriginating, varOriginator, varBond, varBridge, varCallUUID} {
		if o := s.first(a, v); len(o) > 0 && !bytes.Equal(o, uuid) {
			return o
		}
	}
	return nil
}

// charged tells which leg of a call is paid for, by this leg alone: an
// outbound leg if it went through a gateway or the external profile, an
// inbound one if it came from outside or did not leave again through either.
// A loopback leg never is. An outbound leg that is paid for is an outbound
// call; of inbound legs only the tenant's numbers tell the direction.
func (s *switchJSON) charged(a *arena, rec *Record) bool {
	channel := either(s.first(a, varChannel), s.f.profile[profileChannel])
	outside := bytes.HasPrefix(channel, []byte("sofia/external/"))
	if bytes.HasPrefix(channel, []byte("loopback/")) {
		return false
	}
	if way := either(s.first(a, varDirection), s.f.direction); string(way) == "outbound" {
		paid := outside || len(rec.Carrier) > 0
		rec.HasDirection = paid
		return paid
	}
	if outside || string(s.f.profile[profileContext]) == "public" {
		return true
	}
	for _, v := range [][]byte{s.first(a, varBridgeChannel), s.bridgedTo(a)} {
		if !bytes.Contains(v, []byte("sofia/gateway/")) && !bytes.Contains(v, []byte("sofia/external/")) {
			continue
		}
		if s.onlyA {
			rec.ID = either(s.other(a, rec.ID), rec.ID)
		}
		return s.onlyA
	}
	return true
}

// bridgedTo is where the last application of the dial plan sent the call.
func (s *switchJSON) bridgedTo(a *arena) []byte {
	if string(s.first(a, varLastApp)) != "bridge" {
		return nil
	}
	return s.first(a, varLastArg)
}

// stated is the length that the switch states, rounded up; −1 for none.
func (s *switchJSON) stated() int32 {
	if ms, ok := number(s.f.vars[varBillMS]); ok && ms <= math.MaxInt32*1000 {
		return int32((ms + 999) / 1000)
	}
	if sec, ok := number(s.f.vars[varBillSec]); ok && sec <= math.MaxInt32 {
		return int32(sec)
	}
	return -1
}

// times sets the instants from the most exact clock that has both ends of the
// call, all three from the same one.
func (s *switchJSON) times(w *window, rec *Record) {
	v, p := &s.f.vars, &s.f.profile
	for _, c := range []struct {
		start, answer, end, otherwise []byte
		unit                          when.Instant
	}{
		{v[varStartU], v[varAnswerU], v[varEndU], v[varAnswer], when.Microsecond},
		{p[profileCreated], p[profileAnswered], p[profileHangup], v[varAnswer], when.Microsecond},
		{v[varStart], v[varAnswer], v[varEnd], nil, when.Second},
	} {
		if none(c.start) || none(c.end) || len(c.answer) == 0 && !none(c.otherwise) {
			continue
		}
		rec.Started = s.count(startedColumn, c.start, c.unit)
		rec.Answered = s.count(answeredColumn, c.answer, c.unit)
		rec.Ended = s.count(endedColumn, c.end, c.unit)
		return
	}
	t := walls{duration: -1, billed: int64(rec.StatedSeconds)}
	t.started = s.wall(startedColumn, unescape(w.arena, v[varStartStamp]))
	t.ended = s.wall(endedColumn, unescape(w.arena, v[varEndStamp]))
	if len(v[varAnswerStamp]) > 0 {
		t.answered = s.wall(answeredColumn, unescape(w.arena, v[varAnswerStamp]))
	}
	s.local.resolve(rec, t, w, &s.wrong) // without rows it never waits for more
}

// none tells whether a count says that something never happened.
func none(v []byte) bool {
	n, ok := number(v)
	return len(v) == 0 || ok && n == 0
}

// count reads a count of units since 1970; zero where there is none.
func (s *switchJSON) count(c column, v []byte, unit when.Instant) when.Instant {
	if none(v) {
		return 0
	}
	n, ok := number(v)
	if !ok || n > int64(latest/unit) {
		s.wrong.add(usage.BadTime, columnNames[c], 0, v, "not a count of seconds or microseconds since 1970, up to 2200")
		return 0
	}
	return when.Instant(n) * unit
}

// wall is a local time; zero where it is wrong.
func (s *switchJSON) wall(c column, v []byte) when.Instant {
	wall, ok := s.clock.wall(v)
	if !ok || wall == 0 {
		reason := "not a local time such as 2026-03-02 09:00:00"
		if len(v) == 0 {
			reason = "missing, as an epoch and as a local time"
		}
		s.wrong.add(usage.BadTime, columnNames[c], 0, v, reason)
		return 0
	}
	return wall
}

// latest is the end of the time that is kept, the year 2200.
const latest = 7258118400 * when.Second
