package app

import (
	"errors"
	"fmt"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// verifySegments is the walk over segments of calls.
type verifySegments struct {
	parts   []store.SegmentParts
	calls   []usage.Call // of a block
	charges []usage.Charge
	first   []usage.Charge // their revision 0
	data    segment.Reader
	numbers segment.Reader
	newest  segment.Reader
	oldest  segment.Reader
	reader  segment.CallReader
	now     segment.ChargeReader
	then    segment.ChargeReader

	raw    map[int64]*rawSegment
	rawID  int64 // of the segment that last is
	last   *rawSegment
	counts map[store.RunDay]*usage.Tally // by what imports made of calls
	key    store.RunDay                  // of the count that tally is
	tally  *usage.Tally
}

// verifyBlock is how many rows are decoded at once.
const verifyBlock = 1024

// rawSegment is what is known of a segment of original text.
type rawSegment struct {
	run  int64
	rows int64 // −1: it cannot be read
	used int64 // calls that name it
}

// runOf is the run that wrote a segment of original text; its number says so.
func runOf(rawSegment int64) int64 { return rawSegment >> 24 }

// checkRaw unpacks every segment of original text once.
func (v *verifying) checkRaw() error {
	s := &v.segments
	s.raw = map[int64]*rawSegment{}
	var x segment.RawReader
	return v.tx.RawSegments(func(seg, run int64, data []byte) error {
		r := &rawSegment{run: run, rows: -1}
		s.raw[seg] = r
		where := fmt.Sprintf("original text %d of run %d", seg, run)
		if err := x.Reset(data); err != nil {
			v.find("raw", where, "%v", err)
			return v.tx.Context().Err()
		}
		r.rows = int64(x.Rows())
		if runOf(seg) != run {
			v.find("raw", where, "its number says that run %d wrote it", runOf(seg))
		}
		return v.tx.Context().Err()
	})
}

// checkSegments reads every segment, and compares roll-ups on the way.
func (v *verifying) checkSegments() (err error) {
	s := &v.segments
	if s.parts, err = v.tx.SegmentParts(); err != nil {
		return err
	}
	acct, err := v.tx.Account()
	if err != nil {
		return err
	}
	s.calls, s.charges, s.first = make([]usage.Call, verifyBlock), make([]usage.Charge, verifyBlock), make([]usage.Charge, verifyBlock)
	s.counts = map[store.RunDay]*usage.Tally{}
	v.beginRollups()
	v.beginIdentities()
	for i := range s.parts {
		p := &s.parts[i]
		// A billing day can begin up to two days before the UTC day of the same
		// date ends: 14 hours of zone and 24 of cut-off.
		if err := v.compareRollups(p.Day.Add(-3)); err != nil {
			return err
		}
		if p.Version > acct.Segments {
			v.find("segments", place(p), "its version %d is above the account's %d", p.Version, acct.Segments)
		}
		if err := v.checkParts(p); err != nil {
			if r := (readError{}); errors.As(err, &r) {
				return r.err
			}
			v.unreadable("segments", place(p), err)
		}
		if err := v.tx.Context().Err(); err != nil {
			return err
		}
	}
	if err := v.compareRollups(store.AllDays.To); err != nil {
		return err
	}
	v.checkRawUse()
	return nil
}

func place(p *store.SegmentParts) string { return fmt.Sprintf("started %s, segment %d", p.Day, p.Seg) }

// checkParts checks one segment; an error that is no readError is what is wrong
// with it.
func (v *verifying) checkParts(p *store.SegmentParts) error {
	switch {
	case p.Calls < 0:
		return fault.New(fault.Internal, "it has charges or numbers, but no calls")
	case !p.Numbers:
		return fault.New(fault.Internal, "its numbers are missing")
	case len(p.Revisions) == 0:
		return fault.New(fault.Internal, "its charges are missing")
	}
	for i, r := range p.Revisions {
		if r.Revision != i {
			return fault.New(fault.Internal, "revision %d of its charges is missing", i)
		}
	}
	if err := v.open(p); err != nil {
		return err
	}
	v.out.Segments++
	v.out.Calls += int64(p.Calls)
	v.progress.callsDone(p.Calls)
	suspended, firstSuspended, err := v.checkRows(p)
	if err != nil {
		return err
	}
	for _, c := range [...]struct {
		revision int
		counted  int
	}{{0, firstSuspended}, {len(p.Revisions) - 1, suspended}} {
		if kept := p.Revisions[c.revision].Suspended; kept != c.counted {
			v.find("segments", place(p), "revision %d says %d suspended calls, there are %d", c.revision, kept, c.counted)
		}
	}
	return nil
}

// open checks every checksum of a segment and that its parts have the same rows.
func (v *verifying) open(p *store.SegmentParts) error {
	s, last := &v.segments, len(p.Revisions)-1
	load := store.CallSegment{SegmentKey: p.SegmentKey, Revision: last}
	if err := v.tx.Load(&load, store.Numbers|store.Charges); err != nil {
		return reading(err)
	}
	if err := check(&s.data, load.Data, "calls", p.Calls); err != nil {
		return err
	}
	if err := check(&s.numbers, load.Numbers, "numbers", p.Calls); err != nil {
		return err
	}
	for r := range p.Revisions {
		data := load.Charges
		if r != last {
			var err error
			if data, err = v.tx.ChargeData(p.SegmentKey, r); err != nil {
				return reading(err)
			}
		}
		into := &s.newest
		if r == 0 {
			into = &s.oldest
		}
		if err := check(into, data, fmt.Sprintf("revision %d of charges", r), p.Calls); err != nil {
			return err
		}
	}
	if last == 0 { // the only revision is the newest too
		if err := check(&s.newest, load.Charges, "charges", p.Calls); err != nil {
			return err
		}
	}
	if err := s.reader.Reset(&s.data, &s.numbers, segment.AllCalls); err != nil {
		return err
	}
	if err := s.then.Reset(&s.oldest, segment.ChargeStatus); err != nil {
		return err
	}
	return s.now.Reset(&s.newest, segment.AllCharges)
}

func check(r *segment.Reader, blob []byte, what string, rows int) error {
	err := r.Reset(blob)
	if err == nil {
		err = r.Verify()
	}
	if err != nil {
		return fault.Wrap(what, err)
	}
	if r.Rows() != rows {
		return fault.New(fault.Internal, "%s: %d rows, not the %d that the segment has", what, r.Rows(), rows)
	}
	return nil
}

// checkRows walks the rows of an open segment, and counts those that are
// suspended: now, and as the import left them.
func (v *verifying) checkRows(p *store.SegmentParts) (suspended, first int, err error) {
	s := &v.segments
	from := when.Instant(p.Day.Ordinal()) * when.DayLength
	stray := 0
	for row := 0; row < p.Calls; row += verifyBlock {
		n := min(verifyBlock, p.Calls-row)
		calls, charges, then := s.calls[:n], s.charges[:n], s.first[:n]
		if err := s.reader.Read(row, calls); err != nil {
			return 0, 0, err
		}
		if err := s.now.Read(row, charges, calls); err != nil {
			return 0, 0, err
		}
		if err := s.then.Read(row, then, nil); err != nil {
			return 0, 0, err
		}
		suspended += suspendedIn(charges)
		first += suspendedIn(then)
		for i := range calls {
			if c := &calls[i]; c.Started < from || c.Started >= from+when.DayLength {
				if stray++; stray == 1 {
					v.find("segments", place(p), "call %s started on %s", c.Identity, c.Started.UTCDay())
				}
			}
			v.count(p.Day, &calls[i], then[i].Status)
		}
		v.noteIdentities(calls)
		if err := v.gather(calls, charges); err != nil {
			return 0, 0, err
		}
		if v.depth == recomputed {
			if err := v.checkCharges(p, calls, charges); err != nil {
				return 0, 0, err
			}
		}
	}
	return suspended, first, nil
}

// count counts a call for its run and day, and checks that its original text is
// there.
func (v *verifying) count(day when.Day, c *usage.Call, was usage.Status) {
	s := &v.segments
	if s.last == nil || s.rawID != c.Raw.Segment {
		s.rawID = c.Raw.Segment
		if s.last = s.raw[s.rawID]; s.last == nil {
			s.last = &rawSegment{run: runOf(s.rawID), rows: -1}
			s.raw[s.rawID] = s.last
			v.find("raw", fmt.Sprintf("call %s of %s", c.Identity, day), "its original text %d is missing", s.rawID)
		}
	}
	s.last.used++
	if i := int64(c.Raw.Index); s.last.rows >= 0 && (i < 0 || i >= s.last.rows) {
		v.find("raw", fmt.Sprintf("call %s of %s", c.Identity, day), "it names record %d of original text %d, which has %d", i, s.rawID, s.last.rows)
	}
	if k := (store.RunDay{Run: s.last.run, Day: day}); s.tally == nil || k != s.key {
		if s.tally = s.counts[k]; s.tally == nil {
			s.tally = new(usage.Tally)
			s.counts[k] = s.tally
		}
		s.key = k
	}
	switch was {
	case usage.Rated:
		s.tally[usage.WasRated]++
	case usage.ZeroRated:
		s.tally[usage.WasZeroRated]++
	case usage.Suspended:
		s.tally[usage.WasSuspended]++
	}
}

// checkRawUse checks that every original text belongs to a call: a call that is
// gone would leave its text behind.
func (v *verifying) checkRawUse() {
	if v.damaged {
		return
	}
	ids := make([]int64, 0, len(v.segments.raw))
	for id := range v.segments.raw {
		ids = append(ids, id)
	}
	for _, id := range sortedInts(ids) {
		if r := v.segments.raw[id]; r.rows >= 0 && r.used != r.rows {
			v.find("raw", fmt.Sprintf("original text %d of run %d", id, r.run), "it holds %d records, %d calls name it", r.rows, r.used)
		}
	}
}
