package app

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// callScan finds the calls of a filter, segment by segment, and reads of each
// first what costs least: numbers and charges are small blobs of their own, and
// where no row fits them the calls, which are several times larger, are not read
// at all. It is for one goroutine and one transaction.
type callScan struct {
	m  *callMatch
	tx *store.Tx

	looked int64 // rows of segments that were looked through
	loaded int64 // bytes that were read for it

	at                      store.CallSegment
	data, numbers, chargeIn segment.Reader
	facts                   segment.CallReader
	charged                 segment.ChargeReader
	have                    struct{ data, numbers, charges bool }

	rows            []int32 // of the segment that fit so far, in their order
	calling, called []int64
	calls           [scanBlock]usage.Call
	charges         [scanBlock]usage.Charge
}

// scanBlock is how many rows are decoded at once.
const scanBlock = 512

// find finds the rows of g that fit, in their order; they stay valid until the
// next find. place tells where each stands, or nil.
func (s *callScan) find(g *store.CallSegment, place func(row int32, c *usage.Call)) error {
	s.at = store.CallSegment{SegmentKey: g.SegmentKey, Calls: g.Calls, Revision: g.Revision, Suspended: g.Suspended}
	s.have.data, s.have.numbers, s.have.charges = false, false, false
	s.looked += int64(g.Calls)
	s.rows = s.rows[:0]
	if s.m.statuses == choicesOf([]usage.Status{usage.Suspended}) && g.Suspended == 0 {
		return nil
	}
	for row := range int32(g.Calls) {
		s.rows = append(s.rows, row)
	}
	for _, narrow := range []func() error{s.byNumber, s.byCharge} {
		if err := narrow(); err != nil || len(s.rows) == 0 {
			return fault.Wrap(g.Day.String(), err)
		}
	}
	return fault.Wrap(g.Day.String(), s.byCall(place))
}

// need reads a blob of the segment, once.
func (s *callScan) need(have *bool, part store.Parts, blob *[]byte, into *segment.Reader) error {
	if *have {
		return nil
	}
	if err := s.tx.Load(&s.at, part); err != nil {
		return err
	}
	*have = true
	s.loaded += int64(len(*blob))
	if err := into.Reset(*blob); err != nil {
		return err
	}
	if into.Rows() != s.at.Calls {
		return fault.New(fault.Internal, "a segment of %d calls has %d rows of %s", s.at.Calls, into.Rows(), into.Kind())
	}
	return nil
}

func (s *callScan) needCalls() error {
	return s.need(&s.have.data, 0, &s.at.Data, &s.data)
}

func (s *callScan) needNumbers() error {
	return s.need(&s.have.numbers, store.Numbers|store.WithoutCalls, &s.at.Numbers, &s.numbers)
}

func (s *callScan) needCharges() error {
	return s.need(&s.have.charges, store.Charges|store.WithoutCalls, &s.at.Charges, &s.chargeIn)
}

// byNumber keeps the rows whose numbers fit.
func (s *callScan) byNumber() (err error) {
	if s.m.digits == nil {
		return nil
	}
	if err := s.needNumbers(); err != nil {
		return err
	}
	if s.calling, s.called, err = segment.PackedNumbers(&s.numbers, s.calling, s.called); err != nil {
		return err
	}
	kept := s.rows[:0]
	for _, row := range s.rows {
		if s.m.digits.matches(s.called[row]) || s.m.digits.matches(s.calling[row]) {
			kept = append(kept, row)
		}
	}
	s.rows = kept
	return nil
}

// byCharge keeps the rows whose charges fit. Where the bounds of a column say
// that none can, no column is unpacked.
func (s *callScan) byCharge() error {
	if s.m.charges == 0 {
		return nil
	}
	if err := s.needCharges(); err != nil {
		return err
	}
	if err := s.charged.Reset(&s.chargeIn, s.m.charges); err != nil {
		return err
	}
	for column, among := range map[segment.ChargeColumns]choices{segment.ChargeStatus: s.m.statuses, segment.ChargeReason: s.m.reasons} {
		if low, high, ok := s.charged.Bounds(column); ok && !among.touch(low, high) {
			s.rows = s.rows[:0]
			return nil
		}
	}
	if !s.amountsReach() {
		s.rows = s.rows[:0]
		return nil
	}
	kept := s.rows[:0]
	return s.blocks(func(from int, rows []int32, n int) error {
		charges := s.charges[:n]
		if err := s.charged.Read(from, charges, nil); err != nil {
			return err
		}
		for _, row := range rows {
			if s.m.charge(&charges[int(row)-from]) {
				kept = append(kept, row)
			}
		}
		s.rows = kept
		return nil
	})
}

// amountsReach tells whether the bounds of the amounts and of what detection
// cost leave room for the amounts that are asked for.
func (s *callScan) amountsReach() bool {
	low, high, ok := s.charged.Bounds(segment.ChargeAmount)
	amdLow, amdHigh, amdOK := s.charged.Bounds(segment.ChargeAMD)
	const far = 1 << 61 // sums of what lies below cannot overflow
	if !ok || !amdOK || min(low, amdLow) < -far || max(high, amdHigh) > far {
		return true
	}
	span := &s.m.Amount
	return (span.From == nil || high+amdHigh >= int64(*span.From)) && (span.To == nil || low+amdLow <= int64(*span.To))
}

