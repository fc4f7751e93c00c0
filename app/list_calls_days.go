package app

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// usedDays are the billing days on which there was a call of a filter's agents,
// campaigns, countries, kinds and directions, as the roll-ups tell: a hundredth
// of what the calls take. Days without need not be looked through.
type usedDays struct {
	days   map[when.Day]bool
	newest when.Day
	closed when.Instant // calls that ended before it can be late
}

// tellsDays tells whether roll-ups know something about the filter.
func (m *callMatch) tellsDays() bool {
	return m.kinds != 0 || m.directions != 0 || m.campaigns != nil || m.countries != nil || m.people != nil
}

// A call that starts on a UTC day is billed at its end, unless it is late: within
// so many days before and after, whatever the zone, the cut-off and its length.
const (
	billedBefore = 2
	billedAfter  = 3
)

// readUsedDays reads them for calls that started on UTC days. Late calls count on
// any later day, so where there can be some, all later ones are read too.
func readUsedDays(tx *store.Tx, m *callMatch, days when.Days) (*usedDays, error) {
	account, err := tx.Account()
	if err != nil {
		return nil, err
	}
	u := &usedDays{days: map[when.Day]bool{}, closed: account.ClosedThrough}
	days = when.Days{From: days.From.Add(-billedBefore), To: days.To.Add(billedAfter)}
	if u.closed > when.UTC.Start(days.From) {
		days.To = store.AllDays.To
	}
	const wanted = segment.RollupItem | segment.RollupKind | segment.RollupDirection | segment.RollupAgent |
		segment.RollupCampaign | segment.RollupCountry | segment.RollupCalls
	var r segment.Reader
	var x segment.RollupReader
	deltas := make([]usage.Delta, scanBlock)
	return u, tx.Rollups(days, func(roll *store.Rollup) error {
		if u.days[roll.BilledDay] {
			return nil
		}
		if err := r.Reset(roll.Data); err != nil {
			return err
		}
		if err := x.Reset(&r, wanted); err != nil {
			return err
		}
		for row := 0; row < x.Rows(); row += scanBlock {
			block := deltas[:min(scanBlock, x.Rows()-row)]
			clear(block)
			if err := x.Read(row, block); err != nil {
				return err
			}
			for i := range block {
				if block[i].Sums.Calls != 0 && m.key(&block[i].Key, roll.BilledDay) {
					u.days[roll.BilledDay], u.newest = true, max(u.newest, roll.BilledDay)
					return nil
				}
			}
		}
		return nil
	})
}

// key tells whether calls of a roll-up row can fit.
func (m *callMatch) key(k *usage.DeltaKey, day when.Day) bool {
	return k.Item == usage.Voice && m.kinds.has(uint8(k.Kind)) && m.directions.has(uint8(k.Direction)) &&
		(m.campaigns == nil || m.campaigns[k.Campaign]) && (m.countries == nil || m.countries[k.Country]) &&
		(m.people == nil || m.people.have(k.Agent, k.Campaign, func() when.Day { return day }))
}

// can tells whether a call of the filter can have started on a UTC day.
func (u *usedDays) can(day when.Day) bool {
	if u.closed > when.UTC.Start(day) {
		return u.newest >= day.Add(-billedBefore)
	}
	for n := -billedBefore; n <= billedAfter; n++ {
		if u.days[day.Add(n)] {
			return true
		}
	}
	return false
}
