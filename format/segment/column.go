package segment

import "math/bits"

// Column gives all values of one field as integers in dst, which grows where
// needed; of answer and end, how long after the start. Values are not checked
// against what the field can hold. Identity, content, conversation and numbers
// are no integers.
func (x *CallReader) Column(c CallColumns, dst []int64) ([]int64, error) {
	return x.fields.r.Ints(number(uint64(c)), dst)
}

// Bounds are two values between which all of a field lie, both included, told
// by the directory alone: the column is neither checked nor unpacked. They may
// be wider than the values are; ok is false where the directory does not tell.
func (x *CallReader) Bounds(c CallColumns) (low, high int64, ok bool) {
	return x.fields.r.bounds(number(uint64(c)))
}

// Bounds is CallReader.Bounds of charges.
func (x *ChargeReader) Bounds(c ChargeColumns) (low, high int64, ok bool) {
	return x.fields.r.bounds(number(uint64(c)))
}

// PackedNumbers gives the calling and the called number of every row, as
// phone.Number.Packed writes them, in slices that grow where needed.
func PackedNumbers(r *Reader, calling, called []int64) (from, to []int64, err error) {
	if r.kind != Numbers {
		return calling, called, damaged("%s where numbers were expected", r.kind)
	}
	if from, err = r.Ints(idCalling, calling); err != nil {
		return from, called, err
	}
	to, err = r.Ints(idCalled, called)
	return from, to, err
}

// bounds are those of a column of integers. A column that is not there holds
// zeros; a plain one, what its bits can add to its minimum.
func (r *Reader) bounds(id uint8) (low, high int64, ok bool) {
	c := r.column(id)
	if c == nil {
		return 0, 0, true
	}
	if c.enc != plain || c.bits > 62 {
		return 0, 0, false
	}
	over, most := bits.Mul64(c.scale, 1<<c.bits-1)
	high = c.minimum + int64(most)
	return c.minimum, high, over == 0 && most < 1<<63 && high >= c.minimum
}
