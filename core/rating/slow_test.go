package rating_test

import (
	"math/big"
	"strings"
	"time"

	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// slow rates as the rules read: every row is looked at, every second is priced
// on its own, in exact fractions, with the clocks of package time. It shares no
// code with the engine.
type slow struct {
	card *rating.Card
	loc  *time.Location
}

func newSlow(c *rating.Card) slow {
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		panic(err)
	}
	return slow{c, loc}
}

func (s slow) rate(c *rating.Call) (out rating.Charge) {
	out.Row = -1
	if c.Answered == 0 {
		out.Reason = usage.NotAnswered
		return out
	}
	micros := int64(c.Ended - c.Answered)
	if micros <= 0 {
		out.Reason = usage.ZeroLength
		return out
	}
	length := micros / 1e6
	if micros%1e6 > 0 {
		length++
	}
	out.Row = s.row(c, c.Answered)
	if out.Row < 0 {
		out.Status, out.Reason = usage.Suspended, usage.NoRate
		return out
	}
	row := &s.card.Rates[out.Row]
	if row.Blocked {
		out.Status, out.Reason = usage.Suspended, usage.Blocked
		return out
	}
	begin := c.Answered
	if s.card.GraceRule == rating.GraceThreshold {
		if length <= int64(row.Grace) {
			out.Reason = usage.Grace
			return out
		}
	} else {
		length -= int64(row.Grace)
		begin += when.Instant(row.Grace) * when.Second
		if length <= 0 {
			out.Reason = usage.Grace
			return out
		}
	}
	billed := slowBilled(row, length)
	covered := min(int64(c.Bundle), billed)
	out.Billed, out.Charged = int32(billed), int32(billed-covered)
	if out.Charged == 0 {
		out.Reason = usage.Bundle
		return out
	}
	exact := fraction(int64(row.ConnectFee), 1e6)
	for k := covered; k < billed; k++ {
		r := out.Row
		if s.card.Spanning == rating.SpanSplit {
			if other := s.row(c, begin+when.Instant(k)*when.Second); other >= 0 && !s.card.Rates[other].Blocked {
				r = other
			}
		}
		rate := slowRateAt(&s.card.Rates[r], k, length)
		exact.Add(exact, new(big.Rat).Quo(fraction(slowDiscount(rate, c.Discount), 1e9), big.NewRat(60, 1)))
	}
	amount := slowRound(exact, s.card.Rounding)
	if !amount.IsInt64() {
		out.Status, out.Reason = usage.Suspended, usage.Overflow
		return out
	}
	out.Amount, out.Status = money.Amount(amount.Int64()), usage.Rated
	if row.MinCharge != nil && out.Amount < *row.MinCharge {
		out.Amount = *row.MinCharge
	}
	if row.MaxCharge != nil && out.Amount > *row.MaxCharge {
		out.Amount = *row.MaxCharge
	}
	return out
}

// row looks at all rows; −1: none.
func (s slow) row(c *rating.Call, at when.Instant) int32 {
	band := s.band(at)
	best, bestRank := int32(-1), -1
	for i := range s.card.Rates {
		r := &s.card.Rates[i]
		if r.Direction != c.Direction || at < r.From || r.To != 0 && at >= r.To ||
			!strings.HasPrefix(c.Called.String(), r.Prefix.String()) ||
			!strings.HasPrefix(c.Calling.String(), r.Origin.String()) ||
			r.Band != "" && r.Band != band {
			continue
		}
		rank := r.Prefix.Len()*100 + r.Origin.Len()*2
		if r.Band != "" {
			rank++
		}
		if rank > bestRank {
			best, bestRank = int32(i), rank
		}
	}
	return best
}

// band reads the local clock.
func (s slow) band(at when.Instant) string {
	local := time.UnixMicro(int64(at)).In(s.loc)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	yesterday := today.AddDate(0, 0, -1)
	if name := s.holiday(today); name != "" {
		return name
	}
	minute := local.Hour()*60 + local.Minute()
	for _, b := range s.card.Bands {
		for _, w := range b.Windows {
			past := w.To <= w.From // runs past midnight
			if w.Days.Has(mondayFirst(today)) && minute >= w.From && (past || minute < w.To) {
				return b.Name
			}
			owner := s.holiday(yesterday)
			if past && w.Days.Has(mondayFirst(yesterday)) && minute < w.To && (owner == "" || owner == b.Name) {
				return b.Name
			}
		}
	}
	return ""
}

func (s slow) holiday(day time.Time) string {
	for _, b := range s.card.Bands {
		for _, h := range b.Holidays {
			if h.String() == day.Format(time.DateOnly) {
				return b.Name
			}
		}
	}
	return ""
}

func mondayFirst(day time.Time) int { return (int(day.Weekday()) + 6) % 7 }

func slowBilled(r *rating.Row, length int64) int64 {
	step := -1
	for i, s := range r.Steps {
		if int64(s.From) < length {
			step = i
		}
	}
	billed := int64(r.Initial)
	if step < 0 {
		for billed < length {
			billed += int64(r.Increment)
		}
		return billed
	}
	billed = int64(r.Steps[step].From)
	for billed < length {
		billed += int64(r.Steps[step].Increment)
	}
	return max(billed, int64(r.Initial))
}

// slowRateAt is the rate of second k of a call of that length.
func slowRateAt(r *rating.Row, k, length int64) money.Rate {
	rate := r.Rate
	for _, s := range r.Steps {
		if int64(s.From) <= k && int64(s.From) < length {
			rate = s.Rate
		}
	}
	return rate
}

func slowDiscount(rate money.Rate, discount int32) int64 {
	left := big.NewRat(1_000_000-int64(discount), 1_000_000)
	return slowNearest(left.Mul(left, big.NewRat(int64(rate), 1)), money.HalfEven).Int64()
}

func slowRound(x *big.Rat, r money.Rounding) *big.Int {
	steps := int64(1)
	for range r.Decimals {
		steps *= 10
	}
	n := slowNearest(new(big.Rat).Mul(x, big.NewRat(steps, 1)), r.Mode)
	return n.Mul(n, big.NewInt(1_000_000/steps))
}

// slowNearest is a fraction, not below zero, as a whole number.
func slowNearest(x *big.Rat, m money.Mode) *big.Int {
	whole := new(big.Int).Quo(x.Num(), x.Denom())
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(whole))
	half := rest.Cmp(big.NewRat(1, 2))
	up := false
	switch m {
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case money.Up:
		up = rest.Sign() > 0
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}

func fraction(n, d int64) *big.Rat { return big.NewRat(n, d) }
