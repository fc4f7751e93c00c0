package rating

import (
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Candidate is a row whose prefix starts a number, and what became of it.
type Candidate struct {
	Row     int32 // index in Card.Rates
	Verdict Verdict
}

// Verdict is why a row is taken or not. The zero Verdict is Taken.
type Verdict uint8

// The verdicts. A row that fails for several reasons has the first of them.
const (
	Taken       Verdict = iota
	OtherOrigin         // the calling number does not start with the row's origin prefix
	OtherBand           // the row's band does not hold
	NotYet              // the row is not effective yet
	Ended               // the row is not effective any more
	Outranked           // it would do, but a row before it was taken
)

var verdictNames = [...]string{"taken", "other_origin", "other_band", "not_yet", "ended", "outranked"}

// String is the verdict's name.
func (v Verdict) String() string { return verdictNames[v] }

// MarshalText is String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Candidates lists every row of a direction whose prefix starts the called
// number, in the order in which they are preferred, with what becomes of each
// at an instant. At most one is Taken, and it is the one that Rate takes,
// blocked or not.
func (t *Tariff) Candidates(d usage.Direction, called, calling phone.Number, at when.Instant) []Candidate {
	var list []Candidate
	taken := false
	for i := t.find(&Call{Direction: d, Called: called}); i >= 0; i = t.entries[i].next {
		v := t.judge(&t.entries[i], calling.Key(), at)
		if v == Taken {
			if taken {
				v = Outranked
			}
			taken = true
		}
		list = append(list, Candidate{t.entries[i].row, v})
	}
	return list
}

// judge is choose for one entry.
func (t *Tariff) judge(e *entry, calling uint64, at when.Instant) Verdict {
	o, s := t.origins[e.origin], t.spans[e.span]
	if calling&o.mask != o.key {
		return OtherOrigin
	}
	if e.band != 0 {
		if band, _ := t.calendar.at(at); band != e.band {
			return OtherBand
		}
	}
	switch {
	case at < s.from:
		return NotYet
	case at >= s.to:
		return Ended
	}
	return Taken
}
