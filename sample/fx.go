package sample

import (
	"slices"

	"tollkeeper/core/money"
)

// usual is about what one dollar is worth, in millionths of a currency.
var usual = map[money.Currency]int{"GBP": 742_100, "EUR": 871_300, "CAD": 1_368_200, "AUD": 1_534_400}

// FX is the file of exchange rates: from,to,day,rate. It has a rate from USD to
// each other currency of the tenants for every day, from a week before the
// first to two days after the last.
func (c *Center) FX() []byte {
	b := []byte("from,to,day,rate\n")
	var done []money.Currency
	for i := range c.tenants {
		to := c.tenants[i].Currency
		if to == "USD" || slices.Contains(done, to) {
			continue
		}
		d := newDice(c.options.Seed, streamOf(len(done), forFX))
		done = append(done, to)
		rate := usual[to]
		for day := -7; day < c.options.Days+2; day++ {
			rate += (usual[to]-rate)/20 + rate*(int(d.below(801))-400)/100_000
			b = append(append(append(b, "USD,"...), to...), ',')
			b = append(append(b, c.options.First.Add(day).String()...), ',')
			b = append(append(b, money.Factor(rate*1_000_000).String()...), '\n')
		}
	}
	return b
}
