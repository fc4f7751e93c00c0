package app

import (
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// Compacted is what compaction came to.
type Compacted struct {
	Tenants  int   `json:"tenants"`
	Segments Ratio `json:"segments"`        // of calls
	Rollups  Ratio `json:"rollup_segments"` // of roll-ups
	Bytes    Ratio `json:"bytes"`           // of the segments that were written anew, roll-ups too
	Database Ratio `json:"database"`        // bytes it takes up; what is free inside is used again
	Skipped  int64 `json:"skipped"`         // groups that somebody else changed meanwhile: the next compaction takes them
}

// Ratio is a figure before and after.
type Ratio struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Compact makes the books smaller and quicker to read, and changes nothing that
// they say. Of one UTC day, small segments whose charges nobody has revised
// yet are merged into large ones, sorted by start; all others are only
// compressed, one to one, with every revision of their charges. Roll-ups of one
// billing day are added up into one.
//
// Importers and reports go on meanwhile: what is written is encoded first,
// without a lock; then, in a short transaction for each group of segments, the
// inputs are looked at again and swapped, all or none of them. A merged segment
// bears the highest version of its inputs, so that other importers know already
// whatever they knew before, and a number that nothing else has ever had.
// Broken off anywhere, it has done a part of its work; doing it again does the
// rest.
func (a *App) Compact(ctx context.Context, report Report) (*Compacted, error) {
	out := new(Compacted)
	err := a.compact(ctx, out, report)
	return out, fault.Wrap("compact", err)
}

func (a *App) compact(ctx context.Context, out *Compacted, report Report) error {
	ts, err := a.store.Tenants(ctx)
	if err != nil {
		return err
	}
	if out.Database.Before, err = a.store.Size(ctx); err != nil {
		return err
	}
	w := &compacting{app: a, out: out}
	if err := a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) (err error) {
		if w.run, err = tx.NewRunID(); err != nil {
			return err
		}
		return tx.DropOldAnswers()
	}); err != nil {
		return err
	}
	for i := range ts {
		w.tenant = ts[i].ID
		if err := a.store.Update(ctx, w.tenant, store.Bulk, (*store.Tx).DropOldAnswers); err != nil {
			return fault.Wrap(ts[i].Name, err)
		}
		if err := w.compactCalls(ctx); err != nil {
			return fault.Wrap(ts[i].Name, err)
		}
		if err := w.compactRollups(ctx); err != nil {
			return fault.Wrap(ts[i].Name, err)
		}
		out.Tenants++
		report.tell(Progress{Stage: "compact", Done: int64(i + 1), Total: int64(len(ts)), Unit: "tenants", Records: out.Segments.Before})
	}
	out.Database.After, err = a.store.Size(ctx)
	return err
}

// compacting is Compact at work.
type compacting struct {
	app    *App
	out    *Compacted
	tenant tenant.ID
	run    int64 // the number of this compaction, drawn like an import's
	last   int64 // of the segments it has written
	maker  maker
	calls  callRows
	check  store.Decoder
	folds  rollupFold
}

// newSegment is a number for a segment: as unique as those of imports, and never
// used again, so that whoever holds an old number finds nothing under it rather
// than other rows.
func (w *compacting) newSegment() int64 {
	w.last++
	return (w.run<<24 | w.last) << 8
}

// mergeRows is how many calls are merged together at most: four full segments.
const mergeRows = 4 * segment.MaxCalls

// smallRows is below how many calls a segment is merged with others.
const smallRows = segment.MaxCalls / 2

// packRows is from how many rows on compressing makes a segment smaller.
const packRows = 1024

func packing(rows int) segment.Algorithm {
	if rows < packRows {
		return segment.Planes
	}
	return segment.PlanesZstd
}

// compactCalls goes through the days of one tenant.
func (w *compacting) compactCalls(ctx context.Context) error {
	var all []store.SegmentParts
	if err := w.app.store.View(ctx, w.tenant, func(tx *store.Tx) (err error) {
		all, err = tx.SegmentParts()
		return err
	}); err != nil {
		return err
	}
	w.out.Segments.Before += int64(len(all))
	w.out.Segments.After += int64(len(all))
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(p store.SegmentParts) bool { return p.Day != all[0].Day })
		if n < 0 {
			n = len(all)
		}
		if err := w.compactDay(ctx, all[:n]); err != nil {
			return fault.Wrap(all[0].Day.String(), err)
		}
		all = all[n:]
	}
	return nil
}

// compactDay sorts the segments of a day into those that are merged, those that
// are compressed as they are, and those that stay.
func (w *compacting) compactDay(ctx context.Context, day []store.SegmentParts) error {
	loose := make([]bool, len(day)) // to be compressed
	if err := w.app.store.View(ctx, w.tenant, func(tx *store.Tx) (err error) {
		for i := range day {
			if loose[i], err = isLoose(tx, &day[i]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	var group []store.SegmentParts
	rows, last := 0, 0 // of the group; where its last stands
	flush := func() (err error) {
		switch {
		case len(group) > 1:
			err = w.merge(ctx, group)
		case len(group) == 1 && loose[last]:
			err = w.repack(ctx, &group[0])
		}
		group, rows = group[:0], 0
		return err
	}
	for i := range day {
		p := &day[i]
		switch {
		case len(p.Revisions) == 1 && p.Calls < smallRows:
			if rows+p.Calls > mergeRows {
				if err := flush(); err != nil {
					return err
				}
			}
			group, rows, last = append(group, *p), rows+p.Calls, i
		case loose[i]:
			if err := w.repack(ctx, p); err != nil {
				return err
			}
		}
	}
	return flush()
}

// isLoose tells whether a segment is worth compressing and is not compressed
// yet. One that is gone is not: there is nothing to do about it.
func isLoose(tx *store.Tx, p *store.SegmentParts) (bool, error) {
	if packing(p.Calls) == segment.Planes {
		return false, nil
	}
	if n, err := tx.Revision(p.SegmentKey); err != nil || n < 0 {
		return false, err
	}
	start, err := tx.Head(p.SegmentKey)
	if err != nil {
		return false, err
	}
	r, err := segment.OpenHead(start)
	if err != nil {
		return false, fault.Wrap("read the head of a segment", err)
	}
	return r.Algorithm() != segment.PlanesZstd, nil
}
