package segment

import "math/bits"

// divisor divides by a number many times without dividing: a multiple of an
// odd number times that number's inverse modulo 2^64 is the quotient, and what
// is no multiple gives more than any quotient can be.
type divisor struct {
	number  uint64 // not zero
	inverse uint64 // of its odd part
	limit   uint64 // the largest quotient of 64 bits
	shift   int    // number is its odd part << shift
}

func newDivisor(number uint64) divisor {
	shift := bits.TrailingZeros64(number)
	odd := number >> shift
	inverse := odd // right in the lowest 3 bits; each step doubles them
	for range 5 {
		inverse *= 2 - odd*inverse
	}
	return divisor{number: number, inverse: inverse, limit: ^uint64(0) / number, shift: shift}
}

// quotient is u ÷ number, or something above limit where that leaves a rest.
func (d *divisor) quotient(u uint64) uint64 {
	return bits.RotateLeft64(u*d.inverse, -d.shift)
}

// commonDivisor is the largest number that divides every v − lowest, or one
// where dividing by it would save no bits; span is the largest of them.
func commonDivisor(vs []int64, lowest int64, span uint64) divisor {
	one := divisor{number: 1, inverse: 1, limit: ^uint64(0)}
	if bitsOf(span) < 2 {
		return one
	}
	d := newDivisor(span)
	for _, v := range vs {
		u := uint64(v) - uint64(lowest)
		if d.quotient(u) <= d.limit {
			continue
		}
		common := gcd(d.number, u)
		if bitsOf(span/common) == bitsOf(span) {
			return one
		}
		d = newDivisor(common)
	}
	return d
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
