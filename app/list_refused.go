package app

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// RefusedLine is a line of a file that could not be read, and whose it was.
type RefusedLine struct {
	Tenant tenant.Tenant
	store.Rejected
}

// RefusedMark is a place in a list of refused lines.
type RefusedMark struct {
	Tenant tenant.ID
	Line   int64
}

// MendRefused is what to do about most lines: what is wrong with one is its
// reason.
const MendRefused = "mend the line and send it again: nothing counts twice"

// ListRefused lists refused lines of the shares of one run, by tenant and line,
// at most limit of those behind after, and tells whether there are more.
func (a *App) ListRefused(ctx context.Context, shares []TenantRun, after RefusedMark, limit int) (lines []RefusedLine, more bool, err error) {
	for i := range shares {
		s := &shares[i]
		if s.Tenant.ID < after.Tenant {
			continue
		}
		f := store.RejectedFilter{Hash: s.Hash, Limit: limit + 1 - len(lines)}
		if s.Hash == [32]byte{} {
			f.Run = s.ID // a stream has no hash of its own
		}
		if s.Tenant.ID == after.Tenant {
			f.After = after.Line
		}
		var found []store.Rejected
		if err := a.store.View(ctx, s.Tenant.ID, func(tx *store.Tx) (err error) {
			found, err = tx.FindRejected(f)
			return err
		}); err != nil {
			return nil, false, fault.Wrap("list refused lines", err)
		}
		for _, r := range found {
			if r.Advice == "" {
				r.Advice = MendRefused
			}
			lines = append(lines, RefusedLine{s.Tenant, r})
		}
		if len(lines) > limit {
			return lines[:limit], true, nil
		}
	}
	return lines, false, nil
}
