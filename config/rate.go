package config

import (
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// Rate is so many of something in a time: at once, or one after the other. Its
// zero value is no limit.
type Rate struct {
	Count  int64
	Window when.Instant
}

// The highest count and the longest window of a Rate: twice their product fits
// into 64 bits.
const (
	MaxRate   = 1_000_000
	MaxWindow = when.DayLength
)

var windows = []struct {
	unit string
	is   when.Instant
}{{"s", when.Second}, {"m", when.Minute}, {"h", when.Hour}}

// String is "20000/s", "50/10s" or "none".
func (r Rate) String() string {
	if r == (Rate{}) {
		return "none"
	}
	for i := len(windows) - 1; i >= 0; i-- {
		if w := windows[i]; r.Window%w.is == 0 {
			many := ""
			if n := int64(r.Window / w.is); n != 1 {
				many = strconv.FormatInt(n, 10)
			}
			return strconv.FormatInt(r.Count, 10) + "/" + many + w.unit
		}
	}
	return strconv.FormatInt(r.Count, 10) + "/" + strconv.FormatInt(int64(r.Window), 10) + "µs"
}

// MarshalText is String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what String writes, in whole seconds, minutes or hours.
func (r *Rate) UnmarshalText(b []byte) error {
	if string(b) == "none" {
		*r = Rate{}
		return nil
	}
	wrong := fault.New(fault.Invalid, "not a number and a time such as 20000/s, 600/m or 50/10s, or none")
	count, per, ok := strings.Cut(string(b), "/")
	n, err := strconv.ParseInt(count, 10, 64)
	if !ok || err != nil || per == "" {
		return wrong
	}
	many, unit := int64(1), per[len(per)-1:]
	if head := per[:len(per)-1]; head != "" {
		if many, err = strconv.ParseInt(head, 10, 64); err != nil {
			return wrong
		}
	}
	for _, w := range windows {
		if w.unit != unit {
			continue
		}
		if n < 1 || n > MaxRate || many < 1 || many > int64(MaxWindow/w.is) {
			return fault.New(fault.Invalid, "out of bounds: from 1 to %d, in at most a day", MaxRate)
		}
		*r = Rate{n, when.Instant(many) * w.is}
		return nil
	}
	return wrong
}
