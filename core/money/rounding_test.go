package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

var modes = []money.Mode{money.HalfUp, money.Up, money.HalfEven, money.Down}

// slowRound is x rounded to a whole number, by the words of the modes.
func slowRound(x *big.Rat, m money.Mode) *big.Int {
	size := new(big.Rat).Abs(x)
	q, rem := new(big.Int).QuoRem(size.Num(), size.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rem, 1).Cmp(size.Denom()) // −1 below half, 0 on it, 1 above
	up := false
	switch m {
	case money.Up:
		up = rem.Sign() > 0
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && q.Bit(0) == 1
	}
	if up {
		q.Add(q, big.NewInt(1))
	}
	if x.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// checkRounded insists that got is want, or not ok where want's magnitude does
// not fit 63 bits.
func checkRounded(t *rapid.T, got money.Amount, ok bool, want *big.Int) {
	fits := want.CmpAbs(big.NewInt(math.MaxInt64)) <= 0
	if ok != fits || ok && want.Cmp(big.NewInt(int64(got))) != 0 {
		t.Fatalf("got %d, %v; want %v", got, ok, want)
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		in       string
		decimals int
		want     [4]string // half up, up, half even, down
	}{
		{"0", 2, [4]string{"0", "0", "0", "0"}},
		{"1.234567", 6, [4]string{"1.234567", "1.234567", "1.234567", "1.234567"}},
		{"1.005", 2, [4]string{"1.01", "1.01", "1", "1"}},
		{"1.015", 2, [4]string{"1.02", "1.02", "1.02", "1.01"}},
		{"1.004999", 2, [4]string{"1", "1.01", "1", "1"}},
		{"1.000001", 2, [4]string{"1", "1.01", "1", "1"}},
		{"-1.005", 2, [4]string{"-1.01", "-1.01", "-1", "-1"}},
		{"-0.5", 0, [4]string{"-1", "-1", "0", "0"}},
		{"2.5", 0, [4]string{"3", "3", "2", "2"}},
		{"3.5", 0, [4]string{"4", "4", "4", "3"}},
		{"0.00005", 4, [4]string{"0.0001", "0.0001", "0", "0"}},
	} {
		for i, m := range modes {
			got, err := money.Rounding{Decimals: c.decimals, Mode: m}.Round(money.MustParse(c.in))
			if err != nil || got != money.MustParse(c.want[i]) {
				t.Errorf("%s to %d decimals %s is %s, %v; want %s", c.in, c.decimals, m, got, err, c.want[i])
			}
		}
	}
	if got, err := (money.Rounding{Decimals: 0, Mode: money.Up}).Round(math.MaxInt64); got != 0 || !fault.Is(err, fault.Invalid) {
		t.Errorf("the largest amount is rounded up to %d, %v", got, err)
	}
}

func TestRoundTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rounding{Decimals: rapid.IntRange(0, 6).Draw(t, "decimals"), Mode: rapid.SampledFrom(modes).Draw(t, "mode")}
		a := anInt64().Draw(t, "a")
		got, err := r.Round(money.Amount(a))
		checkRounded(t, got, err == nil, slowQuotient(big.NewInt(a), big.NewInt(1), r))
		if err == nil {
			if again, err := r.Round(got); err != nil || again != got {
				t.Fatalf("%d rounded twice is %d, %v", got, again, err)
			}
		}
	})
}

// slowQuotient is num / den micros rounded as r says, in micros.
func slowQuotient(num, den *big.Int, r money.Rounding) *big.Int {
	step := power(money.AmountDecimals - r.Decimals)
	q := slowRound(new(big.Rat).SetFrac(num, new(big.Int).Mul(den, step)), r.Mode)
	return q.Mul(q, step)
}

