package phone

import "tollkeeper/core/fault"

// Prefix is the digits that a number starts with, as rate cards name them: up
// to 15, in the form of a Number. The zero Prefix has no digits and every
// number starts with it.
type Prefix uint64

// ParsePrefix reads a Prefix from up to 15 digits, with or without a leading
// plus; an empty text is the empty prefix. The error is of kind Invalid.
func ParsePrefix(s string) (Prefix, error) {
	digits := s
	if len(digits) > 1 && digits[0] == '+' {
		digits = digits[1:]
	}
	bits, ok := pack(digits)
	if !ok {
		return 0, fault.New(fault.Invalid, "prefix %q is not up to %d digits", fault.Cut(s), MaxDigits)
	}
	return Prefix(bits), nil
}

// MustPrefix is ParsePrefix for tests and tables: it panics on a mistake.
func MustPrefix(s string) Prefix {
	p, err := ParsePrefix(s)
	if err != nil {
		panic(err)
	}
	return p
}

// Prefix is the first digits of n, all of them where n has fewer; a negative
// count is none.
func (n Number) Prefix(digits int) Prefix {
	digits = max(0, min(digits, n.Len()))
	if digits == 0 {
		return 0
	}
	return Prefix(uint64(n)>>(64-4*uint(digits))<<(64-4*uint(digits)) | uint64(digits))
}

// Len is how many digits p has.
func (p Prefix) Len() int { return int(p & 15) }

// Key is p without its length, to be compared with a Number's Key.
func (p Prefix) Key() uint64 { return uint64(p) &^ 15 }

// Bounds are the least and the greatest key of the numbers that start with p,
// both included. No other number's key lies between them.
func (p Prefix) Bounds() (first, last uint64) {
	tail := ^uint64(0) >> (4 * uint(p.Len()))
	return p.Key(), (p.Key() | tail) &^ 15
}

// HasPrefix tells whether p starts with the digits of q.
func (p Prefix) HasPrefix(q Prefix) bool {
	return (uint64(p)^uint64(q))>>(64-4*uint(q.Len())) == 0
}

// Parent is p without its last digit; the empty prefix is its own parent.
func (p Prefix) Parent() Prefix { return Number(p).Prefix(p.Len() - 1) }

// String is p's digits.
func (p Prefix) String() string { return Number(p).String() }

// MarshalText is String.
func (p Prefix) MarshalText() ([]byte, error) { return Number(p).MarshalText() }

// UnmarshalText is ParsePrefix.
func (p *Prefix) UnmarshalText(text []byte) error {
	v, err := ParsePrefix(string(text))
	if err != nil {
		return err
	}
	*p = v
	return nil
}
