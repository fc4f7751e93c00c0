package app

import (
	"math/bits"
	"strconv"

	"tollkeeper/core/phone"
)

// digitMatch finds digits in numbers as they are stored: the decimal number of
// a one and the digits (phone.Number.Packed). So it takes a comparison or a
// division, and no number has to be spelled.
type digitMatch struct {
	begin, end bool
	first      [phone.MaxDigits + 1]packedSpan // by how many digits a number has: those that begin so
	unit       int64                           // ten to the power of how many digits there are
	rest       int64                           // the digits as a number
}

type packedSpan struct{ from, to int64 } // both included; to below from: none

// newDigitMatch is nil where p cannot be a part of a number.
func newDigitMatch(p NumberPart) *digitMatch {
	n := len(p.Digits)
	rest, err := strconv.ParseUint(p.Digits, 10, 63)
	if err != nil || n > phone.MaxDigits {
		return nil
	}
	m := &digitMatch{begin: p.Where != AtEnd, end: p.Where != AtBegin, unit: tenTo(n), rest: int64(rest)}
	for length := range m.first {
		m.first[length] = packedSpan{1, 0}
		if length >= n {
			step := tenTo(length - n)
			from := (m.unit + m.rest) * step
			m.first[length] = packedSpan{from, from + step - 1}
		}
	}
	return m
}

func tenTo(n int) int64 {
	v := int64(1)
	for range n {
		v *= 10
	}
	return v
}

// matches tells whether a packed number has the digits; zero is no number.
func (m *digitMatch) matches(packed int64) bool {
	if m.end && packed >= m.unit && packed%m.unit == m.rest {
		return true
	}
	if !m.begin || packed <= 0 {
		return false
	}
	in := m.first[digitsAfterOne(packed)]
	return packed >= in.from && packed <= in.to
}

// digitsAfterOne is how many digits stand behind the first one.
func digitsAfterOne(v int64) int {
	n := bits.Len64(uint64(v)) * 1233 >> 12 // a bit is 0.301 digits
	if v < tensTable[n] {
		n--
	}
	return min(n, phone.MaxDigits)
}

var tensTable = func() (t [20]int64) {
	v := int64(1)
	for i := range 19 {
		t[i] = v
		v *= 10
	}
	t[19] = 1<<63 - 1
	return t
}()
