package money

import (
	"encoding/json"
	"math"
	"math/bits"

	"tollkeeper/core/fault"
)

// Mode is how a remainder is rounded. The zero Mode is HalfUp.
type Mode uint8

// The modes; all of them speak of magnitudes, so −0.5 goes up to −1.
const (
	HalfUp   Mode = iota // half and more away from zero
	Up                   // any remainder away from zero
	HalfEven             // half to the even neighbour
	Down                 // never
)

var modeNames = [...]string{"half_up", "up", "half_even", "down"}

// ParseMode reads half_up, up, half_even or down.
func ParseMode(s string) (Mode, error) {
	for i, name := range modeNames {
		if s == name {
			return Mode(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a rounding mode: want up, half_up, half_even or down", fault.Cut(s))
}

// String is the mode's name.
func (m Mode) String() string { return modeNames[m] }

// MarshalText is String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMode reads.
func (m *Mode) UnmarshalText(b []byte) error {
	v, err := ParseMode(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// roundsUp tells whether quotient q with remainder rem of c goes to q+1.
func (m Mode) roundsUp(q, rem, c uint64) bool {
	switch m {
	case Up:
		return rem > 0
	case HalfUp:
		return rem >= c-rem
	case HalfEven:
		return rem > c-rem || rem == c-rem && q&1 == 1
	}
	return false
}

// Rounding is how the amount of one call is rounded. The zero Rounding is to
// whole units, half up; a card that says nothing has DefaultRounding.
type Rounding struct {
	Decimals int  `json:"decimals"` // 0 to 6
	Mode     Mode `json:"mode"`
}

// DefaultRounding is four decimals, half up.
var DefaultRounding = Rounding{Decimals: 4, Mode: HalfUp}

// UnmarshalJSON fills what is not said from DefaultRounding.
func (r *Rounding) UnmarshalJSON(b []byte) error {
	type plain Rounding
	p := plain(DefaultRounding)
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	if err := Rounding(p).Check(); err != nil {
		return err
	}
	*r = Rounding(p)
	return nil
}

// Check refuses decimals outside 0 to 6, and what is no mode.
func (r Rounding) Check() error {
	if int(r.Mode) >= len(modeNames) {
		return fault.New(fault.Invalid, "%d is not the number of a rounding mode", uint8(r.Mode))
	}
	if r.Decimals < 0 || r.Decimals > AmountDecimals {
		return fault.New(fault.Invalid, "rounding to %d decimals is not possible: want 0 to 6", r.Decimals)
	}
	return nil
}

// Quotient is the numerator held in two words (hi, lo), which counts 1/den of a
// micro, rounded once to r's decimals. den lies between 1 and 10¹³, well above
// the 60,000 of rating's sums (nanos over 60). ok is false where the result
// does not fit; the Amount is then of no use.
func (r Rounding) Quotient(hi, lo, den uint64) (Amount, bool) {
	step := uint64(1)
	for range AmountDecimals - r.Decimals {
		step *= 10
	}
	return r.round(hi, lo, den*step, step)
}

// Round is a rounded to r's decimals.
func (r Rounding) Round(a Amount) (Amount, error) {
	u, neg := uint64(a), a < 0
	if neg {
		u = -u
	}
	v, ok := r.Quotient(0, u, 1)
	if !ok {
		return 0, overflow("a rounded amount")
	}
	if neg {
		v = -v
	}
	return v, nil
}

func (r Rounding) round(hi, lo, c, step uint64) (Amount, bool) {
	var q, rem uint64
	if hi == 0 {
		q, rem = lo/c, lo%c
	} else if hi < c {
		q, rem = bits.Div64(hi, lo, c)
	} else {
		return 0, false
	}
	if q > math.MaxInt64 {
		return 0, false // before it is rounded up, which could wrap to zero
	}
	if r.Mode.roundsUp(q, rem, c) {
		q++
	}
	over, v := bits.Mul64(q, step)
	return Amount(v), over == 0 && v <= math.MaxInt64
}
