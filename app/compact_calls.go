package app

import (
	"cmp"
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// callRows is calls and their charges, row for row.
type callRows struct {
	calls   []usage.Call
	charges []usage.Charge
}

func (r *callRows) reset() { r.calls, r.charges = r.calls[:0], r.charges[:0] }

func (r *callRows) add(calls []usage.Call, charges []usage.Charge) error {
	r.calls, r.charges = append(r.calls, calls...), append(r.charges, charges...)
	return nil
}

// load reads segments with the revisions of their charges that they name, and
// tells whether all are still there.
func (w *compacting) load(ctx context.Context, ss []store.CallSegment) (there bool, err error) {
	there = true
	err = w.app.store.View(ctx, w.tenant, func(tx *store.Tx) error {
		for i := range ss {
			if n, err := tx.Revision(ss[i].SegmentKey); err != nil || n < ss[i].Revision {
				there = false
				return err
			}
			if err := tx.Load(&ss[i], store.Numbers|store.Charges); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && !there {
		w.out.Skipped++
	}
	return there, err
}

// swap puts what was made in the place of what it was made from, and tells
// whether it did: not where somebody has changed that meanwhile.
func (w *compacting) swap(ctx context.Context, f func(*store.Tx) (bool, error)) (swapped bool, err error) {
	err = w.app.store.Update(ctx, w.tenant, store.Bulk, func(tx *store.Tx) (err error) {
		swapped, err = f(tx)
		return err
	})
	if err == nil && !swapped {
		w.out.Skipped++
	}
	return swapped, err
}

// merge puts segments of one day, at revision 0, into as few as possible of
// about the same size.
func (w *compacting) merge(ctx context.Context, inputs []store.SegmentParts) error {
	ss := make([]store.CallSegment, len(inputs))
	version := int64(0)
	for i, p := range inputs {
		ss[i].SegmentKey = p.SegmentKey
		version = max(version, p.Version)
		w.out.Bytes.Before += p.CallBytes + p.OtherBytes
	}
	there, err := w.load(ctx, ss)
	if err != nil || !there {
		return err
	}
	w.calls.reset()
	for i := range ss {
		if err := w.check.Decode(&ss[i], store.All, w.calls.add); err != nil {
			return err
		}
	}
	w.calls.sort()
	outputs, err := w.encode(version)
	if err != nil {
		return err
	}
	swapped, err := w.swap(ctx, func(tx *store.Tx) (bool, error) { return swapCalls(tx, inputs, outputs) })
	if err != nil || !swapped {
		return err
	}
	w.out.Segments.After += int64(len(outputs) - len(inputs))
	return nil
}

// sort orders by start; of calls that started at once, those stay in their
// order.
func (r *callRows) sort() {
	order := make([]int32, len(r.calls))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(r.calls[a].Started, r.calls[b].Started) })
	calls, charges := make([]usage.Call, len(order)), make([]usage.Charge, len(order))
	for to, from := range order {
		calls[to], charges[to] = r.calls[from], r.charges[from]
	}
	r.calls, r.charges = calls, charges
}

// encode makes segments of w.calls, all of one UTC day, and reads them back.
func (w *compacting) encode(version int64) ([]store.CallSegment, error) {
	rows := len(w.calls.calls)
	n := (rows + segment.MaxCalls - 1) / segment.MaxCalls
	ss := make([]store.CallSegment, n)
	for k := range ss {
		from, to := k*rows/n, (k+1)*rows/n
		calls, charges := w.calls.calls[from:to], w.calls.charges[from:to]
		s := &ss[k]
		s.SegmentKey = store.SegmentKey{Day: calls[0].Started.UTCDay(), Seg: w.newSegment()}
		s.Version, s.Calls = version, len(calls)
		if err := w.maker.encode(s, calls, charges, packing(len(calls))); err != nil {
			return nil, err
		}
		if err := w.readBack(s, calls, charges); err != nil {
			return nil, err
		}
		w.out.Bytes.After += int64(len(s.Data) + len(s.Numbers) + len(s.Charges))
	}
	return ss, nil
}

// readBack insists that a segment says what it was made of: what it replaces is
// about to be dropped.
func (w *compacting) readBack(s *store.CallSegment, calls []usage.Call, charges []usage.Charge) error {
	at := 0
	err := w.check.Decode(s, store.All, func(c []usage.Call, ch []usage.Charge) error {
		if !slices.Equal(c, calls[at:at+len(c)]) || !slices.Equal(ch, charges[at:at+len(ch)]) {
			return fault.New(fault.Internal, "a merged segment of %s does not read back as it was written", s.Day)
		}
		at += len(c)
		return nil
	})
	if err == nil && at != len(calls) {
		err = fault.New(fault.Internal, "a merged segment of %s reads back as %d calls, not %d", s.Day, at, len(calls))
	}
	return err
}

// swapCalls puts outputs in the place of inputs, if these are as they were: the
// account is locked.
func swapCalls(tx *store.Tx, inputs []store.SegmentParts, outputs []store.CallSegment) (bool, error) {
	for i := range inputs {
		n, err := tx.Revision(inputs[i].SegmentKey)
		if err != nil || n != 0 {
			return false, err
		}
	}
	for i := range inputs {
		if err := tx.DropCalls(inputs[i].SegmentKey); err != nil {
			return false, err
		}
	}
	for i := range outputs {
		if err := tx.PutCalls(&outputs[i]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// repack compresses a segment and every revision of its charges. The rows and
// their order stay, so that it matters to nobody who reads or revises it
// meanwhile.
func (w *compacting) repack(ctx context.Context, p *store.SegmentParts) error {
	ss := make([]store.CallSegment, len(p.Revisions))
	for i := range ss {
		ss[i].SegmentKey, ss[i].Revision = p.SegmentKey, p.Revisions[i].Revision
	}
	w.out.Bytes.Before += p.CallBytes + p.OtherBytes
	there, err := w.load(ctx, ss)
	if err != nil || !there {
		return err
	}
	for i := range ss {
		s := &ss[i]
		w.calls.reset()
		if err := w.check.Decode(s, store.All, w.calls.add); err != nil {
			return err
		}
		if err := w.maker.encode(s, w.calls.calls, w.calls.charges, segment.PlanesZstd); err != nil {
			return err
		}
		if err := w.readBack(s, w.calls.calls, w.calls.charges); err != nil {
			return err
		}
		w.out.Bytes.After += int64(len(s.Charges))
	}
	w.out.Bytes.After += int64(len(ss[0].Data) + len(ss[0].Numbers))
	return w.app.store.Update(ctx, w.tenant, store.Bulk, func(tx *store.Tx) error {
		n, err := tx.Revision(p.SegmentKey)
		if err != nil || n < 0 {
			return err
		}
		if err := tx.Repack(&ss[0]); err != nil {
			return err
		}
		for i := range ss {
			if err := tx.RepackCharges(p.SegmentKey, ss[i].Revision, ss[i].Charges); err != nil {
				return err
			}
		}
		return nil
	})
}
