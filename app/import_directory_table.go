package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// Limits of one table.
const (
	maxTableBytes    = 256 << 20
	maxTableRows     = 1_000_000
	maxTableMistakes = 1_000 // that are told; a last one says how many more there are
)

// tableFile is a CSV file with a heading, read whole: its rows, and all that is
// wrong with it so far.
type tableFile struct {
	file     string
	columns  []string // as declared
	head     int64    // the heading's line
	width    int      // how many columns the heading names
	at       []int    // by declared column: its place in the file; −1: the file has none
	rows     []tableRow
	mistakes fault.Inputs
	told     map[mistaken]bool // cells that have a mistake
	further  int               // mistakes beyond those that are listed
}

// tableRow is one record; its cells are in the order of the declared columns.
type tableRow struct {
	line  int64
	cells []string
}

// readTable reads a CSV file whose heading names the columns in any order;
// only the first of them is required. Cells are trimmed. What is wrong with the
// file stands in its mistakes; the error is that of reading.
func readTable(ctx context.Context, o *ImportTable, columns ...string) (*tableFile, error) {
	f := &tableFile{file: filepath.Base(o.Path), columns: columns}
	r := o.Input
	if r == nil {
		file, err := os.Open(o.Path)
		if err != nil {
			return nil, fault.New(fault.NotFound, "%w", err)
		}
		defer file.Close()
		r = file
	}
	limited := &io.LimitedReader{R: &watched{ctx: ctx, r: r}, N: maxTableBytes}
	in := bufio.NewReaderSize(limited, 1<<16)
	head, err := in.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if why := looksOther(head, "a list in CSV"); why != "" {
		f.mistake(1, 0, "", "", why, "")
		return f, nil
	}
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		head = head[3:]
		if _, err := in.Discard(3); err != nil {
			return nil, err
		}
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord, c.TrimLeadingSpace, c.ReuseRecord = -1, true, true
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	if bytes.IndexByte(first, ';') >= 0 && bytes.IndexByte(first, ',') < 0 {
		c.Comma = ';'
	}
	if err := f.read(c); err != nil {
		return nil, err
	}
	if limited.N == 0 {
		f.mistake(0, 0, "", "", fmt.Sprintf("the file is longer than %d MiB", maxTableBytes>>20), "split it")
	}
	return f, nil
}

func (f *tableFile) read(c *csv.Reader) error {
	for {
		record, err := c.Read()
		var broken *csv.ParseError
		switch {
		case err == io.EOF:
			if f.at == nil && len(f.mistakes) == 0 {
				f.mistake(1, 0, "", "", "the file is empty", "its first line names the columns: "+strings.Join(f.columns, ", "))
			}
			return nil
		case errors.As(err, &broken):
			f.mistake(int64(broken.StartLine), 0, "", "", "a quote stands where no cell begins or ends", "put quotes round the whole cell and double those inside it")
			if f.at == nil {
				return nil // without a heading the rest means nothing
			}
			continue
		case err != nil:
			return err
		}
		line, _ := c.FieldPos(0)
		if f.at == nil {
			if !f.heading(int64(line), record) {
				return nil
			}
			continue
		}
		if len(f.rows) == maxTableRows {
			f.mistake(int64(line), 0, "", "", fmt.Sprintf("the file has more than %d lines", maxTableRows), "split it")
			return nil
		}
		f.row(int64(line), record)
	}
}

// heading maps the columns; false where that is not possible.
func (f *tableFile) heading(line int64, names []string) bool {
	f.head, f.width, f.at = line, len(names), slices.Repeat([]int{-1}, len(f.columns))
	for i, name := range names {
		name = strings.TrimSpace(name)
		switch n := slices.Index(f.columns, strings.ToLower(name)); {
		case n < 0:
			f.mistake(line, i+1, "heading", name, "there is no such column", "the columns are "+strings.Join(f.columns, ", "))
		case f.at[n] >= 0:
			f.mistake(line, i+1, "heading", name, "the column is there twice", "")
		default:
			f.at[n] = i
		}
	}
	if f.at[0] < 0 {
		f.mistake(line, 0, f.columns[0], "", "the file has no such column", "it is required; the columns are "+strings.Join(f.columns, ", "))
	}
	return len(f.mistakes) == 0
}

