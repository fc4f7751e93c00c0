package app

import (
	"cmp"
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// TenantRun is one tenant's share of a reading of a file. The system's share is
// the records that name no tenant there is, and lines that cannot be read.
type TenantRun struct {
	Tenant tenant.Tenant
	store.Run
}

// RunMark is a place in a list of runs.
type RunMark struct {
	Run    int64
	Tenant tenant.ID
}

// ListRuns says which runs to list.
type ListRuns struct {
	Of    []tenant.Tenant // whose
	State store.RunState
	After RunMark // what comes behind this one; zero: from the newest on
	Limit int     // at least 1
}

// ListRuns lists runs of several tenants, newest first and those of one file by
// tenant, and tells whether there are more. It reads no more than Limit + 1 of
// any tenant.
func (a *App) ListRuns(ctx context.Context, l ListRuns) (runs []TenantRun, more bool, err error) {
	found := make([][]store.Run, len(l.Of))
	err = everyTenant(ctx, l.Of, func(ctx context.Context, i int) error {
		f := store.RunFilter{Below: l.After.Run, State: l.State, Limit: l.Limit + 1}
		if f.Below > 0 && l.Of[i].ID > l.After.Tenant {
			f.Below++ // its share of the file that the list was left at
		}
		return a.store.View(ctx, l.Of[i].ID, func(tx *store.Tx) (err error) {
			found[i], err = tx.FindRuns(f)
			return err
		})
	})
	if err != nil {
		return nil, false, fault.Wrap("list imports", err)
	}
	for i := range found {
		for _, r := range found[i] {
			runs = append(runs, TenantRun{l.Of[i], r})
		}
	}
	slices.SortFunc(runs, func(x, y TenantRun) int {
		return cmp.Or(cmp.Compare(y.ID, x.ID), cmp.Compare(x.Tenant.ID, y.Tenant.ID))
	})
	more = len(runs) > l.Limit
	return runs[:min(len(runs), l.Limit)], more, nil
}

// FindRun lists the shares that the given tenants have of a run, by tenant. Where
// none has any it is NotFound.
func (a *App) FindRun(ctx context.Context, of []tenant.Tenant, id int64) ([]TenantRun, error) {
	found := make([]store.Run, len(of))
	err := everyTenant(ctx, of, func(ctx context.Context, i int) error {
		return a.store.View(ctx, of[i].ID, func(tx *store.Tx) (err error) {
			if found[i], err = tx.FindRun(id); fault.Is(err, fault.NotFound) {
				return nil
			}
			return err
		})
	})
	if err != nil {
		return nil, fault.Wrap("find an import", err)
	}
	var runs []TenantRun
	for i := range found {
		if found[i].ID != 0 {
			runs = append(runs, TenantRun{of[i], found[i]})
		}
	}
	if len(runs) == 0 {
		return nil, fault.New(fault.NotFound, "there is no import %d", id)
	}
	return runs, nil
}

// Everybody lists all tenants and, first, the system that records without one
// wait at.
func (a *App) Everybody(ctx context.Context) ([]tenant.Tenant, error) {
	ts, err := a.store.Tenants(ctx)
	return slices.Concat([]tenant.Tenant{systemTenant}, ts), err
}
