package app

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Overview is what a tenant, or one of its agents, used in some billing days,
// added up in the ways that its first page shows. Each list adds up to Total.
type Overview struct {
	Days      when.Days
	Currency  money.Currency
	Total     usage.Sums
	Before    usage.Sums // of as many days just before
	Daily     []DayUsage // every day of Days, in order
	Countries []PartUsage[phone.Country]
	Campaigns []PartUsage[tenant.CampaignID]
	Agents    []PartUsage[tenant.UserID] // dearest first, as the other two
	Kinds     []usage.Kind               // those that occur
	Waiting   int64                      // calls in suspense, of all days
	Last      when.Day                   // UTC day on which the newest call of all began; zero: there is none
}

// DayUsage is one billing day, by kind of call; detection counts for its call's.
type DayUsage struct {
	Day    when.Day
	Amount map[usage.Kind]money.Amount
	Sums   usage.Sums
}

// PartUsage is the usage of one country, campaign or agent; zero is none named.
type PartUsage[K comparable] struct {
	Key  K
	Sums usage.Sums
}

// Overview adds up billing days of a tenant from its roll-ups. An agent other
// than zero narrows it to that agent's calls. Days without an end are an error
// of kind Invalid.
func (a *App) Overview(ctx context.Context, t tenant.Tenant, days when.Days, agent tenant.UserID) (*Overview, error) {
	if days.From == 0 || days.To < days.From {
		return nil, fault.New(fault.Invalid, "an overview needs a first and a last day")
	}
	f := overviewFold{
		out:   &Overview{Days: days, Currency: t.Currency},
		agent: agent, daily: map[when.Day]*DayUsage{}, kinds: map[usage.Kind]bool{},
		countries: map[phone.Country]usage.Sums{}, campaigns: map[tenant.CampaignID]usage.Sums{}, agents: map[tenant.UserID]usage.Sums{},
	}
	for d := days.From; d <= days.To; d = d.Add(1) {
		f.daily[d] = &DayUsage{Day: d, Amount: map[usage.Kind]money.Amount{}}
	}
	before := DaysBefore(days)
	err := a.store.View(ctx, t.ID, func(tx *store.Tx) error {
		if err := tx.Usage(days, f.add); err != nil {
			return err
		}
		if err := tx.Usage(before, f.addBefore); err != nil {
			return err
		}
		return f.standing(tx)
	})
	f.finish()
	return f.out, fault.Wrap("overview", err)
}

// DaysBefore are as many days as days, just before them.
func DaysBefore(days when.Days) when.Days {
	return when.Days{From: days.From.Add(-days.Count()), To: days.From.Add(-1)}
}

// LastDay is the UTC day on which the newest call of a tenant began, or zero.
func (a *App) LastDay(ctx context.Context, id tenant.ID) (last when.Day, err error) {
	err = a.store.View(ctx, id, func(tx *store.Tx) error {
		days, err := tx.NewDays(-1)
		if len(days) > 0 {
			last = days[len(days)-1]
		}
		return err
	})
	return last, fault.Wrap("last day", err)
}

// overviewFold is Overview at work.
type overviewFold struct {
	out       *Overview
	agent     tenant.UserID
	daily     map[when.Day]*DayUsage
	kinds     map[usage.Kind]bool
	countries map[phone.Country]usage.Sums
	campaigns map[tenant.CampaignID]usage.Sums
	agents    map[tenant.UserID]usage.Sums
}

// add takes in the deltas of one billing day.
func (f *overviewFold) add(day when.Day, ds []usage.Delta) error {
	at := f.daily[day]
	for i := range ds {
		d := &ds[i]
		if f.agent != 0 && d.Key.Agent != f.agent {
			continue
		}
		s := talkOnce(d)
		amount, err := at.Amount[d.Key.Kind].Add(s.Amount)
		if err != nil {
			return err
		}
		at.Amount[d.Key.Kind] = amount
		f.kinds[d.Key.Kind] = true
		country, campaign, agent := f.countries[d.Key.Country], f.campaigns[d.Key.Campaign], f.agents[d.Key.Agent]
		for _, into := range []*usage.Sums{&f.out.Total, &at.Sums, &country, &campaign, &agent} {
			if err := addSums(into, &s); err != nil {
				return err
			}
		}
		f.countries[d.Key.Country], f.campaigns[d.Key.Campaign], f.agents[d.Key.Agent] = country, campaign, agent
	}
	return nil
}

func (f *overviewFold) addBefore(_ when.Day, ds []usage.Delta) error {
	for i := range ds {
		if f.agent != 0 && ds[i].Key.Agent != f.agent {
			continue
		}
		s := talkOnce(&ds[i])
		if err := addSums(&f.out.Before, &s); err != nil {
			return err
		}
	}
	return nil
}

// talkOnce is what a delta adds to totals over items: a detection is money on a
// call that its voice row has counted already.
func talkOnce(d *usage.Delta) usage.Sums {
	if d.Key.Item == usage.Detection {
		return usage.Sums{Amount: d.Sums.Amount, Cost: d.Sums.Cost}
	}
	return d.Sums
}

// standing reads what does not depend on the days.
func (f *overviewFold) standing(tx *store.Tx) error {
	days, err := tx.NewDays(-1)
	if err != nil {
		return err
	}
	if len(days) > 0 {
		f.out.Last = days[len(days)-1]
	}
	segments, err := tx.Segments(store.AllDays)
	for i := range segments {
		f.out.Waiting += int64(segments[i].Suspended)
	}
	return err
}

// finish puts what was folded into order.
func (f *overviewFold) finish() {
	for d := f.out.Days.From; d <= f.out.Days.To; d = d.Add(1) {
		f.out.Daily = append(f.out.Daily, *f.daily[d])
	}
	f.out.Kinds = slices.Sorted(maps.Keys(f.kinds))
	f.out.Countries, f.out.Campaigns, f.out.Agents = dearest(f.countries), dearest(f.campaigns), dearest(f.agents)
}

// dearest orders parts by amount, then calls, both from the highest down.
func dearest[K cmp.Ordered](parts map[K]usage.Sums) []PartUsage[K] {
	all := make([]PartUsage[K], 0, len(parts))
	for k, s := range parts {
		if !s.IsZero() {
			all = append(all, PartUsage[K]{k, s})
		}
	}
	slices.SortFunc(all, func(a, b PartUsage[K]) int {
		return cmp.Or(cmp.Compare(b.Sums.Amount, a.Sums.Amount), cmp.Compare(b.Sums.Calls, a.Sums.Calls), cmp.Compare(a.Key, b.Key))
	})
	return all
}
