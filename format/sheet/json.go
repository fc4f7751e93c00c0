package sheet

import (
	"io"
	"strconv"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
)

// WriteJSON writes tables as one document, a row a line:
//
//	{"tables":[
//	{"name":"manual","title":"Manual","columns":[{"name":"Agent","kind":"text"},{"name":"Total","kind":"money"}],
//	"currency":"USD","zone":"UTC","notes":[],"rows":[
//	["ana","12.5000"]
//	],"totals":["Total","12.5000"]}
//	]}
//
// Counts and seconds are numbers. Amounts, rates and percentages are decimal
// strings, because many readers make floating point of a number. Days are
// YYYY-MM-DD, instants RFC 3339 in the table's zone, a cell without a value is
// null, and so are the totals of a table that has none.
func WriteJSON(w io.Writer, ts []table.Table) error {
	j := jsonWriter{w: w, b: make([]byte, 0, flushAt+4096)}
	j.b = append(j.b, `{"tables":[`...)
	for i := range ts {
		j.next(i)
		if err := j.table(&ts[i]); err != nil {
			return err
		}
	}
	j.b = append(j.b, "\n]}\n"...)
	return j.flush()
}

type jsonWriter struct {
	w io.Writer
	b []byte
}

func (j *jsonWriter) table(t *table.Table) error {
	j.b = appendString(append(j.b, `{"name":`...), t.Name)
	j.b = appendString(append(j.b, `,"title":`...), t.Title)
	j.b = append(j.b, `,"columns":[`...)
	for i, c := range t.Columns {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		j.b = appendString(append(j.b, `{"name":`...), c.Name)
		j.b = append(appendString(append(j.b, `,"kind":`...), c.Kind.String()), '}')
	}
	l := lookOf(t)
	j.b = appendString(append(j.b, "],\n\"currency\":"...), string(t.Currency))
	j.b = appendString(append(j.b, `,"zone":`...), l.zone.Name())
	j.b = append(j.b, `,"notes":[`...)
	for i, n := range t.Notes {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		j.b = appendString(j.b, n)
	}
	j.b = append(j.b, `],"rows":[`...)
	for i, r := range t.Rows {
		j.next(i)
		if err := j.row(t, r, l); err != nil {
			return err
		}
	}
	j.b = append(j.b, "\n],\"totals\":"...)
	if t.Totals == nil {
		j.b = append(j.b, "null}"...)
		return nil
	}
	if err := j.row(t, t.Totals, l); err != nil {
		return err
	}
	j.b = append(j.b, '}')
	return nil
}

func (j *jsonWriter) row(t *table.Table, r table.Row, l look) error {
	if err := checkWidth(t.Name, r, t.Columns); err != nil {
		return err
	}
	j.b = append(j.b, '[')
	for i, v := range r {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		j.b = appendValue(j.b, t.Columns[i].Kind, v, l)
	}
	j.b = append(j.b, ']')
	if len(j.b) >= flushAt {
		return j.flush()
	}
	return nil
}

// next begins item i of a list on a line of its own.
func (j *jsonWriter) next(i int) {
	if i > 0 {
		j.b = append(j.b, ',')
	}
	j.b = append(j.b, '\n')
}

func (j *jsonWriter) flush() error {
	_, err := j.w.Write(j.b)
	j.b = j.b[:0]
	return fault.Wrap("write JSON", err)
}

func appendValue(b []byte, k table.Kind, v table.Value, l look) []byte {
	switch {
	case v.None:
		return append(b, "null"...)
	case k == table.Text:
		return appendString(b, v.S)
	case k == table.Count || k == table.Seconds:
		return strconv.AppendInt(b, v.N, 10)
	}
	return append(l.number(append(b, '"'), k, v.N), '"')
}

// appendString writes a JSON string. Besides what JSON asks for it escapes
// what would end a script element or a line of JavaScript, since pages embed
// such documents.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range valid(s) {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20 || r == 0x7F || r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029:
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

const hex = "0123456789abcdef"
