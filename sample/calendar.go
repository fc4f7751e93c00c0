package sample

import "tollkeeper/core/when"

// calendar writes instants and remembers the date it wrote last.
type calendar struct {
	day  int64 // ordinal + 1; 0: none yet
	date [11]byte
}

const dayMillis = int64(when.DayLength / when.Millisecond)

// append is 2026-06-01T07:00:00.123Z.
func (c *calendar) append(b []byte, millis int64) []byte {
	if day := millis/dayMillis + 1; day != c.day {
		c.day = day
		y, m, d := when.DayOfOrdinal(int32(day - 1)).Date()
		text := append(appendDigits(c.date[:0], y, 4), '-')
		text = append(appendDigits(text, m, 2), '-')
		c.date = [11]byte(append(appendDigits(text, d, 2), 'T'))
	}
	ms := uint32(millis % dayMillis)
	s := ms / 1000
	m := s / 60
	h := m / 60
	ms, s, m = ms%1000, s%60, m%60
	b = append(b, c.date[:]...)
	return append(b, digit(h/10), digit(h%10), ':', digit(m/10), digit(m%10), ':', digit(s/10), digit(s%10),
		'.', digit(ms/100), digit(ms/10%10), digit(ms%10), 'Z')
}

func digit(n uint32) byte { return byte('0' + n) }