// Numerators of two words, drawn around results on both sides of what fits,
// and on and beside the halves where the modes part.
func TestQuotientTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rounding{Decimals: rapid.IntRange(0, 6).Draw(t, "decimals"), Mode: rapid.SampledFrom(modes).Draw(t, "mode")}
		den := rapid.SampledFrom([]uint64{1, 2, 3, 60, 60_000, 6_000_000, 10_000_000_000_000}).Draw(t, "den")
		unit := new(big.Int).Mul(power(6-r.Decimals), new(big.Int).SetUint64(den)) // of the numerator, for one step
		num := new(big.Int).SetUint64(rapid.OneOf(
			rapid.Uint64(),
			rapid.Uint64Range(0, 100),
			rapid.Uint64Range(math.MaxUint64-3, math.MaxUint64),
			rapid.Uint64Range(math.MaxInt64-3, math.MaxInt64+3),
			rapid.Just(uint64(math.MaxInt64/1_000_000)),
		).Draw(t, "steps"))
		num.Mul(num, unit)
		num.Add(num, new(big.Int).Rsh(unit, rapid.UintRange(0, 2).Draw(t, "part")))
		num.Add(num, big.NewInt(rapid.Int64Range(-1, 1).Draw(t, "beside")))
		num.Abs(num)
		lo := new(big.Int).And(num, new(big.Int).SetUint64(math.MaxUint64))
		got, ok := r.Quotient(new(big.Int).Rsh(num, 64).Uint64(), lo.Uint64(), den)
		checkRounded(t, got, ok, slowQuotient(num, new(big.Int).SetUint64(den), r))
	})
}

// Where the quotient is the last of 64 bits, rounding up must not wrap to zero.
func TestQuotientEdge(t *testing.T) {
	r := money.Rounding{Decimals: 6, Mode: money.Up}
	for _, c := range []struct {
		hi, lo, den uint64
		want        money.Amount
		ok          bool
	}{
		{0, math.MaxInt64, 1, math.MaxInt64, true},
		{0, math.MaxInt64 + 1, 1, 0, false},
		{0, math.MaxUint64, 1, 0, false},
		{0, math.MaxUint64 - 2, 2, math.MaxInt64, true},
		{0, math.MaxUint64 - 1, 2, math.MaxInt64, true},
		{0, math.MaxUint64, 2, 0, false},
		{1, math.MaxUint64, 2, 0, false}, // 2^64 − 1 and a half
		{1, 0, 1, 0, false},
		{math.MaxUint64, math.MaxUint64, 60_000, 0, false},
	} {
		if got, ok := r.Quotient(c.hi, c.lo, c.den); ok != c.ok || ok && got != c.want {
			t.Errorf("(%d, %d) / %d is %d, %v; want %d, %v", c.hi, c.lo, c.den, got, ok, c.want, c.ok)
		}
	}
}

func TestMode(t *testing.T) {
	for _, m := range modes {
		var back money.Mode
		if b, err := m.MarshalText(); err != nil || back.UnmarshalText(b) != nil || back != m {
			t.Errorf("%s is the text %q, which is %s", m, b, back)
		}
	}
	for _, s := range []string{"", "HALF_UP", "halfup", "ceiling"} {
		if m, err := money.ParseMode(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseMode(%q) = %s, %v", s, m, err)
		}
	}
}

func TestRoundingJSON(t *testing.T) {
	for _, c := range []struct {
		in   string
		want money.Rounding
	}{
		{`{}`, money.DefaultRounding},
		{`null`, money.DefaultRounding},
		{`{"decimals":0}`, money.Rounding{Decimals: 0, Mode: money.HalfUp}},
		{`{"mode":"down"}`, money.Rounding{Decimals: 4, Mode: money.Down}},
		{`{"decimals":6,"mode":"half_even"}`, money.Rounding{Decimals: 6, Mode: money.HalfEven}},
	} {
		var got money.Rounding
		if err := json.Unmarshal([]byte(c.in), &got); err != nil || got != c.want {
			t.Errorf("%s is %+v, %v; want %+v", c.in, got, err, c.want)
		}
	}
	for _, s := range []string{`{"decimals":7}`, `{"decimals":-1}`, `{"decimals":2.5}`, `{"mode":"up_half"}`, `[]`} {
		got := money.Rounding{Decimals: 2, Mode: money.Up}
		if err := json.Unmarshal([]byte(s), &got); err == nil || got != (money.Rounding{Decimals: 2, Mode: money.Up}) {
			t.Errorf("%s is %+v, %v", s, got, err)
		}
	}
	if err := (money.Rounding{Decimals: 2, Mode: 4}).Check(); !fault.Is(err, fault.Invalid) {
		t.Errorf("mode 4: %v", err)
	}
}

func BenchmarkQuotient(b *testing.B) {
	n := uint64(0)
	for b.Loop() {
		n += 7919
		a, _ := money.DefaultRounding.Quotient(0, n, 60_000)
		n += uint64(a) & 1
	}
}
