package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

// tableView is a core table as _table.html draws it: headings are links that
// sort, and the total stays at the bottom whatever the sort.
type tableView struct {
	Name   string
	Title  string
	Heads  []headView
	Rows   [][]cellView
	Totals []cellView
	Notes  []string
	Empty  string
}

type headView struct {
	Name  string
	Right bool   // numbers stand on the right
	Sort  string // "ascending", "descending" or "none", for aria-sort
	URL   string
	Title string // said by the link beside its name
}

type cellView struct {
	Text  template.HTML
	Plain string // instead of Text: a name, shown as it is
	Right bool
}

// viewTable lays out t. here is the address of the page with its query; the
// table's own part of it is "sort-" and its name.
func viewTable(t *table.Table, here *url.URL) tableView {
	v := tableView{Name: t.Name, Title: t.Title, Notes: t.Notes}
	sorted, down := strings.CutPrefix(here.Query().Get("sort-"+t.Name), "-")
	if sorted == "" && len(t.Columns) > 0 {
		sorted = t.Columns[0].Name
	}
	for _, c := range t.Columns {
		h := headView{Name: c.Name, Right: c.Kind.Numeric(), Sort: "none", Title: "sort by " + c.Name}
		next := c.Name
		if c.Kind.Numeric() {
			next = "-" + c.Name // the largest first is what people look for
		}
		if strings.EqualFold(c.Name, sorted) {
			h.Sort, next = "ascending", "-"+c.Name
			if down {
				h.Sort, next = "descending", c.Name
			}
		}
		h.URL = withQuery(here, "sort-"+t.Name, next) + "#" + t.Name
		v.Heads = append(v.Heads, h)
	}
	for _, r := range t.Rows {
		v.Rows = append(v.Rows, viewRow(t, r))
	}
	if t.Totals != nil && len(t.Rows) > 0 {
		v.Totals = viewRow(t, t.Totals)
	}
	return v
}

func viewRow(t *table.Table, r table.Row) []cellView {
	cells := make([]cellView, len(r))
	for i, value := range r {
		cells[i] = viewCell(t, t.Columns[i].Kind, value)
	}
	return cells
}

func viewCell(t *table.Table, k table.Kind, v table.Value) cellView {
	c := cellView{Right: k.Numeric()}
	switch {
	case v.None:
	case k == table.Text:
		c.Plain = v.S
	case k == table.Money:
		c.Text = grouped(money.Amount(v.N).Format(t.Decimals))
	case k == table.Rate:
		c.Text = grouped(money.Rate(v.N).String())
	case k == table.Seconds:
		c.Plain = length(v.N)
	case k == table.Day:
		c.Plain = when.Day(v.N).String()
	case k == table.Instant:
		c.Text = instant(when.Instant(v.N), t.Zone)
	case k == table.Percent:
		c.Plain = percent(v.N, 10_000)
	default:
		c.Text = grouped(strconv.FormatInt(v.N, 10))
	}
	return c
}

// sortTables sorts each table by what the address says of it. A column that a
// table does not have leaves it as it is: the address may be an old one.
func sortTables(ts []table.Table, q url.Values) {
	for i := range ts {
		if by := q.Get("sort-" + ts[i].Name); by != "" {
			if err := ts[i].SortBy(by); err != nil {
				continue
			}
		}
	}
}
