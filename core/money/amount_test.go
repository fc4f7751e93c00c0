package money_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

func Example() {
	a := money.MustParse("12.50") // 12,500,000 micros
	sum, err := a.Add(money.MustParse("0.000001"))
	fmt.Println(sum.Format(6), err)
	// Output: 12.500001 <nil>
}

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		in     string
		want   money.Amount
		out    string // String
		format string // Format(2)
	}{
		{"0", 0, "0", "0.00"},
		{"-0", 0, "0", "0.00"},
		{"0.000000000", 0, "0", "0.00"},
		{"12", 12_000_000, "12", "12.00"},
		{"12.5", 12_500_000, "12.5", "12.50"},
		{"0012.50", 12_500_000, "12.5", "12.50"},
		{".5", 500_000, "0.5", "0.50"},
		{"-.000001", -1, "-0.000001", "-0.000001"},
		{"0.0071", 7_100, "0.0071", "0.0071"},
		{"1.1234560000", 1_123_456, "1.123456", "1.123456"},
		{"-12.340", -12_340_000, "-12.34", "-12.34"},
		{"9223372036854.775807", math.MaxInt64, "9223372036854.775807", "9223372036854.775807"},
		{"-9223372036854.775808", math.MinInt64, "-9223372036854.775808", "-9223372036854.775808"},
	} {
		got, err := money.ParseAmount(c.in)
		if err != nil || got != c.want || got.String() != c.out || got.Format(2) != c.format {
			t.Errorf("ParseAmount(%q) = %d, %v, written %q and %q; want %d, %q, %q", c.in, got, err, got, got.Format(2), c.want, c.out, c.format)
		}
	}
}

// bad is what neither an amount nor a rate nor a factor can be.
var bad = []string{
	"", "-", ".", "-.", "5.", "--5", "+5", "1e5", "4.4E+11", "0x10", "1,000", "1 000", "1'000", " 1", "1 ", "1\n", "1.2.3", "1.-2",
	"$5", "5 USD", "NaN", "Inf", "1_000", "٣", "½", "1.0000000000001", "-0.0000000000001",
	"9223372036854775808", "-9223372036854775809", strings.Repeat("9", 400), strings.Repeat("x", 400),
}

func TestParseAmountRefuses(t *testing.T) {
	for _, s := range append(bad, "0.0000001", "9223372036854.775808", "-9223372036854.775809") {
		if got, err := money.ParseAmount(s); got != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseAmount(%.40q) = %d, %v; want it refused", s, got, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("ParseAmount(%.40q) says all of it again: %d bytes", s, len(err.Error()))
		}
	}
}

// exact is v / 10^scale.
func exact(v int64, scale int) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(v), power(scale))
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// anInt64 favours the edges and round numbers.
func anInt64() *rapid.Generator[int64] {
	return rapid.Custom(func(t *rapid.T) int64 {
		v := rapid.OneOf(
			rapid.Int64(),
			rapid.Int64Range(-2_000_000, 2_000_000),
			rapid.Int64Range(math.MaxInt64-9, math.MaxInt64),
			rapid.Int64Range(math.MinInt64, math.MinInt64+9),
		).Draw(t, "v")
		unit := rapid.SampledFrom([]int64{1, 1, 10, 1000, 1_000_000}).Draw(t, "unit")
		return v / unit * unit
	})
}

func TestAmountRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount(anInt64().Draw(t, "a"))
		want := exact(int64(a), money.AmountDecimals)
		for n := range 9 {
			s := a.Format(n)
			if r, ok := new(big.Rat).SetString(s); !ok || r.Cmp(want) != 0 {
				t.Fatalf("%d with %d decimals is %q", a, n, s)
			}
			if got, err := money.ParseAmount(s); err != nil || got != a {
				t.Fatalf("%d is %q, which is read as %d, %v", a, s, got, err)
			}
			if got, least := decimals(s), max(n, a.Decimals()); got != least {
				t.Fatalf("%d is %q with %d decimals, want %d", a, s, got, least)
			}
			if got := string(a.Append([]byte("x"), n)); got != "x"+s {
				t.Fatalf("%d is appended as %q, want %q", a, got, "x"+s)
			}
		}
		if got := a.String(); got != a.Format(0) || decimals(got) != a.Decimals() {
			t.Fatalf("%d is %q, but needs %d decimals", a, got, a.Decimals())
		}
	})
}

