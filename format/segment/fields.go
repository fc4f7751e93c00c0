package segment

import (
	"math"
	"math/bits"

	"tollkeeper/core/fault"
)

// field says how one field of a T is a column of integers. Tables of fields
// are in the order of the columns' numbers, and set may rely on the fields
// before its own.
type field[T any] struct {
	bit    uint64 // of the selection; its place is the column's number
	name   string
	lowest int64 // what may be written and is accepted when read
	most   int64
	put    func(e *Encoder, id uint8, vs []int64) // (*Encoder).ints or series
	get    func(*T) int64
	set    func(*T, int64)
}

// Ranges that several fields share.
const (
	anyLow, anyHigh = math.MinInt64, math.MaxInt64
	idLow, idHigh   = math.MinInt32, math.MaxInt32
)

// number is the stored number of the column of a selection's lowest bit.
func number(bit uint64) uint8 { return uint8(bits.TrailingZeros64(bit)) }

// numbers are the stored numbers of the columns of a selection.
func numbers(selection uint64) []uint8 {
	var ids []uint8
	for ; selection != 0; selection &= selection - 1 {
		ids = append(ids, number(selection))
	}
	return ids
}

// putFields puts a column for each field.
func putFields[T any](e *Encoder, rows []T, fields []field[T]) error {
	values := e.values[:len(rows)]
	for i := range fields {
		f := &fields[i]
		for k := range rows {
			values[k] = f.get(&rows[k])
		}
		if f.lowest != anyLow || f.most != anyHigh {
			if low, high := bounds(values); low < f.lowest || high > f.most {
				return fault.New(fault.Internal, "%s of %s: %d to %d is not within %d to %d", f.name, e.kind, low, high, f.lowest, f.most)
			}
		}
		f.put(e, number(f.bit), values)
	}
	return nil
}

// block is how many rows are read at a time: their structs stay in the
// processor's nearest cache while column after column is filled in.
const block = 256

// fieldReader fills structs from the columns of the selected fields.
type fieldReader[T any] struct {
	r      *Reader
	fields []field[T]
	values [block]int64
}

// open takes a segment of kind k, of whose fields those in want are read.
func (x *fieldReader[T]) open(r *Reader, k Kind, all []field[T], want uint64) error {
	if r.kind != k {
		return damaged("%s where %s were expected", r.kind, k)
	}
	x.r, x.fields = r, x.fields[:0]
	for _, f := range all {
		if f.bit&want != 0 {
			x.fields = append(x.fields, f)
		}
	}
	return nil
}

// read fills the selected fields of rows row, row+1, ….
func (x *fieldReader[T]) read(row int, dst []T) error {
	if err := x.r.inside(row, len(dst)); err != nil {
		return err
	}
	for len(dst) > 0 {
		part := dst[:min(block, len(dst))]
		values := x.values[:len(part)]
		for i := range x.fields {
			f := &x.fields[i]
			if err := x.r.IntsAt(number(f.bit), row, values); err != nil {
				return err
			}
			if err := f.fill(part, values, row); err != nil {
				return err
			}
		}
		row, dst = row+len(part), dst[len(part):]
	}
	return nil
}

// fill sets the field in each row, unless a value cannot be.
func (f *field[T]) fill(rows []T, values []int64, row int) error {
	for i, v := range values {
		if v < f.lowest || v > f.most {
			return damaged("%s %d in row %d", f.name, v, row+i)
		}
		f.set(&rows[i], v)
	}
	return nil
}
