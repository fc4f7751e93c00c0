package sample

import (
	"strconv"

	"tollkeeper/core/usage"
)

// record is a call as it is written. Its times are milliseconds since 1970.
type record struct {
	id           callID
	conversation callID // zero: none said
	leg          byte
	started      int64
	answered     int64 // 0: not answered
	ended        int64
	calling      number
	called       number
	agent        string
	campaign     string
	queue        string
	carrier      string
	kind         usage.Kind
	direction    usage.Direction
	disposition  usage.Disposition
	amd          usage.AMD
	recorded     bool
	fate         fate
}

// fate is what becomes of a record besides being rated.
type fate uint8

const (
	rated   fate = iota
	noRate       // the deck has no row
	blocked      // the deck blocks it
)

// callID is what a native id is made of. The zero callID is none.
type callID struct {
	second   int64  // since 1970
	sequence uint64 // of the tenant's records, from 1
}

// idStyle is how a tenant's switch writes ids.
type idStyle int

const (
	byEpoch  idStyle = iota // 1780304400.1234; a transfer is a record of its own
	byRandom                // 4f9d0c2b8a7e6d51; a transfer is leg 1 of the same id
	idStyles
)

func (t *Tenant) appendID(b []byte, id callID) []byte {
	switch {
	case id.sequence == 0:
		return b
	case t.style == byEpoch:
		b = append(strconv.AppendInt(b, id.second, 10), '.')
		return strconv.AppendUint(b, id.sequence, 10)
	}
	const hex = "0123456789abcdef"
	for h, i := mix(id.sequence+t.options.Seed), 0; i < 16; i++ {
		b = append(b, hex[h>>60])
		h <<= 4
	}
	return b
}

const header = "call_id,leg,conversation_id,kind,direction,calling,called,agent,campaign,queue,carrier," +
	"started_at,answered_at,ended_at,disposition,amd,recording_s\n"

// appendLine is r as a line of CSV, behind a cell for the tenant if there is
// one.
func (t *Tenant) appendLine(b, cell []byte, c *calendar, r *record) []byte {
	if cell != nil {
		b = append(append(b, cell...), ',')
	}
	b = append(t.appendID(b, r.id), ',', '0'+r.leg, ',')
	b = append(t.appendID(b, r.conversation), ',')
	b = append(append(b, r.kind.String()...), ',')
	b = append(append(b, r.direction.String()...), ',')
	b = append(append(b, r.calling.bytes()...), ',')
	b = append(append(b, r.called.bytes()...), ',')
	b = append(append(b, r.agent...), ',')
	b = append(append(b, r.campaign...), ',')
	b = append(append(b, r.queue...), ',')
	b = append(append(b, r.carrier...), ',')
	b = append(c.append(b, r.started), ',')
	if r.answered != 0 {
		b = c.append(b, r.answered)
	}
	b = append(c.append(append(b, ','), r.ended), ',')
	b = append(append(b, r.disposition.String()...), ',')
	b = append(append(b, r.amd.String()...), ',')
	seconds := int64(0)
	if r.recorded {
		seconds = (r.ended - r.answered) / 1000
	}
	return append(strconv.AppendInt(b, seconds, 10), '\n')
}
