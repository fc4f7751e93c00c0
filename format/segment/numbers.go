package segment

import (
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
)

// The columns of a segment of numbers: stored, never to be renumbered.
const (
	idCalling = 0
	idCalled  = 1
)

// Numbers appends the calling and called numbers of calls to dst, row for row
// as Calls does: a segment of their own, so that numbers can be masked or
// dropped by law without touching anything else.
func (e *Encoder) Numbers(dst []byte, calls []usage.Call, a Algorithm) ([]byte, error) {
	if err := e.begin(Numbers, a, len(calls)); err != nil {
		return dst, err
	}
	values := e.values[:len(calls)]
	for i := range calls {
		values[i] = calls[i].Calling.Packed()
	}
	e.ints(idCalling, values)
	for i := range calls {
		values[i] = calls[i].Called.Packed()
	}
	e.ints(idCalled, values)
	return e.finish(dst), nil
}

// readNumbers fills in both numbers; none where there is no such segment.
func (x *CallReader) readNumbers(row int, dst []usage.Call) error {
	if x.numbers == nil {
		for i := range dst {
			dst[i].Calling, dst[i].Called = 0, 0
		}
		return nil
	}
	for len(dst) > 0 {
		part := dst[:min(block, len(dst))]
		values := x.fields.values[:len(part)]
		if err := x.numbers.IntsAt(idCalling, row, values); err != nil {
			return err
		}
		for i, v := range values {
			n, err := phone.Unpack(v)
			if err != nil {
				return damaged("calling number in row %d: %v", row+i, err)
			}
			part[i].Calling = n
		}
		if err := x.numbers.IntsAt(idCalled, row, values); err != nil {
			return err
		}
		for i, v := range values {
			n, err := phone.Unpack(v)
			if err != nil {
				return damaged("called number in row %d: %v", row+i, err)
			}
			part[i].Called = n
		}
		row, dst = row+len(part), dst[len(part):]
	}
	return nil
}
