package money_test

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name    string
		total   money.Amount
		weights []int64
		want    []money.Amount
	}{
		{"one", 7, []int64{3}, []money.Amount{7}},
		{"evenly", 9, []int64{1, 1, 1}, []money.Amount{3, 3, 3}},
		{"first of equals first", 11, []int64{1, 1, 1}, []money.Amount{4, 4, 3}},
		{"largest remainder first", 10, []int64{1, 2, 4}, []money.Amount{1, 3, 6}},
		{"below zero", -11, []int64{1, 1, 1}, []money.Amount{-4, -4, -3}},
		{"nothing for nothing", 10, []int64{0, 3, 0}, []money.Amount{0, 10, 0}},
		{"nothing at all", 0, []int64{1, 2}, []money.Amount{0, 0}},
		{"the largest", math.MaxInt64, []int64{1, 1}, []money.Amount{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
		{"the least", math.MinInt64, []int64{math.MaxInt64, 0}, []money.Amount{math.MinInt64, 0}},
	} {
		if got, err := money.Split(c.total, c.weights); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	for _, weights := range [][]int64{nil, {0}, {0, 0}, {2, -1}, {math.MaxInt64, math.MaxInt64, 2}} {
		if got, err := money.Split(10, weights); got != nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("split by %v: %v, %v", weights, got, err)
		}
	}
}

// The parts add up, and each is its exact share cut to a micro, with one more
// for the largest remainders, the first of equals first.
func TestSplitTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := anInt64().Draw(t, "total")
		weights := append([]int64{rapid.Int64Range(1, 9).Draw(t, "first")}, rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, math.MaxInt64/8)), 0, 8).Draw(t, "others")...)
		sum := new(big.Int)
		for _, w := range weights {
			sum.Add(sum, big.NewInt(w))
		}
		got, err := money.Split(money.Amount(total), weights)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowSplit(big.NewInt(total), weights, sum); !slices.Equal(got, want) {
			t.Fatalf("%d by %v is %v, want %v", total, weights, got, want)
		}
		added := new(big.Int)
		for _, part := range got {
			added.Add(added, big.NewInt(int64(part)))
		}
		if added.Cmp(big.NewInt(total)) != 0 {
			t.Fatalf("%d by %v is %v, together %v", total, weights, got, added)
		}
	})
}

func slowSplit(total *big.Int, weights []int64, sum *big.Int) []money.Amount {
	size, left := new(big.Int).Abs(total), new(big.Int).Abs(total)
	parts, rests, order := make([]*big.Int, len(weights)), make([]*big.Int, len(weights)), make([]int, len(weights))
	for i, w := range weights {
		share := new(big.Int).Mul(size, big.NewInt(w))
		parts[i], rests[i] = new(big.Int).QuoRem(share, sum, new(big.Int))
		order[i] = i
		left.Sub(left, parts[i])
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(rests[b].Cmp(rests[a]), cmp.Compare(a, b)) })
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	amounts := make([]money.Amount, len(parts))
	for i, p := range parts {
		if total.Sign() < 0 {
			p.Neg(p)
		}
		amounts[i] = money.Amount(p.Int64())
	}
	return amounts
}
