package app

import (
	"cmp"
	"slices"

	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// part is one tenant's share of a batch: the records as they were read, what
// was made of them, and what goes into the books. It can be made again from its
// records as often as another writer gets in between.
type part struct {
	books *books
	share *share
	run   store.Run // Batches counts this one

	// As read.
	calls     []usage.Call
	texts     []span // of calls[i], in text
	text      []byte
	suspended []store.Suspense // records that cannot be calls yet
	rejected  []store.Rejected
	mend      []mendNames
	settles   []store.Suspense // records that waited and are calls now

	// As made.
	seen      int64        // the version of segments it was made against
	cards     int64        // the version of prices
	closed    when.Instant // through which billing was closed
	keys      batchKeys
	fresh     []int32 // of calls: neither duplicates nor conflicts
	conflicts []store.Suspense
	counts    map[when.Day]*usage.Tally
	segments  []store.CallSegment
	rollups   []store.Rollup
	raw       []byte
	sums      map[int32]*periodSums  // by billing period
	put       usage.Tally            // as committed
	reasons   map[usage.Reason]int64 // of what is suspended by rating
	waiting   map[usage.Reason]int64 // of what this part suspended, as committed
	fates     fates                  // of each record, where somebody asks
}

type span struct {
	line     int64
	from, to int32
}

// reset makes p ready for the next batch, keeping its memory.
func (p *part) reset(s *share) {
	s.run.Batches++
	p.share, p.books, p.run = s, s.books, s.run
	p.calls, p.texts, p.text, p.mend = p.calls[:0], p.texts[:0], p.text[:0], p.mend[:0]
	p.suspended, p.rejected, p.settles = nil, nil, nil
	p.fates.asked = s.imp.each
}

// records is how many records were read into p.
func (p *part) records() int { return len(p.calls) + len(p.suspended) + len(p.rejected) }

func (p *part) textOf(i int32) []byte { return p.text[p.texts[i].from:p.texts[i].to] }

// rawSegment names the segment of raw text that this part writes. It depends on
// nothing that another writer can move.
func (p *part) rawSegment() int64 { return p.run.ID<<24 | p.run.Batches }

// dedupe sorts the calls of p into fresh ones, duplicates and conflicts. The
// books are locked; days that are needed have been read. before are the keys of
// parts that are not in the books yet and will be when p is written.
func (p *part) dedupe(tick int64, before []*batchKeys) {
	b := p.books
	p.keys.clear()
	p.fresh, p.conflicts = p.fresh[:0], p.conflicts[:0]
	p.counts = map[when.Day]*usage.Tally{}
	p.fates.begin(len(p.calls))
	var day when.Day
	var from, to when.Instant // of that UTC day
	var near near
	for i := range p.calls {
		c := &p.calls[i]
		if c.Started < from || c.Started >= to {
			day = c.Started.UTCDay()
			from = when.Instant(day.Ordinal()) * when.DayLength
			to = from + when.DayLength
			near = b.keys.near(day, tick)
		}
		k := slotOf(&c.Identity, c.Content)
		f := p.keys.find(&k)
		for j := 0; f == absent && j < len(before); j++ {
			f = before[j].find(&k)
		}
		if f == absent {
			f = near.find(&k)
		}
		switch f {
		case absent:
			p.keys.add(&k)
			p.fresh = append(p.fresh, int32(i))
		case same:
			p.tally(day)[usage.WasDuplicate]++
			p.fates.duplicate(i)
		case differs:
			p.fates.contest(i)
			p.conflicts = append(p.conflicts, store.Suspense{
				Identity: c.Identity, Content: c.Content, Reason: usage.Conflict, Day: day, Run: p.run.ID, Line: p.texts[i].line,
				Field: "call_id", Detail: "the same call came before with other content; the first one stays charged", Text: p.textOf(int32(i)),
			})
		}
	}
}

// stillFresh tells whether none of the calls that were found to be fresh has come
// into the books since. Then dedupe would find the same again: duplicates and
// conflicts stay what they are, since calls never leave the books. The books are
// locked.
func (p *part) stillFresh(tick int64) bool {
	var day when.Day
	var near near
	for _, i := range p.fresh {
		c := &p.calls[i]
		if d := c.Started.UTCDay(); d != day {
			day, near = d, p.books.keys.near(d, tick)
		}
		k := slotOf(&c.Identity, c.Content)
		if near.find(&k) != absent {
			return false
		}
	}
	return true
}

func (p *part) tally(day when.Day) *usage.Tally {
	t := p.counts[day]
	if t == nil {
		t = new(usage.Tally)
		p.counts[day] = t
	}
	return t
}

// make rates the fresh calls and encodes what goes into the books.
func (p *part) make(m *maker, book *rating.Book, closedThrough when.Instant) error {
	p.segments, p.rollups, p.raw, p.closed = p.segments[:0], p.rollups[:0], p.raw[:0], closedThrough
	p.sums, p.reasons = map[int32]*periodSums{}, map[usage.Reason]int64{}
	if len(p.fresh) == 0 {
		return nil
	}
	slices.SortStableFunc(p.fresh, func(a, b int32) int { return cmp.Compare(p.calls[a].Started, p.calls[b].Started) })
	m.calls = m.calls[:0]
	for i, at := range p.fresh {
		if i%courteous == 0 {
			m.courtesy.giveWay()
		}
		if err := m.raw.Add(p.texts[at].line, p.textOf(at)); err != nil {
			return err
		}
		m.calls = append(m.calls, p.calls[at])
		m.calls[i].Raw = usage.RawRef{Segment: p.rawSegment(), Index: int32(i)}
	}
	var err error
	if p.raw, err = m.raw.Finish(p.raw); err != nil {
		return err
	}
	m.charges = m.charge(book, m.calls, nil, m.charges)
	for i := range m.calls {
		if i%courteous == 0 {
			m.courtesy.giveWay()
		}
		at, late := billedAt(&m.calls[i], closedThrough, p.run.FirstAt)
		m.charges[i].BilledAt = at
		if late {
			m.calls[i].Flags |= usage.Late
		}
		if m.charges[i].Status == usage.Suspended {
			p.reasons[m.charges[i].Reason]++
		}
		p.fates.charge(p.fresh[i], &m.charges[i])
	}
	if err := p.encode(m); err != nil {
		return err
	}
	return p.rollUp(m)
}

// encode makes the segments: a UTC day of starts each, by start.
func (p *part) encode(m *maker) error {
	for from := 0; from < len(m.calls); {
		day := m.calls[from].Started.UTCDay()
		end := when.Instant(day.Ordinal()+1) * when.DayLength
		to := from
		for to < len(m.calls) && to-from < segment.MaxCalls && m.calls[to].Started < end {
			to++
		}
		s := store.CallSegment{SegmentKey: store.SegmentKey{Day: day, Seg: p.rawSegment()<<8 | int64(len(p.segments))}, Calls: to - from}
		if err := m.encode(&s, m.calls[from:to], m.charges[from:to], segment.Planes); err != nil {
			return err
		}
		p.count(day, m.charges[from:to])
		p.segments = append(p.segments, s)
		from = to
	}
	return nil
}

func (p *part) count(day when.Day, charges []usage.Charge) {
	t := p.tally(day)
	for i := range charges {
		switch charges[i].Status {
		case usage.Rated:
			t[usage.WasRated]++
		case usage.ZeroRated:
			t[usage.WasZeroRated]++
		case usage.Suspended:
			t[usage.WasSuspended]++
		}
	}
}

// rollUp makes the roll-up deltas and the sums for the ledger.
func (p *part) rollUp(m *maker) error {
	m.deltas.reset()
	days := dayCache{books: p.books}
	for i := range m.calls {
		if i%courteous == 0 {
			m.courtesy.giveWay()
		}
		if err := m.deltas.add(days.of(m.charges[i].BilledAt), &m.calls[i], &m.charges[i], 1); err != nil {
			return err
		}
	}
	var err error
	p.rollups, err = m.deltas.encode(&m.enc, p.rawSegment(), p.rollups)
	if err != nil {
		return err
	}
	return m.deltas.sums(p.sums)
}

// take marks p as on its way: later parts of the same import look at its keys
// too, since they are written only after it. Nobody else may: p can still fail.
func (s *share) take(p *part) { s.pending = append(s.pending, &p.keys) }

// drop takes p off the way.
func (s *share) drop(p *part) {
	s.pending = slices.DeleteFunc(s.pending, func(k *batchKeys) bool { return k == &p.keys })
}
