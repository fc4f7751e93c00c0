package app

import (
	"context"
	"errors"
	"sync"

	"tollkeeper/core/tenant"
)

// tenantsAtOnce is how many tenants are read at the same time: enough to wait
// for the database once, not a thousand times, and to leave it to others too.
const tenantsAtOnce = 8

// everyTenant calls f for each tenant, several at once, and joins their errors.
// After an error or the end of ctx no more are begun.
func everyTenant(ctx context.Context, ts []tenant.Tenant, f func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan int)
	errs := make([]error, min(tenantsAtOnce, len(ts)))
	var workers sync.WaitGroup
	for k := range errs {
		workers.Go(func() {
			for i := range next {
				if err := f(ctx, i); err != nil {
					errs[k] = err
					stop()
					return
				}
			}
		})
	}
	for i := range ts {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return ctx.Err()
}
