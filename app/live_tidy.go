package app

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// liveTidier keeps single records from making the books slow to read: a batch
// writes a segment for each tenant, however few its records are. When a tenant
// has some, they are merged while the intake goes on. What it leaves, Compact
// does.
type liveTidier struct {
	app    *App
	wanted chan liveTidying
	fresh  map[tenant.ID]*liveTidying // since the last merge; the committer's
}

// liveTidying is what has been written for a tenant.
type liveTidying struct {
	tenant  tenant.ID
	batches int
	started map[when.Day]bool // days of segments
	billed  map[when.Day]bool // days of roll-ups
}

// liveTidyAfter is after how many batches of a tenant its segments are merged.
const liveTidyAfter = 128

// liveTiers are which segments are merged with each other: of fewer rows than
// rows, when there are at least count on a day. Small ones become middling ones
// first, so that no row is written anew more than a few times.
var liveTiers = []struct{ rows, count int }{{1024, 32}, {smallRows, 16}}

func (t *liveTidier) init(a *App) {
	t.app, t.wanted, t.fresh = a, make(chan liveTidying, 1), map[tenant.ID]*liveTidying{}
}

// want notes what c has just written, and asks for a merge where it is time.
func (t *liveTidier) want(c *liveCommitter) {
	for _, p := range c.batch.parts {
		if len(p.segments) == 0 {
			continue
		}
		id := p.books.tenant.ID
		f := t.fresh[id]
		if f == nil {
			f = &liveTidying{tenant: id, started: map[when.Day]bool{}, billed: map[when.Day]bool{}}
			t.fresh[id] = f
		}
		f.batches++
		for i := range p.segments {
			f.started[p.segments[i].Day] = true
		}
		for i := range p.rollups {
			f.billed[p.rollups[i].BilledDay] = true
		}
		if f.batches < liveTidyAfter {
			continue
		}
		select {
		case t.wanted <- *f:
			delete(t.fresh, id)
		default: // one is waiting already; the next batch asks again
		}
	}
}

// work merges what is asked for, until there is no more. What fails is left to
// the next time: nothing depends on it.
func (t *liveTidier) work(ctx context.Context) {
	for w := range t.wanted {
		if ctx.Err() == nil {
			_ = t.tidy(ctx, &w)
		}
	}
}

func (t *liveTidier) tidy(ctx context.Context, f *liveTidying) error {
	w := &compacting{app: t.app, out: new(Compacted), tenant: f.tenant}
	if err := t.app.store.Update(ctx, tenant.System, store.Bulk, func(tx *store.Tx) (err error) {
		w.run, err = tx.NewRunID()
		return err
	}); err != nil {
		return err
	}
	for day := range f.started {
		for _, tier := range liveTiers {
			for more := true; more; {
				var err error
				if more, err = w.mergeSmall(ctx, day, tier.rows, tier.count); err != nil {
					return fault.Wrap(day.String(), err)
				}
			}
		}
	}
	for day := range f.billed {
		if err := w.foldDay(ctx, day); err != nil {
			return err
		}
	}
	return nil
}

// mergeSmall merges segments of a day that have fewer rows than rows, if there
// are at least count, and tells whether there may be more of them.
func (w *compacting) mergeSmall(ctx context.Context, day when.Day, rows, count int) (more bool, err error) {
	var inputs []store.CallSegment
	if err := w.app.store.View(ctx, w.tenant, func(tx *store.Tx) (err error) {
		inputs, err = tx.SmallSegments(day, rows, store.SegmentsAtOnce)
		return err
	}); err != nil || len(inputs) < count {
		return false, err
	}
	w.calls.reset()
	version := int64(0)
	for i := range inputs {
		version = max(version, inputs[i].Version)
		if err := w.check.Decode(&inputs[i], store.All, w.calls.add); err != nil {
			return false, err
		}
	}
	w.calls.sort()
	outputs, err := w.encode(version)
	if err != nil {
		return false, err
	}
	swapped := false
	err = w.app.store.Update(ctx, w.tenant, store.Bulk, func(tx *store.Tx) (err error) {
		if swapped, err = tx.StillFirst(day, inputs); err != nil || !swapped {
			return err
		}
		if err := tx.DropSegments(day, inputs); err != nil {
			return err
		}
		for i := range outputs {
			if err := tx.PutCalls(&outputs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return swapped && len(inputs) == store.SegmentsAtOnce, err
}
