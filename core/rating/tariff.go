package rating

import (
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// Tariff is a card compiled for rating. It never changes, so any number of
// goroutines may rate with it at once, and a new revision is a new Tariff.
type Tariff struct {
	card     *Card
	amdFee   money.Amount
	split    bool // Card.Spanning is SpanSplit
	deduct   bool // Card.GraceRule is GraceDeduct
	calendar *calendar
	sides    [2]index // by direction
	entries  []entry
	terms    []terms
	spans    []span
	origins  []origin
	steps    []Step
}

// entry is a row as rating needs it. It is 32 bytes, two to a cache line, and
// next leads to the entry to be tried after it: of the same prefix, or of the
// next shorter one.
type entry struct {
	rate                money.Rate
	terms, span, origin uint32 // numbers in the Tariff's tables
	row                 int32  // index in Card.Rates
	next                int32  // −1: none
	band                uint8  // counted from 1; 0: any
	conditional         bool   // has a band, an origin or dates
	blocked             bool
}

// Compile makes a Tariff of a card. A card with mistakes gives all of them as
// fault.Inputs. The Tariff keeps the card, which must not be changed any more.
func Compile(c *Card) (*Tariff, error) {
	k := newChecker(c)
	k.card()
	k.rows()
	if err := k.mistakes.inputs().Err(); err != nil {
		return nil, err
	}
	order := newOrder(c.Rates)
	order.overlaps(c.Rates, k.clash)
	if err := k.mistakes.inputs().Err(); err != nil {
		return nil, err
	}
	zone, err := c.zone()
	if err != nil {
		return nil, err
	}
	amdFee, err := c.Rounding.Round(c.AMDFee)
	if err != nil {
		return nil, err
	}
	t := &Tariff{
		card: c, amdFee: amdFee,
		split: c.Spanning == SpanSplit, deduct: c.GraceRule == GraceDeduct,
		calendar: newCalendar(c, zone),
	}
	t.fillEntries(order, k.bands)
	base := int32(0)
	for side, places := range order {
		t.sides[side] = newIndex(places, base, t.entries)
		base += int32(len(places))
	}
	return t, nil
}

func (t *Tariff) fillEntries(order order, bands map[string]uint8) {
	t.entries = make([]entry, 0, len(t.card.Rates))
	n := newInterner()
	for _, places := range order {
		for _, p := range places {
			r := &t.card.Rates[p.row]
			e := entry{
				rate: r.Rate, terms: n.termsOf(r), span: n.spanOf(r), origin: n.originOf(r),
				row: p.row, blocked: r.Blocked,
			}
			if r.Band != "" {
				e.band = bands[r.Band]
			}
			e.conditional = e.band != 0 || e.origin != 0 || e.span != 0
			t.entries = append(t.entries, e)
		}
	}
	t.terms, t.spans, t.origins, t.steps = n.terms.list, n.spans.list, n.origins.list, n.steps
}

// Card is the card the tariff was made of, for its name, currency and rows. It
// must not be changed.
func (t *Tariff) Card() *Card { return t.card }

// Rows is how many rows the card has.
func (t *Tariff) Rows() int { return len(t.card.Rates) }

// Row is the row of an index that a Charge names; nil for −1.
func (t *Tariff) Row(i int32) *Row {
	if i < 0 {
		return nil
	}
	return &t.card.Rates[i]
}

// AMDFee is the card's charge for one machine detection, rounded as the card
// says.
func (t *Tariff) AMDFee() money.Amount { return t.amdFee }

// find is the number of the entry to be tried first for a call, or −1 where no
// prefix fits.
func (t *Tariff) find(c *Call) int32 { return t.sides[c.Direction&1].find(c.Called.Key()) }

// choose is the number of the entry that is taken at an instant, or −1. It
// tries entry number i, of which first is a copy, and those after it. The
// choice stays the same until until.
func (t *Tariff) choose(first *entry, i int32, calling uint64, at when.Instant) (_ int32, until when.Instant) {
	until = when.Forever
	band, known := uint8(0), false // asking for the band costs more than the rest, and few rows need it
	for e := first; ; e = &t.entries[i] {
		if !e.conditional {
			return i, until
		}
		if o := &t.origins[e.origin]; calling&o.mask == o.key {
			if e.band != 0 && !known {
				known = true
				var end when.Instant
				band, end = t.calendar.at(at)
				until = min(until, end)
			}
			if e.band == 0 || e.band == band {
				switch s := &t.spans[e.span]; {
				case at < s.from:
					until = min(until, s.from)
				case at < s.to:
					return i, min(until, s.to)
				}
			}
		}
		if i = e.next; i < 0 {
			return i, until
		}
	}
}
