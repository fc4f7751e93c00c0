package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// SegmentKey names a segment of calls within its tenant.
type SegmentKey struct {
	Day when.Day // UTC day of the calls' start
	Seg int64
}

// CallSegment is one segment as it goes into the books: encoded calls, their
// numbers, and their charges at one revision.
type CallSegment struct {
	SegmentKey
	Version   int64 // the account's Segments that wrote it
	Calls     int   // rows
	Suspended int   // of them, waiting for a card or a rate
	Data      []byte
	Numbers   []byte
	Charges   []byte
	Revision  int // of the charges; 0 is what the import made
}

// PutCalls adds a new segment.
func (tx *Tx) PutCalls(s *CallSegment) error {
	if err := tx.exec(`INSERT INTO call_seg (tenant_id, day, seg, version, calls, data) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.id(), int64(s.Day), s.Seg, s.Version, int64(s.Calls), s.Data); err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO number_seg (tenant_id, day, seg, data) VALUES ($1, $2, $3, $4)`,
		tx.id(), int64(s.Day), s.Seg, s.Numbers); err != nil {
		return err
	}
	return tx.PutCharges(s)
}

// PutCharges adds a revision of a segment's charges.
func (tx *Tx) PutCharges(s *CallSegment) error {
	return tx.exec(`INSERT INTO charge_seg (tenant_id, day, seg, revision, suspended, data) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.id(), int64(s.Day), s.Seg, int64(s.Revision), int64(s.Suspended), s.Charges)
}

// DropCalls takes out a segment that compaction has merged into another, with
// its charges: nothing is lost, the rows stand elsewhere.
func (tx *Tx) DropCalls(k SegmentKey) error {
	for _, table := range []string{"call_seg", "number_seg", "charge_seg"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE tenant_id = $1 AND day = $2 AND seg = $3`, tx.id(), int64(k.Day), k.Seg); err != nil {
			return err
		}
	}
	return nil
}

// Segments lists the segments of UTC days, oldest day first, with the highest
// revision of their charges, but without any data.
func (tx *Tx) Segments(days when.Days) (ss []CallSegment, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var s CallSegment
		var day, calls, revision, suspended int64
		if err := scan(&day, &s.Seg, &s.Version, &calls, &revision, &suspended); err != nil {
			return err
		}
		s.Day, s.Calls, s.Revision, s.Suspended = when.Day(day), int(calls), int(revision), int(suspended)
		ss = append(ss, s)
		return nil
	}, `SELECT c.day, c.seg, c.version, c.calls, h.revision, h.suspended
		FROM call_seg c JOIN charge_seg h ON h.tenant_id = c.tenant_id AND h.day = c.day AND h.seg = c.seg
		WHERE c.tenant_id = $1 AND c.day BETWEEN $2 AND $3
		AND h.revision = (SELECT MAX(r.revision) FROM charge_seg r WHERE r.tenant_id = $1 AND r.day = h.day AND r.seg = h.seg)
		ORDER BY c.day, c.seg`, tx.id(), int64(days.From), int64(days.To))
	return ss, err
}

// AllDays is every day there can be.
var AllDays = when.Days{From: 19700101, To: 29991231}

