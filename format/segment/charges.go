package segment

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// ChargeColumns selects fields of a usage.Charge.
type ChargeColumns uint64

// The fields. The place of a bit is the column's stored number: new ones go at
// the end.
const (
	ChargeBilledAt ChargeColumns = 1 << iota
	ChargeAmount
	ChargeAMD
	ChargeCost
	ChargeFX
	ChargeCard
	ChargeAssignment
	ChargeRow
	ChargeBilled
	ChargeBundle
	ChargeDiscount
	ChargeStatus
	ChargeReason
	chargeEnd

	AllCharges = chargeEnd - 1
)

// Numbers are the stored numbers of the columns, for Span.
func (c ChargeColumns) Numbers() []uint8 { return numbers(uint64(c)) }

const idBilledAt = 0

// chargeFields are the fields but BilledAt, which needs the call.
var chargeFields = []field[usage.Charge]{
	{uint64(ChargeAmount), "amount", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Amount) },
		func(c *usage.Charge, v int64) { c.Amount = money.Amount(v) }},
	{uint64(ChargeAMD), "amd", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.AMD) },
		func(c *usage.Charge, v int64) { c.AMD = money.Amount(v) }},
	{uint64(ChargeCost), "cost", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Cost) },
		func(c *usage.Charge, v int64) { c.Cost = money.Amount(v) }},
	{uint64(ChargeFX), "fx", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.FX) },
		func(c *usage.Charge, v int64) { c.FX = money.Factor(v) }},
	{uint64(ChargeCard), "card", anyLow, anyHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Card) },
		func(c *usage.Charge, v int64) { c.Card = usage.CardRef(v) }},
	{uint64(ChargeAssignment), "assignment", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Assignment) },
		func(c *usage.Charge, v int64) { c.Assignment = int32(v) }},
	{uint64(ChargeRow), "row", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Row) },
		func(c *usage.Charge, v int64) { c.Row = int32(v) }},
	{uint64(ChargeBilled), "billed", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Billed) },
		func(c *usage.Charge, v int64) { c.Billed = int32(v) }},
	{uint64(ChargeBundle), "bundle", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Bundle) },
		func(c *usage.Charge, v int64) { c.Bundle = int32(v) }},
	{uint64(ChargeDiscount), "discount", idLow, idHigh, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Discount) },
		func(c *usage.Charge, v int64) { c.Discount = int32(v) }},
	{uint64(ChargeStatus), "status", 0, int64(usage.Suspended), (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Status) },
		func(c *usage.Charge, v int64) { c.Status = usage.Status(v) }},
	{uint64(ChargeReason), "reason", 0, lastReason, (*Encoder).ints,
		func(c *usage.Charge) int64 { return int64(c.Reason) },
		func(c *usage.Charge, v int64) { c.Reason = usage.Reason(v) }},
}

// lastReason moves along when usage gets new ones; until then no charge with a
// newer one can be written.
const lastReason = int64(usage.Conflict)

// Charges appends a segment of charges to dst. They belong to calls, row for
// row: a charge's instant is kept as what it is after the call's end, which
// is nothing unless the record came late.
func (e *Encoder) Charges(dst []byte, charges []usage.Charge, calls []usage.Call, a Algorithm) ([]byte, error) {
	if err := e.begin(Charges, a, len(charges)); err != nil {
		return dst, err
	}
	if len(calls) != len(charges) {
		return dst, fault.New(fault.Internal, "%d charges for %d calls", len(charges), len(calls))
	}
	values := e.values[:len(charges)]
	for i := range charges {
		values[i] = int64(charges[i].BilledAt - calls[i].Ended)
	}
	e.ints(idBilledAt, values)
	if err := putFields(e, charges, chargeFields); err != nil {
		return dst, err
	}
	return e.finish(dst), nil
}

// ChargeReader reads the selected fields of charges.
type ChargeReader struct {
	fields fieldReader[usage.Charge]
	want   ChargeColumns
}

// OpenCharges reads from a segment of charges, which must not be Reset
// meanwhile.
func OpenCharges(charges *Reader, want ChargeColumns) (*ChargeReader, error) {
	x := new(ChargeReader)
	return x, x.Reset(charges, want)
}

// Reset is OpenCharges into x, whose buffers are used again.
func (x *ChargeReader) Reset(charges *Reader, want ChargeColumns) error {
	x.want = want
	return x.fields.open(charges, Charges, chargeFields, uint64(want))
}

// Rows is how many charges there are.
func (x *ChargeReader) Rows() int { return x.fields.r.rows }

// Read fills the selected fields of charges row, row+1, … and leaves the
// others alone. For BilledAt it needs the ends of the same calls; without it
// calls may be nil.
func (x *ChargeReader) Read(row int, dst []usage.Charge, calls []usage.Call) error {
	if err := x.fields.read(row, dst); err != nil || x.want&ChargeBilledAt == 0 {
		return err
	}
	if len(calls) != len(dst) {
		return fault.New(fault.Internal, "%d calls for %d charges", len(calls), len(dst))
	}
	for len(dst) > 0 {
		n := min(block, len(dst))
		late := x.fields.values[:n]
		if err := x.fields.r.IntsAt(idBilledAt, row, late); err != nil {
			return err
		}
		for i, v := range late {
			dst[i].BilledAt = calls[i].Ended + when.Instant(v)
		}
		row, dst, calls = row+n, dst[n:], calls[n:]
	}
	return nil
}

// Column gives all values of one field as integers in dst, which grows where
// needed; of BilledAt, how long after the call's end. Values are not
// checked against what the field can hold.
func (x *ChargeReader) Column(c ChargeColumns, dst []int64) ([]int64, error) {
	return x.fields.r.Ints(number(uint64(c)), dst)
}
