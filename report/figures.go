package report

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// figures gives what was billed on the days of q, as usage by billing day of
// the account: from the roll-ups, or from the charges where the days are those
// of another zone. Ids in it are known to the roster.
func (q *question) figures(tx *store.Tx, f func(day when.Day, d *usage.Delta) error) error {
	known := func(day when.Day, d *usage.Delta) error {
		if uint(d.Key.Agent) >= uint(len(q.roster.users)) || uint(d.Key.Campaign) >= uint(len(q.roster.campaigns)) {
			return fault.New(fault.Internal, "usage of %s names user %d and campaign %d, which are not there", day, d.Key.Agent, d.Key.Campaign)
		}
		return f(day, d)
	}
	if q.zone.Name() != q.account.Name() {
		return q.fromCharges(tx, known)
	}
	return tx.Usage(q.days, func(day when.Day, ds []usage.Delta) error {
		for i := range ds {
			if err := known(day, &ds[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// fromCharges is figures call by call: what each call would add to a roll-up.
func (q *question) fromCharges(tx *store.Tx, f func(day when.Day, d *usage.Delta) error) error {
	var d usage.Delta // one for all calls: f does not keep it
	return q.charges(tx, func(c *usage.Call, ch *usage.Charge) error {
		day := q.account.Day(ch.BilledAt - q.tenant.Cutoff)
		d = usage.Delta{
			Key:  usage.DeltaKey{Agent: c.Agent, Campaign: c.Campaign, Country: c.Country, Kind: c.Kind},
			Sums: usage.Sums{Calls: 1, Amount: ch.Amount},
		}
		if ch.Status == usage.Rated && ch.Charged() > 0 {
			d.Sums.Charged = 1
		}
		if err := f(day, &d); err != nil || ch.AMD == 0 {
			return err
		}
		d.Key.Item = usage.Detection
		d.Sums = usage.Sums{Calls: 1, Charged: 1, Amount: ch.AMD}
		return f(day, &d)
	})
}

// charges gives the calls billed on the days of q with their charges. Days of
// another zone begin as long after midnight as the account's do.
func (q *question) charges(tx *store.Tx, f func(*usage.Call, *usage.Charge) error) error {
	started, err := q.startDays(tx)
	if err != nil {
		return err
	}
	return tx.Billed(started, func(calls []usage.Call, charges []usage.Charge) error {
		for i := range calls {
			if !q.days.Contains(q.zone.Day(charges[i].BilledAt - q.tenant.Cutoff)) {
				continue
			}
			if err := f(&calls[i], &charges[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// startDays are the UTC days on which a call can have started that was billed
// on the days of q: a day or so before its end, and any time before where a
// record came late, after its period was closed.
func (q *question) startDays(tx *store.Tx) (when.Days, error) {
	acct, err := tx.Account()
	if err != nil {
		return when.Days{}, err
	}
	const margin = 2 // a zone's day is not UTC's, and a call can last a day
	days := when.Days{From: store.AllDays.From, To: q.days.To.Add(margin)}
	if acct.ClosedThrough == 0 {
		days.From = max(days.From, q.days.From.Add(-margin))
	}
	return days, nil
}
