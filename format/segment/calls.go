package segment

import (
	"bytes"
	"encoding/binary"
	"math"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// CallColumns selects fields of a usage.Call.
type CallColumns uint64

// The fields. The place of a bit is the column's stored number: new ones go at
// the end.
const (
	CallIdentity CallColumns = 1 << iota
	CallContent
	CallConversation
	CallStarted
	CallAnswered
	CallEnded
	callUnanswered // a part of CallAnswered
	CallAgent
	CallCampaign
	CallQueue
	CallCarrier
	CallUnit
	CallSource
	CallRecording
	CallCountry
	CallKind
	CallDirection
	CallDisposition
	CallAMD
	CallFlags
	CallRawSegment
	CallRawIndex
	CallNumbers // both numbers, from the segment of numbers
	callEnd

	AllCalls = callEnd - 1
)

// Numbers are the stored numbers of the columns, for Span, and of those they
// are read by.
func (c CallColumns) Numbers() []uint8 { return numbers(uint64(c.whole())) }

// whole is c with the columns that reading those of c needs.
func (c CallColumns) whole() CallColumns {
	if c&CallAnswered != 0 {
		c |= callUnanswered
	}
	if c&(CallAnswered|CallEnded) != 0 {
		c |= CallStarted
	}
	return c
}

const (
	idIdentity     = 0
	idContent      = 1
	idConversation = 2
)

// callFields are the fields that are columns of integers. Answer and end are
// kept as what they are after the start.
var callFields = []field[usage.Call]{
	{uint64(CallStarted), "started", anyLow, anyHigh, (*Encoder).series,
		func(c *usage.Call) int64 { return int64(c.Started) },
		func(c *usage.Call, v int64) { c.Started = when.Instant(v) }},
	{uint64(CallAnswered), "answered", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Call) int64 {
			if c.Answered == 0 {
				return 0
			}
			return int64(c.Answered - c.Started)
		},
		func(c *usage.Call, v int64) { c.Answered = c.Started + when.Instant(v) }},
	{uint64(CallEnded), "ended", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Ended - c.Started) },
		func(c *usage.Call, v int64) { c.Ended = c.Started + when.Instant(v) }},
	{uint64(callUnanswered), "unanswered", 0, 1, (*Encoder).ints,
		func(c *usage.Call) int64 {
			if c.Answered == 0 {
				return 1
			}
			return 0
		},
		func(c *usage.Call, v int64) {
			if v == 1 {
				c.Answered = 0
			}
		}},
	{uint64(CallAgent), "agent", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Agent) },
		func(c *usage.Call, v int64) { c.Agent = tenant.UserID(v) }},
	{uint64(CallCampaign), "campaign", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Campaign) },
		func(c *usage.Call, v int64) { c.Campaign = tenant.CampaignID(v) }},
	{uint64(CallQueue), "queue", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Queue) },
		func(c *usage.Call, v int64) { c.Queue = tenant.QueueID(v) }},
	{uint64(CallCarrier), "carrier", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Carrier) },
		func(c *usage.Call, v int64) { c.Carrier = tenant.CarrierID(v) }},
	{uint64(CallUnit), "unit", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Unit) },
		func(c *usage.Call, v int64) { c.Unit = tenant.UnitID(v) }},
	{uint64(CallSource), "source", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Source) },
		func(c *usage.Call, v int64) { c.Source = tenant.SourceID(v) }},
	{uint64(CallRecording), "recording", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Recording) },
		func(c *usage.Call, v int64) { c.Recording = int32(v) }},
	{uint64(CallCountry), "country", 0, math.MaxUint16, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Country) },
		func(c *usage.Call, v int64) { c.Country = phone.Country(v) }},
	{uint64(CallKind), "kind", 0, int64(usage.Callback), (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Kind) },
		func(c *usage.Call, v int64) { c.Kind = usage.Kind(v) }},
	{uint64(CallDirection), "direction", 0, int64(usage.Incoming), (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Direction) },
		func(c *usage.Call, v int64) { c.Direction = usage.Direction(v) }},
	{uint64(CallDisposition), "disposition", 0, int64(usage.Abandoned), (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Disposition) },
		func(c *usage.Call, v int64) { c.Disposition = usage.Disposition(v) }},
	{uint64(CallAMD), "amd", 0, int64(usage.Unknown), (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.AMD) },
		func(c *usage.Call, v int64) { c.AMD = usage.AMD(v) }},
	{uint64(CallFlags), "flags", 0, math.MaxUint8, (*Encoder).ints,
		func(c *usage.Call) int64 { return int64(c.Flags) },
		func(c *usage.Call, v int64) { c.Flags = usage.Flags(v) }},
	{uint64(CallRawSegment), "raw segment", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Call) int64 { return c.Raw.Segment },
		func(c *usage.Call, v int64) { c.Raw.Segment = v }},
	{uint64(CallRawIndex), "raw index", idLow, idHigh, (*Encoder).series,
		func(c *usage.Call) int64 { return int64(c.Raw.Index) },
		func(c *usage.Call, v int64) { c.Raw.Index = int32(v) }},
}

