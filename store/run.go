package store

import (
	"math"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Run is one reading of one file for one tenant.
type Run struct {
	ID       int64
	File     string   // its name, for people
	Hash     [32]byte // SHA-256 of its bytes
	Bytes    int64
	Source   string
	Format   string
	Why      string // how the format was found; empty in runs of before that was kept
	Zone     string // in which local times were read; empty for formats that have none
	Header   []byte // what is needed to read one record again
	FirstAt  when.Instant
	Started  when.Instant
	Finished when.Instant // zero: running, or broken off
	Batches  int64        // committed so far
	Tally    usage.Tally
}

// NewRunID draws the next number of a run, in a transaction of the system: the
// runs of one file have one number for all tenants.
func (tx *Tx) NewRunID() (int64, error) {
	if err := tx.asSystem(); err != nil {
		return 0, err
	}
	var id int64
	err := tx.one([]any{&id}, `UPDATE account SET directory_version = directory_version + 1 WHERE tenant_id = $1 RETURNING directory_version`, tx.id())
	tx.acct.Directory = id
	return id, err
}

// FirstStart is when the first run of a file with this hash began for this
// tenant, or now.
func (tx *Tx) FirstStart(hash [32]byte, now when.Instant) (when.Instant, error) {
	var first int64
	err := tx.one([]any{&first}, `SELECT COALESCE(MIN(first_at), $3) FROM run WHERE tenant_id = $1 AND file_hash = $2`, tx.id(), hash[:], int64(now))
	return when.Instant(first), err
}

// PutRun keeps a run as it begins, goes on, or ends; Tally is kept by Count.
func (tx *Tx) PutRun(r *Run) error {
	return tx.exec(`INSERT INTO run (tenant_id, id, file, file_hash, bytes, source, format, zone, header, first_at, started_at, finished_at, batches, why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (tenant_id, id) DO UPDATE SET finished_at = excluded.finished_at, batches = excluded.batches`,
		tx.id(), r.ID, r.File, r.Hash[:], r.Bytes, r.Source, r.Format, r.Zone, nonNil(r.Header),
		int64(r.FirstAt), int64(r.Started), int64(r.Finished), r.Batches, r.Why)
}

// RunBatches is how many batches of a run are committed; 0 where the run is
// not known. After a commit error it tells what became of the last one.
func (tx *Tx) RunBatches(id int64) (int64, error) {
	var n int64
	err := tx.one([]any{&n}, `SELECT batches FROM run WHERE tenant_id = $1 AND id = $2`, tx.id(), id)
	if err == errNoRow {
		return 0, nil
	}
	return n, err
}

const runColumns = `r.id, r.file, r.file_hash, r.bytes, r.source, r.format, r.why, r.zone, r.header, r.first_at, r.started_at, r.finished_at, r.batches,
	COALESCE(SUM(c.rated), 0), COALESCE(SUM(c.zero_rated), 0), COALESCE(SUM(c.suspended), 0),
	COALESCE(SUM(c.duplicate), 0), COALESCE(SUM(c.conflict), 0), COALESCE(SUM(c.rejected), 0)`

// Runs lists the tenant's runs, newest first, with what became of their records.
func (tx *Tx) Runs() ([]Run, error) { return tx.FindRuns(RunFilter{}) }

// RunState is how a run stands.
type RunState uint8

// A run is open while it goes on and when it was broken off.
const (
	AnyRun RunState = iota
	RunOpen
	RunFinished
	RunOdd // some of its records are suspended, in conflict or refused
)

// RunFilter says which runs are looked for; its zero is all of them.
type RunFilter struct {
	Below int64 // of a lower number; zero: any
	State RunState
	Limit int // at most so many; zero: all
}

// FindRuns lists runs, newest first, with what became of their records.
func (tx *Tx) FindRuns(f RunFilter) (rs []Run, err error) {
	below, limit := f.Below, int64(f.Limit)
	if below == 0 {
		below = math.MaxInt64
	}
	if limit == 0 {
		limit = math.MaxInt64
	}
	err = tx.each(func(scan func(...any) error) error {
		r, err := scanRun(scan)
		rs = append(rs, r)
		return err
	}, `SELECT `+runColumns+` FROM (SELECT * FROM run WHERE tenant_id = $1 AND id < $2
			AND ($3 = 0 OR ($3 = 1 AND finished_at = 0) OR ($3 = 2 AND finished_at > 0) OR ($3 = 3 AND EXISTS (SELECT 1 FROM conservation o
				WHERE o.tenant_id = $1 AND o.run_id = run.id AND (o.suspended > 0 OR o.conflict > 0 OR o.rejected > 0))))
			ORDER BY id DESC LIMIT $4) r
		LEFT JOIN conservation c ON c.tenant_id = r.tenant_id AND c.run_id = r.id
		GROUP BY r.id, r.file, r.file_hash, r.bytes, r.source, r.format, r.why, r.zone, r.header, r.first_at, r.started_at, r.finished_at, r.batches
		ORDER BY r.id DESC`, tx.id(), below, int64(f.State), limit)
	return rs, err
}

// FindRun is the run of a number with what became of its records; one that is
// not known is NotFound.
func (tx *Tx) FindRun(id int64) (Run, error) {
	rs, err := tx.FindRuns(RunFilter{Below: id + 1, Limit: 1})
	if err == nil && (len(rs) == 0 || rs[0].ID != id) {
		err = fault.New(fault.NotFound, "there is no run %d", id)
	}
	if err != nil {
		return Run{}, err
	}
	return rs[0], nil
}

// streamTime is how long a run without a file may go on: records that come one by
// one are of one run until their day ends.
const streamTime = 25 * when.Hour

// Streaming tells whether records of the run, which are of no file, may still
// come, as of an instant.
func (r *Run) Streaming(now when.Instant) bool {
	return r.Finished == 0 && r.Bytes == 0 && now-r.Started < streamTime
}

// Run reads one run, without its tally; one that is not known is NotFound.
func (tx *Tx) Run(id int64) (r Run, err error) {
	var hash []byte
	var first, started, finished int64
	err = tx.one([]any{&r.ID, &r.File, &hash, &r.Bytes, &r.Source, &r.Format, &r.Why, &r.Zone, &r.Header, &first, &started, &finished, &r.Batches},
		`SELECT id, file, file_hash, bytes, source, format, why, zone, header, first_at, started_at, finished_at, batches
		FROM run WHERE tenant_id = $1 AND id = $2`, tx.id(), id)
	if err == errNoRow {
		err = fault.New(fault.NotFound, "there is no run %d", id)
	}
	copy(r.Hash[:], hash)
	r.FirstAt, r.Started, r.Finished = when.Instant(first), when.Instant(started), when.Instant(finished)
	return r, err
}

func scanRun(scan func(...any) error) (r Run, err error) {
	var hash []byte
	var first, started, finished int64
	t := &r.Tally
	err = scan(&r.ID, &r.File, &hash, &r.Bytes, &r.Source, &r.Format, &r.Why, &r.Zone, &r.Header, &first, &started, &finished, &r.Batches,
		&t[usage.WasRated], &t[usage.WasZeroRated], &t[usage.WasSuspended], &t[usage.WasDuplicate], &t[usage.WasConflict], &t[usage.WasRejected])
	copy(r.Hash[:], hash)
	r.FirstAt, r.Started, r.Finished = when.Instant(first), when.Instant(started), when.Instant(finished)
	return r, err
}

// Count adds to where the records of a run ended, by UTC day of their start
// (zero where it is not known).
func (tx *Tx) Count(run int64, day when.Day, t *usage.Tally) error {
	return tx.exec(`INSERT INTO conservation (tenant_id, run_id, day, rated, zero_rated, suspended, duplicate, conflict, rejected)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant_id, run_id, day) DO UPDATE SET rated = conservation.rated + excluded.rated,
		zero_rated = conservation.zero_rated + excluded.zero_rated, suspended = conservation.suspended + excluded.suspended,
		duplicate = conservation.duplicate + excluded.duplicate, conflict = conservation.conflict + excluded.conflict,
		rejected = conservation.rejected + excluded.rejected`,
		tx.id(), run, int64(day), t[usage.WasRated], t[usage.WasZeroRated], t[usage.WasSuspended],
		t[usage.WasDuplicate], t[usage.WasConflict], t[usage.WasRejected])
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
