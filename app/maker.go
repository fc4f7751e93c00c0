package app

import (
	"slices"

	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// maker is the memory and the encoders that making parts needs; one goroutine
// uses it.
type maker struct {
	enc     segment.Encoder
	raw     segment.RawEncoder
	ws      rating.Workspace
	rate    []rating.Call
	calls   []usage.Call   // of the part at hand, the fresh ones by start
	charges []usage.Charge // of calls
	deltas  deltaSet

	courtesy *courtesy // to those who wait; nil where the books are locked, or this is waited for
}

// charge rates calls into charges, which it returns grown as needed. Where the
// calls were charged before, what bundles and contracts gave them stays.
func (m *maker) charge(book *rating.Book, calls []usage.Call, before, charges []usage.Charge) []usage.Charge {
	charges = slices.Grow(charges[:0], len(calls))[:len(calls)]
	const stretch = 1024 // what is rated is still in the cache when it is settled
	m.rate = slices.Grow(m.rate[:0], stretch)[:stretch]
	for at := 0; at < len(calls); at += stretch {
		n := min(stretch, len(calls)-at)
		for i := range n {
			m.rate[i] = ratingCall(&calls[at+i])
			if before != nil {
				m.rate[i].Bundle, m.rate[i].Discount = before[at+i].Bundle, before[at+i].Discount
			}
		}
		book.Rate(m.rate[:n], charges[at:at+n], &m.ws)
		for i := range n {
			if calls[at+i].Flags&usage.Linked != 0 {
				charges[at+i] = usage.Charge{Status: usage.ZeroRated, Reason: usage.OtherLeg, Row: -1, FX: money.One}
			}
		}
	}
	return charges
}

// ratingCall is what rating looks at of a call.
func ratingCall(c *usage.Call) rating.Call {
	return rating.Call{
		Calling: c.Calling, Called: c.Called, Started: c.Started, Answered: c.Answered, Ended: c.Ended,
		Campaign: c.Campaign, Unit: c.Unit, Kind: c.Kind, Direction: c.Direction, AMD: c.AMD,
	}
}

// encode fills in the three blobs of a segment.
func (m *maker) encode(s *store.CallSegment, calls []usage.Call, charges []usage.Charge, how segment.Algorithm) (err error) {
	if s.Data, err = m.enc.Calls(nil, calls, how); err != nil {
		return err
	}
	if s.Numbers, err = m.enc.Numbers(nil, calls, how); err != nil {
		return err
	}
	s.Suspended = suspendedIn(charges)
	s.Charges, err = m.enc.Charges(nil, charges, calls, how)
	return err
}

func suspendedIn(charges []usage.Charge) (n int) {
	for i := range charges {
		if charges[i].Status == usage.Suspended {
			n++
		}
	}
	return n
}