// Calls appends a segment of calls to dst: everything but their two numbers.
// Sorted by start they take the least room.
func (e *Encoder) Calls(dst []byte, calls []usage.Call, a Algorithm) ([]byte, error) {
	if err := e.begin(Calls, a, len(calls)); err != nil {
		return dst, err
	}
	from := len(e.body)
	e.body = grow(e.body, 16*len(calls))
	for i, out := 0, e.body[from:]; i < len(calls); i++ {
		copy(out[16*i:], calls[i].Identity[:])
	}
	e.enter(&column{id: idIdentity, enc: fixed, bits: 128, scale: 1}, from)
	e.words(idContent, len(calls), func(i int) uint64 { return calls[i].Content })
	e.words(idConversation, len(calls), func(i int) uint64 { return calls[i].Conversation })
	if err := putFields(e, calls, callFields); err != nil {
		return dst, err
	}
	return e.finish(dst), nil
}

// CallReader reads the selected fields of calls, from one segment or two.
type CallReader struct {
	fields       fieldReader[usage.Call]
	numbers      *Reader
	content      []byte
	conversation []byte
	identity     []byte
	want         CallColumns
}

// OpenCalls reads from a segment of calls and from that of their numbers,
// which may be nil where the numbers are not wanted or have been dropped: then
// they read as none. The readers must not be Reset meanwhile.
func OpenCalls(calls, numbers *Reader, want CallColumns) (*CallReader, error) {
	x := new(CallReader)
	return x, x.Reset(calls, numbers, want)
}

// Reset is OpenCalls into x, whose buffers are used again.
func (x *CallReader) Reset(calls, numbers *Reader, want CallColumns) (err error) {
	switch {
	case numbers == nil:
	case numbers.kind != Numbers:
		return damaged("%s where numbers were expected", numbers.kind)
	case numbers.rows != calls.rows:
		return damaged("%d calls but numbers of %d", calls.rows, numbers.rows)
	}
	want = want.whole()
	if err := x.fields.open(calls, Calls, callFields, uint64(want)); err != nil {
		return err
	}
	x.numbers, x.want, x.identity, x.content, x.conversation = numbers, want, nil, nil, nil
	if want&CallIdentity != 0 {
		if x.identity, err = calls.Fixed(idIdentity, 16); err != nil {
			return err
		}
		if x.identity == nil {
			return damaged("calls without identities")
		}
	}
	if want&CallContent != 0 {
		if x.content, err = calls.Fixed(idContent, 8); err != nil {
			return err
		}
	}
	if want&CallConversation != 0 {
		x.conversation, err = calls.Fixed(idConversation, 8)
	}
	return err
}

// Rows is how many calls there are.
func (x *CallReader) Rows() int { return x.fields.r.rows }

// Read fills the selected fields of calls row, row+1, … and leaves the others
// alone. Reading answer or end fills the start too. From the first to the last
// in blocks of some hundreds is the fastest way; one call alone costs the check
// of the selected columns, well below a millisecond, and their unpacking.
func (x *CallReader) Read(row int, dst []usage.Call) error {
	if err := x.fields.read(row, dst); err != nil {
		return err
	}
	if x.identity != nil {
		for i, from := 0, x.identity[16*row:]; i < len(dst); i++ {
			dst[i].Identity = usage.Identity(from[16*i:][:16])
		}
	}
	if x.want&CallContent != 0 {
		for i := range dst {
			dst[i].Content = wordAt(x.content, row+i)
		}
	}
	if x.want&CallConversation != 0 {
		for i := range dst {
			dst[i].Conversation = wordAt(x.conversation, row+i)
		}
	}
	if x.want&CallNumbers != 0 {
		return x.readNumbers(row, dst)
	}
	return nil
}

// Key is what tells a repeated record from a new one and from a conflict.
type Key struct {
	Identity usage.Identity
	Content  uint64
}

// Keys appends the key of every call to dst; identity and content must be
// among the selected fields.
func (x *CallReader) Keys(dst []Key) ([]Key, error) {
	const both = CallIdentity | CallContent
	if x.want&both != both {
		return dst, fault.New(fault.Internal, "keys need identity and content selected")
	}
	for i := range x.Rows() {
		dst = append(dst, Key{usage.Identity(x.identity[16*i:][:16]), wordAt(x.content, i)})
	}
	return dst, nil
}

// Find is the row of the call with that identity, or −1; identity must be
// among the selected fields.
func (x *CallReader) Find(id usage.Identity) (int, error) {
	if x.identity == nil {
		return -1, fault.New(fault.Internal, "finding a call needs its identity selected")
	}
	for i := range x.Rows() {
		if bytes.Equal(id[:], x.identity[16*i:][:16]) {
			return i, nil
		}
	}
	return -1, nil
}

// wordAt is a hash of a column; nil stands for a column of zeros.
func wordAt(column []byte, row int) uint64 {
	if column == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(column[8*row:])
}
