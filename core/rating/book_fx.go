package rating

import (
	"cmp"
	"slices"
	"sort"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// FXRate is what one unit of From was worth in To from a local day of the
// account on, until the next day that has one.
type FXRate struct {
	From   money.Currency `json:"from"`
	To     money.Currency `json:"to"`
	Day    when.Day       `json:"day"`
	Factor money.Factor   `json:"factor"`
}

// FX is rates of exchange by pair of currencies. It is immutable; a nil FX
// knows no pair.
type FX struct {
	pairs map[currencyPair][]FXRate // by day
}

type currencyPair struct{ from, to money.Currency }

// NewFX makes an FX of rates in any order. Two for one pair and day are an
// error, as are those of a currency to itself and factors of zero or less.
func NewFX(rates []FXRate) (*FX, error) {
	fx := &FX{pairs: make(map[currencyPair][]FXRate)}
	for _, r := range rates {
		if r.From == "" || r.To == "" || r.From == r.To || r.Factor <= 0 || r.Day <= 0 {
			return nil, fault.New(fault.Invalid, "%s %s to %s on %s is not a rate of exchange", r.Factor, r.From, r.To, r.Day)
		}
		p := currencyPair{r.From, r.To}
		fx.pairs[p] = append(fx.pairs[p], r)
	}
	for p, rs := range fx.pairs {
		slices.SortFunc(rs, func(a, b FXRate) int { return cmp.Compare(a.Day, b.Day) })
		for i := 1; i < len(rs); i++ {
			if rs[i].Day == rs[i-1].Day {
				return nil, fault.New(fault.Conflict, "two rates of exchange for %s to %s on %s", p.from, p.to, rs[i].Day)
			}
		}
	}
	return fx, nil
}

// Factor converts from into to on a day: the latest rate on or before it
// counts, and its day is returned beside it. A currency converts into itself by
// One. Nothing is invented: EUR to USD says nothing of USD to EUR.
func (fx *FX) Factor(from, to money.Currency, day when.Day) (money.Factor, when.Day, bool) {
	if from == to {
		return money.One, day, true
	}
	if fx == nil {
		return 0, 0, false
	}
	return factorOn(fx.pairs[currencyPair{from, to}], day)
}

func factorOn(rates []FXRate, day when.Day) (money.Factor, when.Day, bool) {
	n := sort.Search(len(rates), func(i int) bool { return rates[i].Day > day })
	if n == 0 {
		return 0, 0, false
	}
	return rates[n-1].Factor, rates[n-1].Day, true
}

// between is the rates of a pair by day; nil where there are none.
func (fx *FX) between(from, to money.Currency) []FXRate {
	if fx == nil {
		return nil
	}
	return fx.pairs[currencyPair{from, to}]
}
