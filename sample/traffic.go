package sample

import "tollkeeper/core/when"

// traffic is how a tenant's calls spread over its days: by half hours of local
// time, each with a weight.
type traffic struct {
	zone   *when.Zone
	from   when.Instant // start of the first half hour
	slots  int
	weight uint64 // of all together
}

const (
	slotLength = 30 * when.Minute
	slotMillis = int64(slotLength / when.Millisecond)
)

// hourly are the weights of the hours of a weekday.
var hourly = [24]uint64{6, 5, 4, 4, 5, 8, 20, 60, 180, 260, 300, 290, 240, 250, 290, 300, 280, 240, 190, 140, 90, 50, 20, 10}

func newTraffic(o Options, zone string) traffic {
	z, err := when.LoadZone(zone)
	if err != nil {
		panic("sample: " + err.Error()) // homes name zones that exist
	}
	p := z.Period(when.Days{From: o.First, To: o.First.Add(o.Days - 1)})
	w := traffic{zone: z, from: p.From, slots: int((p.To - p.From) / slotLength)}
	for i := range w.slots {
		w.weight += w.at(i).weight()
	}
	return w
}

// slot is a half hour.
type slot struct {
	start   when.Instant
	day     int32 // ordinal of the local day
	weekday int   // as when.Weekday counts
	minute  int   // of the local day
}

func (w *traffic) at(i int) slot {
	s := slot{start: w.from + when.Instant(i)*slotLength}
	shift, _ := w.zone.Offset(s.start)
	local := s.start + shift
	s.day = int32(local / when.DayLength)
	s.weekday = when.Weekday(s.day)
	s.minute = int(local % when.DayLength / when.Minute)
	return s
}

// weight is the slot's share of the traffic; between two full hours the mean
// of them.
func (s slot) weight() uint64 {
	hour := s.minute / 60
	w := hourly[hour] * 2
	if s.minute%60 > 0 {
		w = hourly[hour] + hourly[(hour+1)%24]
	}
	switch s.weekday {
	case 5:
		w = w * 45 / 100
	case 6:
		w = w * 20 / 100
	}
	return w
}
