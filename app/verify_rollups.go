package app

import (
	"errors"
	"fmt"

	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// verifyRollups compares roll-ups with charges. Charges are gathered by billing
// day as their calls are read, day by day of their start; a billing day is
// compared and forgotten as soon as no later call can be billed on it.
type verifyRollups struct {
	gathered deltaSet
	next     deltaSet // what of gathered is not compared yet, while that changes
	stored   deltaSet
	days     dayCache
	from     when.Day              // the first billing day not compared yet
	charged  map[int32]*periodSums // by billing period
	reader   segment.Reader
	rows     segment.RollupReader
	block    []usage.Delta
	damaged  map[when.Day]bool
}

func (v *verifying) beginRollups() {
	r := &v.rollups
	r.days, r.from = dayCache{books: v.books}, store.AllDays.From
	r.charged, r.damaged = map[int32]*periodSums{}, map[when.Day]bool{}
	r.gathered.reset()
}

// gather adds what calls and their charges come to.
func (v *verifying) gather(calls []usage.Call, charges []usage.Charge) error {
	r := &v.rollups
	for i := range calls {
		if err := r.gathered.add(r.days.of(charges[i].BilledAt), &calls[i], &charges[i], 1); err != nil {
			return err
		}
	}
	return nil
}

// compareRollups compares billing days up to last, of which all calls have been
// gathered.
func (v *verifying) compareRollups(last when.Day) error {
	r := &v.rollups
	if last < r.from {
		return nil
	}
	days := when.Days{From: r.from, To: last}
	r.from = last.Add(1)
	r.stored.reset()
	if err := v.tx.Rollups(days, v.addStored); err != nil {
		return err
	}
	r.next.reset()
	ready := deltaSet{}
	ready.reset()
	for i := range r.gathered.rows {
		d := &r.gathered.rows[i]
		to := &ready
		if d.day > last {
			to = &r.next
		}
		*to.row(dayKey{d.day, d.Key}) = d.Sums
	}
	r.gathered, r.next = r.next, r.gathered
	ready.sort()
	r.stored.sort()
	if err := ready.sums(r.charged); err != nil {
		return err
	}
	if !v.damaged {
		v.compareDays(ready.rows, r.stored.rows)
	}
	return nil
}

// addStored adds up one segment of roll-ups.
func (v *verifying) addStored(u *store.Rollup) error {
	r := &v.rollups
	where := fmt.Sprintf("billed %s, roll-up segment %d", u.BilledDay, u.Seg)
	if u.Period != u.BilledDay.Month() {
		v.find("rollups", where, "it is kept under the period %s", monthName(u.Period))
	}
	err := r.reader.Reset(u.Data)
	if err == nil {
		err = r.reader.Verify()
	}
	if err == nil {
		err = r.rows.Reset(&r.reader, segment.AllRollups)
	}
	if err != nil {
		r.damaged[u.BilledDay] = true
		v.find("rollups", where, "%v", err)
		return nil
	}
	if r.block == nil {
		r.block = make([]usage.Delta, 1024)
	}
	v.out.Rollups += int64(r.rows.Rows())
	for row := 0; row < r.rows.Rows(); row += len(r.block) {
		block := r.block[:min(len(r.block), r.rows.Rows()-row)]
		clear(block)
		if err = r.rows.Read(row, block); err != nil {
			break
		}
		for i := range block {
			if err = addSums(r.stored.row(dayKey{u.BilledDay, block[i].Key}), &block[i].Sums); err != nil {
				break
			}
		}
	}
	if err != nil {
		r.damaged[u.BilledDay] = true
		v.find("rollups", where, "%v", err)
	}
	return nil
}

// addSums adds b to a; an overflow is an error of kind Internal.
func addSums(a, b *usage.Sums) error {
	var errs [9]error
	add := func(i int, to *int64, n int64) {
		sum, err := money.Amount(*to).Add(money.Amount(n))
		*to, errs[i] = int64(sum), err
	}
	add(0, &a.Calls, b.Calls)
	add(1, &a.Charged, b.Charged)
	add(2, &a.Seconds, b.Seconds)
	add(3, &a.Billed, b.Billed)
	add(4, &a.Paid, b.Paid)
	a.Amount, errs[5] = a.Amount.Add(b.Amount)
	a.Cost, errs[6] = a.Cost.Add(b.Cost)
	add(7, &a.Answered, b.Answered)
	add(8, &a.Untold, b.Untold)
	return errors.Join(errs[:]...)
}

// compareDays walks both sides, in their common order, a billing day at a time.
func (v *verifying) compareDays(charged, stored []dayDelta) {
	for len(charged) > 0 || len(stored) > 0 {
		var day when.Day
		switch {
		case len(stored) == 0 || len(charged) > 0 && charged[0].day < stored[0].day:
			day = charged[0].day
		default:
			day = stored[0].day
		}
		n, m := dayEnd(charged, day), dayEnd(stored, day)
		if !v.rollups.damaged[day] {
			v.compareDay(day, charged[:n], stored[:m])
		}
		charged, stored = charged[n:], stored[m:]
	}
}

func dayEnd(ds []dayDelta, day when.Day) (n int) {
	for n < len(ds) && ds[n].day == day {
		n++
	}
	return n
}

// tells tells whether stored sums say what charges come to. Where some of the
// stored ones are too old to know how many calls were answered, there is only a
// range for it.
func tells(charged, stored usage.Sums) bool {
	if untold := stored.Untold; untold > 0 {
		if d := charged.Answered - stored.Answered; d < 0 || d > untold || untold > stored.Calls {
			return false
		}
		stored.Answered, stored.Untold = charged.Answered, 0
	}
	return charged == stored
}

// compareDay compares key by key, and tells of all differences of a day in one
// finding, with the first of them.
func (v *verifying) compareDay(day when.Day, charged, stored []dayDelta) {
	differ, first := 0, ""
	note := func(k usage.DeltaKey, c, s usage.Sums) {
		if tells(c, s) {
			return
		}
		if differ++; differ == 1 {
			first = fmt.Sprintf("%s, %s %s, agent %d, campaign %d, unit %d, country %s: roll-ups say %d calls, %s, charges %d calls, %s",
				k.Item, k.Direction, k.Kind, k.Agent, k.Campaign, k.Unit, k.Country, s.Calls, s.Amount, c.Calls, c.Amount)
		}
	}
	for i, j := 0, 0; i < len(charged) || j < len(stored); {
		c := 0
		switch {
		case i == len(charged):
			c = 1
		case j == len(stored):
			c = -1
		default:
			c = charged[i].Key.Compare(stored[j].Key)
		}
		switch {
		case c < 0:
			note(charged[i].Key, charged[i].Sums, usage.Sums{})
			i++
		case c > 0:
			note(stored[j].Key, usage.Sums{}, stored[j].Sums)
			j++
		default:
			note(charged[i].Key, charged[i].Sums, stored[j].Sums)
			i, j = i+1, j+1
		}
	}
	if differ > 0 {
		v.find("rollups", "billed "+day.String(), "%d sums differ; the first: %s", differ, first)
	}
}
