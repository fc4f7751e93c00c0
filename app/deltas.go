package app

import (
	"cmp"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// deltaSet gathers roll-up deltas by billing day and key. Import, re-rating and
// verify all make them here.
type deltaSet struct {
	index map[dayKey]int32
	rows  []dayDelta
	buf   []usage.Delta
}

type dayKey struct {
	day when.Day
	key usage.DeltaKey
}

type dayDelta struct {
	day when.Day
	usage.Delta
}

func (s *deltaSet) reset() {
	if s.index == nil {
		s.index = map[dayKey]int32{}
	}
	clear(s.index)
	s.rows = s.rows[:0]
}

// row is the sums of a key, added where it is new.
func (s *deltaSet) row(k dayKey) *usage.Sums {
	i, ok := s.index[k]
	if !ok {
		i = int32(len(s.rows))
		s.index[k] = i
		s.rows = append(s.rows, dayDelta{k.day, usage.Delta{Key: k.key}})
	}
	return &s.rows[i].Sums
}

// add adds what a call and its charge come to, sign times: 1 for what counts, −1
// for what no longer does.
func (s *deltaSet) add(day when.Day, c *usage.Call, ch *usage.Charge, sign int64) error {
	k := dayKey{day, usage.DeltaKey{
		Agent: c.Agent, Campaign: c.Campaign, Unit: c.Unit, Country: c.Country, Kind: c.Kind, Direction: c.Direction,
	}}
	sums := s.row(k)
	sums.Calls += sign
	if c.Answered != 0 {
		sums.Answered += sign
	}
	sums.Seconds += sign * int64(c.Seconds())
	sums.Billed += sign * int64(ch.Billed)
	sums.Paid += sign * int64(ch.Charged())
	if ch.Charged() > 0 && ch.Status == usage.Rated {
		sums.Charged += sign
	}
	if err := addTimes(&sums.Amount, ch.Amount, sign); err != nil {
		return err
	}
	if err := addTimes(&sums.Cost, ch.Cost, sign); err != nil {
		return err
	}
	if ch.AMD == 0 {
		return nil
	}
	k.key.Item = usage.Detection
	sums = s.row(k)
	sums.Calls += sign
	sums.Charged += sign
	return addTimes(&sums.Amount, ch.AMD, sign)
}

func addTimes(to *money.Amount, a money.Amount, sign int64) (err error) {
	*to, err = to.Add(a * money.Amount(sign))
	return err
}

// sort orders the rows by day and key and leaves out those that came to nothing.
func (s *deltaSet) sort() {
	s.rows = slices.DeleteFunc(s.rows, func(d dayDelta) bool { return d.Sums.IsZero() })
	slices.SortFunc(s.rows, func(a, b dayDelta) int { return cmp.Or(cmp.Compare(a.day, b.day), a.Key.Compare(b.Key)) })
	clear(s.index)
}

// encode appends the deltas to rollups, one for each billing day. The set can
// only be read afterwards.
func (s *deltaSet) encode(enc *segment.Encoder, seg int64, rollups []store.Rollup) ([]store.Rollup, error) {
	s.sort()
	for from := 0; from < len(s.rows); {
		day := s.rows[from].day
		s.buf = s.buf[:0]
		to := from
		for to < len(s.rows) && s.rows[to].day == day && len(s.buf) < segment.MaxRows {
			s.buf = append(s.buf, s.rows[to].Delta)
			to++
		}
		r := store.Rollup{BilledDay: day, Period: day.Month(), Seg: seg<<8 | int64(len(rollups))}
		var err error
		if r.Data, err = enc.Rollups(nil, s.buf, segment.Planes); err != nil {
			return nil, err
		}
		rollups = append(rollups, r)
		from = to
	}
	return rollups, nil
}

// sums adds the amounts to those of their billing periods.
func (s *deltaSet) sums(into map[int32]*periodSums) error {
	for i := range s.rows {
		d := &s.rows[i]
		p := into[d.day.Month()]
		if p == nil {
			p = new(periodSums)
			into[d.day.Month()] = p
		}
		p.day = max(p.day, d.day)
		to := &p.voice
		if d.Key.Item == usage.Detection {
			to = &p.detection
		}
		if err := addTimes(to, d.Sums.Amount, 1); err != nil {
			return fault.Wrap("add up a billing period", err)
		}
	}
	return nil
}
