package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// callsPage is what calls.html shows.
type callsPage struct {
	Period   periodForm
	Filter   url.Values
	Names    *nameList
	Kinds    []choice
	Statuses []choice
	Agents   []choice
	Camps    []choice
	Lands    []choice
	Number   string
	Rows     []callRow
	Next     string // address of the page that follows; empty: this is the last
	First    string // address of the first page; empty: this is it
	Reset    string
	Currency money.Currency
	Zone     *when.Zone
	Filtered bool
	Problem  string
	Empty    empty
}

// choice is one line of a select.
type choice struct {
	Value, Label string
	Chosen       bool
}

// callRow is one call in the list.
type callRow struct {
	Path     string
	Started  when.Instant
	Kind     string
	Agent    string
	Campaign string
	Calling  string
	Called   string
	Country  phone.Country
	Seconds  int64
	Billed   int64
	Amount   money.Amount
	Status   string
	Reason   string
	Tone     string
}

// callsOnPage is how many calls a page of the list has.
const callsOnPage = 50

func (s *Site) calls(w http.ResponseWriter, v *visit) error {
	period, err := s.readPeriod(v)
	if err != nil {
		return err
	}
	n, err := s.names(v)
	if err != nil {
		return err
	}
	p := &callsPage{Period: period, Names: n, Currency: v.tenant.Currency, Zone: v.zone, Filter: v.URL.Query(), Reset: v.at("calls")}
	ask, err := p.read(v)
	if err != nil {
		return err
	}
	found, err := s.app.ListCalls(v.Context(), ask)
	if err != nil {
		return err
	}
	p.fill(v, found)
	s.show(w, v.Request, http.StatusOK, "calls", "Calls", p)
	return nil
}

// read makes a question of the address, and the choices of the form. All of its
// mistakes come at once.
func (p *callsPage) read(v *visit) (app.ListCalls, error) {
	q := v.URL.Query()
	ask := app.ListCalls{Tenant: *v.tenant, Days: p.Period.Days, Status: q.Get("status"), After: q.Get("after"), Limit: callsOnPage}
	var wrong fault.Inputs
	number := func(field string) int32 {
		text := q.Get(field)
		if text == "" {
			return 0
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n <= 0 {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(text), Reason: "nothing has this number"})
		}
		return int32(n)
	}
	ask.Agent, ask.Campaign = tenant.UserID(number("agent")), tenant.CampaignID(number("campaign"))
	var err error
	if ask.Kind, err = usage.ParseKind(q.Get("kind")); err != nil {
		wrong = append(wrong, fault.Input{Field: "kind", Value: fault.Cut(q.Get("kind")), Reason: "not a kind of call"})
	}
	if code := q.Get("country"); code != "" {
		if ask.Country, err = phone.ParseCountry(code); err != nil {
			wrong = append(wrong, fault.Input{Field: "country", Value: fault.Cut(code), Reason: "not a country's two-letter code"})
		}
	}
	p.Number = strings.TrimSpace(q.Get("number"))
	ask.Number = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, p.Number)
	if ask.Number != "" && !v.may(access.ViewCalls) {
		return ask, fault.New(fault.Denied, "numbers are hidden from you, so calls cannot be searched by number")
	}
	for _, name := range []string{"agent", "campaign", "kind", "country", "status", "number"} {
		p.Filtered = p.Filtered || q.Get(name) != ""
	}
	p.choices(ask)
	return ask, wrong.Err()
}

// choices fills the selects of the form.
func (p *callsPage) choices(ask app.ListCalls) {
	for _, k := range usage.Kinds() {
		p.Kinds = append(p.Kinds, choice{k.String(), kindTitle(k), k == ask.Kind})
	}
	for _, st := range []usage.Status{usage.Rated, usage.ZeroRated, usage.Suspended} {
		p.Statuses = append(p.Statuses, choice{st.String(), statusTitle(st), st.String() == ask.Status})
	}
	for i := range p.Names.Users {
		u := &p.Names.Users[i]
		p.Agents = append(p.Agents, choice{idText(u.ID), u.Name(), u.ID == ask.Agent})
	}
	for _, c := range p.Names.Campaigns {
		p.Camps = append(p.Camps, choice{idText(c.ID), c.Code, c.ID == ask.Campaign})
	}
	for _, c := range phone.Countries() {
		p.Lands = append(p.Lands, choice{c.String(), c.Name(), c == ask.Country})
	}
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

// fill makes rows of what was found, and the ways to other pages.
func (p *callsPage) fill(v *visit, found *app.CallPage) {
	show := phone.Number.String
	if !v.may(access.ViewCalls) {
		show = masked
	}
	for i := range found.Calls {
		c := &found.Calls[i]
		row := callRow{
			Path:    v.at("calls/" + c.Day.String() + "/" + c.Identity.String()),
			Started: c.Started, Kind: kindTitle(c.Kind), Agent: p.Names.agent(c.Agent), Campaign: p.Names.campaign(c.Campaign),
			Calling: show(c.Calling), Called: show(c.Called), Country: c.Country, Seconds: int64(c.Seconds()), Billed: int64(c.Charge.Billed),
			Amount: c.Charge.Amount, Status: statusTitle(c.Charge.Status), Reason: strings.ReplaceAll(c.Charge.Reason.String(), "_", " "),
		}
		if c.Agent == 0 {
			row.Agent = ""
		}
		if c.Campaign == 0 {
			row.Campaign = ""
		}
		if sum, err := row.Amount.Add(c.Charge.AMD); err == nil {
			row.Amount = sum
		}
		row.Tone = map[usage.Status]string{usage.Rated: "tone-good", usage.ZeroRated: "tone-quiet", usage.Suspended: "tone-wait"}[c.Charge.Status]
		p.Rows = append(p.Rows, row)
	}
	q := v.URL.Query()
	if q.Get("after") != "" {
		q.Del("after")
		p.First = v.URL.Path + "?" + q.Encode()
	}
	if found.Next != "" {
		q.Set("after", found.Next)
		p.Next = v.URL.Path + "?" + q.Encode()
	}
	switch {
	case p.Filtered:
		p.Empty = empty{"No call fits", "No call of this period is as the filters ask.", p.Reset, "All calls"}
	case v.may(importers...):
		p.Empty = empty{"No calls in this period", "Choose another period, or import the records of one.", v.at("imports"), "Import calls"}
	default:
		p.Empty = empty{"No calls in this period", "Choose another period.", "", ""}
	}
}

// masked hides the last digits of a number, as explanations do.
func masked(n phone.Number) string {
	const hidden = 4
	s := n.String()
	keep := max(0, len(s)-hidden)
	return s[:keep] + strings.Repeat("x", len(s)-keep)
}
