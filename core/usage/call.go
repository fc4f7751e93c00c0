// Package usage is what comes in: one normalised record for each charged leg
// of a call, its identity, and what rating made of it.
//
// It owns the record, the identity that makes it count once, the outcomes a
// record can have, and the roll-up deltas that charges add up to. It does not
// own the formats records come in (format/cdr), the price (rating), or where
// they are kept (store, format/segment).
//
//	id := usage.NewIdentity("pbx1", "1772442000.298", "0")
package usage

import (
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// MaxLength is how long a call may be; a longer one is suspended as too_long.
const MaxLength = 24 * when.Hour

// MaxAhead is how far a call may lie in the future of the clock, for switches
// whose clocks run ahead.
const MaxAhead = 5 * when.Minute

// Call is one charged leg, normalised: numbers are E.164 where they can be,
// names are ids of the tenant, instants are UTC. It is plain values, so that a
// million of them are one allocation.
type Call struct {
	Identity     Identity
	Content      uint64 // hash of everything below but Raw, to tell a repeat from a conflict
	Conversation uint64 // hash of the conversation's id; zero: a conversation of its own
	Started      when.Instant
	Answered     when.Instant // zero: not answered
	Ended        when.Instant
	Calling      phone.Number // zero: withheld or unknown
	Called       phone.Number
	Raw          RawRef
	Agent        tenant.UserID
	Campaign     tenant.CampaignID
	Queue        tenant.QueueID
	Carrier      tenant.CarrierID
	Unit         tenant.UnitID
	Source       tenant.SourceID
	Recording    int32         // seconds recorded
	Country      phone.Country // of the far end: called for outbound, calling for inbound
	Kind         Kind
	Direction    Direction
	Disposition  Disposition
	AMD          AMD
	Flags        Flags
}

// RawRef is where the text stands that a call came from: the raw segment and
// the record's ordinal in it, from 0.
type RawRef struct {
	Segment int64
	Index   int32
}

// Seconds is the call's length as rating counts it: answer to end, rounded up
// to whole seconds; zero where it was not answered or ends before the answer.
// It is meant for calls no longer than MaxLength.
func (c *Call) Seconds() int32 {
	if c.Answered == 0 || c.Ended <= c.Answered {
		return 0
	}
	return int32(when.Seconds(c.Answered, c.Ended))
}

// Flags mark what was odd about a record without making it wrong.
type Flags uint8

// The oddities.
const (
	DispositionDiffers Flags = 1 << iota // the disposition and the instants disagree; the instants won
	DurationDiffers                      // a stated duration is off by more than a second; the instants won
	Linked                               // another leg of the same call is charged; this one never is
	Late                                 // billed in the open period, not in that of its end
)
