package app

import (
	"context"
	"errors"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// liveCommitter puts live requests into the books, a batch at a time. One
// goroutine uses it.
type liveCommitter struct {
	app     *App
	day     when.Day // UTC, of lines
	lines   map[liveKey]*liveLine
	batch   *batch
	maker   maker
	batches int64
}

// liveLine is a live run: where the records of one key go.
type liveLine struct {
	key    liveKey
	imp    *importing
	share  *share
	number int64 // of records so far: their lines in the run
}

func (c *liveCommitter) init(a *App) {
	c.app, c.lines, c.batch = a, map[liveKey]*liveLine{}, newBatch()
}

// What bounds the memory of a day: runs at once, and batches of a run, whose
// number has 24 bits.
const (
	liveLinesMost   = 2048
	liveRunBatches  = 1<<24 - 2
	livePartRecords = 1024 // a part that has had more gives its memory back
	liveEvictEvery  = 64   // batches
)

// liveTries is how often a request is read anew because the names, numbers or
// terms of its tenant changed while it was on its way.
const liveTries = 8

// errMoved is that the directory by which records were read is not the one that
// the transaction has locked.
var errMoved = errors.New("the tenant's directory has changed meanwhile")

// commit puts all of rs into the books, answers each, and says how many tenants
// they were of.
func (c *liveCommitter) commit(ctx context.Context, rs []*liveRequest) (tenants int) {
	c.turn(ctx)
	for try := 1; len(rs) > 0; try++ {
		var again []*liveRequest
		again, n := c.round(ctx, rs)
		tenants = max(tenants, n)
		if try == liveTries {
			for _, r := range again {
				r.done <- fault.New(fault.Busy, "the tenant's users, numbers or terms change too quickly: send the records again")
			}
			break
		}
		rs = again
	}
	if c.batches++; c.batches%liveEvictEvery == 0 {
		c.app.evict()
	}
	return tenants
}

// turn begins new runs with a new day.
func (c *liveCommitter) turn(ctx context.Context) {
	day := c.app.store.Now().UTCDay()
	if day == c.day && len(c.lines) < liveLinesMost {
		return
	}
	// A run that is not marked as ended looks broken off, and nothing else.
	_ = c.finish(ctx)
	c.day = day
}

// finish ends the runs.
func (c *liveCommitter) finish(ctx context.Context) error {
	var units []store.Unit
	for _, l := range c.lines {
		s := l.share
		units = append(units, store.Unit{Tenant: s.books.tenant.ID, Do: func(tx *store.Tx) error {
			s.run.Finished = max(tx.Now, 1)
			return tx.PutRun(&s.run)
		}})
	}
	c.lines, c.batch = map[liveKey]*liveLine{}, newBatch()
	return errors.Join(c.app.store.GroupNow(ctx, units)...)
}

// liveEntry is a request in a round, with where its records went.
type liveEntry struct {
	request *liveRequest
	part    *part
	at      []livePlace
}

// livePlace is a record's place in its part.
type livePlace struct {
	in    liveList
	index int
}

type liveList uint8

const (
	inCalls liveList = iota
	inSuspended
	inRejected
)

// round tries all of rs once. It gives back those that have to be read anew.
func (c *liveCommitter) round(ctx context.Context, rs []*liveRequest) (again []*liveRequest, tenants int) {
	for _, l := range c.lines {
		l.share.part = nil
	}
	c.batch.parts = c.batch.parts[:0]
	entries := make([]liveEntry, 0, len(rs))
	now := c.app.store.Now()
	for _, r := range rs {
		e := liveEntry{request: r}
		if err := c.put(ctx, &e, now); err != nil {
			r.done <- err
			continue
		}
		entries = append(entries, e)
	}
	failed := c.write(ctx)
	seen := map[tenant.ID]bool{}
	for i := range entries {
		e := &entries[i]
		err := failed[e.part]
		if errors.Is(err, errMoved) {
			again = append(again, e.request)
			continue
		}
		if err == nil {
			seen[e.part.books.tenant.ID] = true
			e.tell()
		}
		e.request.done <- err
	}
	c.release(ctx, failed)
	return again, len(seen)
}

// put puts a request's records into its tenant's part of the batch.
func (c *liveCommitter) put(ctx context.Context, e *liveEntry, now when.Instant) error {
	l, err := c.line(ctx, e.request.key)
	if err != nil {
		return err
	}
	s := l.share
	s.norm.latest, s.run.FirstAt = now+usage.MaxAhead, now
	e.at = make([]livePlace, len(e.request.records))
	e.request.taken = make([]Taken, len(e.request.records))
	p := s.into(c.batch)
	e.part = p
	for i := range e.request.records {
		rec := &e.request.records[i]
		own := *rec
		l.number++
		own.Line = l.number
		calls, suspended := len(p.calls), len(p.suspended)
		if err := l.imp.take(ctx, &own, c.batch); err != nil {
			return err
		}
		switch {
		case len(p.calls) > calls:
			e.at[i] = livePlace{inCalls, calls}
		case len(p.suspended) > suspended:
			e.at[i] = livePlace{inSuspended, suspended}
		default:
			e.at[i] = livePlace{inRejected, len(p.rejected) - 1}
		}
	}
	return nil
}

// line is the run of a key, begun when its first request comes.
func (c *liveCommitter) line(ctx context.Context, k liveKey) (*liveLine, error) {
	if l := c.lines[k]; l != nil && l.share.run.Batches < liveRunBatches {
		return l, nil
	}
	t, err := c.app.store.FindTenant(ctx, itoa(int64(k.tenant)))
	if err != nil {
		return nil, err
	}
	now := c.app.store.Now()
	l := &liveLine{key: k, imp: &importing{
		app: c.app, name: "live " + now.UTCDay().String(), now: now, each: true, byName: map[string]*share{}, shares: map[tenant.ID]*share{},
		o: ImportCalls{Source: k.source}, again: &store.Run{Format: k.format, Why: "sent by a program, record by record", Header: []byte(k.header), FirstAt: now},
	}}
	if k.zone != "" {
		if l.imp.o.Zone, err = when.LoadZone(k.zone); err != nil {
			return nil, err
		}
	}
	if err := c.app.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) (err error) {
		l.imp.run, err = tx.NewRunID()
		return err
	}); err != nil {
		return nil, err
	}
	l.imp.hash = k.hash(l.imp.run)
	if l.share, err = l.imp.share(ctx, &t); err != nil {
		return nil, err
	}
	l.imp.only = l.share
	c.lines[k] = l
	return l, nil
}