func (f *tableFile) row(line int64, record []string) {
	if !slices.ContainsFunc(record, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return // a line of nothing but commas
	}
	row := tableRow{line, make([]string, len(f.columns))}
	for n, i := range f.at {
		if i < 0 || i >= len(record) {
			continue
		}
		c := strings.TrimSpace(record[i])
		if rest, quoted := strings.CutPrefix(c, "'"); quoted && strings.IndexAny(rest, "=+-@＝＋－＠") == 0 {
			c = rest // the apostrophe that keeps a spreadsheet from taking it for a formula
		}
		if !utf8.ValidString(c) || strings.ContainsFunc(c, unicode.IsControl) {
			row.cells[n] = strings.ToValidUTF8(c, "\uFFFD")
			f.wrong(&row, n, "is not plain UTF-8 text", "save the file as CSV (UTF-8)")
			continue
		}
		row.cells[n] = c
	}
	for i := f.width; i < len(record); i++ {
		if c := strings.TrimSpace(record[i]); c != "" {
			f.mistake(line, i+1, "", c, "the line has more cells than the heading", "put quotes round a text that holds a comma")
			break
		}
	}
	if row.cells[0] == "" {
		f.wrong(&row, 0, "is required", "")
	}
	f.rows = append(f.rows, row)
}

// has tells whether the file has the declared column n.
func (f *tableFile) has(n int) bool { return f.at[n] >= 0 }

// wrong notes a mistake in a row's cell of the declared column n: the first of
// each cell is told.
func (f *tableFile) wrong(row *tableRow, n int, reason, advice string) {
	at := mistaken{row.line, f.columns[n]}
	if f.told[at] {
		return
	}
	if f.told == nil {
		f.told = map[mistaken]bool{}
	}
	f.told[at] = true
	f.mistake(row.line, f.at[n]+1, f.columns[n], row.cells[n], reason, advice)
}

func (f *tableFile) mistake(line int64, column int, field, value, reason, advice string) {
	if len(f.mistakes) == maxTableMistakes {
		f.further++
		return
	}
	f.mistakes = append(f.mistakes, fault.Input{File: f.file, Line: line, Column: column, Field: field, Value: fault.Cut(value), Reason: reason, Advice: advice})
}

// err is all mistakes in the order of lines, or nil where there are none.
func (f *tableFile) err() error {
	slices.SortStableFunc(f.mistakes, func(x, y fault.Input) int { return int(x.Line - y.Line) })
	if f.further > 0 {
		f.mistakes = append(f.mistakes, fault.Input{File: f.file, Reason: fmt.Sprintf("and %d more", f.further)})
		f.further = 0
	}
	return f.mistakes.Err()
}

// once notes a mistake where the declared column n of a row says what an
// earlier row has said already; seen is by what it says.
func (f *tableFile) once(seen map[string]int64, row *tableRow, n int) bool {
	key := row.cells[n]
	if key == "" {
		return false
	}
	if other, twice := seen[key]; twice {
		f.wrong(row, n, fmt.Sprintf("stands on line %d too", other), "")
		return false
	}
	seen[key] = row.line
	return true
}

// teamNames reads a cell of teams separated by semicolons; each counts once.
func (f *tableFile) teamNames(row *tableRow, n int) (names []string) {
	for name := range strings.SplitSeq(row.cells[n], ";") {
		name = strings.TrimSpace(name)
		if name == "" || slices.Contains(names, name) {
			continue
		}
		if err := tenant.CheckName("team", name); err != nil {
			f.wrong(row, n, err.Error(), "")
			continue
		}
		names = append(names, name)
	}
	return names
}
