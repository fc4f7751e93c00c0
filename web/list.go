package web

import (
	"cmp"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/phone"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/format/sheet"
	"tollkeeper/store"
)

// listPage is what list.html shows: things as a table that is searched,
// filtered, sorted and paged on the server, with what can be done to each.
type listPage struct {
	Name    string // "users", in addresses and file names
	Title   string
	At      string // the list's address
	About   string
	Tabs    []button // lists that belong together, this one among them
	Buttons []button // above the list
	Waiting *waiting // nil: nothing waits
	Columns []listColumn
	Filters []*field // selects
	Search  string
	Sort    string // name of a column, with "-" before it from the last; empty: the first column
	Rows    []listRow
	Found   int // fit the search and filters
	All     int
	First   int // of Found, the first that is shown, from 1
	Pages   pager
	Export  string    // address of the file of what is found; empty: none
	Take    *takeForm // nil: no file can be taken in
	Empty   empty
	Good    string
	Problem string

	page    int
	columns []string // of the exported file
	picked  bool     // the books have sorted and cut it already: Rows are all that is shown
}

// extent is how much of a list is wanted.
type extent uint8

const (
	onePage   extent = iota
	wholeList        // for a file
)

// button is a way on that a page offers.
type button struct {
	Text, Said string // Said is read out behind the text: what it is about
	Path       string
	Look       string // further classes
	Posts      bool   // it does something at once
	Ask        string // before it does; empty: nothing
	Hidden     map[string]string
	Here       bool // of tabs: this page
}

// waiting is what was met in call records and nobody has confirmed.
type waiting struct {
	Text    string
	Show    string // address of the list of them
	Confirm string // address that confirms all of them
}

// listColumn is a heading, which sorts.
type listColumn struct {
	Name, Title string
	Right       bool
	Sorted      string // "ascending", "descending" or "none", for aria-sort
	URL         string
}

// listRow is a line of the list.
type listRow struct {
	Cells   []listCell
	Actions []button
	record  []string // as it stands in the exported file
}

// listCell is a cell; what it sorts by is Order, else its text.
type listCell struct {
	cellView
	Link  string // empty: none
	Land  phone.Country
	Order int64
	Short bool // a word or two, which need no room to wrap
}

func textCell(text string) listCell { return listCell{cellView: cellView{Plain: text}} }
func wordCell(text string) listCell { return listCell{cellView: cellView{Plain: text}, Short: true} }
func linkCell(text, path string) listCell {
	return listCell{cellView: cellView{Plain: text}, Link: path}
}
func htmlCell(h template.HTML, order int64) listCell {
	return listCell{cellView: cellView{Text: h}, Order: order, Short: true}
}
func countCell(n int64) listCell {
	return listCell{cellView: cellView{Text: grouped(strconv.FormatInt(n, 10)), Right: true}, Order: n}
}

// listOnPage is how many lines a page of a list has.
const listOnPage = 50

// newList reads search, sort and page of the address.
func newList(v *visit, name, title, at string) *listPage {
	q := v.URL.Query()
	p := &listPage{Name: name, Title: title, At: at, Search: strings.TrimSpace(q.Get("search")), Sort: q.Get("sort"), page: 1}
	if v.Method != http.MethodGet {
		p.Search, p.Sort = "", ""
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		p.page = n
	}
	return p
}

// heads names the columns: "name: Name", and with a plus at the end figures.
func (p *listPage) heads(titles ...string) {
	for _, text := range titles {
		name, title, _ := strings.Cut(text, ": ")
		title, right := strings.CutSuffix(title, "+")
		p.Columns = append(p.Columns, listColumn{Name: name, Title: title, Right: right, Sorted: "none"})
	}
}

// filter offers a choice of which lines to see, and gives what is chosen of it.
func (p *listPage) filter(v *visit, name, label string, of ...choice) string {
	f := &field{Name: name, Label: label, Type: "select", Of: append([]choice{{Label: "Any"}}, of...)}
	if f.Value = v.URL.Query().Get(name); v.Method != http.MethodGet {
		f.Value = ""
	}
	p.Filters = append(p.Filters, f)
	if _, known := (&form{Fields: p.Filters}).chosen(name); !known {
		f.Value = ""
	}
	return f.Value
}

// Filtered tells whether not everything is looked for.
func (p *listPage) Filtered() bool {
	return p.Search != "" || slices.ContainsFunc(p.Filters, func(f *field) bool { return f.Value != "" })
}

// Last is the last line that is shown, from 1.
func (p *listPage) Last() int { return p.First + len(p.Rows) - 1 }

// Actions tells whether any line can be acted on.
func (p *listPage) Actions() bool {
	return slices.ContainsFunc(p.Rows, func(r listRow) bool { return len(r.Actions) > 0 })
}

// add takes a line in, unless the filters do not fit it or the search does not
// find it.
func (p *listPage) add(r listRow, fits ...bool) {
	p.All++
	if slices.Contains(fits, false) {
		return
	}
	if p.Search != "" {
		var text strings.Builder
		for _, c := range r.Cells {
			text.WriteString(c.Plain + "\n")
		}
		if !strings.Contains(strings.ToLower(text.String()), strings.ToLower(p.Search)) {
			return
		}
	}
	p.Found++
	p.Rows = append(p.Rows, r)
}

