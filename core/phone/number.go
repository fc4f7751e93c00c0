// Package phone knows telephone numbers: E.164 numbers and the prefixes that
// rate cards match them by, the country of a number, and the dial plans that
// make an E.164 number of what a switch wrote down.
//
// It does not own rates, decks of prefixes, or who has which number (tenant).
// Its knowledge of the world's numbering is that of libphonenumber, compiled
// once into tables, because the library is far too slow for every call.
//
//	d, err := phone.NewDialer(phone.PlanFor(phone.MustCountry("GB")))
//	n, class, _ := d.Normalize([]byte("(020) 7946 0123")) // 442079460123, E164
//	phone.CountryOf(n)                                    // GB
package phone

import (
	"tollkeeper/core/fault"
)

// MaxDigits is the most digits a Number or a Prefix holds; E.164 allows no more.
const MaxDigits = 15

// Number is a telephone number of 1 to 15 digits: E.164 without the plus, or a
// short code or service number as it was dialled, leading zeros and all. The
// zero Number is none.
//
// It is fifteen nibbles from the left, each a digit plus one, and the length in
// the last nibble. So numbers compare as their digits do, a shorter one before
// those it starts.
type Number uint64

// ParseDigits reads a Number from digits with or without a leading plus. It
// allocates nothing; anything but 1 to 15 digits is refused.
func ParseDigits[T []byte | string](s T) (Number, bool) {
	if len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	if len(s) == 0 {
		return 0, false
	}
	bits, ok := pack(s)
	return Number(bits), ok
}

// pack puts up to 15 digits into nibbles; no digits give zero.
func pack[T []byte | string](s T) (uint64, bool) {
	if len(s) > MaxDigits {
		return 0, false
	}
	var bits uint64
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		bits = bits<<4 | uint64(d+1)
	}
	return bits<<(4*(16-uint(len(s)))) | uint64(len(s)), true
}

// Parse reads a Number as ParseDigits does; the error is of kind Invalid.
func Parse(s string) (Number, error) {
	n, ok := ParseDigits(s)
	if !ok {
		return 0, fault.New(fault.Invalid, "%q is not a number of 1 to %d digits", fault.Cut(s), MaxDigits)
	}
	return n, nil
}

// MustParse is Parse for tests and tables: it panics on a mistake.
func MustParse(s string) Number {
	n, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// Len is how many digits n has: 0 for none.
func (n Number) Len() int { return int(n & 15) }

// Key is n without its length. Keys order numbers as text, prefix by prefix,
// and all numbers under a prefix have keys within Prefix.Bounds.
func (n Number) Key() uint64 { return uint64(n) &^ 15 }

// HasPrefix tells whether n starts with the digits of p; every number, and
// none, starts with the empty prefix.
func (n Number) HasPrefix(p Prefix) bool {
	return (uint64(n)^uint64(p))>>(64-4*uint(p.Len())) == 0
}

// AppendDigits appends n's digits to b: nothing for none.
func (n Number) AppendDigits(b []byte) []byte { return appendDigits(b, uint64(n)) }

// String is n's digits without a plus; empty for none.
func (n Number) String() string {
	var b [MaxDigits]byte
	return string(n.AppendDigits(b[:0]))
}

func appendDigits(b []byte, bits uint64) []byte {
	for i := bits & 15; i > 0; i-- {
		b = append(b, '0'-1+byte(bits>>60))
		bits <<= 4
	}
	return b
}

// MarshalText is String.
func (n Number) MarshalText() ([]byte, error) { return n.AppendDigits(nil), nil }

// UnmarshalText is Parse, except that an empty text is none.
func (n *Number) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*n = 0
		return nil
	}
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*n = v
	return nil
}

// Packed is n for storage: the decimal number "1" followed by n's digits, below
// 2^51, and 0 for none. Numbers of one length lie close together, so a column
// of them packs well as its minimum and differences.
func (n Number) Packed() int64 {
	if n == 0 {
		return 0
	}
	v, bits := int64(1), uint64(n)
	for i := n & 15; i > 0; i-- {
		v = v*10 + int64(bits>>60) - 1
		bits <<= 4
	}
	return v
}

// Unpack is the inverse of Packed. A value that Packed never gives is of kind
// Invalid.
func Unpack(v int64) (Number, error) {
	if v == 0 {
		return 0, nil
	}
	var bits uint64
	length, rest := uint(0), v
	for ; rest >= 10 && length < MaxDigits; length++ {
		bits = bits>>4 | uint64(rest%10+1)<<60
		rest /= 10
	}
	if rest != 1 || length == 0 {
		return 0, fault.New(fault.Invalid, "%d is not a packed number", v)
	}
	return Number(bits | uint64(length)), nil
}
