package store

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// Head reads the beginning of a segment's calls, for segment.OpenHead.
func (tx *Tx) Head(k SegmentKey) (start []byte, err error) {
	err = tx.one([]any{&start}, `SELECT SUBSTR(data, 1, $4) FROM call_seg WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
		tx.id(), int64(k.Day), k.Seg, segment.HeadSize)
	return start, err
}

// Repack puts the same calls and numbers in other bytes.
func (tx *Tx) Repack(s *CallSegment) error {
	if err := tx.exec(`UPDATE call_seg SET data = $4 WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
		tx.id(), int64(s.Day), s.Seg, s.Data); err != nil {
		return err
	}
	return tx.exec(`UPDATE number_seg SET data = $4 WHERE tenant_id = $1 AND day = $2 AND seg = $3`,
		tx.id(), int64(s.Day), s.Seg, s.Numbers)
}

// RepackCharges puts the same charges of one revision in other bytes.
func (tx *Tx) RepackCharges(k SegmentKey, revision int, data []byte) error {
	return tx.exec(`UPDATE charge_seg SET data = $5 WHERE tenant_id = $1 AND day = $2 AND seg = $3 AND revision = $4`,
		tx.id(), int64(k.Day), k.Seg, int64(revision), data)
}

// RollupDays lists the billing days that have roll-ups.
func (tx *Tx) RollupDays() (days []when.Day, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var day int64
		if err := scan(&day); err != nil {
			return err
		}
		days = append(days, when.Day(day))
		return nil
	}, `SELECT DISTINCT billed_day FROM usage_seg WHERE tenant_id = $1 ORDER BY billed_day`, tx.id())
	return days, err
}

// HasRollup tells whether roll-up deltas are still there under their number.
func (tx *Tx) HasRollup(r *Rollup) (bool, error) {
	var n int64
	err := tx.one([]any{&n}, `SELECT COUNT(*) FROM usage_seg WHERE tenant_id = $1 AND billed_day = $2 AND period = $3 AND seg = $4`,
		tx.id(), int64(r.BilledDay), int64(r.Period), r.Seg)
	return n > 0, err
}

// Shrink gives disk space that compaction has freed back to the system. Without
// it the space is used again by what is written next, and the database does not
// grow; so it is for once after a large compaction, not for every night.
//
// It writes the tables anew, which needs as much free space again. On SQLite
// writers wait until it is done and readers go on. On PostgreSQL it is VACUUM
// FULL, table by table: everybody who wants the table at hand waits. A plain
// VACUUM would leave the files as they are, and PostgreSQL does that by itself.
// If the table cannot be had within ten seconds the error is Busy.
func (s *Store) Shrink(ctx context.Context) error {
	return fault.Wrap("shrink the database", s.engine.shrink(ctx))
}

func (e *sqliteEngine) shrink(ctx context.Context) error {
	if err := e.lanes.enter(ctx, Bulk); err != nil {
		return err
	}
	defer e.lanes.leave()
	if _, err := e.writer.c.ExecContext(ctx, "VACUUM"); err != nil {
		return sqliteError(err)
	}
	return e.settle(ctx)
}

func (e *postgresEngine) shrink(ctx context.Context) error {
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	if _, err := c.Exec(ctx, "SET lock_timeout = '10s'"); err != nil {
		return postgresError(err)
	}
	for _, table := range []string{"call_seg", "number_seg", "charge_seg", "usage_seg"} {
		if _, err = c.Exec(ctx, "VACUUM (FULL) "+table); err != nil {
			break
		}
	}
	if _, rerr := c.Exec(context.WithoutCancel(ctx), "RESET lock_timeout"); err == nil {
		err = rerr
	}
	return postgresError(err)
}
