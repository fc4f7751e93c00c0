package rating

import (
	"cmp"
	"slices"

	"tollkeeper/core/usage"
)

// place is where a row stands in the order in which rows are looked for.
type place struct {
	key uint64 // of the prefix
	row int32  // index in Card.Rates
}

// order is the rows of a card by direction, sorted by prefix as text, and
// within a prefix as they are preferred: the longer origin prefix first, a row
// with a band before one without. Rows that would compete, so may not overlap
// in time, stand together by effective date.
type order [2][]place

func newOrder(rates []Row) order {
	var count [2]int
	for i := range rates {
		count[rates[i].side()]++
	}
	places := make([]place, len(rates))
	o := order{places[:0:count[usage.Outgoing]], places[count[usage.Outgoing]:count[usage.Outgoing]]}
	for i := range rates {
		d := rates[i].side()
		o[d] = append(o[d], place{rates[i].Prefix.Key(), int32(i)})
	}
	spare := make([]place, max(count[0], count[1]))
	for _, places := range o {
		sortByKey(places, spare)
		for same := range groups(places) {
			if len(same) > 1 {
				slices.SortFunc(same, func(a, b place) int { return compareRivals(rates, a.row, b.row) })
			}
		}
	}
	return o
}

// side is the row's direction as an index.
func (r *Row) side() usage.Direction {
	if r.Direction == usage.Incoming {
		return usage.Incoming
	}
	return usage.Outgoing
}

// compareRivals orders two rows of one direction and prefix.
func compareRivals(rates []Row, i, j int32) int {
	a, b := &rates[i], &rates[j]
	if c := cmp.Or(cmp.Compare(b.Origin.Len(), a.Origin.Len()), cmp.Compare(a.Origin, b.Origin)); c != 0 {
		return c
	}
	if (a.Band == "") != (b.Band == "") {
		return cmp.Compare(b.Band, a.Band) // the empty one is the lesser, and comes last
	}
	return cmp.Or(cmp.Compare(a.Band, b.Band), cmp.Compare(a.From, b.From), cmp.Compare(i, j))
}

// groups walks the stretches of places with the same prefix.
func groups(places []place) func(yield func([]place) bool) {
	return func(yield func([]place) bool) {
		for i := 0; i < len(places); {
			j := i + 1
			for j < len(places) && places[j].key == places[i].key {
				j++
			}
			if !yield(places[i:j]) {
				return
			}
			i = j
		}
	}
}

// sortByKey sorts by key, keeping the order of equals: eight bits at a time
// from the lowest, leaving out bytes that are the same in all keys, which most
// are because prefixes are short. spare is as long as places or longer.
func sortByKey(places, spare []place) {
	if slices.IsSortedFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) }) {
		return
	}
	from, to := places, spare[:len(places)]
	for shift := 0; shift < 64; shift += 8 {
		var start [256]int
		for _, p := range from {
			start[p.key>>shift&255]++
		}
		if start[from[0].key>>shift&255] == len(from) {
			continue
		}
		sum := 0
		for b, n := range start {
			start[b] = sum
			sum += n
		}
		for _, p := range from {
			b := p.key >> shift & 255
			to[start[b]] = p
			start[b]++
		}
		from, to = to, from
	}
	if &from[0] != &places[0] {
		copy(places, from)
	}
}

// overlaps calls clash for each row (of a sorted order) that begins before a
// rival that began earlier has ended.
func (o order) overlaps(rates []Row, clash func(earlier, later int32)) {
	for _, places := range o {
		for same := range groups(places) {
			longest := same[0].row
			for _, p := range same[1:] {
				a, b := &rates[longest], &rates[p.row]
				rivals := a.Origin == b.Origin && a.Band == b.Band
				if rivals && (a.To == 0 || b.From < a.To) {
					clash(longest, p.row)
				}
				if !rivals || a.To != 0 && (b.To == 0 || b.To > a.To) {
					longest = p.row
				}
			}
		}
	}
}
