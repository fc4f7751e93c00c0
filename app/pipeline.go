package app

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync"

	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// An import is a line of three workers: one reads and normalises, one dedupes,
// rates and encodes, one commits. Each hands batches on to the next; batches
// are used again, so that memory is bounded by their number.

// batch is parts of one or many tenants on their way together.
type batch struct {
	parts  []*part
	own    map[*share]*part // by tenant, used again: a large tenant's memory is not handed to a small one
	bytes  int64            // read of the file so far
	number int64            // of records so far
	text   int
	count  int
}

func newBatch() *batch { return &batch{own: map[*share]*part{}} }

// batchesInFlight is how many batches there are: one with each worker.
const batchesInFlight = 3

func (imp *importing) work(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	free := make(chan *batch, batchesInFlight)
	for range batchesInFlight {
		free <- newBatch()
	}
	read, made := make(chan *batch), make(chan *batch)
	var wg sync.WaitGroup
	stage := func(out chan *batch, f func() error) {
		wg.Go(func() {
			defer close(out)
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	stage(read, func() error { return imp.readAll(ctx, free, read) })
	stage(made, func() error { return imp.makeAll(ctx, read, made) })
	for b := range made {
		if ctx.Err() != nil {
			continue
		}
		if err := imp.commit(ctx, b); err != nil {
			cancel(err)
			continue
		}
		imp.records = b.number
		imp.report.tell(Progress{Stage: "import", Done: b.bytes, Total: imp.size, Unit: "bytes", Records: b.number})
		free <- b
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func receive(ctx context.Context, from chan *batch) (*batch, error) {
	select {
	case b := <-from:
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func send(ctx context.Context, to chan *batch, b *batch) error {
	select {
	case to <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// readAll reads the file to its end.
func (imp *importing) readAll(ctx context.Context, free, out chan *batch) error {
	want := imp.o.Batch
	if want == 0 {
		want = BatchRecords
	}
	recs := cdr.Batch{Want: min(want, 4096)} // what is read is still in the cache when it is normalised
	for number, done := int64(0), false; !done; {
		b, err := receive(ctx, free)
		if err != nil {
			return err
		}
		b.count, b.text = 0, 0
		for _, s := range imp.shares {
			s.part = nil
		}
		b.parts = b.parts[:0]
		for b.count < want && b.text < batchText && !done {
			switch err := imp.reader.ReadBatch(&recs); {
			case errors.Is(err, io.EOF):
				done = true
			case err != nil:
				return err
			}
			for i := range recs.Records {
				if i%courteous == 0 {
					imp.app.courtesy.giveWay()
				}
				if err := imp.take(ctx, &recs.Records[i], b); err != nil {
					return err
				}
			}
			number += int64(len(recs.Records))
			recs.Records = recs.Records[:0]
		}
		if err := imp.nameAll(ctx, b); err != nil {
			return err
		}
		b.bytes, b.number = imp.in.n, number
		if b.count == 0 {
			break
		}
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
	return nil
}

// nameAll makes the names that b's records use and nobody has set up.
func (imp *importing) nameAll(ctx context.Context, b *batch) error {
	wanted := map[*books]*newNames{}
	for _, p := range b.parts {
		if n := &p.share.norm.wanted; !n.empty() {
			wanted[p.books] = n
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	if imp.o.Plain == nil {
		if err := imp.app.makeNames(ctx, wanted); err != nil {
			return err
		}
	}
	for _, p := range b.parts {
		s := p.share
		s.made += len(s.norm.wanted.users) + len(s.norm.wanted.campaigns)
		s.norm.wanted = newNames{}
		s.norm.names = p.books.directory()
		for _, m := range p.mend {
			s.norm.mend(m, &p.calls[m.index])
		}
	}
	return nil
}

// makeAll dedupes, rates and encodes.
func (imp *importing) makeAll(ctx context.Context, in, out chan *batch) error {
	m := maker{courtesy: &imp.app.courtesy}
	for b := range in {
		imp.app.evict()
		for _, p := range b.parts {
			if err := imp.prepare(ctx, &m, p); err != nil {
				return err
			}
		}
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes a part against what is cached of its books, and marks it as on
// its way.
func (imp *importing) prepare(ctx context.Context, m *maker, p *part) error {
	b, tick := p.books, imp.app.keys.next()
	b.mu.Lock()
	// Another writer's days can come to be known while the lock is given up for
	// reading: what is deduped against must be all there at once.
	for missing := b.missing(p); len(missing) > 0; missing = b.missing(p) {
		b.mu.Unlock()
		if err := imp.app.store.View(ctx, b.tenant.ID, func(tx *store.Tx) error { return b.readKeys(tx, missing, tick) }); err != nil {
			return err
		}
		b.mu.Lock()
	}
	p.dedupe(tick, p.share.pending)
	p.seen, p.cards = b.account.Segments+int64(len(p.share.pending)), b.account.Cards
	book, closed := b.prices, b.account.ClosedThrough
	p.share.take(p)
	b.mu.Unlock()
	return p.make(m, book, closed)
}

// missing lists the days that p's calls are looked up under, that have calls in
// the books, and whose keys are not cached. The books are locked.
func (b *books) missing(p *part) map[when.Day]bool {
	days := map[when.Day]bool{}
	var last when.Day
	for i := range p.calls {
		if d := p.calls[i].Started.UTCDay(); d != last {
			b.keys.missing(d, days)
			last = d
		}
	}
	return days
}

// readKeys reads the keys of days. A snapshot that is older than what is cached
// of the account would miss what was committed in between, and nobody would
// catch up on it: then nothing is read.
func (b *books) readKeys(tx *store.Tx, days map[when.Day]bool, tick int64) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if acct.Segments < b.account.Segments && acct.Epoch == b.account.Epoch {
		return nil
	}
	for d := range days {
		if err := b.keys.read(tx, d, tick); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) evict() {
	a.mu.Lock()
	all := make([]*books, 0, len(a.ledgers))
	for _, b := range a.ledgers {
		all = append(all, b)
	}
	a.mu.Unlock()
	a.keys.evict(all)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
