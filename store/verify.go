package store

import (
	"cmp"
	"slices"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// SegmentParts is what there is of one segment, in whichever tables: what a
// check of the books walks. In sound books each has calls, numbers, and charges
// of the revisions 0, 1, 2, ….
type SegmentParts struct {
	SegmentKey
	Version    int64
	Calls      int // rows; −1: there are no calls
	Numbers    bool
	Revisions  []ChargeRevision // ascending
	CallBytes  int64
	OtherBytes int64 // of numbers and charges
}

// ChargeRevision is one revision of a segment's charges.
type ChargeRevision struct {
	Revision  int
	Suspended int
}

// SegmentParts lists what there is of every segment, by day and number.
func (tx *Tx) SegmentParts() ([]SegmentParts, error) {
	found := map[SegmentKey]*SegmentParts{}
	part := func(day, seg int64) *SegmentParts {
		k := SegmentKey{when.Day(day), seg}
		if found[k] == nil {
			found[k] = &SegmentParts{SegmentKey: k, Calls: -1}
		}
		return found[k]
	}
	err := tx.each(func(scan func(...any) error) error {
		var day, seg, version, calls, size int64
		if err := scan(&day, &seg, &version, &calls, &size); err != nil {
			return err
		}
		p := part(day, seg)
		p.Version, p.Calls, p.CallBytes = version, int(calls), size
		return nil
	}, `SELECT day, seg, version, calls, LENGTH(data) FROM call_seg WHERE tenant_id = $1`, tx.id())
	if err != nil {
		return nil, err
	}
	if err := tx.each(func(scan func(...any) error) error {
		var day, seg, size int64
		if err := scan(&day, &seg, &size); err != nil {
			return err
		}
		p := part(day, seg)
		p.Numbers = true
		p.OtherBytes += size
		return nil
	}, `SELECT day, seg, LENGTH(data) FROM number_seg WHERE tenant_id = $1`, tx.id()); err != nil {
		return nil, err
	}
	if err := tx.each(func(scan func(...any) error) error {
		var day, seg, revision, suspended, size int64
		if err := scan(&day, &seg, &revision, &suspended, &size); err != nil {
			return err
		}
		p := part(day, seg)
		p.Revisions = append(p.Revisions, ChargeRevision{int(revision), int(suspended)})
		p.OtherBytes += size
		return nil
	}, `SELECT day, seg, revision, suspended, LENGTH(data) FROM charge_seg WHERE tenant_id = $1 ORDER BY day, seg, revision`, tx.id()); err != nil {
		return nil, err
	}
	all := make([]SegmentParts, 0, len(found))
	for _, p := range found {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b SegmentParts) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Seg, b.Seg)) })
	return all, nil
}

// ChargeData reads one revision of a segment's charges.
func (tx *Tx) ChargeData(k SegmentKey, revision int) (data []byte, err error) {
	err = tx.one([]any{&data}, `SELECT data FROM charge_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3 AND revision = $4`,
		tx.id(), int64(k.Day), k.Seg, int64(revision))
	return data, err
}

// RawSegments gives every segment of original text, by number, and the run that
// brought it.
func (tx *Tx) RawSegments(f func(seg, run int64, data []byte) error) error {
	return tx.each(func(scan func(...any) error) error {
		var seg, run int64
		var data []byte
		if err := scan(&seg, &run, &data); err != nil {
			return err
		}
		return f(seg, run, data)
	}, `SELECT seg, run_id, data FROM raw_seg WHERE tenant_id = $1 ORDER BY seg`, tx.id())
}

// RunDay is one run's records of one UTC day of their start; day zero is those
// whose start is not known.
type RunDay struct {
	Run int64
	Day when.Day
}

// Conservation gives where the records of every run ended, by day.
func (tx *Tx) Conservation() (map[RunDay]usage.Tally, error) {
	counts := map[RunDay]usage.Tally{}
	err := tx.each(func(scan func(...any) error) error {
		var run, day int64
		var t usage.Tally
		if err := scan(&run, &day, &t[usage.WasRated], &t[usage.WasZeroRated], &t[usage.WasSuspended],
			&t[usage.WasDuplicate], &t[usage.WasConflict], &t[usage.WasRejected]); err != nil {
			return err
		}
		counts[RunDay{run, when.Day(day)}] = t
		return nil
	}, `SELECT run_id, day, rated, zero_rated, suspended, duplicate, conflict, rejected FROM conservation WHERE tenant_id = $1`, tx.id())
	return counts, err
}

// SuspenseRows counts the rows of suspense, settled ones too, by the run that
// brought them: as outcomes, WasConflict for conflicts, WasSuspended for all
// others.
func (tx *Tx) SuspenseRows() (map[RunDay]usage.Tally, error) {
	counts := map[RunDay]usage.Tally{}
	err := tx.each(func(scan func(...any) error) error {
		var run, day, reason, n int64
		if err := scan(&run, &day, &reason, &n); err != nil {
			return err
		}
		k := RunDay{run, when.Day(day)}
		t := counts[k]
		if usage.Reason(reason) == usage.Conflict {
			t[usage.WasConflict] += n
		} else {
			t[usage.WasSuspended] += n
		}
		counts[k] = t
		return nil
	}, `SELECT run_id, day, reason, COUNT(*) FROM suspense WHERE tenant_id = $1 GROUP BY run_id, day, reason`, tx.id())
	return counts, err
}

// RejectedRows counts the unreadable lines that are kept, by the run that
// brought them first.
func (tx *Tx) RejectedRows() (map[int64]int64, error) {
	counts := map[int64]int64{}
	err := tx.each(func(scan func(...any) error) error {
		var run, n int64
		if err := scan(&run, &n); err != nil {
			return err
		}
		counts[run] = n
		return nil
	}, `SELECT run_id, COUNT(*) FROM rejected WHERE tenant_id = $1 GROUP BY run_id`, tx.id())
	return counts, err
}
