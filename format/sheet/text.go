package sheet

import (
	"io"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
)

// gap separates columns, rule draws the line under headings and above totals.
const (
	gap       = "  "
	rule      = "─"
	leastText = 8 // columns below which no text is cut to save room
)

// WriteText writes tables for people at a terminal of width columns; 0 or less
// sets no limit. Numbers stand right and are never cut, since a cut number is
// a wrong one. Where a table is too wide, its longest texts are cut, and where
// that is not enough, lines are longer than width.
//
//	Manual outbound, USD
//
//	Agent     Total
//	─────  ────────
//	ana     12.5000
//	─────  ────────
//	Total   12.5000
func WriteText(w io.Writer, ts []table.Table, width int) error {
	var b strings.Builder
	for i := range ts {
		if i > 0 {
			b.WriteByte('\n')
		}
		if err := writeTable(&b, &ts[i], width); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return fault.Wrap("write text", err)
}

func writeTable(b *strings.Builder, t *table.Table, width int) error {
	p, err := layOut(t, width)
	if err != nil {
		return err
	}
	if head := headOf(t); head != "" {
		b.WriteString(head + "\n\n")
	}
	p.line(b, p.head)
	p.ruler(b)
	for _, r := range p.rows {
		p.line(b, r)
	}
	if len(p.rows) == 0 {
		b.WriteString("(no rows)\n")
	}
	if p.totals != nil {
		p.ruler(b)
		p.line(b, p.totals)
	}
	if len(t.Notes) > 0 {
		b.WriteByte('\n')
	}
	for _, n := range t.Notes {
		for _, line := range wrap(tame(n), width) {
			b.WriteString(isolate(line) + "\n")
		}
	}
	return nil
}

// headOf is the title with the currency, where amounts need one.
func headOf(t *table.Table) string {
	head := tame(t.Title)
	if t.Currency != "" && slices.ContainsFunc(t.Columns, func(c table.Column) bool { return c.Kind == table.Money || c.Kind == table.Rate }) {
		if head != "" {
			head += ", "
		}
		head += string(t.Currency)
	}
	return head
}

// page is a table as texts, with the widths of its columns.
type page struct {
	columns []table.Column
	widths  []int
	head    []string
	rows    [][]string
	totals  []string
}

func layOut(t *table.Table, width int) (*page, error) {
	p := &page{columns: t.Columns, widths: make([]int, len(t.Columns)), head: make([]string, len(t.Columns))}
	for i, c := range t.Columns {
		p.head[i] = tame(c.Name)
	}
	p.measure(p.head)
	l := lookOf(t)
	spell := func(r table.Row) ([]string, error) {
		if err := checkWidth(t.Name, r, t.Columns); err != nil {
			return nil, err
		}
		cells := make([]string, len(r))
		for i, v := range r {
			switch {
			case v.None:
			case t.Columns[i].Kind == table.Text:
				cells[i] = tame(v.S)
			default:
				cells[i] = string(l.number(nil, t.Columns[i].Kind, v.N))
			}
		}
		p.measure(cells)
		return cells, nil
	}
	for _, r := range t.Rows {
		cells, err := spell(r)
		if err != nil {
			return nil, err
		}
		p.rows = append(p.rows, cells)
	}
	if t.Totals != nil {
		var err error
		if p.totals, err = spell(t.Totals); err != nil {
			return nil, err
		}
	}
	p.narrow(width)
	return p, nil
}

func (p *page) measure(cells []string) {
	for i, c := range cells {
		p.widths[i] = max(p.widths[i], columnsOf(c))
	}
}

// narrow takes columns away from the widest text, one at a time, until the
// table fits or no text is left that may be cut.
func (p *page) narrow(width int) {
	if width <= 0 {
		return
	}
	total := len(gap) * (len(p.widths) - 1)
	for _, n := range p.widths {
		total += n
	}
	for ; total > width; total-- {
		widest := -1
		for i, c := range p.columns {
			if !c.Kind.Numeric() && p.widths[i] > leastText && (widest < 0 || p.widths[i] > p.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		p.widths[widest]--
	}
}

// line writes one line without blanks at its end.
func (p *page) line(b *strings.Builder, cells []string) {
	var line strings.Builder
	for i, c := range cells {
		if i > 0 {
			line.WriteString(gap)
		}
		if p.columns[i].Kind.Numeric() {
			line.WriteString(strings.Repeat(" ", p.widths[i]-columnsOf(c)) + c)
			continue
		}
		c = cutTo(c, p.widths[i])
		line.WriteString(isolate(c) + strings.Repeat(" ", p.widths[i]-columnsOf(c)))
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func (p *page) ruler(b *strings.Builder) {
	for i, n := range p.widths {
		if i > 0 {
			b.WriteString(gap)
		}
		b.WriteString(strings.Repeat(rule, n))
	}
	b.WriteByte('\n')
}

// wrap breaks s at blanks into lines of at most width columns; a longer word
// keeps a line of its own.
func wrap(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(s) {
		n := columnsOf(word)
		if line != "" && used+1+n > width {
			lines, line, used = append(lines, line), "", 0
		}
		if line != "" {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	return append(lines, line)
}
