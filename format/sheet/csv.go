package sheet

import (
	"io"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
)

// flushAt is how much a CSVWriter gathers before it writes.
const flushAt = 64 << 10

// CSVWriter writes one table row by row, for exports that are larger than
// memory. The format is RFC 4180 in UTF-8, except that lines end in \n alone:
// every reader takes that, line tools and diffs show nothing odd, and a file is
// the same bytes wherever it is made.
//
// Text that a spreadsheet would take for a formula gets a leading apostrophe;
// numbers never do, so −5 stays a number.
type CSVWriter struct {
	w       io.Writer
	buf     []byte
	name    string
	columns []table.Column
	look    look
	err     error // the first of w, which stays
}

// NewCSVWriter begins a file with the heading line of t. Of t it uses the
// columns, the zone and the decimals; its rows and totals are not written.
// Nothing reaches w before a Flush or 64 KiB.
func NewCSVWriter(w io.Writer, t table.Table) *CSVWriter {
	c := &CSVWriter{w: w, buf: make([]byte, 0, flushAt+4096)}
	c.begin(&t)
	return c
}

// begin takes up the columns of t and writes its heading line.
func (c *CSVWriter) begin(t *table.Table) {
	c.name, c.columns, c.look = t.Name, t.Columns, lookOf(t)
	for i, col := range t.Columns {
		c.comma(i)
		c.buf = appendText(c.buf, col.Name)
	}
	c.endLine(len(t.Columns) == 1 && t.Columns[0].Name == "")
}

// Write writes one row, which must have a value for each column. An error of
// the underlying writer is given again by every later call.
func (c *CSVWriter) Write(r table.Row) error {
	if err := checkWidth(c.name, r, c.columns); err != nil {
		return err
	}
	start := len(c.buf)
	for i := range r {
		c.comma(i)
		switch v := &r[i]; {
		case v.None:
		case c.columns[i].Kind == table.Text:
			c.buf = appendText(c.buf, v.S)
		default:
			c.buf = c.look.number(c.buf, c.columns[i].Kind, v.N)
		}
	}
	c.endLine(len(c.buf) == start)
	if len(c.buf) >= flushAt {
		return c.Flush()
	}
	return c.err
}

// Flush hands everything gathered to the writer below.
func (c *CSVWriter) Flush() error {
	if c.err == nil && len(c.buf) > 0 {
		if _, err := c.w.Write(c.buf); err != nil {
			c.err = fault.Wrap("write CSV", err)
		}
	}
	c.buf = c.buf[:0]
	return c.err
}

func (c *CSVWriter) comma(i int) {
	if i > 0 {
		c.buf = append(c.buf, ',')
	}
}

// endLine ends a line. One that would be blank gets quotes, because readers
// pass over blank lines and would lose a row.
func (c *CSVWriter) endLine(blank bool) {
	if blank {
		c.buf = append(c.buf, '"', '"')
	}
	c.buf = append(c.buf, '\n')
}

// WriteCSV writes tables as CSV: each its heading line, its rows, and the row
// of totals where it has one. Several tables have an empty line between them,
// and each its title on a line before it.
func WriteCSV(w io.Writer, ts []table.Table) error {
	c := &CSVWriter{w: w, buf: make([]byte, 0, flushAt+4096)}
	for i := range ts {
		t := &ts[i]
		if i > 0 {
			c.buf = append(c.buf, '\n')
		}
		if len(ts) > 1 {
			c.buf = appendText(c.buf, t.Title)
			c.endLine(t.Title == "")
		}
		c.begin(t)
		for _, r := range t.Rows {
			if err := c.Write(r); err != nil {
				return err
			}
		}
		if t.Totals != nil {
			if err := c.Write(t.Totals); err != nil {
				return err
			}
		}
	}
	return c.Flush()
}

// appendText writes free text, quoted where RFC 4180 asks for it and where
// blanks at an end could be lost.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	quote, plain := s[0] == ' ' || s[len(s)-1] == ' ', true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == ',' || c == '\n' || c == '\r':
			quote = true
		case c >= 0x80:
			plain = false
		}
	}
	if !plain {
		s = valid(s)
	}
	danger := isFormula(s)
	if !quote {
		if danger {
			b = append(b, '\'')
		}
		return append(b, s...)
	}
	b = append(b, '"')
	if danger {
		b = append(b, '\'')
	}
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i+1]...), '"')
		s = s[i+1:]
	}
}

// isFormula tells whether a spreadsheet may run s as a formula. Besides = + -
// and @ these are the blanks that some drop before looking, and the full-width
// forms that East Asian versions take for the same.
func isFormula(s string) bool {
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	case 0xEF:
		return strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠")
	}
	return false
}
