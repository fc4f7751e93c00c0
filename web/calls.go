package web

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/table"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// callsPage is what calls.html shows.
type callsPage struct {
	Period  periodForm
	Filter  *callFilter
	Columns columnForm
	Orders  []orderLink
	Rows    []callRow
	Count   template.HTML // how many there are, as far as that is known
	Pages   pager
	Looked  string // how far a search went that broke off; empty: it did not
	CSV     string // addresses of the files of this view
	JSON    string
	Empty   empty
	names   *nameList
}

// choice is one line of a select.
type choice struct {
	Value, Label string
	Chosen       bool
}

// orderLink leads to the list in another order.
type orderLink struct {
	Title, URL string
	Here       bool
}

// callRow is one call in the list.
type callRow struct {
	Path  string
	Cells []callCell
}

// callCell is a cell with the class of its column, by which a phone finds it a
// place on the call's card.
type callCell struct {
	Class string
	Head  string
	Link  bool
	Text  template.HTML
	Plain string
	Name  bool // free text, of any direction
	Flag  phone.Country
}

// callsOnPage is how many calls a page of the list has.
const callsOnPage = 50

func (s *Site) calls(w http.ResponseWriter, v *visit) error {
	p, ask, err := s.callsForm(v)
	if err != nil {
		return err
	}
	keepColumns(w, v, &p.Columns)
	status := http.StatusOK
	if ask == nil {
		status = http.StatusUnprocessableEntity
		p.Empty = empty{"Nothing was looked up", "Mend the filters first.", "", ""}
	} else if err := s.listCalls(v, p, *ask); err != nil {
		return err
	}
	s.show(w, v.Request, status, "calls", "Calls", p)
	return nil
}

// callsForm reads the address: the page with its forms, and what it asks for;
// nil where a filter is wrong.
func (s *Site) callsForm(v *visit) (*callsPage, *app.ListCalls, error) {
	p := &callsPage{}
	q := callQuery(v.URL.Query())
	if q.Has("number") && !v.may(access.ViewCalls) {
		return nil, nil, fault.New(fault.Denied, "numbers are hidden from you, so calls cannot be searched by number")
	}
	period, err := s.readPeriod(v)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return nil, nil, err
	}
	p.Period = period
	n, nerr := s.names(v)
	if nerr != nil {
		return nil, nil, nerr
	}
	f, form, ok := readCallFilter(v, n)
	p.Filter, p.Columns, p.names = form, readColumns(v), n
	if inputs := inputsOf(err); len(inputs) > 0 {
		ok, form.Open = false, true
		for _, in := range inputs {
			form.Problem = strings.TrimSpace(form.Problem + " " + capital(label(in.Field)+": "+in.Reason))
		}
	}
	for _, name := range []string{"period", "from", "to"} {
		if q.Get(name) != "" {
			form.Hidden = append(form.Hidden, hidden{name, q.Get(name)})
		}
	}
	ask := &app.ListCalls{Tenant: *v.tenant, CallFilter: f, After: v.URL.Query().Get("after"), Before: v.URL.Query().Get("before"), Limit: callsOnPage}
	ask.Days = p.Period.Days
	for _, o := range []struct {
		order       app.CallOrder
		name, title string
	}{{app.NewestFirst, "", "Newest first"}, {app.OldestFirst, "oldest", "Oldest first"}} {
		to := callQuery(q)
		to.Set("order", o.name)
		link := orderLink{o.title, queried(v.URL.Path, callQuery(to)), q.Get("order") == o.name}
		if link.Here {
			ask.Order = o.order
		}
		p.Orders = append(p.Orders, link)
	}
	if !ok {
		return p, nil, nil
	}
	return p, ask, nil
}

// listCalls looks the page up and lays it out.
func (s *Site) listCalls(v *visit, p *callsPage, ask app.ListCalls) error {
	found, err := s.app.ListCalls(v.Context(), ask)
	if err != nil {
		return err
	}
	var cells *app.CallCells
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		cells, err = app.NewCallCells(tx, string(v.tenant.Currency), app.NumbersFor(v.person.Can))
		return err
	})
	if err != nil {
		return err
	}
	for i := range found.Calls {
		c := &found.Calls[i]
		cells.Spell(&c.Call)
		row := callRow{Path: v.at("calls/" + c.Day.String() + "/" + c.Identity.String())}
		for k := range p.Columns.shown {
			row.Cells = append(row.Cells, p.cell(v, cells, &p.Columns.shown[k], c))
		}
		p.Rows = append(p.Rows, row)
	}
	p.ways(v, found, ask.Order)
	return nil
}

