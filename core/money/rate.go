package money

import (
	"tollkeeper/core/fault"
)

// Rate is a price a minute of call, or a unit of what is not voice: a count of
// billionths of the currency's unit (nanos). Zero is free.
type Rate int64

// RateDecimals is how many decimals a Rate has.
const RateDecimals = 9

// String has as many decimals as r needs.
func (r Rate) String() string { return string(appendDecimal(nil, int64(r), RateDecimals, 0)) }

// Append writes r with at least n decimals into b.
func (r Rate) Append(b []byte, n int) []byte { return appendDecimal(b, int64(r), RateDecimals, n) }

// MarshalText is String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate reads.
func (r *Rate) UnmarshalText(b []byte) error {
	v, err := ParseRate(string(b))
	if err == nil {
		*r = v
	}
	return err
}

// ParseRate reads a plain decimal with at most nine decimals; see ParseAmount.
func ParseRate(s string) (Rate, error) {
	v, err := parseDecimal(s, RateDecimals)
	return Rate(v), err
}

// MustParseRate is ParseRate for tests and constants; it panics on an error.
func MustParseRate(s string) Rate {
	r, err := ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

// Discounted is r less percent (0 to 100) of it, rounded half-even to a nano.
// Rates below zero and percentages outside the range are left as they are:
// a card that holds such a rate is refused before it gets here.
func (r Rate) Discounted(percent int32) Rate {
	if percent <= 0 || percent > 100 || r <= 0 {
		return r
	}
	q, _ := mulDiv(uint64(r), uint64(100-percent), 100, HalfEven) // never larger than r
	return Rate(q)
}

// Factor converts one currency into another: how many units of the second one
// unit of the first is worth, as a count of 10⁻¹². Zero is none.
type Factor int64

// FactorDecimals is how many decimals a Factor has.
const FactorDecimals = 12

// One is the factor of a currency to itself.
const One Factor = 1_000_000_000_000

// ParseFactor reads a positive decimal with at most twelve decimals.
func ParseFactor(s string) (Factor, error) {
	v, err := parseDecimal(s, FactorDecimals)
	if err == nil && v <= 0 {
		return 0, fault.New(fault.Invalid, "%q is not a rate of exchange: want more than zero", fault.Cut(s))
	}
	return Factor(v), err
}

// String has as many decimals as f needs.
func (f Factor) String() string { return string(appendDecimal(nil, int64(f), FactorDecimals, 0)) }

// Convert is a · f rounded half-even to a micro. No Factor, or one below zero,
// is an error: it would make a charge disappear.
func (f Factor) Convert(a Amount) (Amount, error) {
	if f <= 0 {
		return 0, fault.New(fault.Invalid, "%s is not a rate of exchange: want more than zero", f)
	}
	u, neg := uint64(a), a < 0
	if neg {
		u = -u
	}
	q, ok := mulDiv(u, uint64(f), uint64(One), HalfEven)
	if !ok {
		return 0, overflow("a converted amount")
	}
	if neg {
		return -Amount(q), nil
	}
	return Amount(q), nil
}
