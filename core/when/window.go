package when

import (
	"encoding/json"
	"strings"

	"tollkeeper/core/fault"
)

// Weekdays is a set of days of the week. The zero Weekdays holds none.
type Weekdays uint8

// The days of the week, in the order in which Weekday counts them.
const (
	Monday Weekdays = 1 << iota
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday

	EveryDay = Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday
)

var weekdayNames = [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ParseWeekday reads mon, tue, wed, thu, fri, sat or sun.
func ParseWeekday(s string) (Weekdays, error) {
	for i, name := range weekdayNames {
		if s == name {
			return 1 << i, nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a day of the week: want mon, tue, wed, thu, fri, sat or sun", fault.Cut(s))
}

// Weekday counts the day of the week of a day's ordinal: 0 is Monday, 6 Sunday.
// Days before 1970 have negative ordinals and are counted too.
func Weekday(ordinal int32) int { return int((ordinal%7 + 10) % 7) } // 1970-01-01 was a Thursday

// Has tells whether the day that Weekday counts as n is in ds.
func (ds Weekdays) Has(n int) bool { return ds>>n&1 == 1 }

// Names lists the days from mon to sun.
func (ds Weekdays) Names() []string {
	names := []string{}
	for i, name := range weekdayNames {
		if ds.Has(i) {
			names = append(names, name)
		}
	}
	return names
}

// String is the names with commas: "mon,tue".
func (ds Weekdays) String() string { return strings.Join(ds.Names(), ",") }

// MarshalJSON is a list of names.
func (ds Weekdays) MarshalJSON() ([]byte, error) { return json.Marshal(ds.Names()) }

// UnmarshalJSON reads a list of names; naming a day twice does no harm.
func (ds *Weekdays) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return fault.New(fault.Invalid, "the days of a window are a list such as [\"mon\",\"tue\"]: %w", err)
	}
	*ds = 0
	for _, name := range names {
		d, err := ParseWeekday(name)
		if err != nil {
			return err
		}
		*ds |= d
	}
	return nil
}

// MinutesOfDay is how many minutes a day has on the wall clock.
const MinutesOfDay = 24 * 60

// Window is a stretch of local time on some days of the week, such as Monday
// to Friday from 08:00 to 18:00. From is inside, To is outside. Where To is not
// after From, the window runs past midnight and belongs to the day it starts
// on. The zero Window is on no day.
type Window struct {
	Days Weekdays
	From int // minute of the day, 0 to 1439
	To   int // minute of the day, 0 to 1440 (written 24:00)
}

// End is where the window ends, in minutes from the start of its day: between
// From+1 and From+1440, so above 1440 where it runs past midnight.
func (w Window) End() int {
	if w.To <= w.From {
		return w.To + MinutesOfDay
	}
	return w.To
}

// Check refuses times that are no times of day and a window on no day.
func (w Window) Check() error {
	switch {
	case w.Days == 0 || w.Days > EveryDay:
		return fault.New(fault.Invalid, "the window names no day of the week")
	case w.From < 0 || w.From >= MinutesOfDay:
		return fault.New(fault.Invalid, "the window must start between 00:00 and 23:59")
	case w.To < 0 || w.To > MinutesOfDay:
		return fault.New(fault.Invalid, "the window must end between 00:00 and 24:00")
	}
	return nil
}

// String is "mon,tue 08:00-18:00".
func (w Window) String() string {
	return w.Days.String() + " " + FormatClock(w.From) + "-" + FormatClock(w.To)
}

// ParseClock reads a time of day from 00:00 to 24:00 as its minute.
func ParseClock(s string) (int, error) {
	digit := func(i int) int { return int(s[i]) - '0' }
	if len(s) != 5 || s[2] != ':' || strings.Trim(s[:2]+s[3:], "0123456789") != "" ||
		digit(3) > 5 || digit(0)*10+digit(1) > 24 || s[:2] == "24" && s[3:] != "00" {
		return 0, fault.New(fault.Invalid, "%q is not a time of day from 00:00 to 24:00", fault.Cut(s))
	}
	return (digit(0)*10+digit(1))*60 + digit(3)*10 + digit(4), nil
}

// FormatClock is the minute of a day (0 to 1440) as 08:00.
func FormatClock(minute int) string {
	h, m := minute/60, minute%60
	return string([]byte{byte('0' + h/10%10), byte('0' + h%10), ':', byte('0' + m/10), byte('0' + m%10)})
}

// windowText is a Window as JSON shows it.
type windowText struct {
	Days Weekdays `json:"days"`
	From string   `json:"from"`
	To   string   `json:"to"`
}

// MarshalJSON is {"days":["mon"],"from":"08:00","to":"24:00"}.
func (w Window) MarshalJSON() ([]byte, error) {
	return json.Marshal(windowText{w.Days, FormatClock(w.From), FormatClock(w.To)})
}

// UnmarshalJSON reads what MarshalJSON writes and checks it.
func (w *Window) UnmarshalJSON(b []byte) error {
	var text windowText
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	from, err := ParseClock(text.From)
	if err != nil {
		return fault.Wrap("from", err)
	}
	to, err := ParseClock(text.To)
	if err != nil {
		return fault.Wrap("to", err)
	}
	read := Window{text.Days, from, to}
	if err := read.Check(); err != nil {
		return err
	}
	*w = read
	return nil
}
