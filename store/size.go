package store

import (
	"context"

	"tollkeeper/core/tenant"
)

// RawSize is how many bytes of the database are the original text of records.
func (s *Store) RawSize(ctx context.Context) (n int64, err error) {
	err = s.View(ctx, tenant.System, func(tx *Tx) error {
		return tx.one([]any{&n}, `SELECT CAST(COALESCE(SUM(LENGTH(data)), 0) AS BIGINT) FROM raw_seg WHERE tenant_id >= $1`, tx.id())
	})
	return n, err
}
