package app

import (
	"cmp"
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// Rerate says which calls to rate again with the prices of now: those of one
// tenant that started on the days, by the days of its zone.
type Rerate struct {
	Tenant    tenant.ID
	Days      when.Days    // zero: all
	Suspended bool         // only segments that hold suspended calls, and only those calls
	Reason    usage.Reason // with Suspended: only those that wait for this; zero: for anything
	Post      bool         // else the differences are only told
	// Did tells the activity who posts them; the rest is filled in. One row comes
	// with the first charge that changes and one with the figures at the end.
	// Without Who the caller tells it.
	Did store.Activity
}

// Rerated is what rating again came to.
type Rerated struct {
	Calls     int64                  `json:"calls"`   // looked at
	Changed   int64                  `json:"changed"` // whose charge differs
	Old       money.Amount           `json:"old"`
	New       money.Amount           `json:"new"`
	Currency  money.Currency         `json:"currency"`
	Posted    bool                   `json:"posted"`
	Settled   int64                  `json:"settled"` // suspended before, and no longer
	Lines     []RerateLine           `json:"lines"`   // by month of billing and campaign
	Suspended map[usage.Reason]int64 `json:"-"`       // of the calls looked at, still
}

// RerateLine is the difference of one campaign in one billing period.
type RerateLine struct {
	Period   int32             `json:"period"` // yyyymm
	Campaign tenant.CampaignID `json:"campaign"`
	Changed  int64             `json:"changed"`
	Old      money.Amount      `json:"old"`
	New      money.Amount      `json:"new"`
}

// Difference is what posting adds to the books.
func (r *Rerated) Difference() money.Amount { return r.New - r.Old }

// Rerate rates calls again and, where r.Post says so, posts the differences:
// each segment gets a new revision of its charges, roll-ups get new − old, and
// the ledger one entry for each billing period. Nothing stored is written over,
// and doing it twice changes nothing. Segments are taken one at a time, each in
// a transaction of its own, so that importers go on.
func (a *App) Rerate(ctx context.Context, r Rerate, report Report) (*Rerated, error) {
	t, err := a.store.FindTenant(ctx, itoa(int64(r.Tenant)))
	if err != nil {
		return nil, fault.Wrap("rerate", err)
	}
	b, err := a.booksOf(ctx, &t)
	if err != nil {
		return nil, fault.Wrap("rerate", err)
	}
	var segments []store.CallSegment
	if err := a.store.View(ctx, t.ID, func(tx *store.Tx) error {
		if err := b.sync(tx); err != nil {
			return err
		}
		segments, err = tx.Segments(b.utcDays(r.Days))
		return err
	}); err != nil {
		return nil, fault.Wrap("rerate", err)
	}
	if r.Suspended {
		segments = slices.DeleteFunc(segments, func(s store.CallSegment) bool { return s.Suspended == 0 })
	}
	w := &rerating{books: b, what: r, period: b.zone.Period(r.Days), out: &Rerated{
		Currency: t.Currency, Posted: r.Post, Suspended: map[usage.Reason]int64{}}, lines: map[rerateKey]*RerateLine{}}
	if r.Post {
		if err := w.open(ctx); err != nil {
			return nil, fault.Wrap("rerate", err)
		}
	}
	return w.all(ctx, segments, report)
}

// all rates the segments one after the other.
func (w *rerating) all(ctx context.Context, segments []store.CallSegment, report Report) (*Rerated, error) {
	for i := range segments {
		if err := w.segment(ctx, &segments[i]); err != nil {
			return w.result(), fault.Wrap("rerate", err)
		}
		report.tell(Progress{Stage: "rerate", Done: int64(i + 1), Total: int64(len(segments)), Unit: "segments", Records: w.out.Calls})
	}
	out := w.result()
	return out, fault.Wrap("rerate", w.logEnd(ctx, out))
}

// utcDays are the UTC days on which calls of local days can start.
func (b *books) utcDays(days when.Days) when.Days {
	if days == (when.Days{}) {
		return store.AllDays
	}
	return when.Days{From: days.From.Add(-1), To: days.To.Add(1)}
}

// rerating is a Rerate at work.
type rerating struct {
	books  *books
	what   Rerate
	period when.Period
	run    int64
	posted int64 // segments that this run has revised
	logged bool  // the activity tells that this run has begun
	out    *Rerated
	lines  map[rerateKey]*RerateLine
	maker  maker
	read   store.Decoder
	calls  []usage.Call
	old    []usage.Charge
	now    []usage.Charge
}

type rerateKey struct {
	period   int32
	campaign tenant.CampaignID
}

// open draws a number that the entries can name as their cause.
func (w *rerating) open(ctx context.Context) error {
	return w.books.app.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) (err error) {
		w.run, err = tx.NewRunID()
		return err
	})
}

// segment rates one segment again. If somebody else revises or merges it
// meanwhile, what is there then is rated.
func (w *rerating) segment(ctx context.Context, s *store.CallSegment) error {
	s0 := w.books.app.store
	load := func(tx *store.Tx) error { return tx.Load(s, store.Numbers|store.Charges) }
	if err := s0.View(ctx, w.what.Tenant, load); fault.Is(err, fault.NotFound) {
		return merged(s)
	} else if err != nil {
		return err
	}
	changed, err := w.rate(s)
	if err != nil {
		return err
	}
	if changed == 0 || !w.what.Post {
		return w.note()
	}
	logged := w.logged
	if err := s0.Update(ctx, w.what.Tenant, store.Bulk, func(tx *store.Tx) error {
		w.logged = logged // a transaction may run more than once
		return w.post(tx, s)
	}); err != nil {
		return err
	}
	return w.note()
}

