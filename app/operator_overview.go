package app

import (
	"cmp"
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// OperatorOverview is what all tenants used in some billing days, each counted in
// its own time zone. Currencies never add up, so there is no total amount.
type OperatorOverview struct {
	Days       when.Days
	Tenants    []TenantOverview   // by name
	Currencies []CurrencyOverview // of which amounts were charged; most calls first
	Total      usage.Sums         // without amounts
	Before     usage.Sums         // of as many days just before
	Calls      []int64            // of each day of Days, in order
	Newest     when.Day           // on which the newest call of all began; zero: there is none
	Nobody     store.Standing     // of records that name no tenant there is
	Standing   store.Standing     // of all, those of nobody too
}

// TenantOverview is one tenant's part. The totals and Daily are of billing days
// in its own zone.
type TenantOverview struct {
	tenant.Tenant
	store.Standing
	Total  usage.Sums
	Before usage.Sums
	Silent int // days since its records stopped coming, where that is longer than usual; else 0

	daily  []usage.Sums // of the days before and of Days
	newest when.Day     // of its zone, in which the UTC day of its newest call begins; zero: it has none
}

// CurrencyOverview is what was charged in one currency.
type CurrencyOverview struct {
	Currency money.Currency
	Tenants  int // with calls in it
	Total    usage.Sums
	Before   usage.Sums
	Daily    []money.Amount // of each day of Days, in order
}

// overviewColumns are what an operator's overview adds up.
const overviewColumns = segment.RollupItem | segment.RollupCalls | segment.RollupCharged | segment.RollupSeconds | segment.RollupBilled |
	segment.RollupAmount | segment.RollupCost | segment.RollupAnswered | segment.RollupUntold

// OperatorOverview adds up billing days of every tenant from roll-ups. Of runs
// those count that began since the instant. It reads less than half a
// millisecond a tenant, so a thousand of them take less than half a second. Days without an end are an error of
// kind Invalid.
func (a *App) OperatorOverview(ctx context.Context, days when.Days, since when.Instant) (*OperatorOverview, error) {
	if days.From == 0 || days.To < days.From {
		return nil, fault.New(fault.Invalid, "an overview needs a first and a last day")
	}
	ts, err := a.store.Tenants(ctx)
	if err != nil {
		return nil, fault.Wrap("operator's overview", err)
	}
	o := &OperatorOverview{Days: days, Tenants: make([]TenantOverview, len(ts)), Calls: make([]int64, days.Count())}
	err = everyTenant(ctx, ts, func(ctx context.Context, i int) error {
		o.Tenants[i].Tenant = ts[i]
		return o.Tenants[i].read(ctx, a, days, since)
	})
	if err == nil {
		err = a.store.View(ctx, tenant.System, func(tx *store.Tx) (err error) {
			o.Nobody, err = tx.Standing(since)
			return err
		})
	}
	if err == nil {
		err = o.addUp()
	}
	return o, fault.Wrap("operator's overview", err)
}

// read fills in what one tenant used.
func (t *TenantOverview) read(ctx context.Context, a *App, days when.Days, since when.Instant) error {
	zone, err := a.Zone(t.Zone)
	if err != nil {
		return err
	}
	n := days.Count()
	t.daily = make([]usage.Sums, 2*n)
	window := when.Days{From: DaysBefore(days).From, To: days.To}
	at := func(d when.Day) int { return when.Days{From: window.From, To: d}.Count() - 1 } // of a day that is not before window
	var today when.Day
	err = a.store.View(ctx, t.ID, func(tx *store.Tx) error {
		today = zone.Day(tx.Now)
		if err := tx.UsageOf(window, overviewColumns, func(day when.Day, ds []usage.Delta) error {
			into := &t.daily[at(day)]
			for i := range ds {
				once := talkOnce(&ds[i])
				if err := addSums(into, &once); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		t.Standing, err = tx.Standing(since)
		if t.newest = 0; t.Newest != 0 { // so that one call after midnight UTC makes no month of its own
			t.newest = zone.Day(when.UTC.Start(t.Newest))
		}
		return err
	})
	for i := range t.daily {
		into := &t.Before
		if i >= n {
			into = &t.Total
		}
		if err == nil {
			err = addSums(into, &t.daily[i])
		}
	}
	if today >= window.From && today <= days.To {
		t.Silent = silent(t.daily[:min(len(t.daily), at(today)+1)])
	}
	return err
}

// silent is for how many days there have been no calls, where that is longer
// than usual: by more than a day longer than the longest gap there was. Of less
// than three days with calls nothing is said.
func silent(daily []usage.Sums) int {
	last, longest, active := -1, 1, 0
	for i := range daily {
		if daily[i].Calls <= 0 {
			continue
		}
		if last >= 0 {
			longest = max(longest, i-last)
		}
		last = i
		active++
	}
	const enough = 3
	since := len(daily) - 1 - last
	if active < enough || since <= longest+1 {
		return 0
	}
	return since
}

// addUp makes the totals of the tenants'.
func (o *OperatorOverview) addUp() error {
	at := map[money.Currency]*CurrencyOverview{}
	n := len(o.Calls)
	o.Standing = o.Nobody
	for i := range o.Tenants {
		t := &o.Tenants[i]
		o.Newest = max(o.Newest, t.newest)
		o.Standing.Add(&t.Standing)
		c := at[t.Currency]
		if c == nil {
			c = &CurrencyOverview{Currency: t.Currency, Daily: make([]money.Amount, n)}
			at[t.Currency] = c
		}
		if t.Total.Calls > 0 {
			c.Tenants++
		}
		if err := c.add(t); err != nil {
			return err
		}
		for k := range o.Calls {
			o.Calls[k] += t.daily[n+k].Calls
		}
	}
	for _, c := range at {
		total, before := c.Total, c.Before
		total.Amount, total.Cost, before.Amount, before.Cost = 0, 0, 0, 0
		if err := addSums(&o.Total, &total); err != nil {
			return err
		}
		if err := addSums(&o.Before, &before); err != nil {
			return err
		}
		if !c.Total.IsZero() || !c.Before.IsZero() {
			o.Currencies = append(o.Currencies, *c)
		}
	}
	slices.SortFunc(o.Currencies, func(x, y CurrencyOverview) int {
		return cmp.Or(cmp.Compare(y.Total.Calls, x.Total.Calls), cmp.Compare(x.Currency, y.Currency))
	})
	return nil
}

func (c *CurrencyOverview) add(t *TenantOverview) (err error) {
	if err := addSums(&c.Total, &t.Total); err != nil {
		return err
	}
	if err := addSums(&c.Before, &t.Before); err != nil {
		return err
	}
	for k := range c.Daily {
		if c.Daily[k], err = c.Daily[k].Add(t.daily[len(c.Daily)+k].Amount); err != nil {
			return err
		}
	}
	return nil
}
