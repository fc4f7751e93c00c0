package cdr

import (
	"bytes"

	"tollkeeper/core/when"
)

// clock reads instants exactly as when.Parse does, and the usual shapes of
// them much faster: it remembers the last date it saw.
type clock struct {
	date [10]byte     // "2026-06-01"
	day  when.Instant // its midnight; meaningful where date is set
}

// instant reads v. A value that when.Parse reads as the zero Instant is refused
// too: that is the clock of a switch that had no time.
func (c *clock) instant(v []byte) (when.Instant, bool) {
	if i, ok := c.fast(v); ok {
		return i, i != 0
	}
	i, err := when.Parse(string(bytes.TrimSpace(v)))
	return i, err == nil && i != 0
}

// fast reads 2026-06-01T07:00:00, with up to six decimals and Z or an offset
// below thirteen hours, and ten digits of epoch seconds with up to six
// decimals. ok is false for all else, right or wrong.
func (c *clock) fast(v []byte) (when.Instant, bool) {
	if len(v) < 20 || v[10] != 'T' {
		return epoch(v)
	}
	if [10]byte(v[:10]) != c.date && !c.turn(v[:10]) {
		return 0, false
	}
	h, ok1 := two(v[11], v[12])
	m, ok2 := two(v[14], v[15])
	s, ok3 := two(v[17], v[18])
	if !(ok1 && ok2 && ok3) || v[13] != ':' || v[16] != ':' || h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	i := c.day + (h*3600+m*60+s)*when.Second
	rest := v[19:]
	if rest[0] == '.' {
		n := 1
		for unit := when.Second / 10; n < len(rest) && rest[n]-'0' <= 9; n++ {
			i += when.Instant(rest[n]-'0') * unit
			unit /= 10
		}
		if n < 2 || n > 7 {
			return 0, false
		}
		rest = rest[n:]
	}
	if len(rest) == 1 && rest[0] == 'Z' {
		return i, true
	}
	shift, ok := offset(rest)
	return i - shift, ok
}

// turn makes v the remembered date; false where it is none.
func (c *clock) turn(v []byte) bool {
	day, err := when.Parse(string(v) + "T00:00:00Z")
	if err != nil {
		return false
	}
	c.date, c.day = [10]byte(v), day
	return true
}

// offset reads +05:30.
func offset(v []byte) (when.Instant, bool) {
	if len(v) != 6 || v[3] != ':' || v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	h, ok1 := two(v[1], v[2])
	m, ok2 := two(v[4], v[5])
	shift := (h*60 + m) * when.Minute
	if v[0] == '-' {
		shift = -shift
	}
	return shift, ok1 && ok2 && h <= 12 && m < 60
}

// epoch reads ten digits and up to six decimals.
func epoch(v []byte) (when.Instant, bool) {
	if len(v) < 10 || len(v) > 17 || len(v) == 11 || len(v) > 10 && v[10] != '.' {
		return 0, false
	}
	sec, ok := number(v[:10])
	if !ok || sec > 7_000_000_000 { // when.Parse knows the limit
		return 0, false
	}
	i := when.Instant(sec) * when.Second
	unit := when.Second / 10
	for k := 11; k < len(v); k++ {
		d := v[k] - '0'
		if d > 9 {
			return 0, false
		}
		i += when.Instant(d) * unit
		unit /= 10
	}
	return i, true
}

func two(a, b byte) (when.Instant, bool) {
	a, b = a-'0', b-'0'
	return when.Instant(a)*10 + when.Instant(b), a <= 9 && b <= 9
}

// number reads up to eighteen digits.
func number(v []byte) (int64, bool) {
	if len(v) == 0 || len(v) > 18 {
		return 0, false
	}
	n := int64(0)
	for _, c := range v {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}
