package deck

import (
	"strconv"
	"strings"
	"unicode"

	"tollkeeper/core/when"
)

// date is a date as it was written, whose first two parts may have an order
// that only the other dates of the file tell.
type date struct {
	year, a, b int // a and b are month and day, or either
	order      dateOrder
	clock      when.Instant // time of day
	timed      bool         // a time of day was written
	at         when.Instant // what an offset decided; else 0
}

type dateOrder uint8

const (
	certain   dateOrder = iota // a is the month, b the day
	dayOnly                    // a is above 12, so it is the day
	monthOnly                  // b is above 12, so a is the month
	either                     // nothing in the date says
)

var notDate = because("not a date", "want 2026-03-01, 01.03.2026, 20260301, 1-Mar-2026 or 01/03/2026, with or without a time")

// parseDate reads the forms that decks have:
//
//	2026-03-01  2026/03/01  20260301  01.03.2026  1-Mar-2026  Mar 1, 2026
//	03/04/2026  03-04-26              in an order that others must tell
//
// each with or without a time of day, and RFC 3339.
func parseDate(s string) (date, why) {
	if len(s) > 40 {
		return date{}, notDate
	}
	if at, err := when.Parse(s); err == nil && len(s) > 10 {
		if at <= 0 || at > lastInstant {
			return date{}, tooFar
		}
		return date{at: at, timed: true, order: certain}, why{}
	}
	day, clock := s, ""
	if i := strings.IndexByte(s, ':'); i > 0 {
		if i = strings.LastIndexAny(s[:i], " Tt"); i < 0 {
			return date{}, notDate
		}
		day, clock = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
	}
	d, ok := parseDay(strings.TrimRight(day, " "))
	if !ok {
		if n, err := strconv.Atoi(day); err == nil && n > 30_000 && n < 80_000 {
			return date{}, because("a spreadsheet's count of days", "format the column as a date and export it again")
		}
		return date{}, notDate
	}
	if clock != "" {
		if d.clock, ok = parseClock(clock); !ok {
			return date{}, because("not a time of day", "want 14:30 or 14:30:00")
		}
		d.timed = true
	}
	return d, why{}
}

func parseDay(s string) (date, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. ,", r) })
	if len(parts) == 1 && len(s) == 8 {
		parts = []string{s[:4], s[4:6], s[6:]}
	}
	if len(parts) != 3 {
		return date{}, false
	}
	var n [3]int
	named := -1
	for i, part := range parts {
		if month := monthOf(part); month > 0 && named < 0 {
			n[i], named = month, i
			continue
		}
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 || len(part) > 4 || !unicode.IsDigit(rune(part[0])) {
			return date{}, false
		}
		n[i] = v
	}
	if len(parts[0]) == 4 && named != 0 { // 2026-03-01, 2026-Mar-01
		return date{year: n[0], a: n[1], b: n[2]}.fit()
	}
	year := n[2]
	switch len(parts[2]) {
	case 2:
		year += 2000
	case 4:
	default:
		return date{}, false
	}
	switch {
	case named == 0:
		return date{year: year, a: n[0], b: n[1]}.fit()
	case named == 1, strings.Contains(s, "."): // points are written day first everywhere
		return date{year: year, a: n[1], b: n[0]}.fit()
	case named == 2:
		return date{}, false
	}
	d := date{year: year, a: n[0], b: n[1], order: either}
	switch {
	case d.a > 12 && d.b > 12:
		return date{}, false
	case d.a > 12:
		d.order = dayOnly
	case d.b > 12:
		d.order = monthOnly
	}
	return d, d.a >= 1 && d.b >= 1
}

// fit checks a date whose month is a.
func (d date) fit() (date, bool) {
	return d, d.a >= 1 && d.a <= 12 && d.b >= 1 && d.b <= 31
}

func monthOf(s string) int {
	if len(s) < 3 || len(s) > 9 {
		return 0
	}
	for i, name := range [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"} {
		if low := strings.ToLower(s); low == name || low == name[:3] || low == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

// parseClock reads 14:30, 14:30:00, 2:30 PM; decimals of a second must be zero.
func parseClock(s string) (when.Instant, bool) {
	s = strings.ToUpper(s)
	half := 0
	if t, ok := strings.CutSuffix(s, "AM"); ok {
		s, half = strings.TrimSpace(t), 1
	} else if t, ok := strings.CutSuffix(s, "PM"); ok {
		s, half = strings.TrimSpace(t), 2
	}
	if whole, frac, ok := strings.Cut(s, "."); ok && strings.Trim(frac, "0") == "" {
		s = whole
	}
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var n [3]int
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil || len(part) > 2 || v < 0 || v > [3]int{23, 59, 59}[i] || part[0] == '+' || part[0] == '-' {
			return 0, false
		}
		n[i] = v
	}
	if half > 0 {
		if n[0] < 1 || n[0] > 12 {
			return 0, false
		}
		n[0] = n[0]%12 + 12*(half-1)
	}
	return when.Instant(n[0])*when.Hour + when.Instant(n[1])*when.Minute + when.Instant(n[2])*when.Second, true
}

var tooFar = because("before what is kept: dates go from 1970 to 2200", "leave the cell empty for always")

// instant is d in zone z; a date without a time of day is its local midnight,
// a local time that clocks repeat the first of both, one that they skip the
// instant of the change.
func (d date) instant(z *when.Zone, o DateOrder) (when.Instant, why) {
	if d.at != 0 {
		return d.at, why{}
	}
	month, day := d.a, d.b
	if d.order == dayOnly || d.order == either && o == DayFirst {
		month, day = d.b, d.a
	}
	n := when.DayOf(d.year, month, day)
	if d.year < 1970 || d.year > 2200 {
		return 0, tooFar
	}
	if _, m, _ := n.Date(); m != month {
		return 0, because("the month has no such day", "")
	}
	at := z.Start(n)
	if d.timed {
		at, _, _ = z.Local(when.Instant(n.Ordinal())*when.DayLength + d.clock)
	}
	if at <= 0 || at > lastInstant {
		return 0, tooFar
	}
	return at, why{}
}