// ways fills in the ways to other pages, the files and what is said of the list.
func (p *callsPage) ways(v *visit, found *app.CallPage, order app.CallOrder) {
	q := callQuery(v.URL.Query())
	at := func(name, place string) string {
		if place == "" {
			return ""
		}
		to := callQuery(q)
		to.Set(name, place)
		return queried(v.URL.Path, to)
	}
	p.Pages = pager{FirstText: "First", Before: at("before", found.Previous), BeforeText: "Newer", After: at("after", found.Next), AfterText: "Older"}
	if p.Pages.Before != "" {
		p.Pages.First = queried(v.URL.Path, q)
	}
	p.CSV, p.JSON = queried(v.at("calls.csv"), q), queried(v.at("calls.jsonl"), q)
	p.Count = plainCount(found)
	if order == app.OldestFirst {
		p.Pages.BeforeText, p.Pages.AfterText = "Older", "Newer"
	}
	if found.Stopped != 0 {
		day := v.zone.Day(found.Stopped)
		way := "back to " + day.String()
		if order == app.OldestFirst {
			way = "up to " + v.zone.Day(found.Stopped-1).String()
		}
		p.Pages.AfterText = "Look further"
		p.Looked = "Looked through " + plural(found.Looked, "call") + ", " + way + "."
	}
	narrowed := len(p.Filter.Chips) > 0
	switch {
	case p.Looked != "":
		p.Empty = empty{"Nothing found so far", p.Looked + " The search goes on from there.", p.Pages.After, "Look further"}
	case narrowed:
		p.Empty = empty{"No call fits", "No call of this period is as the filters ask.", p.Filter.Reset, "All calls of the period"}
	case v.may(importers...):
		p.Empty = empty{"No calls in this period", "Choose another period, or import the records of one.", v.at("imports"), "Import calls"}
	default:
		p.Empty = empty{"No calls in this period", "Choose another period.", "", ""}
	}
}

// plainCount says how many calls there are, and no more than is known.
func plainCount(p *app.CallPage) template.HTML {
	calls := grouped(strconv.FormatInt(p.Known, 10)) + " calls"
	switch {
	case p.Exact && p.Known == 1:
		return "1 call"
	case p.Exact:
		return calls
	case p.Known == 0:
		return ""
	case p.Known >= callsOnPage:
		return "More than " + calls
	}
	return "At least " + calls
}

// cell is a cell as pages show it.
func (p *callsPage) cell(v *visit, cells *app.CallCells, column *app.CallColumn, c *app.ListedCall) callCell {
	cell := callCell{Class: "c-" + strings.ReplaceAll(column.Name, "_", "-"), Head: column.Title}
	value := cells.Cell(column, &c.Call, &c.Charge)
	if onRight(column.Kind) {
		cell.Class += " right"
	}
	switch column.Name {
	case "started_at":
		cell.Link, cell.Text = true, instant(c.Started, v.zone)
	case "agent":
		if c.Agent != 0 {
			cell.Plain, cell.Name = p.names.agent(c.Agent), true
		}
	case "kind":
		cell.Plain = kindTitle(c.Kind)
	case "status":
		cell.Text = statusBadge(c.Charge.Status)
		if reason := reasonTitle(c.Charge.Reason); reason != "" && p.Columns.without("reason") {
			cell.Text += template.HTML(` <span class="c-why">` + template.HTMLEscapeString(reason) + `</span>`)
		}
	case "reason":
		cell.Plain = reasonTitle(c.Charge.Reason)
	case "direction", "disposition":
		cell.Plain = words(value.S)
	case "amd":
		if c.AMD != usage.NoAMD {
			cell.Plain = words(value.S)
		}
	case "total", "amount", "amd_amount":
		if !value.None {
			cell.Text = amount(money.Amount(value.N), v.tenant.Currency)
		}
	case "call", "calling", "called", "conversation":
		cell.Plain, cell.Class = value.S, cell.Class+" number"
		far := map[usage.Direction]string{usage.Outgoing: "called", usage.Incoming: "calling"}[c.Direction]
		if column.Name == far && p.Columns.without("country") {
			cell.Flag = c.Country
		}
	case "country":
		cell.Plain, cell.Flag = c.Country.Name(), c.Country
		if c.Country == 0 {
			cell.Plain = ""
		}
	default:
		view := viewCell(&table.Table{Zone: v.zone, Currency: v.tenant.Currency}, column.Kind, value)
		cell.Text, cell.Plain = view.Text, view.Plain
		if column.Kind == table.Text {
			cell.Name, cell.Class = true, cell.Class+" name"
		}
	}
	return cell
}

func statusBadge(s usage.Status) template.HTML {
	tone := map[usage.Status]string{usage.Rated: "tone-good", usage.ZeroRated: "tone-quiet", usage.Suspended: "tone-wait"}[s]
	return template.HTML(`<span class="badge ` + tone + `">` + statusTitle(s) + `</span>`)
}

func statusTitle(s usage.Status) string {
	switch s {
	case usage.Rated:
		return "Rated"
	case usage.ZeroRated:
		return "Costs nothing"
	}
	return "Suspended"
}
