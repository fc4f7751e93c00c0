package app

import (
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// rollupFold adds up the roll-ups of one billing day and period.
type rollupFold struct {
	loose  bool // an input is worth compressing and is not compressed yet
	sums   deltaSet
	reader segment.Reader
	rows   segment.RollupReader
	block  []usage.Delta
}

// compactRollups goes through the billing days of one tenant.
func (w *compacting) compactRollups(ctx context.Context) error {
	var days []when.Day
	if err := w.app.store.View(ctx, w.tenant, func(tx *store.Tx) (err error) {
		days, err = tx.RollupDays()
		return err
	}); err != nil {
		return err
	}
	for _, d := range days {
		if err := w.foldDay(ctx, d); err != nil {
			return fault.Wrap("roll-ups of "+d.String(), err)
		}
	}
	return nil
}

// foldDay adds up the roll-ups of one billing day.
func (w *compacting) foldDay(ctx context.Context, d when.Day) error {
	var all []store.Rollup
	if err := w.app.store.View(ctx, w.tenant, func(tx *store.Tx) error {
		return tx.Rollups(when.Days{From: d, To: d}, func(r *store.Rollup) error {
			one := *r
			one.Data = slices.Clone(r.Data)
			all = append(all, one)
			return nil
		})
	}); err != nil {
		return err
	}
	w.out.Rollups.Before += int64(len(all))
	w.out.Rollups.After += int64(len(all))
	for len(all) > 0 { // they come by period, of which a day has one
		n := slices.IndexFunc(all, func(r store.Rollup) bool { return r.Period != all[0].Period })
		if n < 0 {
			n = len(all)
		}
		if err := w.fold(ctx, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// fold puts one roll-up in the place of several, or a compressed one in the
// place of one that is not.
func (w *compacting) fold(ctx context.Context, inputs []store.Rollup) error {
	f := &w.folds
	f.sums.reset()
	f.loose = false
	for i := range inputs {
		if err := f.add(&inputs[i]); err != nil {
			return err
		}
	}
	if len(inputs) == 1 && !f.loose {
		return nil
	}
	outputs, err := w.encodeFold(&inputs[0])
	if err != nil {
		return err
	}
	if len(outputs) >= len(inputs) && !f.loose {
		return nil // so many keys that they take several segments, as they do already
	}
	swapped, err := w.swap(ctx, func(tx *store.Tx) (bool, error) { return swapRollups(tx, inputs, outputs) })
	if err != nil || !swapped {
		return err
	}
	for i := range inputs {
		w.out.Bytes.Before += int64(len(inputs[i].Data))
	}
	for i := range outputs {
		w.out.Bytes.After += int64(len(outputs[i].Data))
	}
	w.out.Rollups.After += int64(len(outputs) - len(inputs))
	return nil
}

// add adds one segment of roll-ups.
func (f *rollupFold) add(r *store.Rollup) error {
	if err := f.reader.Reset(r.Data); err != nil {
		return err
	}
	f.loose = f.loose || packing(f.reader.Rows()) != f.reader.Algorithm() && f.reader.Algorithm() == segment.Planes
	if err := f.rows.Reset(&f.reader, segment.AllRollups); err != nil {
		return err
	}
	if f.block == nil {
		f.block = make([]usage.Delta, 1024)
	}
	for row := 0; row < f.rows.Rows(); row += len(f.block) {
		block := f.block[:min(len(f.block), f.rows.Rows()-row)]
		clear(block)
		if err := f.rows.Read(row, block); err != nil {
			return err
		}
		for i := range block {
			if err := addSums(f.sums.row(dayKey{r.BilledDay, block[i].Key}), &block[i].Sums); err != nil {
				return err
			}
		}
	}
	return nil
}

// encodeFold makes segments of the sums; none, where all came to nothing.
func (w *compacting) encodeFold(like *store.Rollup) (outputs []store.Rollup, err error) {
	f := &w.folds
	f.sums.sort()
	deltas := make([]usage.Delta, len(f.sums.rows))
	for i := range f.sums.rows {
		deltas[i] = f.sums.rows[i].Delta
	}
	for part := range slices.Chunk(deltas, segment.MaxRows) {
		r := store.Rollup{BilledDay: like.BilledDay, Period: like.Period, Seg: w.newSegment()}
		if r.Data, err = w.maker.enc.Rollups(nil, part, packing(len(part))); err != nil {
			return nil, err
		}
		outputs = append(outputs, r)
	}
	return outputs, nil
}

// swapRollups puts outputs in the place of inputs, if these are still there. The
// account is locked. Roll-ups that came meanwhile stay beside them.
func swapRollups(tx *store.Tx, inputs, outputs []store.Rollup) (bool, error) {
	for i := range inputs {
		if there, err := tx.HasRollup(&inputs[i]); err != nil || !there {
			return false, err
		}
	}
	for i := range inputs {
		if err := tx.DropRollup(&inputs[i]); err != nil {
			return false, err
		}
	}
	for i := range outputs {
		if err := tx.PutRollup(&outputs[i]); err != nil {
			return false, err
		}
	}
	return true, nil
}
