package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// rankLength is how many countries, campaigns and agents the overview lists.
const rankLength = 8

// overviewPage is what overview.html and my_usage.html show.
type overviewPage struct {
	*app.Overview
	Period  periodForm
	Daily   chart
	Ranks   []rank
	Minutes int64
	MinutesBefore,
	Average int64 // seconds of a charged call
	Waiting string // where calls in suspense are looked at; empty: not for this reader
	Imports string // where calls come in; empty: not for this reader
}

// rank is the dearest of one sort.
type rank struct {
	Title string
	Rows  []rankRow
	More  int // that are not shown
}

type rankRow struct {
	Name   string
	Flag   phone.Country
	Path   string
	Amount money.Amount
	Calls  int64
	Share  int // of the dearest, in percent, for the bar
}

// chart is what _chart.html draws.
type chart struct {
	Title string
	JSON  string
	Tall  bool
	Heads []string
	Rows  [][]string
}

func (s *Site) overview(w http.ResponseWriter, v *visit) error {
	p, err := s.overviewOf(v, 0)
	if err != nil {
		return err
	}
	if v.may(raters...) {
		p.Waiting = v.at("suspense")
	}
	if v.may(importers...) {
		p.Imports = v.at("imports")
	}
	s.show(w, v.Request, http.StatusOK, "overview", "Overview", p)
	return nil
}

// myUsage is the overview of an agent's own calls.
func (s *Site) myUsage(w http.ResponseWriter, v *visit) error {
	if v.person.User == 0 {
		return fault.New(fault.NotFound, "your login belongs to no user who takes calls")
	}
	p, err := s.overviewOf(v, v.person.User)
	if err != nil {
		return err
	}
	p.Ranks = slices.DeleteFunc(p.Ranks, func(r rank) bool { return r.Title == "Agents" })
	s.show(w, v.Request, http.StatusOK, "overview", "My usage", p)
	return nil
}

func (s *Site) overviewOf(v *visit, agent tenant.UserID) (*overviewPage, error) {
	period, err := s.readPeriod(v)
	if err != nil {
		return nil, err
	}
	o, err := s.app.Overview(v.Context(), *v.tenant, period.Days, agent)
	if err != nil {
		return nil, err
	}
	n, err := s.names(v)
	if err != nil {
		return nil, err
	}
	p := &overviewPage{Overview: o, Period: period, Minutes: o.Total.Billed / 60, MinutesBefore: o.Before.Billed / 60}
	if o.Total.Charged > 0 {
		p.Average = o.Total.Billed / o.Total.Charged
	}
	p.Daily = dailyChart(o)
	p.Ranks = p.ranks(v, n)
	return p, nil
}

// dailyChart stacks the spend of each day by kind of call.
func dailyChart(o *app.Overview) chart {
	type series struct {
		Name   string    `json:"name"`
		Values []float64 `json:"values"`
	}
	figures := struct {
		Kind   string   `json:"kind"`
		Unit   string   `json:"unit"`
		Labels []string `json:"labels"`
		Series []series `json:"series"`
	}{Kind: "bars", Unit: string(o.Currency), Labels: []string{}, Series: []series{}}
	c := chart{Title: "Spend by day", Heads: []string{"Day"}}
	for _, d := range o.Daily {
		figures.Labels = append(figures.Labels, d.Day.String()[5:])
		c.Rows = append(c.Rows, []string{d.Day.String()})
	}
	for _, k := range o.Kinds {
		name := kindTitle(k)
		c.Heads = append(c.Heads, name)
		one := series{Name: name}
		for i, d := range o.Daily {
			one.Values = append(one.Values, drawn(d.Amount[k]))
			c.Rows[i] = append(c.Rows[i], d.Amount[k].Format(o.Currency.Digits()))
		}
		figures.Series = append(figures.Series, one)
	}
	text, err := json.Marshal(figures)
	if err == nil { // strings and finite numbers always are
		c.JSON = string(text)
	}
	return c
}

// drawn is an amount as a height: a picture needs no more exactness, and no
// figure is read from it.
func drawn(a money.Amount) float64 { return float64(a) / float64(money.Unit) }

func kindTitle(k usage.Kind) string {
	switch k {
	case usage.NoKind:
		return "No kind"
	case usage.ClickToCall:
		return "Click-to-call"
	}
	name := k.String()
	return string(name[0]-'a'+'A') + name[1:]
}

func (p *overviewPage) ranks(v *visit, n *nameList) []rank {
	countries, campaigns, agents := rank{Title: "Countries"}, rank{Title: "Campaigns"}, rank{Title: "Agents"}
	days := "from=" + p.Period.Days.From.String() + "&to=" + p.Period.Days.To.String()
	calls := ""
	if v.may(callers...) {
		calls = v.at("calls") + "?" + days
	}
	link := func(field, value string) string {
		if calls == "" || value == "" {
			return ""
		}
		return calls + "&" + field + "=" + url.QueryEscape(value)
	}
	for _, c := range p.Countries {
		name := c.Key.Name()
		if c.Key == 0 {
			name = "No country"
		}
		countries.add(rankRow{Name: name, Flag: c.Key, Path: link("country", c.Key.String()), Amount: c.Sums.Amount, Calls: c.Sums.Calls})
	}
	for _, c := range p.Campaigns {
		campaigns.add(rankRow{Name: n.campaign(c.Key), Path: link("campaign", n.codeOf(c.Key)), Amount: c.Sums.Amount, Calls: c.Sums.Calls})
	}
	for _, a := range p.Agents {
		agents.add(rankRow{Name: n.agent(a.Key), Path: link("agent", n.agentOf(a.Key)), Amount: a.Sums.Amount, Calls: a.Sums.Calls})
	}
	return []rank{countries, campaigns, agents}
}

func (r *rank) add(row rankRow) {
	if len(r.Rows) == rankLength {
		r.More++
		return
	}
	row.Share = 100
	if len(r.Rows) > 0 && r.Rows[0].Amount > 0 {
		row.Share = max(0, int(int64(row.Amount)/max(1, int64(r.Rows[0].Amount)/100)))
	}
	r.Rows = append(r.Rows, row)
}

// idText is an id in an address; none is empty.
func idText[T ~int32](id T) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(int(id))
}

// nameList is the names of what calls hold by number.
type nameList struct {
	Users     []tenant.User
	Teams     []tenant.Team
	Campaigns []tenant.Campaign
	users     map[tenant.UserID]string
	campaigns map[tenant.CampaignID]string
}

func (n *nameList) agent(id tenant.UserID) string {
	if id == 0 {
		return "No agent"
	}
	return n.users[id]
}

func (n *nameList) campaign(id tenant.CampaignID) string {
	if id == 0 {
		return "No campaign"
	}
	return n.campaigns[id]
}

// names reads the tenant's users, teams and campaigns.
func (s *Site) names(v *visit) (*nameList, error) {
	n := &nameList{users: map[tenant.UserID]string{}, campaigns: map[tenant.CampaignID]string{}}
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		if n.Users, err = tx.Users(); err != nil {
			return err
		}
		if n.Teams, err = tx.Teams(); err != nil {
			return err
		}
		n.Campaigns, err = tx.Campaigns()
		return err
	})
	for i := range n.Users {
		n.users[n.Users[i].ID] = n.Users[i].Name()
	}
	for _, c := range n.Campaigns {
		n.campaigns[c.ID] = c.Code
	}
	return n, err
}
