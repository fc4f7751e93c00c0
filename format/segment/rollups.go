package segment

import (
	"math"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

// RollupColumns selects fields of a usage.Delta.
type RollupColumns uint64

// The fields. The place of a bit is the column's stored number: new ones go at
// the end.
const (
	RollupItem RollupColumns = 1 << iota
	RollupKind
	RollupDirection
	RollupAgent
	RollupCampaign
	RollupUnit
	RollupCountry
	RollupCalls
	RollupCharged
	RollupSeconds
	RollupBilled
	RollupPaid
	RollupAmount
	RollupCost
	RollupAnswered // since codec version 2
	RollupUntold   // since codec version 2
	rollupEnd

	AllRollups = rollupEnd - 1
)

// Numbers are the stored numbers of the columns, for Span.
func (c RollupColumns) Numbers() []uint8 { return numbers(uint64(c)) }

var rollupFields = []field[usage.Delta]{
	{uint64(RollupItem), "item", 0, int64(usage.Detection), (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Item) },
		func(d *usage.Delta, v int64) { d.Key.Item = usage.Item(v) }},
	{uint64(RollupKind), "kind", 0, int64(usage.Callback), (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Kind) },
		func(d *usage.Delta, v int64) { d.Key.Kind = usage.Kind(v) }},
	{uint64(RollupDirection), "direction", 0, int64(usage.Incoming), (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Direction) },
		func(d *usage.Delta, v int64) { d.Key.Direction = usage.Direction(v) }},
	{uint64(RollupAgent), "agent", idLow, idHigh, (*Encoder).series,
		func(d *usage.Delta) int64 { return int64(d.Key.Agent) },
		func(d *usage.Delta, v int64) { d.Key.Agent = tenant.UserID(v) }},
	{uint64(RollupCampaign), "campaign", idLow, idHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Campaign) },
		func(d *usage.Delta, v int64) { d.Key.Campaign = tenant.CampaignID(v) }},
	{uint64(RollupUnit), "unit", idLow, idHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Unit) },
		func(d *usage.Delta, v int64) { d.Key.Unit = tenant.UnitID(v) }},
	{uint64(RollupCountry), "country", 0, math.MaxUint16, (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Key.Country) },
		func(d *usage.Delta, v int64) { d.Key.Country = phone.Country(v) }},
	{uint64(RollupCalls), "calls", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Calls },
		func(d *usage.Delta, v int64) { d.Sums.Calls = v }},
	{uint64(RollupCharged), "charged", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Charged },
		func(d *usage.Delta, v int64) { d.Sums.Charged = v }},
	{uint64(RollupSeconds), "seconds", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Seconds },
		func(d *usage.Delta, v int64) { d.Sums.Seconds = v }},
	{uint64(RollupBilled), "billed", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Billed },
		func(d *usage.Delta, v int64) { d.Sums.Billed = v }},
	{uint64(RollupPaid), "paid", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Paid },
		func(d *usage.Delta, v int64) { d.Sums.Paid = v }},
	{uint64(RollupAmount), "amount", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Sums.Amount) },
		func(d *usage.Delta, v int64) { d.Sums.Amount = money.Amount(v) }},
	{uint64(RollupCost), "cost", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return int64(d.Sums.Cost) },
		func(d *usage.Delta, v int64) { d.Sums.Cost = money.Amount(v) }},
	{uint64(RollupAnswered), "answered", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Answered },
		func(d *usage.Delta, v int64) { d.Sums.Answered = v }},
	{uint64(RollupUntold), "untold", anyLow, anyHigh, (*Encoder).ints,
		func(d *usage.Delta) int64 { return d.Sums.Untold },
		func(d *usage.Delta, v int64) { d.Sums.Untold = v }},
}

// Rollups appends a segment of roll-up rows to dst.
func (e *Encoder) Rollups(dst []byte, deltas []usage.Delta, a Algorithm) ([]byte, error) {
	if err := e.begin(Rollups, a, len(deltas)); err != nil {
		return dst, err
	}
	if err := putFields(e, deltas, rollupFields); err != nil {
		return dst, err
	}
	return e.finish(dst), nil
}

// RollupReader reads the selected fields of roll-up rows.
type RollupReader struct {
	fields fieldReader[usage.Delta]
	untold bool // an older roll-up: all its calls are untold
}

// answeredSince is the codec version since which roll-ups say how many calls
// were answered.
const answeredSince = 2

// OpenRollups reads from a segment of roll-ups, which must not be Reset
// meanwhile.
func OpenRollups(rollups *Reader, want RollupColumns) (*RollupReader, error) {
	x := new(RollupReader)
	return x, x.Reset(rollups, want)
}

// Reset is OpenRollups into x, whose buffers are used again.
func (x *RollupReader) Reset(rollups *Reader, want RollupColumns) error {
	x.untold = want&RollupUntold != 0 && rollups.version < answeredSince
	if x.untold {
		want |= RollupItem | RollupCalls
	}
	return x.fields.open(rollups, Rollups, rollupFields, uint64(want))
}

// Rows is how many rows there are.
func (x *RollupReader) Rows() int { return x.fields.r.rows }

// Read fills the selected fields of rows row, row+1, … and leaves the others
// alone. Of a roll-up that is too old to say which calls were answered, all are
// Untold, and RollupUntold selects item and calls too.
func (x *RollupReader) Read(row int, dst []usage.Delta) error {
	if err := x.fields.read(row, dst); err != nil || !x.untold {
		return err
	}
	for i := range dst {
		if dst[i].Key.Item == usage.Voice {
			dst[i].Sums.Untold = dst[i].Sums.Calls
		}
	}
	return nil
}

// Column gives all values of one field as integers in dst, which grows where
// needed. It is the fastest way to fold many rows; values are not
// checked against what the field can hold, and an older roll-up's RollupUntold
// is zeros.
func (x *RollupReader) Column(c RollupColumns, dst []int64) ([]int64, error) {
	return x.fields.r.Ints(number(uint64(c)), dst)
}
