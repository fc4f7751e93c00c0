// Package when is time as billing needs it: instants, days, periods, zones,
// and the windows of a week in which a price holds.
//
// It owns the one representation of an instant (UTC microseconds), of a day
// (yyyymmdd) and of a zone whose offsets are looked up without allocation. It
// does not own a clock: time comes in as an argument, and a Clock is only the
// type in which main passes it down.
//
//	london, err := when.LoadZone("Europe/London")
//	day := london.Day(when.MustParse("2026-06-01T23:30:00Z")) // 2026-06-02
package when

import (
	"strconv"
	"strings"
	"time"

	"tollkeeper/core/fault"
)

// Instant is a point in time: microseconds since 1970-01-01T00:00:00Z.
// The zero Instant means "none": a call that was not answered, a row without
// an end. Differences of Instants are durations, never those of wall clocks.
type Instant int64

// Lengths of time in the unit of Instant.
const (
	Microsecond Instant = 1
	Millisecond         = 1000 * Microsecond
	Second              = 1000 * Millisecond
	Minute              = 60 * Second
	Hour                = 60 * Minute
	DayLength           = 24 * Hour // of UTC; a local day can be 23 or 25 hours long
)

// Forever is later than any instant that occurs; an open end.
const Forever Instant = 1 << 62

// Clock tells the time. main and the tests make one; nothing else does.
type Clock func() Instant

// FromTime is t as an Instant, cut to microseconds; the zero time.Time is none,
// as Time has it.
func FromTime(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Time is i as a time.Time in UTC; none gives the zero time.Time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// IsZero tells whether i is none.
func (i Instant) IsZero() bool { return i == 0 }

// UTCDay is the date of i in UTC.
func (i Instant) UTCDay() Day { return DayOfOrdinal(int32(floorDiv(int64(i), int64(DayLength)))) }

// String is RFC 3339 in UTC with as many decimals as i has; none is "".
func (i Instant) String() string {
	if i == 0 {
		return ""
	}
	return i.Time().Format(time.RFC3339Nano)
}

// In is i as RFC 3339 in zone z, for showing; none is "".
func (i Instant) In(z *Zone) string {
	if i == 0 {
		return ""
	}
	return time.UnixMicro(int64(i)).In(z.loc).Format(time.RFC3339Nano)
}

// MarshalText is String.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what Parse reads; empty text is none.
func (i *Instant) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	v, err := Parse(string(b))
	if err == nil {
		*i = v
	}
	return err
}

// endSecond is the first second that Parse refuses: 2201-01-01T00:00:00Z.
const endSecond = 7_289_654_400

// Parse reads RFC 3339 with an offset, or seconds since 1970 (written with nine
// characters or more, so that no year or compact date is taken for them) with
// up to six decimals. More decimals than microseconds are refused rather than
// dropped, unless they are zeros. Instants before 1970 and after 2200, in UTC,
// are refused; 1970-01-01T00:00:00Z itself is the zero Instant, none.
func Parse(s string) (Instant, error) {
	read := readRFC3339
	if len(s) >= 9 && strings.Trim(s, "0123456789.") == "" {
		read = readEpoch
	}
	sec, frac, ok := read(s)
	if !ok {
		return 0, fault.New(fault.Invalid, "%q is not an instant: want RFC 3339 with an offset, such as 2026-06-01T09:00:00Z, or epoch seconds", fault.Cut(s))
	}
	frac = strings.TrimRight(frac, "0")
	if sec < 0 || sec >= endSecond || len(frac) > 6 {
		return 0, fault.New(fault.Invalid, "%q is outside what is kept: 1970 to 2200, in whole microseconds", fault.Cut(s))
	}
	i := Instant(sec) * Second
	for unit, k := 100*Millisecond, 0; k < len(frac); unit, k = unit/10, k+1 {
		i += Instant(frac[k]-'0') * unit
	}
	return i, nil
}

// MustParse is Parse for tests and constants; it panics on an error.
func MustParse(s string) Instant {
	i, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return i
}

// readRFC3339 gives seconds since 1970 and the decimals behind them. It takes
// the text apart itself because package time takes more than RFC 3339 has (one
// digit for the hour, a comma, offsets of a day) and drops the tenth decimal.
func readRFC3339(s string) (sec int64, frac string, ok bool) {
	const layout = "2006-01-02T15:04:05"
	if len(s) <= len(layout) {
		return 0, "", false
	}
	t, err := time.Parse(layout, s[:len(layout)])
	if err != nil {
		return 0, "", false
	}
	offset := s[len(layout):]
	if offset[0] == '.' {
		digits := offset[1:]
		offset = strings.TrimLeft(digits, "0123456789")
		if frac = digits[:len(digits)-len(offset)]; frac == "" {
			return 0, "", false
		}
	}
	shift, ok := readOffset(offset)
	return t.Unix() - shift, frac, ok
}

// readOffset gives the seconds of Z, +01:00 or -09:30.
func readOffset(s string) (sec int64, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	t, err := time.Parse("15:04", s[1:])
	sec = int64(t.Hour())*3600 + int64(t.Minute())*60
	if s[0] == '-' {
		sec = -sec
	}
	return sec, err == nil
}

// readEpoch gives whole seconds and the decimals behind them, of digits and dots.
func readEpoch(s string) (sec int64, frac string, ok bool) {
	whole, frac, dot := strings.Cut(s, ".")
	if dot && frac == "" || strings.Contains(frac, ".") {
		return 0, "", false
	}
	sec, err := strconv.ParseInt(whole, 10, 64)
	return sec, frac, err == nil
}

// Seconds is the length from a to b in whole seconds, rounded up; negative
// lengths round towards zero.
func Seconds(a, b Instant) int64 {
	d := int64(b - a)
	if d <= 0 {
		return d / int64(Second)
	}
	return (d + int64(Second) - 1) / int64(Second)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
