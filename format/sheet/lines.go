package sheet

import (
	"io"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
)

// LinesWriter writes one table as JSON lines, an object a row whose members are
// the columns in their order:
//
//	{"agent":"ana","seconds":62,"amount":"0.0335"}
//
// A reader needs no more memory than for a row, and a line is whole or is not
// there. Values are as WriteJSON writes them.
type LinesWriter struct {
	w       io.Writer
	buf     []byte
	name    string
	columns []table.Column
	heads   [][]byte // what stands before each value
	look    look
	err     error // the first of w, which stays
}

// NewLinesWriter uses of t the columns, the zone and the decimals. Nothing
// reaches w before a Flush or 64 KiB.
func NewLinesWriter(w io.Writer, t table.Table) *LinesWriter {
	l := &LinesWriter{w: w, buf: make([]byte, 0, flushAt+4096), name: t.Name, columns: t.Columns, look: lookOf(&t)}
	for i, c := range t.Columns {
		head := []byte{','}
		if i == 0 {
			head = []byte{'{'}
		}
		l.heads = append(l.heads, append(appendString(head, c.Name), ':'))
	}
	return l
}

// Write writes one row, which must have a value for each column. An error of
// the underlying writer is given again by every later call.
func (l *LinesWriter) Write(r table.Row) error {
	if err := checkWidth(l.name, r, l.columns); err != nil {
		return err
	}
	for i, v := range r {
		l.buf = appendValue(append(l.buf, l.heads[i]...), l.columns[i].Kind, v, l.look)
	}
	l.buf = append(l.buf, "}\n"...)
	if len(l.buf) >= flushAt {
		return l.Flush()
	}
	return l.err
}

// Flush writes what is gathered.
func (l *LinesWriter) Flush() error {
	if l.err == nil {
		_, err := l.w.Write(l.buf)
		l.err = fault.Wrap("write JSON lines", err)
	}
	l.buf = l.buf[:0]
	return l.err
}
