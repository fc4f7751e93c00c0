package sheet

import (
	"strings"
	"unicode"
)

// How many columns of a terminal a text takes. The tables are coarse on
// purpose: terminals differ in the details, and what a name in a contact
// center is made of lies in these ranges.

// wide are the runes of two columns: East Asian scripts, full-width forms and
// emoji.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115F, 1}, {0x231A, 0x231B, 1}, {0x23E9, 0x23EC, 1}, {0x25FD, 0x25FE, 1}, {0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1}, {0x26A1, 0x26A1, 1}, {0x26BD, 0x26BE, 1}, {0x26D4, 0x26D4, 1}, {0x2705, 0x2705, 1},
		{0x270A, 0x270B, 1}, {0x2728, 0x2728, 1}, {0x274C, 0x274C, 1}, {0x2753, 0x2755, 1}, {0x2795, 0x2797, 1},
		{0x2B1B, 0x2B1C, 1}, {0x2B50, 0x2B50, 1}, {0x2E80, 0x303E, 1}, {0x3041, 0x33FF, 1}, {0x3400, 0x4DBF, 1},
		{0x4E00, 0x9FFF, 1}, {0xA000, 0xA4CF, 1}, {0xA960, 0xA97F, 1}, {0xAC00, 0xD7A3, 1}, {0xF900, 0xFAFF, 1},
		{0xFE30, 0xFE6F, 1}, {0xFF01, 0xFF60, 1}, {0xFFE0, 0xFFE6, 1},
	},
	R32: []unicode.Range32{
		{0x16FE0, 0x18AFF, 1}, {0x1B000, 0x1B2FF, 1}, {0x1F004, 0x1F004, 1}, {0x1F0CF, 0x1F0CF, 1},
		{0x1F18E, 0x1F19A, 1}, {0x1F200, 0x1F64F, 1}, {0x1F680, 0x1F6FF, 1}, {0x1F7E0, 0x1F7EB, 1},
		{0x1F900, 0x1F9FF, 1}, {0x1FA70, 0x1FAFF, 1}, {0x20000, 0x3FFFD, 1},
	},
}

const (
	zeroJoiner   = 0x200D // what follows belongs to the sign before
	emojiVariant = 0xFE0F // makes a sign of one column an emoji of two
)

// nextSign is the first sign of s with what combines with it: its bytes and its
// columns. s must not be empty.
func nextSign(s string) (size, columns int) {
	joined := false
	for i, r := range s {
		switch {
		case r == emojiVariant:
			columns = max(columns, 2)
		case r == zeroJoiner:
			joined = true
			continue
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r >= 0x1F3FB && r <= 0x1F3FF && i > 0:
		case joined:
		case i > 0:
			return i, columns
		case unicode.Is(wide, r):
			columns = 2
		default:
			columns = 1
		}
		joined = false
	}
	return len(s), columns
}

// columnsOf is how many columns s takes.
func columnsOf(s string) int {
	n := 0
	for s != "" {
		size, c := nextSign(s)
		n, s = n+c, s[size:]
	}
	return n
}

// cutTo is s in at most width columns, with … in the place of what is left out.
func cutTo(s string, width int) string {
	if columnsOf(s) <= width {
		return s
	}
	n, used := 0, 0
	for n < len(s) {
		size, c := nextSign(s[n:])
		if used+c > width-1 {
			break
		}
		n, used = n+size, used+c
	}
	return strings.TrimRight(s[:n], " ") + "…"
}

// tame is s fit for a terminal: control characters, which could move the
// cursor or change colours, and marks that turn the direction of what follows
// become blanks or vanish.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == 0x2028 || r == 0x2029:
			return ' '
		case r == 0x200E || r == 0x200F || r == 0x061C || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, valid(s))
}

// isolate keeps a text of a script that runs from right to left from turning
// the cells beside it round, by marks that take no column.
func isolate(s string) string {
	for _, r := range s {
		if r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFE || r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF {
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}
