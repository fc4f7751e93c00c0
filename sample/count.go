package sample

import "tollkeeper/core/when"

// Counts are facts of a tenant's file of calls, to check an import against.
type Counts struct {
	Calls    int   // good records
	Answered int   // of Calls
	Seconds  int64 // of Answered, each rounded up
	AMD      int   // of Calls, those that machine detection looked at
	NoRate   int   // of Answered, to numbers that Deck has no row for
	Blocked  int   // of Answered, to numbers that Deck blocks

	// What comes on top of Calls.
	Duplicates int // the same line again
	Conflicts  int // the id of a call before with another end
	Late       int // good records of the days before the first
	Broken     [mishaps]int
}

// Records are all lines of the file but the header.
func (n *Counts) Records() int {
	return n.Calls + n.Duplicates + n.Conflicts + n.Late +
		n.Short() + n.BadInstants() + n.ZeroBytes() + n.Negative() + n.BadNumbers()
}

// Short are lines that lack fields at their end.
func (n *Counts) Short() int { return n.Broken[tooShort] }

// BadInstants are records whose started_at is none.
func (n *Counts) BadInstants() int { return n.Broken[badInstant] }

// ZeroBytes are records with a NUL in the agent's name.
func (n *Counts) ZeroBytes() int { return n.Broken[zeroByte] }

// Negative are records that end before they were answered.
func (n *Counts) Negative() int { return n.Broken[negative] }

// BadNumbers are records whose called number a spreadsheet has rewritten.
func (n *Counts) BadNumbers() int { return n.Broken[badNumber] }

func (n *Counts) add(r *record) {
	n.Calls++
	if r.amd != 0 {
		n.AMD++
	}
	if r.answered == 0 {
		return
	}
	n.Answered++
	n.Seconds += when.Seconds(when.Instant(r.answered)*when.Millisecond, when.Instant(r.ended)*when.Millisecond)
	switch r.fate {
	case noRate:
		n.NoRate++
	case blocked:
		n.Blocked++
	}
}

// Counts are the facts of t's file. It takes as long as writing the file.
func (t *Tenant) Counts() Counts {
	s := newStream(t)
	var b []byte
	for s.next() {
		b = s.append(b[:0], nil)
	}
	return s.counts
}

// Counts are the facts of each tenant's file, in the order of Tenants. The
// mixed file holds the same records.
func (c *Center) Counts() []Counts {
	out := make([]Counts, len(c.tenants))
	for i := range c.tenants {
		out[i] = c.tenants[i].Counts()
	}
	return out
}
