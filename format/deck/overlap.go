package deck

import (
	"cmp"
	"fmt"
	"slices"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// place is what rows compete for, and when: two rows of one place may not
// overlap in time. It is compact, so that a million of them sort quickly.
type place struct {
	prefix, origin uint64
	from           when.Instant
	band           uint32 // number of the band, and the direction in the lowest bit
	row            int32
}

func (a place) compare(b place) int {
	return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.origin, b.origin), cmp.Compare(a.band, b.band),
		cmp.Compare(a.from, b.from), cmp.Compare(a.row, b.row))
}

func (a place) rival(b place) bool {
	return a.prefix == b.prefix && a.origin == b.origin && a.band == b.band
}

// overlaps complains about rows of one place that overlap in time, at the line
// of the later one. In carriers' decks a row without an end ends where the next
// of its place begins: today's rate stands there beside the next.
func (p *parser) overlaps() {
	rows := p.d.Rows
	places := p.places()
	longest, ended, first := 0, 0, int64(0)
	for i := 1; i < len(places); i++ {
		a, b := &rows[places[longest].row], &rows[places[i].row]
		if !places[longest].rival(places[i]) {
			longest = i
			continue
		}
		if p.d.Layout == Generic && a.To == 0 && a.From < b.From {
			a.To = b.From
			if ended++; first == 0 || a.Line < first {
				first = a.Line
			}
		}
		if a.To == 0 || b.From < a.To {
			line, other := b.Line, a.Line
			if line < other {
				line, other = other, line
			}
			p.mistake(p.at(line, prefix), prefix.String(), []byte(b.Prefix.String()),
				because(fmt.Sprintf("overlaps line %d in time: the same direction, prefix, origin prefix and band", other), ""))
		}
		if a.To != 0 && (b.To == 0 || b.To > a.To) {
			longest = i
		}
	}
	if ended > 0 {
		p.guess("a row without an end date ends where the next of its prefix begins: %d of them, first on line %d", ended, first)
	}
}

// places are the rows' places in order. A card that is stored in order, as
// most are, is not sorted again.
func (p *parser) places() []place {
	places := make([]place, len(p.d.Rows))
	bands := map[string]uint32{"": 0}
	sorted := true
	for i := range p.d.Rows {
		r := &p.d.Rows[i]
		id := uint32(0)
		if r.Band != "" {
			var ok bool
			if id, ok = bands[r.Band]; !ok {
				id = uint32(len(bands))
				bands[r.Band] = id
			}
		}
		id <<= 1
		if r.Direction == usage.Incoming {
			id |= 1
		}
		places[i] = place{uint64(r.Prefix), uint64(r.Origin), r.From, id, int32(i)}
		sorted = sorted && (i == 0 || places[i-1].compare(places[i]) < 0)
	}
	if !sorted {
		slices.SortFunc(places, place.compare)
	}
	return places
}
