// Package cdr reads the call records that switches write: bytes in, records in
// our words out, one file of this package for each format.
//
// It owns the formats, telling them apart, and the record as its source wrote
// it: names are text, numbers are as they were dialled. It does not own what
// the tenant knows (dial plan, users, numbers, campaigns), so it makes no ids
// and no E.164, and it does not decide what a call costs.
//
// Nothing is lost: every record of the input is either read, or read and marked
// with the reason why it cannot be a call yet (Suspend), or handed on as text
// with all that is wrong with it (Reject). Blank lines are no records.
//
//	r, err := cdr.Open(file, cdr.Options{File: "march.csv"})
//	var b cdr.Batch
//	for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
//		for i := range b.Records {
//			use(&b.Records[i])
//		}
//	}
package cdr

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Record is one charged leg of a call as its source wrote it. Its slices are
// parts of the Batch it was read into and hold until that Batch is read into
// again. Texts are decoded (quotes, escapes, URL encoding) and otherwise as
// written; an empty one means that the source did not say.
type Record struct {
	Line   int64  // first line of the record in the uncompressed file, from 1
	Offset int64  // its first byte, from 0
	Text   []byte // the record as it stands there, without its line end

	Tenant       []byte
	ID           []byte // the switch's own id
	Leg          []byte
	Conversation []byte
	Calling      []byte
	Called       []byte
	Agent        []byte // a username
	Extension    []byte // the agent's extension, where that is all the switch knows
	Campaign     []byte
	Queue        []byte
	Carrier      []byte
	SIPCallID    []byte

	// Hint is what the reading took from the record's neighbours in the file.
	// It is empty for almost all. Keep it with Text and give it to ReadOne.
	Hint []byte

	Started  when.Instant
	Answered when.Instant // zero: not answered
	Ended    when.Instant

	StatedSeconds int32 // length from answer to end as the source states it, rounded up; −1: not stated
	Recording     int32 // seconds recorded

	Kind         usage.Kind
	Direction    usage.Direction // means something only where HasDirection
	HasDirection bool
	Disposition  usage.Disposition
	AMD          usage.AMD

	// Charged is false for a leg that is kept and never rated, because another
	// leg of the same call is the one that is paid for: the agent's side of a
	// call that went out through a gateway, a loopback leg. It costs nothing,
	// whatever its instants say.
	Charged bool

	// Suspend is NoReason, or why this readable record cannot be a call yet:
	// AmbiguousTime, BadTime, NegativeDuration or BadValue. Instants and words
	// that could not be read are zero.
	Suspend       usage.Reason
	SuspendField  string // the first field concerned, by our name
	SuspendDetail string // all that is wrong, with columns, for people

	// Reject is nil, or all that is wrong with a record that cannot be read at
	// all. Then only Line, Offset and Text mean anything.
	Reject *fault.Input
}

// MaxRecord is how many bytes a record may have. Of a longer one the first
// MaxRecord bytes are handed on as rejected, and reading goes on behind it.
const MaxRecord = 1 << 20

// Batch holds records and the memory their texts stand in, both used again.
// The zero Batch is ready. Several Batches may be read from one Reader in turn
// while others are still being worked on.
type Batch struct {
	Want    int // about how many records to read at once; 0: 4096
	Records []Record

	buf   []byte // raw text
	at    int    // of buf: where the next record begins
	arena arena
}

const defaultWant = 4096

func (b *Batch) want() int {
	if b.Want <= 0 {
		return defaultWant
	}
	return b.Want
}

func (b *Batch) reset() {
	b.Records, b.buf, b.at, b.arena.free = b.Records[:0], b.buf[:0], 0, b.arena.free[:0]
}

// add makes room for one more record that says nothing.
func (b *Batch) add() *Record {
	b.Records = append(b.Records, Record{StatedSeconds: -1, Charged: true})
	return &b.Records[len(b.Records)-1]
}

// arena is memory for decoded texts. Growing leaves earlier texts where they
// are: they keep the old memory alive.
type arena struct{ free []byte }

// begin gives a buffer to append one text to; end takes it.
func (a *arena) begin() []byte { return a.free[len(a.free):] }

func (a *arena) end(text []byte) []byte {
	if cap(a.free)-len(a.free) >= len(text) {
		a.free = a.free[:len(a.free)+len(text)]
	} else {
		a.free = make([]byte, 0, max(4096, 2*cap(a.free)))
	}
	return text[:len(text):len(text)]
}