// rate fills w.calls, w.old and w.now, and counts the charges that differ.
func (w *rerating) rate(s *store.CallSegment) (changed int, err error) {
	w.calls, w.old = w.calls[:0], w.old[:0]
	if err := w.read.Decode(s, store.All, func(calls []usage.Call, charges []usage.Charge) error {
		w.calls, w.old = append(w.calls, calls...), append(w.old, charges...)
		return nil
	}); err != nil {
		return 0, err
	}
	w.books.mu.Lock()
	book := w.books.prices
	w.books.mu.Unlock()
	w.now = w.maker.charge(book, w.calls, w.old, w.now)
	for i := range w.now {
		if !w.wanted(i) {
			w.now[i] = w.old[i]
			continue
		}
		w.now[i].BilledAt, w.now[i].Cost = w.old[i].BilledAt, w.old[i].Cost
		if !sameCharge(&w.now[i], &w.old[i]) {
			changed++
		} else {
			w.now[i] = w.old[i] // a newer revision of the card that says the same is no difference
		}
	}
	return changed, nil
}

func (w *rerating) wanted(i int) bool {
	if w.what.Suspended && w.old[i].Status != usage.Suspended {
		return false
	}
	if w.what.Reason != usage.NoReason && w.old[i].Reason != w.what.Reason {
		return false
	}
	return w.what.Days == (when.Days{}) || w.period.Contains(w.calls[i].Started)
}

// sameCharge tells whether two charges come to the same for whoever pays.
func sameCharge(a, b *usage.Charge) bool {
	return a.Amount == b.Amount && a.AMD == b.AMD && a.Billed == b.Billed && a.Bundle == b.Bundle &&
		a.Status == b.Status && a.Reason == b.Reason
}

// post keeps a new revision and its differences. The account is locked.
func (w *rerating) post(tx *store.Tx, s *store.CallSegment) error {
	before, err := tx.Account()
	if err != nil {
		return err
	}
	if err := w.books.refresh(tx); err != nil {
		return err
	}
	revision, err := tx.Revision(s.SegmentKey)
	if err != nil {
		return err
	}
	if revision < 0 {
		return merged(s)
	}
	if revision != s.Revision || before.Cards != w.cards() {
		s.Revision = revision
		if err := tx.Load(s, store.Numbers|store.Charges); err != nil {
			return err
		}
		if changed, err := w.rate(s); err != nil || changed == 0 {
			return err
		}
	}
	s.Revision++
	s.Suspended = suspendedIn(w.now)
	if s.Charges, err = w.maker.enc.Charges(nil, w.now, w.calls, segment.PlanesZstd); err != nil {
		return err
	}
	if err := tx.PutCharges(s); err != nil {
		return err
	}
	if err := w.postDifferences(tx); err != nil {
		return err
	}
	return w.logStart(tx)
}

// merged is what happens when compaction takes a segment away under a re-rate.
// What was posted stays, and running it again does the rest.
func merged(s *store.CallSegment) error {
	return fault.New(fault.Busy, "calls of %s were compacted meanwhile: run it again, which does what is left", s.Day)
}

func (w *rerating) cards() int64 {
	w.books.mu.Lock()
	defer w.books.mu.Unlock()
	return w.books.account.Cards
}

func (w *rerating) postDifferences(tx *store.Tx) error {
	d := &w.maker.deltas
	d.reset()
	days := dayCache{books: w.books}
	for i := range w.now {
		if w.now[i] == w.old[i] {
			continue
		}
		day := days.of(w.now[i].BilledAt)
		if err := d.add(day, &w.calls[i], &w.old[i], -1); err != nil {
			return err
		}
		if err := d.add(day, &w.calls[i], &w.now[i], 1); err != nil {
			return err
		}
	}
	w.posted++
	rollups, err := d.encode(&w.maker.enc, w.run<<24|w.posted, nil)
	if err != nil {
		return err
	}
	for i := range rollups {
		if err := tx.PutRollup(&rollups[i]); err != nil {
			return err
		}
	}
	sums := map[int32]*periodSums{}
	if err := d.sums(sums); err != nil {
		return err
	}
	entries, err := w.books.entries(sums, ledger.Cause{Kind: ledger.Rerate, Ref: w.run}, tx.Now)
	if err != nil {
		return err
	}
	return tx.Post(entries...)
}

// note adds the segment at hand to the result.
func (w *rerating) note() error {
	days := dayCache{books: w.books}
	for i := range w.now {
		if !w.wanted(i) {
			continue
		}
		now, old := &w.now[i], &w.old[i]
		w.out.Calls++
		if now.Status == usage.Suspended {
			w.out.Suspended[now.Reason]++
		}
		if *now == *old {
			continue
		}
		if old.Status == usage.Suspended && now.Status != usage.Suspended {
			w.out.Settled++
		}
		k := rerateKey{days.of(now.BilledAt).Month(), w.calls[i].Campaign}
		l := w.lines[k]
		if l == nil {
			l = &RerateLine{Period: k.period, Campaign: k.campaign}
			w.lines[k] = l
		}
		l.Changed++
		for _, a := range []struct {
			to *money.Amount
			is money.Amount
		}{{&l.Old, old.Amount}, {&l.Old, old.AMD}, {&l.New, now.Amount}, {&l.New, now.AMD}, {&w.out.Old, old.Amount}, {&w.out.Old, old.AMD}, {&w.out.New, now.Amount}, {&w.out.New, now.AMD}} {
			if err := addTimes(a.to, a.is, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *rerating) result() *Rerated {
	for _, l := range w.lines {
		w.out.Lines = append(w.out.Lines, *l)
		w.out.Changed += l.Changed
	}
	clear(w.lines)
	slices.SortFunc(w.out.Lines, func(a, b RerateLine) int {
		return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Campaign, b.Campaign))
	})
	return w.out
}
