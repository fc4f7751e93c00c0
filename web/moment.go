package web

import (
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// readMoment reads what a browser sends of a field for date and time: a local
// time of z, or an instant with its offset. Of a local time that comes twice it
// is the first; of one that clocks leave out, the moment they change.
func readMoment(text string, z *when.Zone) (when.Instant, error) {
	text = strings.TrimSpace(text)
	wrong := fault.New(fault.Invalid, "not a date and time such as 2026-06-15T10:30")
	if i, err := when.Parse(text); err == nil && strings.ContainsAny(text, "T ") {
		return i, nil
	}
	date, clock, _ := strings.Cut(strings.Replace(text, " ", "T", 1), "T")
	day, err := when.ParseDay(date)
	if err != nil {
		return 0, wrong
	}
	seconds := 0
	if short, rest, ok := cutSeconds(clock); ok {
		clock, seconds = short, rest
	}
	minute, err := when.ParseClock(clock)
	if err != nil || minute >= 24*60 {
		return 0, wrong
	}
	wall := when.Instant(day.Ordinal())*when.DayLength + when.Instant(minute)*when.Minute + when.Instant(seconds)*when.Second
	first, _, _ := z.Local(wall)
	if first <= 0 {
		return 0, wrong
	}
	return first, nil
}

// cutSeconds takes ":30" off "10:20:30".
func cutSeconds(clock string) (short string, seconds int, ok bool) {
	if len(clock) != len("10:20:30") || clock[5] != ':' {
		return clock, 0, false
	}
	tens, ones := clock[6]-'0', clock[7]-'0'
	if tens > 5 || ones > 9 {
		return clock, 0, false
	}
	return clock[:5], int(tens)*10 + int(ones), true
}

// momentValue is an instant as a field for date and time holds it.
func momentValue(i when.Instant, z *when.Zone) string {
	if i == 0 {
		return ""
	}
	local, _, _ := strings.Cut(i.In(z), ".")
	return strings.TrimSuffix(local[:len("2026-06-15T10:20:30")], ":00")
}
