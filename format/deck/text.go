package deck

import (
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes a name in a row can have.
const maxText = 4096

// texts shares equal strings: a million rows have few bands, groups and types,
// and each destination many times.
type texts struct {
	seen    map[string]string // by the bytes of the cell
	foreign int64             // the first line with text that is not UTF-8; 0: none
}

// maxShared bounds the table of texts, for a file where each is another.
const maxShared = 1 << 16

// get is the text of a cell: UTF-8, else Windows-1252, which every byte is.
// The apostrophe that keeps a formula from being one is taken off again.
func (t *texts) get(c []byte, line int64) (string, why) {
	if s, ok := t.seen[string(c)]; ok {
		return s, why{}
	}
	if len(c) > maxText {
		return "", because("the text is longer than 4,096 bytes", "")
	}
	s, wasUTF8 := decode(c)
	if strings.IndexByte(s, 0) >= 0 {
		return "", because("the text holds a NUL byte", "")
	}
	if !wasUTF8 && t.foreign == 0 {
		t.foreign = line
	}
	if guarded(s) {
		s = s[1:]
	}
	if len(t.seen) < maxShared {
		if t.seen == nil {
			t.seen = map[string]string{}
		}
		t.seen[string(c)] = s
	}
	return s, why{}
}

// guarded tells whether s begins with an apostrophe before what a spreadsheet
// would run, or before a second apostrophe: Write puts it there, get takes it
// off, so that any text survives.
func guarded(s string) bool { return len(s) > 1 && s[0] == '\'' && dangerous(s[1:]) }

func dangerous(s string) bool { return s != "" && strings.IndexByte("=+-@\t\r\n'", s[0]) >= 0 }

// decode is c as text, and whether it was UTF-8.
func decode(c []byte) (string, bool) {
	if utf8.Valid(c) {
		return string(c), true
	}
	var b strings.Builder
	for _, x := range c {
		if x >= 0x80 && x < 0xA0 {
			b.WriteRune(windows1252[x-0x80])
		} else {
			b.WriteRune(rune(x)) // the rest is as in Unicode
		}
	}
	return b.String(), false
}

// windows1252 are the bytes 0x80 to 0x9F; those without a character keep their
// control code.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8D, 'Ž', 0x8F,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9D, 'ž', 'Ÿ',
}
