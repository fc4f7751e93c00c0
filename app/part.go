package app

import (
	"cmp"
	"slices"

	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
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
	seen      int64 // the version of segments it was made against
	cards     int64 // the version of prices
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
}

type span struct {
	line     int64
	from, to int32
}

// periodSums is what a batch earns in one billing period.
type periodSums struct {
	voice, detection money.Amount
	day              when.Day // the last billing day of it in the batch
}

// reset makes p ready for the next batch, keeping its memory.
func (p *part) reset(s *share) {
	s.run.Batches++
	p.share, p.books, p.run = s, s.books, s.run
	p.calls, p.texts, p.text, p.mend = p.calls[:0], p.texts[:0], p.text[:0], p.mend[:0]
	p.suspended, p.rejected, p.settles = nil, nil, nil
}

func (p *part) records() int { return len(p.calls) + len(p.suspended) + len(p.rejected) }

func (p *part) textOf(i int32) []byte { return p.text[p.texts[i].from:p.texts[i].to] }

// rawSegment names the segment of raw text that this part writes. It depends on
// nothing that another writer can move.
func (p *part) rawSegment() int64 { return p.run.ID<<24 | p.run.Batches }

// maker is the memory and the encoders that making parts needs; one goroutine
// uses it.
type maker struct {
	enc     segment.Encoder
	raw     segment.RawEncoder
	ws      rating.Workspace
	rate    []rating.Call
	calls   []usage.Call   // of the part at hand, the fresh ones by start
	charges []usage.Charge // of calls
	deltas  deltaSet
}

// dedupe sorts the calls of p into fresh ones, duplicates and conflicts. The
// books are locked; days that are needed have been read.
func (p *part) dedupe(tick int64) {
	b := p.books
	p.keys.clear()
	p.fresh, p.conflicts = p.fresh[:0], p.conflicts[:0]
	p.counts = map[when.Day]*usage.Tally{}
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
		for j := 0; f == absent && j < len(b.pending) && b.pending[j] != &p.keys; j++ {
			f = b.pending[j].find(&k)
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
		case differs:
			p.conflicts = append(p.conflicts, store.Suspense{
				Identity: c.Identity, Content: c.Content, Reason: usage.Conflict, Day: day, Run: p.run.ID, Line: p.texts[i].line,
				Field: "call_id", Detail: "the same call came before with other content; the first one stays charged", Text: p.textOf(int32(i)),
			})
		}
	}
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
	p.segments, p.rollups, p.raw = p.segments[:0], p.rollups[:0], p.raw[:0]
	p.sums, p.reasons = map[int32]*periodSums{}, map[usage.Reason]int64{}
	if len(p.fresh) == 0 {
		return nil
	}
	slices.SortStableFunc(p.fresh, func(a, b int32) int { return cmp.Compare(p.calls[a].Started, p.calls[b].Started) })
	m.calls = m.calls[:0]
	for i, at := range p.fresh {
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
		at, late := billedAt(&m.calls[i], closedThrough, p.run.FirstAt)
		m.charges[i].BilledAt = at
		if late {
			m.calls[i].Flags |= usage.Late
		}
		if m.charges[i].Status == usage.Suspended {
			p.reasons[m.charges[i].Reason]++
		}
	}
	if err := p.encode(m); err != nil {
		return err
	}
	return p.rollUp(m)
}

// charge rates calls into charges, which it returns grown as needed. Where the
// calls were charged before, what bundles and contracts gave them stays.
func (m *maker) charge(book *rating.Book, calls []usage.Call, before, charges []usage.Charge) []usage.Charge {
	charges = slices.Grow(charges[:0], len(calls))[:len(calls)]
	const stretch = 1024 // what is rated is still in the cache when it is settled
	m.rate = slices.Grow(m.rate[:0], stretch)[:stretch]
	for at := 0; at < len(calls); at += stretch {
		n := min(stretch, len(calls)-at)
		for i := range n {
			m.rate[i] = ratingCall(&calls[at+i])
			if before != nil {
				m.rate[i].Bundle, m.rate[i].Discount = before[at+i].Bundle, before[at+i].Discount
			}
		}
		book.Rate(m.rate[:n], charges[at:at+n], &m.ws)
		for i := range n {
			if calls[at+i].Flags&usage.Linked != 0 {
				charges[at+i] = usage.Charge{Status: usage.ZeroRated, Reason: usage.OtherLeg, Row: -1, FX: money.One}
			}
		}
	}
	return charges
}

// ratingCall is what rating looks at of a call.
func ratingCall(c *usage.Call) rating.Call {
	return rating.Call{
		Calling: c.Calling, Called: c.Called, Started: c.Started, Answered: c.Answered, Ended: c.Ended,
		Campaign: c.Campaign, Unit: c.Unit, Kind: c.Kind, Direction: c.Direction, AMD: c.AMD,
	}
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

// encode fills in the three blobs of a segment.
func (m *maker) encode(s *store.CallSegment, calls []usage.Call, charges []usage.Charge, how segment.Algorithm) (err error) {
	if s.Data, err = m.enc.Calls(nil, calls, how); err != nil {
		return err
	}
	if s.Numbers, err = m.enc.Numbers(nil, calls, how); err != nil {
		return err
	}
	s.Suspended = suspendedIn(charges)
	s.Charges, err = m.enc.Charges(nil, charges, calls, how)
	return err
}

func suspendedIn(charges []usage.Charge) (n int) {
	for i := range charges {
		if charges[i].Status == usage.Suspended {
			n++
		}
	}
	return n
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

// dayCache finds billing days, remembering the last one: calls come in time
// order, mostly.
type dayCache struct {
	books    *books
	day      when.Day
	from, to when.Instant
}

func (d *dayCache) of(at when.Instant) when.Day {
	if at < d.from || at >= d.to {
		d.day = d.books.billedDay(at)
		cut := d.books.tenant.Cutoff
		d.from, d.to = d.books.zone.Start(d.day)+cut, d.books.zone.Start(d.day.Add(1))+cut
	}
	return d.day
}

// entries are the ledger entries of sums: one for each billing period.
func (b *books) entries(sums map[int32]*periodSums, cause ledger.Cause, now when.Instant) (es []ledger.Entry, err error) {
	periods := make([]int32, 0, len(sums))
	for period := range sums {
		periods = append(periods, period)
	}
	slices.Sort(periods)
	for _, period := range periods {
		s := sums[period]
		total, err := s.voice.Add(s.detection)
		if err != nil {
			return nil, err
		}
		var lines []ledger.Line
		for _, l := range []ledger.Line{
			{Account: ledger.Unbilled, Amount: total}, {Account: ledger.Revenue("voice"), Amount: -s.voice},
			{Account: ledger.Revenue("amd"), Amount: -s.detection},
		} {
			if l.Amount != 0 {
				l.Currency = b.tenant.Currency
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			continue
		}
		e, err := ledger.NewEntry(now, s.day, cause, lines)
		if err != nil {
			return nil, err
		}
		es = append(es, e)
	}
	return es, nil
}

// take marks p as on its way: later parts look at its keys too.
func (b *books) take(p *part) { b.pending = append(b.pending, &p.keys) }

// drop takes p off the way.
func (b *books) drop(p *part) {
	b.pending = slices.DeleteFunc(b.pending, func(k *batchKeys) bool { return k == &p.keys })
}
