package rating

import (
	"math/bits"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

// Percent is a part of a whole as a count of ten-thousandths of a percent, so
// that a contract can say 33.333 %. Zero is none of it, Whole is all of it.
type Percent int32

// OnePercent and Whole are one and a hundred percent.
const (
	OnePercent Percent = 10_000
	Whole              = 100 * OnePercent
)

// ParsePercent reads a plain decimal from 0 to 100 with at most four decimals.
func ParsePercent(s string) (Percent, error) {
	a, err := money.ParseAmount(s)
	if err != nil || a < 0 || a > 100*money.Unit || a%100 != 0 {
		return 0, fault.New(fault.Invalid, "%q is not a percentage from 0 to 100 with up to 4 decimals", fault.Cut(s))
	}
	return Percent(a / 100), nil
}

// String has as many decimals as p needs: "12.5".
func (p Percent) String() string {
	s := strconv.Itoa(int(p / OnePercent))
	if rest := int(p % OnePercent); rest != 0 {
		s += "." + strings.TrimRight(strconv.Itoa(int(OnePercent) + rest)[1:], "0")
	}
	return s
}

// MarshalText is String.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePercent reads.
func (p *Percent) UnmarshalText(b []byte) error {
	v, err := ParsePercent(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// off is rate less p of it, rounded half-even to a nano. Both must be within
// their ranges: rate not below zero, p from 0 to Whole.
func (p Percent) off(rate money.Rate) money.Rate {
	if p == 0 {
		return rate
	}
	hi, lo := bits.Mul64(uint64(rate), uint64(Whole-p))
	q, rem := bits.Div64(hi, lo, uint64(Whole)) // hi < 2^63 · 2^20 / 2^64, which is below Whole
	if half := uint64(Whole / 2); rem > half || rem == half && q&1 == 1 {
		q++
	}
	return money.Rate(q)
}
