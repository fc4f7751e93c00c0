package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// commitTries is how often a part is tried where the database is busy, goes
// away, or leaves a commit's outcome open.
const commitTries = 6

// commit puts the parts of b into the books, in their order.
func (imp *importing) commit(ctx context.Context, b *batch) error {
	slices.SortStableFunc(b.parts, func(x, y *part) int { return int(x.books.tenant.ID - y.books.tenant.ID) })
	if imp.o.Plain != nil {
		return imp.commitPlain(b)
	}
	units := make([]store.Unit, len(b.parts))
	for i, p := range b.parts {
		units[i] = store.Unit{Tenant: p.books.tenant.ID, Do: p.write}
	}
	for i, err := range imp.app.store.Group(ctx, units) {
		if err := b.parts[i].conclude(ctx, imp.app, err); err != nil {
			return err
		}
	}
	return nil
}

// conclude takes what writing p came to: where that was an error that can go
// away, p is written again; in the end it is in the books, or the error tells
// why not.
func (p *part) conclude(ctx context.Context, a *App, err error) error {
	for try := 1; err != nil; try++ {
		if try == commitTries || ctx.Err() != nil || !worthAnotherTry(err) {
			return err
		}
		if err = pause(ctx, try); err == nil {
			err = p.writeAgain(ctx, a.store)
		}
	}
	p.landed(a.keys.next())
	return nil
}

// worthAnotherTry tells errors that can go away from those that cannot. What
// the database says of itself is not classified in every case, so that only
// what we know to be final is final.
func worthAnotherTry(err error) bool {
	var c *store.CommitError
	if errors.As(err, &c) {
		return true
	}
	k := fault.KindOf(err)
	return k == fault.Busy || store.Gone(err)
}

// pause waits longer with every try, up to a few seconds.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(1<<try) * 50 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// writeAgain looks whether p is in the books already, and writes it if not.
func (p *part) writeAgain(ctx context.Context, s *store.Store) error {
	return s.Update(ctx, p.books.tenant.ID, store.Bulk, func(tx *store.Tx) error {
		n, err := tx.RunBatches(p.run.ID)
		if err != nil || n >= p.run.Batches {
			return err
		}
		return p.write(tx)
	})
}

// write puts p into the books. The account is locked: if another writer was
// there since p was made, or prices have changed, p is made again first.
func (p *part) write(tx *store.Tx) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	if err := p.books.refresh(tx); err != nil {
		return err
	}
	if acct.Segments != p.seen || acct.Cards != p.cards {
		if err := p.remake(tx, acct); err != nil {
			return err
		}
	}
	for i := range p.segments {
		p.segments[i].Version = acct.Segments + 1
		if err := tx.PutCalls(&p.segments[i]); err != nil {
			return err
		}
	}
	for i := range p.rollups {
		if err := tx.PutRollup(&p.rollups[i]); err != nil {
			return err
		}
	}
	if len(p.raw) > 0 {
		if err := tx.PutRaw(p.rawSegment(), p.run.ID, p.raw); err != nil {
			return err
		}
	}
	for i := range p.rejected {
		if err := tx.PutRejected(p.run.Hash, &p.rejected[i]); err != nil {
			return err
		}
	}
	if err := p.writeCounts(tx); err != nil {
		return err
	}
	for i := range p.settles {
		if err := tx.SettleSuspense(&p.settles[i], store.Resolved); err != nil {
			return err
		}
	}
	entries, err := p.books.entries(p.sums, ledger.Cause{Kind: ledger.Import, Ref: p.run.ID}, tx.Now)
	if err != nil {
		return err
	}
	if err := tx.Post(entries...); err != nil {
		return err
	}
	if err := p.share.imp.log(tx, &p.run); err != nil {
		return err
	}
	if err := tx.PutRun(&p.run); err != nil {
		return err
	}
	return tx.BumpSegments()
}

// remake makes p again against the books as tx has locked them. Where the others
// brought none of p's calls, and prices are as they were, what was made still
// holds: making it anew would keep the account locked for as long as that takes.
func (p *part) remake(tx *store.Tx, acct store.Account) error {
	b := p.books
	tick := b.app.keys.next()
	b.mu.Lock()
	for d := range b.missing(p) {
		if err := b.keys.read(tx, d, tick); err != nil {
			b.mu.Unlock()
			return err
		}
	}
	if acct.Cards == p.cards && acct.ClosedThrough == p.closed && p.stillFresh(tick) {
		p.seen = acct.Segments
		b.mu.Unlock()
		return nil
	}
	p.dedupe(tick, nil)
	p.seen, p.cards = acct.Segments, acct.Cards
	book := b.prices
	b.mu.Unlock()
	return p.make(new(maker), book, acct.ClosedThrough)
}

// writeCounts keeps suspended records and conflicts, which are duplicates where
// they are known already, and where every record ended.
func (p *part) writeCounts(tx *store.Tx) error {
	counts := make(map[when.Day]usage.Tally, len(p.counts)+1)
	for d, t := range p.counts {
		counts[d] = *t
	}
	if n := len(p.rejected); n > 0 {
		t := counts[0]
		t[usage.WasRejected] += int64(n)
		counts[0] = t
	}
	all := append(slices.Clip(p.suspended), p.conflicts...)
	fresh, err := tx.PutSuspense(all)
	if err != nil {
		return err
	}
	p.waiting = maps.Clone(p.reasons)
	if p.waiting == nil {
		p.waiting = map[usage.Reason]int64{}
	}
	p.fates.wait(all[:len(p.suspended)], fresh)
	for i := range all {
		t := counts[all[i].Day]
		switch {
		case !fresh[i]:
			t[usage.WasDuplicate]++
		case all[i].Reason == usage.Conflict:
			t[usage.WasConflict]++
		default:
			t[usage.WasSuspended]++
			p.waiting[all[i].Reason]++
		}
		counts[all[i].Day] = t
	}
	p.put = usage.Tally{}
	days := make([]when.Day, 0, len(counts))
	for d := range counts {
		days = append(days, d)
	}
	slices.Sort(days)
	for _, d := range days {
		t := counts[d]
		p.put.Add(&t)
		if err := tx.Count(p.run.ID, d, &t); err != nil {
			return err
		}
	}
	return nil
}

// landed notes that p is durably in the books: only now do its keys join what
// is cached, and its records count as dealt with.
func (p *part) landed(tick int64) {
	b := p.books
	b.mu.Lock()
	b.account.Segments = max(b.account.Segments, p.seen+1)
	b.keys.commit(p.calls, p.fresh, tick)
	p.share.drop(p)
	b.mu.Unlock()
	p.share.tally.Add(&p.put)
	b.app.counters.landed(&p.put)
	for r, n := range p.waiting {
		p.share.causes[r] += n
	}
}

// commitPlain hands on what would be stored, for the benchmark.
func (imp *importing) commitPlain(b *batch) error {
	var blobs [][]byte
	for _, p := range b.parts {
		for i := range p.segments {
			blobs = append(blobs, p.segments[i].Data, p.segments[i].Numbers, p.segments[i].Charges)
		}
		for i := range p.rollups {
			blobs = append(blobs, p.rollups[i].Data)
		}
		blobs = append(blobs, p.raw)
	}
	if err := imp.o.Plain(blobs); err != nil {
		return err
	}
	for _, p := range b.parts {
		p.put = usage.Tally{}
		for _, t := range p.counts {
			p.put.Add(t)
		}
		p.landed(imp.app.keys.next())
	}
	return nil
}

// clean makes text fit to be stored as text: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
