package bench

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"

	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
	"tollkeeper/sample"
)

// card makes a card of n rows.
func card(n int) (*rating.Card, error) {
	c := sample.New(sample.Options{Seed: 1, Tenants: 1, Calls: 1, DeckRows: n, Clean: true})
	var b bytes.Buffer
	if err := c.Deck(&b); err != nil {
		return nil, err
	}
	d, err := deck.Read(&b, deck.Options{Layout: deck.Own, Expect: n})
	if err == nil {
		err = d.Err()
	}
	if err != nil {
		return nil, err
	}
	head := c.Card()
	head.Rates = make([]rating.Row, len(d.Rows))
	for i := range d.Rows {
		head.Rates[i] = d.Rows[i].Row
	}
	return &head, nil
}

// calls draws calls whose numbers lie uniformly over the rows of card: the worst
// case, in which no row is in the processor's cache.
func calls(card *rating.Card, n int) []rating.Call {
	dice := rand.New(rand.NewPCG(3, 4))
	from := when.MustParse("2026-06-01T00:00:00Z")
	out := make([]rating.Call, n)
	for i := range out {
		digits := []byte(card.Rates[dice.IntN(len(card.Rates))].Prefix.String())
		for len(digits) < 12 {
			digits = append(digits, byte('0'+dice.IntN(10)))
		}
		called, _ := phone.ParseDigits(digits)
		at := from + when.Instant(dice.Int64N(int64(30*when.DayLength)))
		out[i] = rating.Call{
			Calling: phone.MustParse("442079460123"), Called: called, Started: at, Answered: at,
			Ended: at + when.Instant(1+dice.Int64N(int64(4*when.Minute))), Kind: usage.Manual,
		}
	}
	return out
}

// rateCalls is how many different calls are rated, and how often: some seconds
// of work, and more than any cache holds.
const (
	rateCalls  = 1 << 20
	rateRounds = 4
)

// rate measures one core's calls a second, one by one and in batches. The bare
// limit is a binary search over the same prefixes as bare integers.
func (r *runner) rate(ctx context.Context, name string, rows int) error {
	c, err := card(rows)
	if err != nil {
		return err
	}
	t, err := rating.Compile(c)
	if err != nil {
		return err
	}
	cs := calls(c, rateCalls)
	out := make([]rating.Charge, len(cs))
	limit := r.search(c, cs)
	single, _ := r.timed(func() error {
		for range rateRounds {
			for i := range cs {
				t.Rate(&cs[i], &out[i])
			}
		}
		return ctx.Err()
	})
	batch, err := r.timed(func() error {
		for range rateRounds {
			t.RateBatch(cs, out)
		}
		return ctx.Err()
	})
	n := float64(rateRounds * len(cs))
	r.add(Figure{name, n / single, "calls/s", limit, "one core, one call at a time; limit: a binary search over the bare prefixes"})
	r.add(Figure{name + "_batch", n / batch, "calls/s", limit, "one core, in batches; limit: as above"})
	return err
}

func (r *runner) search(c *rating.Card, cs []rating.Call) float64 {
	keys := make([]uint64, len(c.Rates))
	for i := range keys {
		keys[i] = c.Rates[i].Prefix.Key()
	}
	slices.Sort(keys)
	found := 0
	seconds, _ := r.timed(func() error {
		for i := range cs {
			at, _ := slices.BinarySearch(keys, cs[i].Called.Key())
			found += at
		}
		return nil
	})
	runtime.KeepAlive(found)
	return float64(len(cs)) / seconds
}

// compile measures making a tariff of a million rows; the bare limit is sorting
// their prefixes as bare integers.
func (r *runner) compile(context.Context) error {
	c, err := card(1_000_000)
	if err != nil {
		return err
	}
	keys := make([]uint64, len(c.Rates))
	for i := range keys {
		keys[i] = c.Rates[i].Prefix.Key()
	}
	rand.New(rand.NewPCG(5, 6)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	limit, _ := r.timed(func() error { slices.Sort(keys); return nil })
	runtime.GC()
	seconds, err := r.timed(func() error {
		_, err := rating.Compile(c)
		return err
	})
	r.add(Figure{"compile_1m", seconds, "s", limit, "compiling a card of a million rows; limit: sorting its prefixes"})
	return err
}