// write makes the parts of the batch and commits them together. It says which
// of them failed.
func (c *liveCommitter) write(ctx context.Context) (failed map[*part]error) {
	failed = map[*part]error{}
	if len(c.batch.parts) == 0 {
		return failed
	}
	imp := c.batch.parts[0].share.imp
	if err := imp.nameAll(ctx, c.batch); err != nil {
		return c.fail(failed, err)
	}
	ready := make([]*part, 0, len(c.batch.parts))
	units := make([]store.Unit, 0, len(c.batch.parts))
	for _, p := range c.batch.parts {
		if err := imp.prepare(ctx, &c.maker, p); err != nil {
			failed[p] = err
			continue
		}
		directory := p.share.norm.names.version
		ready = append(ready, p)
		units = append(units, store.Unit{Tenant: p.books.tenant.ID, Do: func(tx *store.Tx) error {
			if a, err := tx.Account(); err != nil {
				return err
			} else if a.Directory != directory {
				return errMoved
			}
			return p.write(tx)
		}})
	}
	for i, err := range c.app.store.GroupNow(ctx, units) {
		if errors.Is(err, errMoved) {
			failed[ready[i]] = err
		} else if err := ready[i].conclude(ctx, c.app, err); err != nil {
			failed[ready[i]] = err
		}
	}
	return failed
}

func (c *liveCommitter) fail(failed map[*part]error, err error) map[*part]error {
	for _, p := range c.batch.parts {
		failed[p] = err
	}
	return failed
}

// release takes failed parts off the way, reads the directories anew that have
// changed, and gives memory back that a large request has taken.
func (c *liveCommitter) release(ctx context.Context, failed map[*part]error) {
	for _, p := range c.batch.parts {
		s := p.share
		if err := failed[p]; err != nil {
			p.books.mu.Lock()
			s.drop(p)
			p.books.mu.Unlock()
			s.norm.wanted = newNames{}
			if errors.Is(err, errMoved) {
				err = c.reopen(ctx, s)
			}
			if err != nil && !gone(err) {
				c.forget(s)
			}
		}
		if p.records() > livePartRecords {
			delete(c.batch.own, s)
		}
		s.part = nil
	}
}

// reopen reads a tenant's terms and names anew.
func (c *liveCommitter) reopen(ctx context.Context, s *share) error {
	t, err := c.app.store.FindTenant(ctx, itoa(int64(s.books.tenant.ID)))
	if err != nil {
		return err
	}
	b, err := c.app.booksOf(ctx, &t)
	if err != nil {
		return err
	}
	if err := c.app.store.View(ctx, t.ID, b.sync); err != nil {
		return err
	}
	s.books, s.norm.books, s.norm.names = b, b, b.directory()
	return nil
}

// forget lets the next request of a run that has failed begin another.
func (c *liveCommitter) forget(s *share) {
	for k, l := range c.lines {
		if l.share == s {
			delete(c.lines, k)
			delete(c.batch.own, s)
		}
	}
}

// tell fills in what became of a request's records.
func (e *liveEntry) tell() {
	p := e.part
	for i, at := range e.at {
		t := &e.request.taken[i]
		t.Line, t.Currency = e.request.records[i].Line, p.books.tenant.Currency
		switch at.in {
		case inCalls:
			call := &p.calls[at.index]
			t.become(&p.fates.calls[at.index])
			t.Call, t.Day = call.Identity, call.Started.UTCDay()
			if t.Outcome == usage.WasConflict {
				t.Mistake = &fault.Input{Line: t.Line, Field: "call_id", Reason: "the same call came before with other content; the first one stays charged"}
			}
		case inSuspended:
			s := &p.suspended[at.index]
			t.become(&p.fates.waiting[at.index])
			t.Call, t.Day = s.Identity, s.Day
			t.Mistake = &fault.Input{Line: t.Line, Field: s.Field, Reason: s.Detail, Advice: s.Reason.Advice()}
		case inRejected:
			r := &p.rejected[at.index]
			t.Outcome = usage.WasRejected
			t.Mistake = &fault.Input{Line: t.Line, Column: r.Column, Field: r.Field, Value: r.Value, Reason: r.Reason}
		}
	}
}

func (t *Taken) become(f *fate) {
	t.Outcome, t.Reason, t.Amount, t.AMD = f.outcome, f.reason, f.amount, f.amd
}