// by is the number of the column that the list is sorted by, and whether from the
// last.
func (p *listPage) by() (column int, down bool) {
	name, down := strings.CutPrefix(p.Sort, "-")
	return max(0, slices.IndexFunc(p.Columns, func(c listColumn) bool { return c.Name == name })), down
}

// pick says in l what of a list is shown that the books search, sort and cut:
// there are all lines, of which found fit. What is put in afterwards is not looked
// at again.
func (p *listPage) pick(l *store.Listing, much extent, all, found int) {
	p.All, p.Found, p.picked = all, found, true
	if _, l.Down = p.by(); much == onePage {
		l.Skip, l.Limit = p.at()*listOnPage, listOnPage
	}
}

// sort puts what was found into the order that is asked for; equal lines stay in
// that of their names.
func (p *listPage) sort() {
	if p.picked {
		return
	}
	by, down := p.by()
	slices.SortStableFunc(p.Rows, func(a, b listRow) int {
		x, y := a.Cells[by], b.Cells[by]
		order := cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(strings.ToLower(x.Plain), strings.ToLower(y.Plain)))
		if down {
			return -order
		}
		return order
	})
}

// order makes the headings, each of which sorts.
func (p *listPage) order() {
	by, down := p.by()
	for i := range p.Columns {
		c := &p.Columns[i]
		next := c.Name
		if c.Right {
			next = "-" + c.Name // the largest first is what people look for
		}
		if i == by {
			c.Sorted, next = "ascending", "-"+c.Name
			if down {
				c.Sorted, next = "descending", c.Name
			}
		}
		c.URL = p.address("sort", next)
	}
}

// address is the list as it is, but for one word of its query.
func (p *listPage) address(name, value string) string {
	q := url.Values{}
	set := func(name, value string) {
		if q.Del(name); value != "" {
			q.Set(name, value)
		}
	}
	set("search", p.Search)
	set("sort", p.Sort)
	for _, f := range p.Filters {
		set(f.Name, f.Value)
	}
	set(name, value)
	return queried(p.At, q)
}

// at is the page that is shown, from 0: the last one where there are not so many
// as the address says.
func (p *listPage) at() int { return min(p.page, max(1, (p.Found+listOnPage-1)/listOnPage)) - 1 }

// cut leaves the lines of one page, and the ways to the others.
func (p *listPage) cut() {
	at := p.at()
	p.First = at*listOnPage + 1
	if !p.picked {
		p.Rows = p.Rows[min(p.Found, at*listOnPage):min(p.Found, (at+1)*listOnPage)]
	}
	p.Pages = numbered()
	if at > 0 {
		p.Pages.Before = p.address("page", strconv.Itoa(at))
	}
	if (at+1)*listOnPage < p.Found {
		p.Pages.After = p.address("page", strconv.Itoa(at+2))
	}
}

// showList writes a list that is filled.
func (s *Site) showList(w http.ResponseWriter, v *visit, status int, p *listPage) error {
	p.sort()
	p.order()
	if len(p.columns) > 0 {
		p.Export = strings.Replace(p.address("", ""), p.At, p.At+"/export", 1)
	}
	p.cut()
	s.show(w, v.Request, status, "list", p.Title, p)
	return nil
}

// exportList writes what is found of a list as a file that the list's import
// takes back.
func (s *Site) exportList(w http.ResponseWriter, v *visit, p *listPage) error {
	p.sort()
	t := table.Table{Name: p.Name, Title: p.Title}
	for _, name := range p.columns {
		t.Columns = append(t.Columns, table.Column{Name: name})
	}
	for _, r := range p.Rows {
		row := make(table.Row, len(r.record))
		for i, text := range r.record {
			row[i] = table.String(text)
		}
		t.Rows = append(t.Rows, row)
	}
	if err := s.did(v, p.Name+".export", plural(int64(len(t.Rows)), "line")); err != nil {
		return err
	}
	return s.download(w, v, csvFile, p.Name+".csv", func(to io.Writer) error { return sheet.WriteCSV(to, []table.Table{t}) })
}

func stateBadge(s tenant.State) template.HTML {
	tone := map[tenant.State]string{tenant.Active: "tone-good", tenant.Deactivated: "tone-quiet", tenant.Unconfirmed: "tone-wait"}[s]
	return template.HTML(`<span class="badge ` + tone + `">` + s.String() + `</span>`)
}

// stateChoices are the states that a list can be filtered by.
func stateChoices() (of []choice) {
	for _, one := range []tenant.State{tenant.Active, tenant.Deactivated, tenant.Unconfirmed} {
		of = append(of, choice{Value: one.String(), Label: plainCapital(one.String())})
	}
	return of
}

// statesOf is what a filter of stateChoices lets pass.
func statesOf(filter string) []tenant.State {
	if filter == "" {
		return nil
	}
	state, err := tenant.ParseState(filter)
	if err != nil {
		return nil
	}
	return []tenant.State{state}
}

// plainCapital is capital without the full stop.
func plainCapital(s string) string { return strings.TrimSuffix(capital(s), ".") }
