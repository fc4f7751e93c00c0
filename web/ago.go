package web

import "tollkeeper/core/when"

// ago says how long before now something was, roughly.
func ago(at, now when.Instant) string {
	if at.IsZero() {
		return "never"
	}
	const minute, hour = when.Minute, when.Hour
	switch d := now - at; {
	case d < 2*minute:
		return "just now"
	case d < 2*hour:
		return plural(int64(d/minute), "minute") + " ago"
	case d < 2*when.DayLength:
		return plural(int64(d/hour), "hour") + " ago"
	default:
		return plural(int64(d/when.DayLength), "day") + " ago"
	}
}