// byCall keeps the rows whose calls fit, and tells their places.
func (s *callScan) byCall(place func(row int32, c *usage.Call)) error {
	if err := s.needCalls(); err != nil {
		return err
	}
	billed := len(s.m.Teams) > 0
	if billed {
		if err := s.needCharges(); err != nil {
			return err
		}
		if err := s.charged.Reset(&s.chargeIn, segment.ChargeBilledAt); err != nil {
			return err
		}
	}
	if err := s.facts.Reset(&s.data, nil, s.m.calls|segment.CallStarted|segment.CallIdentity); err != nil {
		return err
	}
	if !s.callsReach() {
		s.rows = s.rows[:0]
		return nil
	}
	kept := s.rows[:0]
	return s.blocks(func(from int, rows []int32, n int) error {
		calls, charges := s.calls[:n], s.charges[:n]
		if err := s.facts.Read(from, calls); err != nil {
			return err
		}
		if billed {
			if err := s.charged.Read(from, charges, calls); err != nil {
				return err
			}
		}
		for _, row := range rows {
			c, at := &calls[int(row)-from], when.Instant(0)
			if billed {
				at = charges[int(row)-from].BilledAt
			}
			if s.m.call(c, at) {
				kept = append(kept, row)
				if place != nil {
					place(row, c)
				}
			}
		}
		s.rows = kept
		return nil
	})
}

// callsReach tells whether the bounds of the columns leave room for a call.
func (s *callScan) callsReach() bool {
	for _, c := range []struct {
		column segment.CallColumns
		among  choices
	}{{segment.CallKind, s.m.kinds}, {segment.CallDirection, s.m.directions}, {segment.CallDisposition, s.m.dispositions}} {
		if low, high, ok := s.facts.Bounds(c.column); ok && !c.among.touch(low, high) {
			return false
		}
	}
	return within(&s.facts, segment.CallCampaign, s.m.Campaigns) && within(&s.facts, segment.CallCountry, s.m.Countries) &&
		(len(s.m.Teams) > 0 || within(&s.facts, segment.CallAgent, s.m.Agents))
}

// within tells whether one of the values can be in a column; of no values, all.
func within[T ~int32 | ~uint16](x *segment.CallReader, column segment.CallColumns, values []T) bool {
	low, high, ok := x.Bounds(column)
	for _, v := range values {
		if !ok || int64(v) >= low && int64(v) <= high {
			return true
		}
	}
	return len(values) == 0
}

// blocks goes through the blocks that hold rows: f gets where each begins, its
// rows and how long it is. f may shorten s.rows: what it has not come to yet
// stays in its place behind.
func (s *callScan) blocks(f func(from int, rows []int32, n int) error) error {
	rows := s.rows
	s.rows = s.rows[:0]
	for len(rows) > 0 {
		from := int(rows[0]) / scanBlock * scanBlock
		n := min(scanBlock, s.at.Calls-from)
		count := 0
		for count < len(rows) && int(rows[count]) < from+n {
			count++
		}
		if err := f(from, rows[:count], n); err != nil {
			return err
		}
		rows = rows[count:]
	}
	return nil
}

// read gives rows of the segment that find looked through last, in their order,
// with all of the columns of want.
func (s *callScan) read(rows []int32, want store.Selection, f func(calls []usage.Call, charges []usage.Charge) error) error {
	if len(rows) == 0 {
		return nil
	}
	for _, need := range []func() error{s.needCalls, s.needNumbers, s.needCharges} {
		if err := need(); err != nil {
			return err
		}
	}
	if want.Charges&segment.ChargeBilledAt != 0 {
		want.Calls |= segment.CallEnded
	}
	if err := s.facts.Reset(&s.data, &s.numbers, want.Calls); err != nil {
		return err
	}
	if err := s.charged.Reset(&s.chargeIn, want.Charges); err != nil {
		return err
	}
	s.rows = rows
	return s.blocks(func(from int, rows []int32, n int) error {
		const few = scanBlock / 16 // below it single rows are quicker than their block
		if len(rows) < few {
			return s.readFew(rows, f)
		}
		calls, charges := s.calls[:n], s.charges[:n]
		clear(calls)
		clear(charges)
		if err := s.facts.Read(from, calls); err != nil {
			return err
		}
		if err := s.charged.Read(from, charges, calls); err != nil {
			return err
		}
		for i, row := range rows {
			calls[i], charges[i] = calls[int(row)-from], charges[int(row)-from]
		}
		return f(calls[:len(rows)], charges[:len(rows)])
	})
}

func (s *callScan) readFew(rows []int32, f func(calls []usage.Call, charges []usage.Charge) error) error {
	calls, charges := s.calls[:len(rows)], s.charges[:len(rows)]
	clear(calls)
	clear(charges)
	for i, row := range rows {
		if err := s.facts.Read(int(row), calls[i:i+1]); err != nil {
			return err
		}
		if err := s.charged.Read(int(row), charges[i:i+1], calls[i:i+1]); err != nil {
			return err
		}
	}
	return f(calls, charges)
}
