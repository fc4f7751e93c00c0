package store

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Standing is how a tenant's records stand, whatever the days of its calls.
type Standing struct {
	Newest     when.Day     // UTC day on which the newest call began; zero: there is none
	Calls      int64        // that wait for a card or a rate
	Records    int64        // that wait and are no calls yet
	Runs       int64        // readings of files that began since the moment asked about
	Unfinished int64        // of Runs: of files, and running or broken off
	LastRun    when.Instant // when the newest of all runs began; zero: there is none
	Tally      usage.Tally  // what became of the records of Runs
}

// Standing reads how the tenant's records stand; of its runs those since a
// moment are counted.
func (tx *Tx) Standing(since when.Instant) (s Standing, err error) {
	var newest, last, first int64
	if err := tx.one([]any{&newest}, `SELECT COALESCE(MAX(day), 0) FROM call_seg WHERE tenant_id = $1`, tx.id()); err != nil {
		return s, err
	}
	if s.Calls, s.Records, err = tx.Waiting(); err != nil {
		return s, err
	}
	if err := tx.one([]any{&last}, `SELECT COALESCE(MAX(started_at), 0) FROM run
		WHERE tenant_id = $1 AND id = (SELECT MAX(n.id) FROM run n WHERE n.tenant_id = $1)`, tx.id()); err != nil {
		return s, err
	}
	s.Newest, s.LastRun = when.Day(newest), when.Instant(last)
	if s.LastRun < since || last == 0 {
		return s, nil
	}
	if err := tx.one([]any{&s.Runs, &s.Unfinished, &first}, `SELECT COUNT(*), COUNT(CASE WHEN finished_at = 0 AND (bytes > 0 OR started_at <= $3) THEN 1 END), COALESCE(MIN(id), 0)
		FROM run WHERE tenant_id = $1 AND started_at >= $2`, tx.id(), int64(since), int64(tx.Now-streamTime)); err != nil {
		return s, err
	}
	t := &s.Tally
	return s, tx.one([]any{&t[usage.WasRated], &t[usage.WasZeroRated], &t[usage.WasSuspended], &t[usage.WasDuplicate], &t[usage.WasConflict], &t[usage.WasRejected]},
		`SELECT COALESCE(SUM(rated), 0), COALESCE(SUM(zero_rated), 0), COALESCE(SUM(suspended), 0),
		COALESCE(SUM(duplicate), 0), COALESCE(SUM(conflict), 0), COALESCE(SUM(rejected), 0)
		FROM conservation WHERE tenant_id = $1 AND run_id >= $2`, tx.id(), first)
}

// Waiting counts what waits: calls, for a card or a rate, and records that are no
// calls yet.
func (tx *Tx) Waiting() (calls, records int64, err error) {
	if err := tx.one([]any{&calls}, `SELECT COALESCE(SUM(h.suspended), 0) FROM charge_seg h WHERE h.tenant_id = $1 AND h.suspended > 0
		AND h.revision = (SELECT MAX(r.revision) FROM charge_seg r WHERE r.tenant_id = $1 AND r.day = h.day AND r.seg = h.seg)`, tx.id()); err != nil {
		return 0, 0, err
	}
	err = tx.one([]any{&records}, `SELECT COUNT(*) FROM suspense WHERE tenant_id = $1 AND state = 0`, tx.id())
	return calls, records, err
}

// Add adds another's, for totals over tenants: the newest day and run of both.
func (s *Standing) Add(o *Standing) {
	s.Newest, s.LastRun = max(s.Newest, o.Newest), max(s.LastRun, o.LastRun)
	s.Calls, s.Records = s.Calls+o.Calls, s.Records+o.Records
	s.Runs, s.Unfinished = s.Runs+o.Runs, s.Unfinished+o.Unfinished
	s.Tally.Add(&o.Tally)
}
