package sample

import (
	"strconv"
	"strings"
)

// shape is how numbers of a range look: a stem, and so many digits behind it.
type shape struct {
	stem   string
	digits int // 1 to 9
}

// parseShape reads "442079460/3". It is for the tables of this package and
// panics on what is none.
func parseShape(s string) shape {
	stem, digits, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 9 {
		panic("sample: bad shape of a number: " + s)
	}
	return shape{stem, n}
}

// parseShapes reads several, each behind a calling code.
func parseShapes(code, list string) []shape {
	var out []shape
	for s := range strings.FieldsSeq(list) {
		out = append(out, parseShape(code+s))
	}
	return out
}

// room is how many numbers there are.
func (s shape) room() int { return pow10[s.digits] }

// append is the n-th number, without plus; n lies below room.
func (s shape) append(b []byte, n int) []byte { return appendDigits(append(b, s.stem...), n, s.digits) }

var pow10 = [10]int{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000}

// appendDigits is n with leading zeros to so many digits.
func appendDigits(b []byte, n, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, byte('0'+n/pow10[i]%10))
	}
	return b
}
