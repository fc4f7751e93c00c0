package rating

import (
	"cmp"
	"fmt"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Apply is what a deck says about the rows it does not name. The zero Apply is
// Replace.
type Apply uint8

// Replace ends the rows of the card that the deck does not name; Add leaves
// them as they are.
const (
	Replace Apply = iota
	Add
)

// DeckRow is a row of a deck with the line of the file it stood on, from 1.
type DeckRow struct {
	Row
	Line int64
}

// Revise works a deck into the rows of a card from an instant on. Rows answer
// to each other by direction, prefix, origin prefix and band.
//
// A deck row without a date of its own takes effect at effective (zero: it has
// always held, which is for a card's first deck). From the first date that the
// deck names for a key, only the deck's rows hold for it: the card's row in
// force is cut there, later ones are dropped, and none resumes where a deck row
// ends. A row in force that says the same as the deck's is kept as it stands.
// Rows that ended before stay as they are, because calls of that time may be
// rated again. With Replace, keys that the deck does not name end at effective.
//
// Changes tell what each deck row does, in the order of the deck, and then what
// is discontinued. Mistakes are rows of the deck that overlap in time or end
// before they begin; then there are no rows. Whether the rows make a card is
// for Card.Check. old and deck stay untouched; changes point into them.
func Revise(old []Row, deck []DeckRow, how Apply, effective when.Instant) (rows []Row, changes []Change, mistakes fault.Inputs) {
	r := newRevision(old, deck, effective)
	for i := range deck {
		if id := r.deckID[i]; r.named.head[id] == int32(i) {
			r.key(id)
		}
	}
	if found := r.mistakes.inputs(); len(found) > 0 {
		slices.SortStableFunc(found, func(a, b fault.Input) int { return cmp.Compare(a.Line, b.Line) })
		return nil, nil, found
	}
	if how == Replace {
		for i := range old {
			if id := r.oldID[i]; r.card.head[id] == int32(i) && r.named.head[id] < 0 {
				r.absent(id)
			}
		}
	}
	return r.rows(), append(r.changes, r.ended...), nil
}

// revision is Revise at work.
type revision struct {
	old         []Row
	deck        []DeckRow
	effective   when.Instant
	oldID       []int32 // key of old[i], as a number from 0
	deckID      []int32
	card, named chains         // rows of old, of deck, by key
	until       []when.Instant // where old[i] ends now; dropped: nowhere
	kept        []bool         // deck[i] is said by a row of old
	olds, decks []int32        // of the key at hand, by date
	changes     []Change       // by row of deck
	ended       []Change
	mistakes    findings
}

// dropped is the end of a row that goes.
const dropped when.Instant = -1

// rowKey is what makes two rows answer to each other.
type rowKey struct {
	prefix, origin phone.Prefix
	band           int32
	direction      usage.Direction
}

// chains are the rows of each key, in order: head by key, then next by row; -1
// ends.
type chains struct{ head, tail, next []int32 }

func (c *chains) add(id, row int32) {
	c.next[row] = -1
	if c.head[id] < 0 {
		c.head[id] = row
	} else {
		c.next[c.tail[id]] = row
	}
	c.tail[id] = row
}

func newRevision(old []Row, deck []DeckRow, effective when.Instant) *revision {
	r := &revision{
		old: old, deck: deck, effective: effective,
		oldID: make([]int32, len(old)), deckID: make([]int32, len(deck)),
		until: make([]when.Instant, len(old)), kept: make([]bool, len(deck)),
		changes: make([]Change, len(deck)),
	}
	ids := make(map[rowKey]int32, max(len(old), len(deck)))
	bands := map[string]int32{"": 0}
	id := func(row *Row) int32 {
		k := rowKey{prefix: row.Prefix, origin: row.Origin, direction: row.Direction}
		if row.Band != "" {
			if _, ok := bands[row.Band]; !ok {
				bands[row.Band] = int32(len(bands))
			}
			k.band = bands[row.Band]
		}
		n, ok := ids[k]
		if !ok {
			n = int32(len(ids))
			ids[k] = n
		}
		return n
	}
	for i := range old {
		r.oldID[i], r.until[i] = id(&old[i]), old[i].To
	}
	for i := range deck {
		r.deckID[i] = id(&deck[i].Row)
	}
	r.card, r.named = newChains(r.oldID, len(ids)), newChains(r.deckID, len(ids))
	return r
}

func newChains(idOf []int32, ids int) chains {
	c := chains{head: make([]int32, ids), tail: make([]int32, ids), next: make([]int32, len(idOf))}
	for i := range c.head {
		c.head[i] = -1
	}
	for i, id := range idOf {
		c.add(id, int32(i))
	}
	return c
}

// from is when a row of the deck takes effect.
func (r *revision) from(deck int32) when.Instant {
	if own := r.deck[deck].From; own != 0 {
		return own
	}
	return r.effective
}

// gather puts the rows of a key into olds and decks, by date.
func (r *revision) gather(id int32) {
	r.olds, r.decks = r.olds[:0], r.decks[:0]
	for i := r.card.head[id]; i >= 0; i = r.card.next[i] {
		r.olds = append(r.olds, i)
	}
	for i := r.named.head[id]; i >= 0; i = r.named.next[i] {
		r.decks = append(r.decks, i)
	}
	slices.SortStableFunc(r.olds, func(a, b int32) int { return cmp.Compare(r.old[a].From, r.old[b].From) })
	slices.SortStableFunc(r.decks, func(a, b int32) int { return cmp.Compare(r.from(a), r.from(b)) })
}

// key works the deck's rows of one key into the card's.
func (r *revision) key(id int32) {
	r.gather(id)
	if !r.sound() {
		return
	}
	for n, d := range r.decks {
		o := r.inForce(r.from(d))
		r.changes[d] = r.compare(o, d)
		if n == 0 {
			r.cut(o, d)
		}
		r.tail(n)
	}
}

// sound notes the mistakes in the deck's rows of one key.
func (r *revision) sound() bool {
	before := len(r.mistakes.list) + r.mistakes.more
	longest := int32(-1)
	for _, d := range r.decks {
		row, from := &r.deck[d], r.from(d)
		switch {
		case row.To != 0 && row.To <= from:
			r.mistakes.add(int(row.Line), "effective_to", row.To.String(), fmt.Sprintf("is not after %s, when the row takes effect", from))
			continue
		case longest >= 0 && (r.deck[longest].To == 0 || from < r.deck[longest].To):
			a, b := &r.deck[longest], row
			if a.Line > b.Line {
				a, b = b, a
			}
			r.mistakes.add(int(b.Line), "prefix", b.Prefix.String(),
				fmt.Sprintf("overlaps line %d in time: the same direction, prefix, origin prefix and band", a.Line))
		}
		if longest < 0 || r.deck[longest].To != 0 && (row.To == 0 || row.To > r.deck[longest].To) {
			longest = d
		}
	}
	return before == len(r.mistakes.list)+r.mistakes.more
}

// inForce is the row of olds that holds at an instant; -1: none.
func (r *revision) inForce(at when.Instant) int32 {
	for _, o := range r.olds {
		if r.old[o].From <= at && endsAfter(r.old[o].To, at) {
			return o
		}
	}
	return -1
}

func endsAfter(end, at when.Instant) bool { return end == 0 || end > at }

// cut ends the card's rows of the key where d, the first of the deck's, begins;
// o is the one in force then.
func (r *revision) cut(o, d int32) {
	if o >= 0 && sameTerms(&r.old[o], &r.deck[d].Row) {
		r.until[o], r.kept[d] = r.deck[d].To, true
	}
	for _, i := range r.olds {
		if !r.kept[d] || i != o {
			r.end(i, r.from(d))
		}
	}
}

// end lets a row of the card hold only before at.
func (r *revision) end(o int32, at when.Instant) {
	switch {
	case !endsAfter(r.old[o].To, at): // it has ended before
	case r.old[o].From < at:
		r.until[o] = at
	default:
		r.until[o] = dropped
	}
}

// tail notes that nothing follows the deck's row n of the key where, without
// the deck, something would.
func (r *revision) tail(n int) {
	end, next := r.deck[r.decks[n]].To, when.Forever
	if end == 0 {
		return
	}
	if n+1 < len(r.decks) {
		next = r.from(r.decks[n+1])
	}
	r.discontinue(end, next)
}

// absent ends a key that the deck does not name.
func (r *revision) absent(id int32) {
	r.gather(id)
	for _, o := range r.olds {
		r.end(o, r.effective)
	}
	r.discontinue(r.effective, when.Forever)
}

// discontinue notes the first row of the card that would hold between two
// instants.
func (r *revision) discontinue(from, to when.Instant) {
	for _, o := range r.olds {
		if begin := max(from, r.old[o].From); begin < to && endsAfter(r.old[o].To, begin) {
			r.ended = append(r.ended, Change{Kind: Discontinued, Old: &r.old[o], From: begin})
			return
		}
	}
}

// rows are what is left of the card, and then what the deck adds.
func (r *revision) rows() []Row {
	n := 0
	for i := range r.old {
		if r.until[i] != dropped {
			n++
		}
	}
	for _, kept := range r.kept {
		if !kept {
			n++
		}
	}
	rows := make([]Row, 0, n)
	for i := range r.old {
		if r.until[i] != dropped {
			rows = append(rows, r.old[i])
			rows[len(rows)-1].To = r.until[i]
		}
	}
	for i := range r.deck {
		if !r.kept[i] {
			rows = append(rows, r.deck[i].Row)
			rows[len(rows)-1].From = r.from(int32(i))
		}
	}
	return rows
}
