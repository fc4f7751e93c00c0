package app

import (
	"strings"
	"unicode/utf8"
)

// textWidth is how many characters a line of an explanation has at most, where
// its words allow.
const textWidth = 100

// Text is the explanation for a terminal: step by step, each with its title, its
// sentences, and its figures below each other.
func (e *Explanation) Text() string {
	var b strings.Builder
	b.WriteString("Call " + e.Call + " of " + e.Day.String() + ", " + e.Tenant + "\n")
	for i := range e.Steps {
		s := &e.Steps[i]
		b.WriteString("\n" + s.Title + "\n")
		writeWrapped(&b, "  ", s.Text)
		width := 0
		for _, f := range s.Fields {
			width = max(width, utf8.RuneCountInString(f.Name))
		}
		for _, f := range s.Fields {
			pad := strings.Repeat(" ", width-utf8.RuneCountInString(f.Name))
			b.WriteString("    " + f.Name + pad + "  " + printable(f.Value) + "\n")
		}
	}
	return b.String()
}

// writeWrapped breaks text at blanks.
func writeWrapped(b *strings.Builder, indent, text string) {
	used := 0
	for word := range strings.FieldsSeq(printable(text)) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
			b.WriteString(indent)
			used = len(indent)
		case used+1+n > textWidth:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
}

// printable keeps what a record says from moving the cursor or breaking a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7F || r >= 0x80 && r < 0xA0:
			return '\u00B7'
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // turns the direction of what follows
			return '\u00B7'
		}
		return r
	}, s)
}
