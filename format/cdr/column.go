package cdr

import (
	"bytes"
	"math"
	"strconv"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// column is a field of our own layout, CSV and JSON lines alike.
type column uint8

const (
	unknownColumn column = iota
	tenantColumn
	idColumn
	legColumn
	conversationColumn
	kindColumn
	directionColumn
	callingColumn
	calledColumn
	agentColumn
	campaignColumn
	queueColumn
	carrierColumn
	startedColumn
	answeredColumn
	endedColumn
	dispositionColumn
	amdColumn
	recordingColumn
	sipColumn
	columnEnd
)

var columnNames = [columnEnd]string{
	"", "tenant", "call_id", "leg", "conversation_id", "kind", "direction", "calling", "called", "agent", "campaign", "queue", "carrier",
	"started_at", "answered_at", "ended_at", "disposition", "amd", "recording_s", "sip_call_id",
}

// needed are the columns without which there is no call.
var needed = [...]column{idColumn, calledColumn, startedColumn, endedColumn}

// Columns lists the columns of our own layout, and those without which there is
// no call.
func Columns() (all, needed []string) { return columnNames[tenantColumn:], required() }

func required() []string {
	var names []string
	for _, c := range needed {
		names = append(names, columnNames[c])
	}
	return names
}

// columnOf finds a column by its exact name.
func columnOf(name []byte) column {
	for c := tenantColumn; c < columnEnd; c++ {
		if string(name) == columnNames[c] {
			return c
		}
	}
	return unknownColumn
}

// ownRecord sets the fields of a record of our own layout and keeps what is
// wrong with it.
type ownRecord struct {
	clock clock
	wrong mistakes
}

// set reads value into the column's field of rec; at is where the value stands,
// for messages.
func (o *ownRecord) set(rec *Record, c column, value []byte, at int) {
	switch c {
	case tenantColumn:
		rec.Tenant = value
	case idColumn:
		rec.ID = value
	case legColumn:
		rec.Leg = value
	case conversationColumn:
		rec.Conversation = value
	case callingColumn:
		rec.Calling = value
	case calledColumn:
		rec.Called = value
	case agentColumn:
		rec.Agent = value
	case campaignColumn:
		rec.Campaign = value
	case queueColumn:
		rec.Queue = value
	case carrierColumn:
		rec.Carrier = value
	case sipColumn:
		rec.SIPCallID = value
	case startedColumn:
		o.instant(&rec.Started, c, value, at)
	case endedColumn:
		o.instant(&rec.Ended, c, value, at)
	case answeredColumn:
		if len(value) > 0 {
			o.instant(&rec.Answered, c, value, at)
		}
	case kindColumn, directionColumn, dispositionColumn, amdColumn, recordingColumn:
		if len(value) > 0 && !word(rec, c, value) && !word(rec, c, []byte(lower(value))) {
			o.wrong.add(usage.BadValue, columnNames[c], at, value, wanted(c))
		}
	}
}

func (o *ownRecord) instant(to *when.Instant, c column, value []byte, at int) {
	i, ok := o.clock.instant(value)
	if !ok {
		reason := "not a time that can be read: write it with its distance from UTC, such as 2026-06-01T09:00:00Z, or as seconds since 1970"
		if _, err := when.Parse(string(bytes.TrimSpace(value))); err == nil {
			reason = "the beginning of 1970 is the clock of a switch that had no time"
		}
		o.wrong.add(usage.BadTime, columnNames[c], at, value, reason)
	}
	*to = i
}

// word reads a value of a few spellings, or a number of seconds.
func word(rec *Record, c column, v []byte) bool {
	switch c {
	case kindColumn:
		return kind(rec, v)
	case directionColumn:
		switch string(v) {
		case "outbound":
			rec.Direction = usage.Outgoing
		case "inbound":
			rec.Direction = usage.Incoming
		default:
			return len(v) == 0
		}
		rec.HasDirection = true
		return true
	case dispositionColumn:
		return disposition(rec, v)
	case amdColumn:
		return amd(rec, v)
	}
	n, ok := number(v)
	if ok = len(v) == 0 || ok && n <= math.MaxInt32; ok {
		rec.Recording = int32(n)
	}
	return ok
}

func kind(rec *Record, v []byte) bool {
	switch string(v) {
	case "":
	case "manual":
		rec.Kind = usage.Manual
	case "click_to_call":
		rec.Kind = usage.ClickToCall
	case "dialer":
		rec.Kind = usage.Dialer
	case "inbound":
		rec.Kind = usage.Inbound
	case "internal":
		rec.Kind = usage.Internal
	case "callback":
		rec.Kind = usage.Callback
	default:
		return false
	}
	return true
}

func disposition(rec *Record, v []byte) bool {
	switch string(v) {
	case "":
	case "answered":
		rec.Disposition = usage.Answered
	case "no_answer":
		rec.Disposition = usage.NoAnswer
	case "busy":
		rec.Disposition = usage.Busy
	case "failed":
		rec.Disposition = usage.Failed
	case "cancelled":
		rec.Disposition = usage.Cancelled
	case "congestion":
		rec.Disposition = usage.Congestion
	case "abandoned":
		rec.Disposition = usage.Abandoned
	default:
		return false
	}
	return true
}

func amd(rec *Record, v []byte) bool {
	switch string(v) {
	case "", "none":
		rec.AMD = usage.NoAMD
	case "human":
		rec.AMD = usage.Human
	case "machine":
		rec.AMD = usage.Machine
	case "unknown":
		rec.AMD = usage.Unknown
	default:
		return false
	}
	return true
}

// wanted says what a column of words or numbers takes.
func wanted(c column) string {
	switch c {
	case kindColumn:
		return "not a kind of call: want manual, click_to_call, dialer, inbound, internal or callback"
	case directionColumn:
		return "not a direction: want outbound or inbound"
	case dispositionColumn:
		return "not a disposition: want answered, no_answer, busy, failed, cancelled, congestion or abandoned"
	case amdColumn:
		return "not a result of machine detection: want none, human, machine or unknown"
	}
	return "not a whole number of seconds up to " + strconv.Itoa(math.MaxInt32)
}

// finish applies what the layout says about the whole record: a call counts
// as answered when it started where the source has no answered_at at all,
// unless its disposition says otherwise.
func (o *ownRecord) finish(rec *Record, hasAnswered bool, file string) {
	if !hasAnswered && (rec.Disposition == usage.NoDisposition || rec.Disposition == usage.Answered) {
		rec.Answered = rec.Started
	}
	if len(bytes.TrimSpace(rec.ID)) == 0 {
		o.wrong.add(usage.NoReason, columnNames[idColumn], 0, nil, "a record needs its call's id to be counted once")
	}
	o.wrong.order(rec)
	o.wrong.settle(rec, file)
}