func decimals(s string) int {
	_, frac, _ := strings.Cut(s, ".")
	return len(frac)
}

func TestAmountJSON(t *testing.T) {
	b, err := json.Marshal(money.MustParse("12.5"))
	if string(b) != `"12.500000"` || err != nil {
		t.Errorf("JSON is %s, %v", b, err)
	}
	a := money.Amount(7)
	if err := json.Unmarshal([]byte(`"0.0071"`), &a); err != nil || a != 7100 {
		t.Errorf("0.0071 is read as %d, %v", a, err)
	}
	if err := json.Unmarshal([]byte(`"1e3"`), &a); !fault.Is(err, fault.Invalid) || a != 7100 {
		t.Errorf("1e3 is read as %d, %v", a, err)
	}
	if err := json.Unmarshal([]byte(`0.0071`), &a); err == nil {
		t.Error("a JSON number was taken for an amount")
	}
}

// Add, Sub and Sum against whole numbers without bounds.
func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anInt64().Draw(t, "a"), anInt64().Draw(t, "b"), anInt64().Draw(t, "c")
		x, y, z := big.NewInt(a), big.NewInt(b), big.NewInt(c)
		check := func(what string, got money.Amount, err error, want *big.Int) {
			if want.IsInt64() && (err != nil || int64(got) != want.Int64()) || !want.IsInt64() && (got != 0 || !fault.Is(err, fault.Invalid)) {
				t.Fatalf("%s is %d, %v; want %v", what, got, err, want)
			}
		}
		sum, err := money.Amount(a).Add(money.Amount(b))
		check("a + b", sum, err, new(big.Int).Add(x, y))
		diff, err := money.Amount(a).Sub(money.Amount(b))
		check("a - b", diff, err, new(big.Int).Sub(x, y))
		if total := new(big.Int).Add(x, y); total.IsInt64() {
			sum, err = money.Sum(money.Amount(a), money.Amount(b), money.Amount(c))
			check("the sum of all", sum, err, total.Add(total, z))
		} else if sum, err = money.Sum(money.Amount(a), money.Amount(b), money.Amount(c)); err == nil {
			t.Fatalf("a sum that overflows on the way is %d", sum)
		}
	})
	if sum, err := money.Sum(); sum != 0 || err != nil {
		t.Errorf("the sum of nothing is %d, %v", sum, err)
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range append(bad, "12.50", "-0.000001", "9223372036854.775807") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.ParseAmount(s)
		checkParsed(t, s, int64(a), err, money.AmountDecimals)
	})
}

// checkParsed insists that what was read is worth what math/big reads, that it
// is refused only for a reason, and that v is zero where it was.
func checkParsed(t *testing.T, s string, v int64, err error, scale int) {
	t.Helper()
	want, plain := new(big.Rat), s != "" && strings.Trim(s, "-.0123456789") == ""
	if plain {
		_, plain = want.SetString(s)
	}
	if err == nil {
		if !plain || want.Cmp(exact(v, scale)) != 0 {
			t.Fatalf("%q is read as %d", s, v)
		}
		return
	}
	if v != 0 || !fault.Is(err, fault.Invalid) {
		t.Fatalf("%q is read as %d with the error %v", s, v, err)
	}
	if scaled := want.Mul(want, new(big.Rat).SetInt(power(scale))); plain && !strings.HasSuffix(s, ".") && scaled.IsInt() && scaled.Num().IsInt64() {
		t.Fatalf("%q is refused: %v", s, err)
	}
}
