package rating

import (
	"math/big"
	"math/bits"

	"tollkeeper/core/money"
)

// Exact is a sum of money before rounding: a count of sixtieths of a nano, so
// that any number of seconds at any rate a minute is a whole number. It holds
// 128 bits. The zero Exact is nothing.
type Exact struct{ Hi, Lo uint64 }

// perMicro is how many sixtieths of a nano one micro is.
const perMicro = 60 * 1000

// addRate adds seconds at rate a minute; neither is below zero. A sum of fewer
// than 2^31 such products cannot overflow: each is below 2^94.
func (x *Exact) addRate(rate money.Rate, seconds int64) { x.add(uint64(rate), uint64(seconds)) }

// addFee adds a fee, which is not below zero.
func (x *Exact) addFee(fee money.Amount) { x.add(uint64(fee), perMicro) }

func (x *Exact) add(a, b uint64) {
	hi, lo := bits.Mul64(a, b)
	var carry uint64
	x.Lo, carry = bits.Add64(x.Lo, lo, 0)
	x.Hi, _ = bits.Add64(x.Hi, hi, carry)
}

// Round is x as an amount; ok is false where it does not fit one.
func (x Exact) Round(r money.Rounding) (a money.Amount, ok bool) {
	return r.Quotient(x.Hi, x.Lo, perMicro)
}

// Big is the count as a big integer.
func (x Exact) Big() *big.Int {
	n := new(big.Int).SetUint64(x.Hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(x.Lo))
}

// String is the sum in units of the currency: all its decimals where they end,
// else twelve of them and an ellipsis.
func (x Exact) String() string {
	sum := new(big.Rat).SetFrac(x.Big(), big.NewInt(60_000_000_000))
	if n, exact := sum.FloatPrec(); exact {
		return sum.FloatString(n)
	}
	const shown = 12
	cut := new(big.Int).Mul(sum.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(shown), nil))
	cut.Quo(cut, sum.Denom())
	return new(big.Rat).SetFrac(cut, new(big.Int).Exp(big.NewInt(10), big.NewInt(shown), nil)).FloatString(shown) + "…"
}
