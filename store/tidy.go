package store

import (
	"strconv"
	"strings"

	"tollkeeper/core/when"
)

// SmallSegments reads segments of a UTC day that have fewer rows than rows and
// charges of revision 0 only, whole, in one go: up to most of them, the first
// ones by number. It is for those who merge many.
func (tx *Tx) SmallSegments(day when.Day, rows, most int) (ss []CallSegment, err error) {
	err = tx.each(func(scan func(...any) error) error {
		s := CallSegment{SegmentKey: SegmentKey{Day: day}}
		var calls, suspended int64
		if err := scan(&s.Seg, &s.Version, &calls, &s.Data, &s.Numbers, &suspended, &s.Charges); err != nil {
			return err
		}
		s.Calls, s.Suspended = int(calls), int(suspended)
		ss = append(ss, s)
		return nil
	}, `SELECT c.seg, c.version, c.calls, c.data, n.data, h.suspended, h.data FROM call_seg c
		JOIN number_seg n ON n.tenant_id = c.tenant_id AND n.day = c.day AND n.seg = c.seg
		JOIN charge_seg h ON h.tenant_id = c.tenant_id AND h.day = c.day AND h.seg = c.seg AND h.revision = 0
		WHERE c.tenant_id = $1 AND c.day = $2 AND c.calls < $3
		AND NOT EXISTS (SELECT 1 FROM charge_seg r WHERE r.tenant_id = $1 AND r.day = c.day AND r.seg = c.seg AND r.revision > 0)
		ORDER BY c.seg LIMIT $4`, tx.id(), int64(day), int64(rows), int64(most))
	return ss, err
}

// SegmentsAtOnce is how many segments StillFirst and DropSegments take.
const SegmentsAtOnce = 64

// anySegment is a condition on as many numbers, so that there is one text of it.
var anySegment = func() string {
	var b strings.Builder
	b.WriteString("seg IN (")
	for i := range SegmentsAtOnce {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(i+3))
	}
	return b.String() + ")"
}()

// someSegments are the arguments behind the tenant's that go with anySegment. No
// segment has the number −1.
func someSegments(day when.Day, ss []CallSegment) []any {
	args := []any{int64(day)}
	for i := range ss {
		args = append(args, ss[i].Seg)
	}
	for len(args) < SegmentsAtOnce+1 {
		args = append(args, int64(-1))
	}
	return args
}

// StillFirst tells whether all of those segments of a day, SegmentsAtOnce at the
// most, are there with charges of revision 0 only.
func (tx *Tx) StillFirst(day when.Day, ss []CallSegment) (bool, error) {
	var segments, revised int64
	err := tx.one([]any{&segments, &revised}, `SELECT COUNT(*), COALESCE(MAX(revision), 0) FROM charge_seg WHERE tenant_id = $1 AND day = $2 AND `+anySegment,
		append([]any{tx.id()}, someSegments(day, ss)...)...)
	return int(segments) == len(ss) && revised == 0, err
}

// DropSegments is DropCalls for SegmentsAtOnce segments of a day at the most.
func (tx *Tx) DropSegments(day when.Day, ss []CallSegment) error {
	for _, table := range []string{"call_seg", "number_seg", "charge_seg"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE tenant_id = $1 AND day = $2 AND `+anySegment,
			append([]any{tx.id()}, someSegments(day, ss)...)...); err != nil {
			return err
		}
	}
	return nil
}
