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

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		in   string
		want money.Rate
		out  string
	}{
		{"0", 0, "0"}, {"0.06", 60_000_000, "0.06"}, {"0.000000001", 1, "0.000000001"}, {"1.2345678900", 1_234_567_890, "1.23456789"},
		{"-1.5", -1_500_000_000, "-1.5"}, {"9223372036.854775807", math.MaxInt64, "9223372036.854775807"},
	} {
		got, err := money.ParseRate(c.in)
		if err != nil || got != c.want || got.String() != c.out || got != money.MustParseRate(c.out) {
			t.Errorf("ParseRate(%q) = %d, %v, written %q; want %d, %q", c.in, got, err, got, c.want, c.out)
		}
	}
	for _, s := range append(bad, "0.0000000001", "9223372036.854775808") {
		if got, err := money.ParseRate(s); got != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseRate(%.40q) = %d, %v; want it refused", s, got, err)
		}
	}
}

func TestRateText(t *testing.T) {
	r := money.MustParseRate("0.0125")
	if got := string(r.Append([]byte("at "), 6)); got != "at 0.012500" {
		t.Errorf("appended it is %q", got)
	}
	b, err := json.Marshal(r)
	if string(b) != `"0.0125"` || err != nil {
		t.Errorf("JSON is %s, %v", b, err)
	}
	var back money.Rate
	if err := json.Unmarshal(b, &back); err != nil || back != r {
		t.Errorf("%s is read as %d, %v", b, back, err)
	}
	if err := json.Unmarshal([]byte(`"free"`), &back); !fault.Is(err, fault.Invalid) || back != r {
		t.Errorf("free is read as %d, %v", back, err)
	}
}

func TestDiscounted(t *testing.T) {
	for _, c := range []struct {
		rate    money.Rate
		percent int32
		want    money.Rate
	}{
		{1000, 0, 1000}, {1000, 10, 900}, {1000, 100, 0}, {1000, -1, 1000}, {1000, 101, 1000}, {-1000, 10, -1000}, {0, 10, 0},
		{1, 50, 0}, {3, 50, 2}, {5, 50, 2}, {7, 50, 4}, {math.MaxInt64, 1, 9131138316486228049}, {math.MaxInt64, 100, 0},
	} {
		if got := c.rate.Discounted(c.percent); got != c.want {
			t.Errorf("%d less %d %% is %d, want %d", c.rate, c.percent, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.Int64Range(0, math.MaxInt64).Draw(t, "rate")
		d := rapid.Int32Range(0, 100).Draw(t, "percent")
		exact := new(big.Rat).Mul(big.NewRat(r, 1), big.NewRat(int64(100-d), 100))
		if got, want := money.Rate(r).Discounted(d), slowRound(exact, money.HalfEven); want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%d less %d %% is %d, want %v", r, d, got, want)
		}
	})
}

func TestFactor(t *testing.T) {
	for _, c := range []struct {
		factor, amount, want string
	}{
		{"1", "12.345678", "12.345678"},
		{"0.9137", "100", "91.37"},
		{"0.5", "0.000001", "0"},
		{"0.5", "0.000003", "0.000002"},
		{"0.5", "-0.000003", "-0.000002"},
		{"0.000000000001", "1000000", "0.000001"},
		{"1", "9223372036854.775807", "9223372036854.775807"},
		{"9223372.036854775807", "1000000", "9223372036854.775807"},
	} {
		f, err := money.ParseFactor(c.factor)
		if err != nil || f.String() != c.factor {
			t.Errorf("ParseFactor(%q) = %s, %v", c.factor, f, err)
		}
		if got, err := f.Convert(money.MustParse(c.amount)); err != nil || got != money.MustParse(c.want) {
			t.Errorf("%s · %s is %s, %v; want %s", c.amount, c.factor, got, err, c.want)
		}
	}
	for _, s := range append(bad, "0", "-1", "0.0000000000001", "9223372.036854775808") {
		if got, err := money.ParseFactor(s); got != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseFactor(%.40q) = %d, %v; want it refused", s, got, err)
		}
	}
	for _, f := range []money.Factor{0, -1, math.MinInt64} {
		if got, err := f.Convert(money.Unit); got != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("the factor %d makes %d of 1, %v", f, got, err)
		}
	}
}

func TestConvertTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anInt64().Draw(t, "a")
		f := rapid.OneOf(rapid.Int64Range(1, math.MaxInt64), rapid.Int64Range(1, 3_000_000_000_000), rapid.Just(int64(money.One))).Draw(t, "f")
		want := slowRound(new(big.Rat).Mul(big.NewRat(a, 1), big.NewRat(f, int64(money.One))), money.HalfEven)
		got, err := money.Factor(f).Convert(money.Amount(a))
		checkRounded(t, got, err == nil, want)
	})
}

func FuzzParseRate(f *testing.F) {
	for _, s := range append(bad, "0.0125", "-0.000000001", "9223372036.854775807") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := money.ParseRate(s)
		checkParsed(t, s, int64(r), err, money.RateDecimals)
		x, err := money.ParseFactor(s)
		if err == nil && x <= 0 {
			t.Fatalf("%q is the factor %d", s, x)
		}
	})
}
