package phone

import (
	"bytes"
	"unicode/utf8"
)

const (
	maxRaw  = 256 // bytes that a number may be written with, name and address included
	maxText = 40  // digits that a number may be dialled with, prefixes included
)

// cleaned is what remains of a number as it was written once formatting is
// dropped: digits, *, #, + and, for the first pause, a comma.
type cleaned struct {
	text   [maxText]byte
	length int
}

// dialText is a part of cleaned text that ought to be a number: a leading plus
// and what follows a pause are taken off.
type dialText struct {
	digits []byte
	plus   bool
	paused bool // a pause stood before it, so an outside line it was
}

// withheld are the words that switches write for a caller without a number.
var withheld = [...]string{
	"anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "blocked",
}

// read fills c from raw. E164 means that c holds something to be resolved; any
// other class is the result.
func (c *cleaned) read(raw []byte) (Class, Reason) {
	if len(raw) > maxRaw {
		return Bad, TooLong
	}
	raw = user(raw)
	if len(raw) == 0 {
		return Bad, Empty
	}
	for _, w := range withheld {
		if hasWord(raw, w) {
			return Anonymous, Fine
		}
	}
	if isScientific(raw) {
		return Bad, Spreadsheet
	}
	reason := c.collect(withoutDecimal(raw))
	if reason != Fine {
		return Bad, reason
	}
	return E164, Fine
}

// user is the part of an address that may be a number: of "Ann"
// <sip:+44…@host;user=phone>, of tel:+44…;ext=5, of a cell that an apostrophe
// keeps text.
func user(raw []byte) []byte {
	if i := bytes.IndexByte(raw, '<'); i >= 0 {
		raw = raw[i+1:]
		if j := bytes.IndexByte(raw, '>'); j >= 0 {
			raw = raw[:j]
		}
	}
	raw = bytes.TrimSpace(raw)
	for _, scheme := range [...]string{"tel:", "sip:", "sips:"} {
		if len(raw) >= len(scheme) && hasWord(raw[:len(scheme)], scheme) {
			raw = raw[len(scheme):]
			break
		}
	}
	if i := bytes.IndexAny(raw, "@;"); i >= 0 {
		raw = raw[:i]
	}
	if len(raw) > 0 && raw[0] == '\'' {
		raw = raw[1:]
	}
	return bytes.TrimSpace(raw)
}

// hasWord tells whether s is word in any case.
func hasWord(s []byte, word string) bool {
	return len(s) == len(word) && bytes.EqualFold(s, []byte(word))
}

// isScientific recognises what spreadsheets make of long numbers: 4.4E+11,
// 4,4e+11.
func isScientific(s []byte) bool {
	s = afterDigits(s)
	if len(s) > 0 && (s[0] == '.' || s[0] == ',') {
		s = afterDigits(s[1:])
	}
	if len(s) < 2 || s[0]|0x20 != 'e' {
		return false
	}
	s = s[1:]
	if s[0] == '+' {
		s = s[1:]
	}
	return isDigits(s)
}

func afterDigits(s []byte) []byte {
	for len(s) > 0 && s[0]-'0' <= 9 {
		s = s[1:]
	}
	return s
}

// withoutDecimal drops the ".0" that some programs put behind a column of
// whole numbers: it would be read as a digit.
func withoutDecimal(s []byte) []byte {
	if n := len(s) - 2; n > 0 && isDigits(s[:n]) && s[n] == '.' && s[n+1] == '0' {
		return s[:n]
	}
	return s
}

// collect keeps what is dialled. What follows a second pause was dialled to
// whoever answered and is left out.
func (c *cleaned) collect(raw []byte) Reason {
	if len(raw) > 3 && hasWord(raw[:3], "%2B") { // a plus within a URL
		c.text[0], c.length = '+', 1
		raw = raw[3:]
	}
	paused := false
	for len(raw) > 0 {
		char, size := utf8.DecodeRune(raw)
		raw = raw[size:]
		switch {
		case char >= '0' && char <= '9', char == '*', char == '#', char == '+':
		case isFormatting(char):
			continue
		case c.length > 0 && (char == ',' || char|0x20 == 'p' || char|0x20 == 'w'):
			if c.text[c.length-1] == ',' {
				continue // a longer pause
			}
			if paused {
				return Fine
			}
			paused, char = true, ','
		default:
			return NotDigits
		}
		if c.length == maxText {
			if paused {
				return Fine
			}
			return TooLong
		}
		c.text[c.length] = byte(char)
		c.length++
	}
	if c.length == 0 {
		return Empty
	}
	return Fine
}

// isFormatting tells whether people write a character between digits without
// meaning anything by it.
func isFormatting(char rune) bool {
	switch char {
	case ' ', '\t', '-', '.', '/', '(', ')', '[', ']', '~',
		0xA0, 0x202F, // spaces that do not break
		0x200B, 0x200E, 0x200F, 0x202A, 0x202C, 0x2060, 0xFEFF: // invisible marks, as copied from address books
		return true
	}
	return char >= 0x2010 && char <= 0x2015 || char == 0x2212 // hyphens, dashes and minus
}

// whole is all of c.
func (c *cleaned) whole() dialText { return number(c.text[:c.length]) }

// after is what follows prefix and a pause behind it; false if c does not
// start so or has nothing more.
func (c *cleaned) after(prefix string) (dialText, bool) {
	rest, ok := cutPrefix(c.text[:c.length], prefix)
	if !ok {
		return dialText{}, false
	}
	paused := rest[0] == ','
	if paused {
		rest = rest[1:]
	}
	t := number(rest)
	t.paused = paused
	return t, len(rest) > 0
}

func number(text []byte) dialText {
	if i := bytes.IndexByte(text, ','); i >= 0 {
		text = text[:i]
	}
	if len(text) > 0 && text[0] == '+' {
		return dialText{digits: text[1:], plus: true}
	}
	return dialText{digits: text}
}
