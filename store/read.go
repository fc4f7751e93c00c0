package store

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// readBlock is how many rows are decoded at once: few enough to stay in the
// processor's cache.
const readBlock = 1024

// Usage gives the roll-up deltas of billing days, in the order of the days. What
// f gets is only valid until it returns.
func (tx *Tx) Usage(days when.Days, f func(day when.Day, ds []usage.Delta) error) error {
	return tx.UsageOf(days, segment.AllRollups, f)
}

// UsageOf is Usage of some fields; the others are zero.
func (tx *Tx) UsageOf(days when.Days, want segment.RollupColumns, f func(day when.Day, ds []usage.Delta) error) error {
	var r segment.Reader
	var x segment.RollupReader
	ds := make([]usage.Delta, readBlock)
	return tx.Rollups(days, func(u *Rollup) error {
		if err := r.Reset(u.Data); err != nil {
			return err
		}
		if err := x.Reset(&r, want); err != nil {
			return err
		}
		for row := 0; row < x.Rows(); row += readBlock {
			block := ds[:min(readBlock, x.Rows()-row)]
			clear(block)
			if err := x.Read(row, block); err != nil {
				return err
			}
			if err := f(u.BilledDay, block); err != nil {
				return err
			}
		}
		return nil
	})
}

// Selection is what Calls reads of each call.
type Selection struct {
	Calls   segment.CallColumns
	Charges segment.ChargeColumns
}

// All is every field of calls and charges.
var All = Selection{segment.AllCalls, segment.AllCharges}

// Calls gives the calls that started on UTC days, with the newest revision of
// their charges, segment by segment. What f gets is only valid until it returns;
// fields that were not selected are zero.
func (tx *Tx) Calls(days when.Days, want Selection, f func(calls []usage.Call, charges []usage.Charge) error) error {
	ss, err := tx.Segments(days)
	if err != nil {
		return err
	}
	var d Decoder
	for i := range ss {
		if err := tx.Load(&ss[i], want.parts()); err != nil {
			return err
		}
		if err := d.Decode(&ss[i], want, f); err != nil {
			return err
		}
	}
	return nil
}

func (s Selection) parts() (p Parts) {
	if s.Calls&segment.CallNumbers != 0 {
		p |= Numbers
	}
	if s.Charges != 0 {
		p |= Charges
	}
	return p
}

// Decoder reads loaded segments, using its memory again. The zero Decoder is
// ready; it is for one goroutine.
type Decoder struct {
	data, numbers, charge segment.Reader
	callReader            segment.CallReader
	chargeReader          segment.ChargeReader
	calls                 []usage.Call
	charges               []usage.Charge
}

// Decode gives the rows of s in blocks, in their order.
func (d *Decoder) Decode(s *CallSegment, want Selection, f func(calls []usage.Call, charges []usage.Charge) error) error {
	if d.calls == nil {
		d.calls, d.charges = make([]usage.Call, readBlock), make([]usage.Charge, readBlock)
	}
	if err := d.open(s, want); err != nil {
		return err
	}
	for row := 0; row < d.callReader.Rows(); row += readBlock {
		n := min(readBlock, d.callReader.Rows()-row)
		calls, charges := d.calls[:n], d.charges[:n]
		clear(calls)
		clear(charges)
		if err := d.callReader.Read(row, calls); err != nil {
			return err
		}
		if want.Charges != 0 {
			if err := d.chargeReader.Read(row, charges, calls); err != nil {
				return err
			}
		}
		if err := f(calls, charges); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decoder) open(s *CallSegment, want Selection) error {
	if err := d.data.Reset(s.Data); err != nil {
		return err
	}
	numbers := (*segment.Reader)(nil)
	if want.Calls&segment.CallNumbers != 0 {
		if err := d.numbers.Reset(s.Numbers); err != nil {
			return err
		}
		numbers = &d.numbers
	}
	if want.Charges&segment.ChargeBilledAt != 0 {
		want.Calls |= segment.CallEnded
	}
	if err := d.callReader.Reset(&d.data, numbers, want.Calls); err != nil {
		return err
	}
	if want.Charges == 0 {
		return nil
	}
	if err := d.charge.Reset(s.Charges); err != nil {
		return err
	}
	return d.chargeReader.Reset(&d.charge, want.Charges)
}
