// Package money is amounts, rates and currencies as whole numbers.
//
// It owns the units (an Amount counts millionths of the currency unit, a Rate
// billionths of it a minute), rounding by name, checked sums, reading and
// writing decimals, and splitting without loss. It does not own what is charged
// or why. No floating point number appears in it.
//
//	a := money.MustParse("12.50")       // 12,500,000 micros
//	sum, err := a.Add(money.MustParse("0.000001"))
//	sum.Format(6)                       // "12.500001"
package money

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
)

// Amount is an amount of money: a count of millionths of its currency's unit
// (micros), whose currency stands beside it. Zero is nothing owed.
type Amount int64

// Unit is one whole unit of a currency.
const Unit Amount = 1_000_000

// AmountDecimals is how many decimals an Amount has.
const AmountDecimals = 6

// Add is a + b, or an error where that cannot be held.
func (a Amount) Add(b Amount) (Amount, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return 0, overflow("the sum of two amounts")
	}
	return c, nil
}

// Sub is a − b, or an error where that cannot be held.
func (a Amount) Sub(b Amount) (Amount, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return 0, overflow("the difference of two amounts")
	}
	return c, nil
}

// Sum adds up any number of amounts.
func Sum(as ...Amount) (Amount, error) {
	var total Amount
	for _, a := range as {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// String has as many decimals as a needs: "0.0071", "12".
func (a Amount) String() string { return string(appendDecimal(nil, int64(a), AmountDecimals, 0)) }

// Format has at least n decimals (0 to 6), and more only where a needs them.
func (a Amount) Format(n int) string {
	return string(appendDecimal(nil, int64(a), AmountDecimals, n))
}

// Append is Format into b.
func (a Amount) Append(b []byte, n int) []byte {
	return appendDecimal(b, int64(a), AmountDecimals, n)
}

// Decimals is how many decimals a needs to be written exactly: 0 to 6.
func (a Amount) Decimals() int {
	n := AmountDecimals
	for v := int64(a); n > 0 && v%10 == 0; n-- {
		v /= 10
	}
	return n
}

// MarshalText writes six decimals, always, as the API and the vectors do.
func (a Amount) MarshalText() ([]byte, error) { return a.Append(nil, AmountDecimals), nil }

// UnmarshalText reads what ParseAmount reads.
func (a *Amount) UnmarshalText(b []byte) error {
	v, err := ParseAmount(string(b))
	if err == nil {
		*a = v
	}
	return err
}

// ParseAmount reads a plain decimal with at most six decimals. Exponents
// (which spreadsheets write), thousands marks, blanks and further non-zero
// decimals are refused.
func ParseAmount(s string) (Amount, error) {
	v, err := parseDecimal(s, AmountDecimals)
	return Amount(v), err
}

// MustParse is ParseAmount for tests and constants; it panics on an error.
func MustParse(s string) Amount {
	a, err := ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

func overflow(what string) error {
	return fault.New(fault.Invalid, "%s is larger than can be held", what)
}

func parseDecimal(s string, decimals int) (int64, error) {
	digits, neg := strings.CutPrefix(s, "-")
	whole, frac, dot := strings.Cut(digits, ".")
	if whole == "" && frac == "" || dot && frac == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, fault.New(fault.Invalid, "%q is not a decimal number such as 12.5", fault.Cut(s))
	}
	if frac = strings.TrimRight(frac, "0"); len(frac) > decimals {
		return 0, fault.New(fault.Invalid, "%q has more than %d decimals", fault.Cut(s), decimals)
	}
	digits = strings.TrimLeft(whole+frac+strings.Repeat("0", decimals-len(frac)), "0")
	if digits == "" {
		return 0, nil
	}
	if neg {
		digits = "-" + digits // before ParseInt, for the least int64 has no opposite
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, overflow(strconv.Quote(fault.Cut(s)))
	}
	return v, nil
}

// appendDecimal writes v / 10^scale with at least least decimals and no
// needless zeros beyond them.
func appendDecimal(b []byte, v int64, scale, least int) []byte {
	u := uint64(v)
	if v < 0 {
		b, u = append(b, '-'), -u
	}
	var digits [20]byte
	for i := range digits {
		digits[len(digits)-1-i] = byte('0' + u%10)
		u /= 10
	}
	dot := len(digits) - scale
	start := 0
	for start < dot-1 && digits[start] == '0' {
		start++
	}
	end := len(digits)
	for end > dot+min(least, scale) && digits[end-1] == '0' {
		end--
	}
	b = append(b, digits[start:dot]...)
	if end > dot || least > scale {
		b = append(append(b, '.'), digits[dot:end]...)
	}
	for n := end - dot; n < least; n++ {
		b = append(b, '0')
	}
	return b
}

// mulDiv is round(a · b / c) with the mode's rounding of a magnitude, all
// positive; ok is false where it does not fit 63 bits.
func mulDiv(a, b, c uint64, m Mode) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, c)
	if q > math.MaxInt64 {
		return 0, false // before it is rounded up, which could wrap to zero
	}
	if m.roundsUp(q, rem, c) {
		q++
	}
	return q, q <= math.MaxInt64
}
