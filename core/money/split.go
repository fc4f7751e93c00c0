package money

import (
	"cmp"
	"math/bits"
	"slices"

	"tollkeeper/core/fault"
)

// Split divides total into parts in the proportion of weights, none of them
// below zero, so that the parts add up to total again: each gets its share cut
// to a whole micro, and the largest remainders get one micro more (the first
// of equals first). Weights of nothing at all, or a negative weight, are an
// error.
func Split(total Amount, weights []int64) ([]Amount, error) {
	var sum uint64
	for _, w := range weights {
		if w < 0 || sum+uint64(w) < sum {
			return nil, fault.New(fault.Invalid, "a share of %d cannot be split by", w)
		}
		sum += uint64(w)
	}
	if sum == 0 {
		return nil, fault.New(fault.Invalid, "shares that add up to nothing cannot be split by")
	}
	left, neg := uint64(total), total < 0
	if neg {
		left = -left
	}
	parts, rests, order := make([]Amount, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	whole := left
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		q, rem := bits.Div64(hi, lo, sum) // w ≤ sum, so the quotient fits
		parts[i], rests[i], order[i] = Amount(q), rem, i
		left -= q
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	if neg {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}
