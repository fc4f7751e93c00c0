package deck

import (
	"bytes"
	"io"
)

// Limits of a record. Rates have short lines; what is longer is no deck.
const (
	maxRecord = 1 << 20
	maxCells  = 1_000
	readSize  = 256 << 10
)

// record is one line of a file, or several where quotes hold line ends. Its
// cells are good until the next record is read.
type record struct {
	line  int64 // the first of its lines, from 1
	cells [][]byte
}

// records splits delimited text into records. It is not encoding/csv, because
// a card of a million rows is read when the program starts: a line without
// quotes costs a few searches for bytes and no memory.
//
// Blanks around a cell are dropped unless quotes hold them. Line ends are \n or
// \r\n, or \r alone where the file begins so.
type records struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	line     int64 // the line that pos is on
	comma    byte
	eol      byte
	cells    [][]byte
	plain    []byte // cells of the record at hand that had doubled quotes
}

func newRecords(r io.Reader) *records {
	return &records{r: r, buf: make([]byte, readSize), line: 1, comma: ',', eol: '\n'}
}

// fill reads until the buffer is full or the input ends, after moving what is
// left to its front and doubling it where that leaves no room.
func (r *records) fill() error {
	if r.pos > 0 {
		copy(r.buf, r.buf[r.pos:r.end])
		r.pos, r.end = 0, r.end-r.pos
	} else if r.end == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for empty := 0; r.end < len(r.buf) && !r.eof; {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		switch {
		case err == io.EOF:
			r.eof = true
		case err != nil:
			return err
		case n == 0:
			if empty++; empty == 100 {
				return io.ErrNoProgress
			}
		}
	}
	return nil
}

// foreign looks at the beginning of the file for what is no delimited text,
// drops a byte order mark, and finds out how lines end.
func (r *records) foreign() why {
	head := r.buf[:r.end]
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return because("the file is a spreadsheet, not text", "save it as CSV (UTF-8) and give that")
	case bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return because("the file is UTF-16", "save it as CSV (UTF-8)")
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		r.pos = 3
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		r.eol = '\r'
	}
	return why{}
}

// next is the next record; io.EOF after the last. A why is about that record
// alone unless it is fatal.
func (r *records) next() (record, why, error) {
	for {
		data := r.buf[r.pos:r.end]
		n := bytes.IndexByte(data, r.eol)
		if n < 0 && r.eof {
			if len(data) == 0 {
				return record{}, why{}, io.EOF
			}
			n = len(data)
		}
		if n < 0 || n > maxRecord {
			if len(data) > maxRecord {
				return r.skipLine()
			}
			if err := r.fill(); err != nil {
				return record{}, why{}, err
			}
			continue
		}
		if bytes.IndexByte(data[:n], '"') >= 0 {
			return r.quoted()
		}
		rec := record{line: r.line}
		r.pos = min(r.pos+n+1, r.end)
		r.line++
		w := r.split(bytes.TrimSuffix(data[:n], []byte{'\r'}))
		rec.cells = r.cells
		return rec, w, nil
	}
}

// split cuts a line without quotes at the delimiters.
func (r *records) split(line []byte) why {
	r.cells = r.cells[:0]
	for len(r.cells) < maxCells {
		i := bytes.IndexByte(line, r.comma)
		if i < 0 {
			r.cells = append(r.cells, trim(line))
			return why{}
		}
		r.cells = append(r.cells, trim(line[:i]))
		line = line[i+1:]
	}
	return because("the line has more than 1,000 cells", "")
}

// skipLine passes over a line that is too long, without holding it.
func (r *records) skipLine() (record, why, error) {
	rec := record{line: r.line}
	r.line++
	for {
		if n := bytes.IndexByte(r.buf[r.pos:r.end], r.eol); n >= 0 {
			r.pos += n + 1
			break
		}
		r.pos = r.end
		if r.eof {
			break
		}
		if err := r.fill(); err != nil {
			return rec, why{}, err
		}
	}
	return rec, because("the line is longer than 1 MiB", "rates have short lines: see whether a quote or a line end is missing"), nil
}

// quoted reads a record that has quotes, from r.pos.
func (r *records) quoted() (record, why, error) {
	rec := record{line: r.line}
	for {
		n, w := r.scan(r.buf[r.pos:r.end])
		switch {
		case n >= 0:
			r.line += int64(bytes.Count(r.buf[r.pos:r.pos+n], []byte{r.eol}))
			if r.pos += n; r.buf[r.pos-1] != r.eol {
				r.line++
			}
			rec.cells = r.cells
			return rec, w, nil
		case r.eof || r.end-r.pos > maxRecord:
			w := because("a quoted cell that begins here does not end", "close the quote, or double it where it belongs to the text")
			w.fatal = true // from here on nothing tells text from rates
			return rec, w, nil
		}
		if err := r.fill(); err != nil {
			return rec, why{}, err
		}
	}
}

// scan cuts data into the cells of one record and tells how many bytes it is
// long, its line end included; −1 where the record goes on behind data.
func (r *records) scan(data []byte) (int, why) {
	r.cells, r.plain = r.cells[:0], r.plain[:0]
	var w why
	for i := 0; ; {
		if len(r.cells) == maxCells {
			w = because("the line has more than 1,000 cells", "")
			r.cells = r.cells[:0]
		}
		for i < len(data) && data[i] == ' ' {
			i++
		}
		if i < len(data) && data[i] == '"' {
			cell, n := r.unquote(data[i:])
			if n < 0 {
				return -1, w
			}
			r.cells, i = append(r.cells, cell), i+n
			for i < len(data) && (data[i] == ' ' || data[i] == '\r' && r.eol == '\n') {
				i++
			}
			if i < len(data) && data[i] != r.comma && data[i] != r.eol {
				w = because("a quoted cell goes on behind its closing quote", "double a quote that belongs to the text")
			}
		} else {
			start := i
			for i < len(data) && data[i] != r.comma && data[i] != r.eol {
				i++
			}
			r.cells = append(r.cells, trim(bytes.TrimSuffix(data[start:i], []byte{'\r'})))
		}
		for i < len(data) && data[i] != r.comma && data[i] != r.eol {
			i++ // behind a closing quote
		}
		switch {
		case i < len(data) && data[i] == r.eol:
			return i + 1, w
		case i < len(data):
			i++
		case r.eof:
			return i, w
		default:
			return -1, w
		}
	}
}

// unquote reads a quoted cell at the beginning of data and tells how many bytes
// it takes, −1 where it does not end. A quote at the very end of data may be
// the first of two, so it ends a cell only at the end of the input.
func (r *records) unquote(data []byte) ([]byte, int) {
	start := len(r.plain)
	for i := 1; ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 || i+n+1 == len(data) && !r.eof {
			return nil, -1
		}
		part := data[i : i+n]
		i += n + 1
		if i == len(data) || data[i] != '"' {
			if len(r.plain) == start {
				return part, i
			}
			r.plain = append(r.plain, part...)
			return r.plain[start:len(r.plain):len(r.plain)], i
		}
		r.plain = append(append(r.plain, part...), '"')
		i++
	}
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

func blank(cells [][]byte) bool {
	for _, c := range cells {
		if len(c) > 0 {
			return false
		}
	}
	return true
}
