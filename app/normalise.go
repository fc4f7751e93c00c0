package app

import (
	"crypto/sha256"
	"encoding/binary"

	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
)

// normaliser makes calls of records: names become ids, numbers E.164. It is for
// one goroutine and one tenant at a time.
type normaliser struct {
	books  *books
	names  *directory
	source []byte
	id     tenant.SourceID
	latest when.Instant // a call that starts later lies in the future
	buf    []byte
	wanted newNames
}

// trouble is why a record cannot be a call yet.
type trouble struct {
	reason usage.Reason
	field  string
	detail string
}

// unnamed marks an id whose name the directory did not have; mend looks again.
const unnamed = -1

// call fills c from rec, or says why it cannot. Ids of names that are not known
// yet are unnamed and noted in n.wanted.
func (n *normaliser) call(rec *cdr.Record, c *usage.Call) trouble {
	n.buf = n.buf[:0]
	*c = usage.Call{
		Identity: usage.AppendIdentity(n.buf, n.source, rec.ID, rec.Leg),
		Started:  rec.Started, Answered: rec.Answered, Ended: rec.Ended,
		Recording: rec.Recording, Kind: rec.Kind, Direction: rec.Direction, Disposition: rec.Disposition, AMD: rec.AMD,
		Source: n.id,
	}
	if len(rec.Conversation) > 0 && string(rec.Conversation) != string(rec.ID) {
		c.Conversation = hash64(rec.Conversation)
	}
	if !rec.Charged {
		c.Flags |= usage.Linked
	}
	if rec.Suspend != usage.NoReason {
		c.Content = hash64(rec.Text)
		return trouble{rec.Suspend, rec.SuspendField, rec.SuspendDetail}
	}
	t := n.times(rec, c)
	if t.reason == usage.NoReason {
		t = n.numbers(rec, c)
	}
	if t.reason == usage.NoReason {
		t = n.lookUp(rec, c)
	}
	c.Content = n.content(rec, c)
	return t
}

// times checks the order of the instants and flags what disagrees with them.
func (n *normaliser) times(rec *cdr.Record, c *usage.Call) trouble {
	switch {
	case c.Ended < c.Started:
		return trouble{usage.NegativeDuration, "ended_at", "the call ends before it starts"}
	case c.Answered != 0 && (c.Answered < c.Started || c.Answered > c.Ended):
		return trouble{usage.NegativeDuration, "answered_at", "the answer does not lie between start and end"}
	case c.Ended-c.Started > usage.MaxLength:
		return trouble{usage.TooLong, "ended_at", "the call is longer than 24 hours"}
	case c.Started > n.latest:
		return trouble{usage.InFuture, "started_at", "the call starts more than five minutes ahead of the clock"}
	}
	if c.Disposition != usage.NoDisposition && (c.Disposition == usage.Answered) != (c.Answered != 0) {
		c.Flags |= usage.DispositionDiffers
	}
	if d := int64(rec.StatedSeconds) - int64(c.Seconds()); rec.StatedSeconds >= 0 && (d > 1 || d < -1) {
		c.Flags |= usage.DurationDiffers
	}
	return trouble{}
}

// numbers reads both ends by the tenant's dial plan and settles direction and
// kind where the source does not say them.
func (n *normaliser) numbers(rec *cdr.Record, c *usage.Call) trouble {
	called, calledClass, why := n.books.dialer.Normalize(rec.Called)
	if calledClass == phone.Bad || calledClass == phone.Anonymous {
		return trouble{usage.BadNumber, "called", "the called number " + why.String()}
	}
	calling, callingClass, callingWhy := n.books.dialer.Normalize(rec.Calling)
	if !rec.HasDirection {
		if _, own := n.names.numbers[called]; own {
			c.Direction = usage.Incoming
		}
	}
	if c.Kind == usage.NoKind {
		switch {
		case c.Direction == usage.Incoming:
			c.Kind = usage.Inbound
		case calledClass == phone.Extension && (callingClass == phone.Extension || len(rec.Calling) == 0):
			c.Kind = usage.Internal
		default:
			c.Kind = usage.Manual
		}
	}
	switch callingClass {
	case phone.Bad:
		// Callers from outside show whatever they like; our own number is wrong
		// only if somebody damaged the file.
		if len(rec.Calling) > 0 && c.Direction == usage.Outgoing && callingWhy != phone.Empty {
			return trouble{usage.BadNumber, "calling", "the calling number " + callingWhy.String()}
		}
		calling = 0
	case phone.Anonymous:
		calling = 0
	case phone.Extension:
		if c.Kind != usage.Internal {
			calling = 0 // an extension is no origin: 1001 does not call from +1
		}
	}
	c.Calling, c.Called = calling, called
	far, class := called, calledClass
	if c.Direction == usage.Incoming {
		far, class = calling, callingClass
	}
	if class == phone.E164 {
		c.Country = phone.CountryOf(far)
	}
	return trouble{}
}

