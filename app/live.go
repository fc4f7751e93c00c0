package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"sync"
	"time"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
)

// Live takes in records one by one, or a few at a time, as they happen. They go
// the way of an import: normalised, deduplicated, rated, encoded, committed.
// What comes at the same time, of whatever tenant, is committed together, so
// that many callers share one write to the disk. It is safe for concurrent use.
//
// For each tenant, day of arrival and kind of input there is one run, to which
// its records are counted.
type Live struct {
	app     *App
	observe func(LiveBatch)
	queue   chan *liveRequest
	ctx     context.Context // ends when Close has waited long enough
	cancel  context.CancelFunc
	work    sync.WaitGroup // the two workers

	mu     sync.Mutex
	takers sync.WaitGroup // those who may still send to queue
	closed bool

	gathering gathering
	committer liveCommitter
	tidier    liveTidier
}

// LiveBatch is what was committed together.
type LiveBatch struct {
	Requests int
	Records  int
	Tenants  int
	Took     when.Instant // from the first request to the commit
}

// GoLive begins to take in single records; observe, where it is not nil, is told
// of every batch. Close has to be called in the end.
func (a *App) GoLive(observe func(LiveBatch)) *Live {
	l := &Live{app: a, observe: observe, queue: make(chan *liveRequest, liveQueue)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.committer.init(a)
	l.tidier.init(a)
	l.work.Go(l.commitAll)
	l.work.Go(func() { l.tidier.work(l.ctx) })
	return l
}

// What bounds memory: requests that wait, records of a request, and records of a
// batch beyond which no further request joins it.
const (
	liveQueue = 256
	liveChunk = 2048
	liveBatch = 8192
)

// LiveInput is one body of records.
type LiveInput struct {
	Tenant tenant.ID // whose records these are; never the system
	Body   io.Reader
	Source string     // name of the switch; empty: the format's name
	Format string     // of cdr.Names; empty or "auto": find out
	Zone   *when.Zone // of formats that write local times; nil: the tenant's
}

// Taken is what became of one record.
type Taken struct {
	Line     int64 // of the body, from 1
	Outcome  usage.Outcome
	Reason   usage.Reason   // why it is suspended or costs nothing
	Call     usage.Identity // zero where it is rejected
	Day      when.Day       // UTC day of its start; together with Call its name
	Amount   money.Amount   // in the account's currency
	AMD      money.Amount
	Mistake  *fault.Input // what is wrong with a record that is suspended or rejected, where that is in the record
	Currency money.Currency
}

// Take takes in a body and tells each of what became of every record, in their
// order, once it is durable. Of a long body the records are committed bit by
// bit; after an error, or one of each, those that were told of stay. To send a
// body again is safe: what is in the books is a duplicate, which is success.
func (l *Live) Take(ctx context.Context, in LiveInput, each func(*Taken) error) (usage.Tally, error) {
	var tally usage.Tally
	err := l.take(ctx, in, func(ts []Taken) error {
		for i := range ts {
			tally[ts[i].Outcome]++
			if err := each(&ts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return tally, fault.Wrap("take in records", err)
}

func (l *Live) take(ctx context.Context, in LiveInput, tell func([]Taken) error) error {
	body, err := l.app.openLive(ctx, &in)
	if err != nil {
		return err
	}
	for {
		r := &liveRequest{key: body.key, done: make(chan error, 1)}
		if r.records, err = body.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := l.submit(ctx, r); err != nil {
			return err
		}
		if err := tell(r.taken); err != nil {
			return err
		}
	}
}

// liveRequest is records that wait to be committed. Whoever sent it leaves it
// alone until done tells.
type liveRequest struct {
	key     liveKey
	records []cdr.Record
	taken   []Taken
	done    chan error
}

// errStopping is what is told while the program stops.
var errStopping = fault.New(fault.Busy, "the program is stopping: send the records again in a moment")

// submit waits until r is durable or cannot be. If ctx ends before, r may still
// be committed.
func (l *Live) submit(ctx context.Context, r *liveRequest) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return errStopping
	}
	l.takers.Add(1)
	l.mu.Unlock()
	defer l.takers.Done()
	defer l.app.courtesy.wait()()
	select {
	case l.queue <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close lets what has been sent be committed, ends the runs, and waits for all
// of it, at longest until ctx ends. Take gives an error of kind Busy from now on.
func (l *Live) Close(ctx context.Context) error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if again {
		return nil
	}
	stop := context.AfterFunc(ctx, l.cancel)
	defer stop()
	l.takers.Wait()
	close(l.queue)
	l.work.Wait()
	err := l.committer.finish(l.ctx)
	l.cancel()
	return fault.Wrap("stop taking in records", err)
}

// commitAll is the one worker that commits.
func (l *Live) commitAll() {
	defer close(l.tidier.wanted)
	for first := range l.queue {
		from := l.app.store.Now()
		rs := l.gathering.gather(first, l.queue)
		b := LiveBatch{Requests: len(rs)}
		for _, r := range rs {
			b.Records += len(r.records)
		}
		b.Tenants = l.committer.commit(l.ctx, rs)
		l.tidier.want(&l.committer)
		if l.observe != nil {
			b.Took = l.app.store.Now() - from
			l.observe(b)
		}
	}
}

// gathering decides how long a batch waits for others to join it: as long as
// fewer have come than were in the last one, and never longer than a moment. A
// single caller does not wait at all; many wait for each other.
type gathering struct{ last int }

// liveWindow is how long a batch waits for others at the most.
const liveWindow = 3 * time.Millisecond

func (g *gathering) gather(first *liveRequest, queue <-chan *liveRequest) []*liveRequest {
	rs, records := []*liveRequest{first}, len(first.records)
	defer func() { g.last = len(rs) }()
	window := time.NewTimer(liveWindow)
	defer window.Stop()
	for records < liveBatch {
		select {
		case r, open := <-queue:
			if !open {
				return rs
			}
			rs, records = append(rs, r), records+len(r.records)
			continue
		default:
		}
		if len(rs) >= g.last {
			return rs
		}
		select {
		case r, open := <-queue:
			if !open {
				return rs
			}
			rs, records = append(rs, r), records+len(r.records)
		case <-window.C:
			return rs
		}
	}
	return rs
}

// liveKey is what the records of a live run have in common, so that one that
// waits in suspense can be read again.
type liveKey struct {
	tenant tenant.ID
	source string
	format string
	zone   string
	header string
}

// hash is under which a run's unreadable lines are kept: no other run has it.
func (k *liveKey) hash(run int64) [32]byte {
	return sha256.Sum256([]byte("live " + itoa(run) + " " + itoa(int64(k.tenant))))
}

// gone tells errors of the callers' own contexts, and of our end.
func gone(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