// Revision is the highest revision of a segment's charges now, or −1 where the
// segment is gone.
func (tx *Tx) Revision(k SegmentKey) (int, error) {
	var n int64
	err := tx.one([]any{&n}, `SELECT COALESCE(MAX(revision), -1) FROM charge_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
		tx.id(), int64(k.Day), k.Seg)
	return int(n), err
}

// Load reads the data of a segment: its calls, and on request (want) numbers
// and the charges of s.Revision. What is not there (any more) is NotFound.
func (tx *Tx) Load(s *CallSegment, want Parts) error {
	err := tx.load(s, want)
	if err == errNoRow {
		err = fault.New(fault.NotFound, "a segment of %s is no longer there: it was merged meanwhile", s.Day)
	}
	return err
}

func (tx *Tx) load(s *CallSegment, want Parts) error {
	if want&WithoutCalls == 0 {
		if err := tx.one([]any{&s.Data}, `SELECT data FROM call_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
			tx.id(), int64(s.Day), s.Seg); err != nil {
			return err
		}
	}
	if want&Numbers != 0 {
		if err := tx.one([]any{&s.Numbers}, `SELECT data FROM number_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
			tx.id(), int64(s.Day), s.Seg); err != nil {
			return err
		}
	}
	if want&Charges == 0 {
		return nil
	}
	return tx.one([]any{&s.Charges}, `SELECT data FROM charge_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3 AND revision = $4`,
		tx.id(), int64(s.Day), s.Seg, int64(s.Revision))
}

// Parts are what Load reads beside the calls, and whether it reads those.
type Parts uint8

// Numbers and Charges are blobs of their own, several times smaller than the
// calls; WithoutCalls reads them alone.
const (
	Numbers Parts = 1 << iota
	Charges
	WithoutCalls
)

// CallData gives the calls of one UTC day, of segments of a version above
// after: what another writer has added since.
func (tx *Tx) CallData(day when.Day, after int64, f func(version int64, data []byte) error) error {
	return tx.each(func(scan func(...any) error) error {
		var version int64
		var data []byte
		if err := scan(&version, &data); err != nil {
			return err
		}
		return f(version, data)
	}, `SELECT version, data FROM call_seg WHERE tenant_id = $1 AND day = $2 AND version > $3 ORDER BY seg`, tx.id(), int64(day), after)
}

// NewDays lists the UTC days that have segments of a version above after.
func (tx *Tx) NewDays(after int64) (days []when.Day, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var day int64
		if err := scan(&day); err != nil {
			return err
		}
		days = append(days, when.Day(day))
		return nil
	}, `SELECT DISTINCT day FROM call_seg WHERE tenant_id = $1 AND version > $2 ORDER BY day`, tx.id(), after)
	return days, err
}

// Rollup is one segment of roll-up deltas.
type Rollup struct {
	BilledDay when.Day // of the account's zone
	Period    int32    // yyyymm
	Seg       int64
	Data      []byte
}

// PutRollup adds roll-up deltas.
func (tx *Tx) PutRollup(r *Rollup) error {
	return tx.exec(`INSERT INTO usage_seg (tenant_id, billed_day, period, seg, data) VALUES ($1, $2, $3, $4, $5)`,
		tx.id(), int64(r.BilledDay), int64(r.Period), r.Seg, r.Data)
}

// DropRollup takes out deltas that compaction has folded into others.
func (tx *Tx) DropRollup(r *Rollup) error {
	return tx.exec(`DELETE FROM usage_seg WHERE tenant_id = $1 AND billed_day = $2 AND period = $3 AND seg = $4`,
		tx.id(), int64(r.BilledDay), int64(r.Period), r.Seg)
}

// Rollups gives the roll-up deltas of billing days, by day. The data is only
// valid until f returns.
func (tx *Tx) Rollups(days when.Days, f func(r *Rollup) error) error {
	var r Rollup
	return tx.each(func(scan func(...any) error) error {
		var day, period int64
		if err := scan(&day, &period, &r.Seg, &r.Data); err != nil {
			return err
		}
		r.BilledDay, r.Period = when.Day(day), int32(period)
		return f(&r)
	}, `SELECT billed_day, period, seg, data FROM usage_seg WHERE tenant_id = $1 AND billed_day BETWEEN $2 AND $3
		ORDER BY billed_day, period, seg`, tx.id(), int64(days.From), int64(days.To))
}

// PutRaw keeps the original text of a batch's records.
func (tx *Tx) PutRaw(seg, run int64, data []byte) error {
	return tx.exec(`INSERT INTO raw_seg (tenant_id, seg, run_id, data) VALUES ($1, $2, $3, $4)`, tx.id(), seg, run, data)
}

// Raw reads a segment of original text, and the run that brought it; it is
// NotFound where the text is no longer kept.
func (tx *Tx) Raw(seg int64) (run int64, data []byte, err error) {
	err = tx.one([]any{&run, &data}, `SELECT run_id, data FROM raw_seg WHERE tenant_id = $1 AND seg = $2`, tx.id(), seg)
	if err == errNoRow {
		err = fault.New(fault.NotFound, "the original text is no longer kept")
	}
	return run, data, err
}