// lookUp finds whom and what the record names.
func (n *normaliser) lookUp(rec *cdr.Record, c *usage.Call) trouble {
	d := n.names
	own := d.numbers[c.Calling]
	if c.Direction == usage.Incoming {
		own = d.numbers[c.Called]
	}
	if len(rec.Agent) > 0 {
		id, ok := d.users[string(rec.Agent)]
		if !ok {
			if err := tenant.CheckName("agent", string(rec.Agent)); err != nil {
				return trouble{usage.BadValue, "agent", err.Error()}
			}
			id = unnamed
			note(&n.wanted.users, rec.Agent)
		}
		c.Agent = id
	} else if len(rec.Extension) > 0 {
		c.Agent = d.extensions[string(rec.Extension)]
	}
	if len(rec.Campaign) > 0 {
		id, ok := d.campaigns[string(rec.Campaign)]
		if !ok {
			if err := tenant.CheckName("campaign", string(rec.Campaign)); err != nil {
				return trouble{usage.BadValue, "campaign", err.Error()}
			}
			id = unnamed
			note(&n.wanted.campaigns, rec.Campaign)
		}
		c.Campaign = id
	} else if c.Direction == usage.Incoming {
		c.Campaign = own.Campaign
	}
	if c.Unit = own.Unit; c.Unit == 0 && c.Agent > 0 {
		c.Unit = d.onlyUnit[c.Agent]
	}
	for _, l := range [...]struct {
		name  []byte
		ids   map[string]int32
		field string
		into  *int32
		want  *map[string]bool
	}{
		{rec.Queue, d.queues, "queue", (*int32)(&c.Queue), &n.wanted.queues},
		{rec.Carrier, d.carriers, "carrier", (*int32)(&c.Carrier), &n.wanted.carriers},
	} {
		if len(l.name) == 0 {
			continue
		}
		id, ok := l.ids[string(l.name)]
		if !ok {
			if err := tenant.CheckName(l.field, string(l.name)); err != nil {
				return trouble{usage.BadValue, l.field, err.Error()}
			}
			id = unnamed
			note(l.want, l.name)
		}
		*l.into = id
	}
	return trouble{}
}

// mend fills in the ids that call could not know, from the same record.
func (n *normaliser) mend(names mendNames, c *usage.Call) {
	d := n.names
	if c.Agent == unnamed {
		c.Agent = d.users[names.agent]
	}
	if c.Campaign == unnamed {
		c.Campaign = d.campaigns[names.campaign]
	}
	if c.Queue == unnamed {
		c.Queue = tenant.QueueID(d.queues[names.queue])
	}
	if c.Carrier == unnamed {
		c.Carrier = tenant.CarrierID(d.carriers[names.carrier])
	}
	if c.Unit == 0 {
		c.Unit = d.onlyUnit[c.Agent]
	}
}

// mendNames is a call with ids to be looked up again, and the names to do it by.
type mendNames struct {
	index                           int // in the part's calls
	agent, campaign, queue, carrier string
}

// content hashes what the record says, so that a repeat can be told from a
// conflict: everything but the text and where it stood. It uses names, not ids,
// and never changes.
func (n *normaliser) content(rec *cdr.Record, c *usage.Call) uint64 {
	b := n.buf[:0]
	for _, v := range [...]uint64{uint64(c.Started), uint64(c.Answered), uint64(c.Ended), uint64(c.Calling), uint64(c.Called), c.Conversation} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = append(b, byte(c.Kind), byte(c.Direction), byte(c.Disposition), byte(c.AMD), byte(c.Flags&usage.Linked))
	b = binary.LittleEndian.AppendUint32(b, uint32(c.Recording))
	for _, s := range [...][]byte{rec.Agent, rec.Extension, rec.Campaign, rec.Queue, rec.Carrier} {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	n.buf = b
	return hash64(b)
}

// hash64 is the first eight bytes of SHA-256.
func hash64(b []byte) uint64 {
	sum := sha256.Sum256(b)
	return binary.LittleEndian.Uint64(sum[:8])
}
