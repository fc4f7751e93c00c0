package when

import (
	"fmt"
	"time"

	"tollkeeper/core/fault"
)

// Day is a date of some calendar zone as the number yyyymmdd, so that days
// order as numbers and a month is day/100. Which zone, its owner says: billing
// days are of the account's zone, segment days are of UTC. Zero is none.
type Day int32

// DayOf is the day of a year, month (1 to 12) and day of month; values out of
// range carry over as in time.Date.
func DayOf(year, month, day int) Day {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return Day(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// ParseDay reads 2026-06-01.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return 0, fault.New(fault.Invalid, "%q is not a day: want YYYY-MM-DD", fault.Cut(s))
	}
	return DayOf(t.Year(), int(t.Month()), t.Day()), nil
}

// MustParseDay is ParseDay for tests and constants; it panics on an error.
func MustParseDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Date gives the parts of d.
func (d Day) Date() (year, month, day int) {
	return int(d) / 10000, int(d) / 100 % 100, int(d) % 100
}

// String is 2026-06-01; none is "".
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	y, m, dd := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

// MarshalText is String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDay reads; empty text is none.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Month is yyyymm.
func (d Day) Month() int32 { return int32(d) / 100 }

// Add is the day n days later (earlier where n is negative). Days before 1970
// are none, and none stays none.
func (d Day) Add(n int) Day {
	if d == 0 {
		return 0
	}
	return DayOfOrdinal(d.Ordinal() + int32(n))
}

// Ordinal counts days since 1970-01-01; none is far below zero. The calendar is computed with whole
// numbers (years of March to February, so that leap days come last), because
// it is called for every charge.
func (d Day) Ordinal() int32 {
	y, m, dd := int32(d)/10000, int32(d)/100%100, int32(d)%100
	if m <= 2 {
		y--
		m += 12
	}
	doy := (153*(m-3)+2)/5 + dd - 1
	return y*365 + y/4 - y/100 + y/400 + doy - 719468
}

// DayOfOrdinal is the inverse of Ordinal, from 1970 on; earlier days are none.
func DayOfOrdinal(n int32) Day {
	if n < 0 {
		return 0
	}
	z := n + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	y, m := yoe+era*400, mp+3
	if m > 12 {
		y, m = y+1, m-12
	}
	return Day(y*10000 + m*100 + d)
}

// Days is a range of days, both ends included, as people say it. The zero
// Days holds no day.
type Days struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// ParseDays reads both ends and checks their order.
func ParseDays(from, to string) (Days, error) {
	f, err := ParseDay(from)
	if err != nil {
		return Days{}, fault.Wrap("from", err)
	}
	t, err := ParseDay(to)
	if err != nil {
		return Days{}, fault.Wrap("to", err)
	}
	if t < f {
		return Days{}, fault.New(fault.Invalid, "the period ends on %s, before it starts on %s", t, f)
	}
	return Days{f, t}, nil
}

// Contains tells whether d lies in ds.
func (ds Days) Contains(d Day) bool { return ds.From != 0 && d >= ds.From && d <= ds.To }

// Count is how many days ds holds.
func (ds Days) Count() int {
	if ds.To < ds.From || ds.From == 0 {
		return 0
	}
	return int(ds.To.Ordinal()-ds.From.Ordinal()) + 1
}

// Period is a half-open stretch of time: From is inside, To is outside. A zero
// To means no end.
type Period struct {
	From Instant `json:"from"`
	To   Instant `json:"to"`
}

// Contains tells whether i lies in p.
func (p Period) Contains(i Instant) bool { return i >= p.From && (p.To == 0 || i < p.To) }

// Overlaps tells whether p and q share an instant. An empty Period shares none.
func (p Period) Overlaps(q Period) bool {
	return max(p.From, q.From) < min(p.end(), q.end())
}

func (p Period) end() Instant {
	if p.To == 0 {
		return Forever
	}
	return p.To
}
