package rating

import (
	"tollkeeper/core/when"
)

// calendar is the bands of a card, compiled: which band holds at an instant,
// and until when that is certain. Bands are counted from 1; 0 is none.
//
// A local day is of one of some kinds: its weekday, and whose holiday the day
// before was, because then only that band's windows may run into it. Each kind
// of day is a list of parts. A day that is a holiday itself has one band.
type calendar struct {
	zone     *when.Zone
	parts    []part  // of all kinds of day, one kind behind the other
	kinds    []int32 // where a kind's parts begin: holiday band of the day before · 7 + weekday
	holidays []uint8 // band of each day from firstDay on
	firstDay int32   // ordinal
}

// part is a stretch of a day in one band; a day's last part ends at 1440.
type part struct {
	until uint16 // minute of the day
	band  uint8
}

// newCalendar compiles the bands of a card that has been checked. It is nil
// where no band ever holds.
func newCalendar(c *Card, zone *when.Zone) *calendar {
	if len(c.Bands) == 0 {
		return nil
	}
	k := &calendar{zone: zone}
	k.fillHolidays(c.Bands)
	k.kinds = make([]int32, 7*(len(c.Bands)+1))
	for before := range len(c.Bands) + 1 {
		if before > 0 && len(c.Bands[before-1].Holidays) == 0 {
			continue // never asked for
		}
		for weekday := range 7 {
			k.kinds[before*7+weekday] = int32(len(k.parts))
			k.appendDay(dayBands(c.Bands, weekday, uint8(before)))
		}
	}
	return k
}

func (k *calendar) fillHolidays(bands []Band) {
	first, last := int32(0), int32(-1)
	for _, b := range bands {
		for _, day := range b.Holidays {
			n := day.Ordinal()
			if last < first {
				first, last = n, n
			}
			first, last = min(first, n), max(last, n)
		}
	}
	k.firstDay, k.holidays = first, make([]uint8, last-first+1)
	for i, b := range bands {
		for _, day := range b.Holidays {
			k.holidays[day.Ordinal()-first] = uint8(i + 1)
		}
	}
}

// dayBands is the band of each minute of a weekday that is no holiday, where
// the day before was a holiday of band before (0: of none).
func dayBands(bands []Band, weekday int, before uint8) (day [when.MinutesOfDay]uint8) {
	for i, b := range bands {
		id := uint8(i + 1)
		for _, w := range b.Windows {
			if w.Days.Has(weekday) {
				for m := w.From; m < min(w.End(), when.MinutesOfDay); m++ {
					day[m] = id
				}
			}
			if w.Days.Has((weekday+6)%7) && (before == 0 || before == id) {
				for m := range w.End() - when.MinutesOfDay {
					day[m] = id
				}
			}
		}
	}
	return day
}

func (k *calendar) appendDay(day [when.MinutesOfDay]uint8) {
	for m := 1; m <= len(day); m++ {
		if m == len(day) || day[m] != day[m-1] {
			k.parts = append(k.parts, part{uint16(m), day[m-1]})
		}
	}
}

// at is the band that holds at i, and the first instant after i at which
// another one may.
func (k *calendar) at(i when.Instant) (band uint8, until when.Instant) {
	shift, until := k.zone.Offset(i)
	local := i + shift
	day := floorDay(local)
	start := i - (local - when.Instant(day)*when.DayLength) // midnight, were there no change of clocks
	if b := k.holiday(day); b > 0 {
		return b, min(until, start+when.DayLength)
	}
	p := k.kinds[int(k.holiday(day-1))*7+when.Weekday(day)]
	minute := uint16((i - start) / when.Minute)
	for k.parts[p].until <= minute {
		p++
	}
	return k.parts[p].band, min(until, start+when.Instant(k.parts[p].until)*when.Minute)
}

// holiday is the band whose holiday the day of that ordinal is; 0: no holiday.
func (k *calendar) holiday(day int32) uint8 {
	if n := uint32(day - k.firstDay); n < uint32(len(k.holidays)) {
		return k.holidays[n]
	}
	return 0
}

// floorDay is the ordinal of the day in which a local time lies.
func floorDay(local when.Instant) int32 {
	day := local / when.DayLength
	if local%when.DayLength < 0 {
		day--
	}
	return int32(day)
}
