package web

import (
	"net/http"
	"net/url"
	"slices"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// rankLength is how many countries, campaigns and agents the overview lists.
const rankLength = 8

// overviewPage is what overview.html shows: of a tenant, or of one agent.
type overviewPage struct {
	*app.Overview
	Period  periodForm
	Earlier when.Days // what the figures are compared with
	Stats   []stat
	Daily   chart
	Ranks   []rank
	Waiting string // where calls in suspense are looked at; empty: not for this reader
	Nothing string // said where no call was billed
	Empty   empty  // said where there has never been a call
}

// rank is the dearest of one sort.
type rank struct {
	Title    string
	Rows     []rankRow
	More     int    // that are not shown
	All      string // where they are; empty: not for this reader
	Currency money.Currency
}

type rankRow struct {
	Name   string
	Flag   phone.Country
	Path   string
	Amount money.Amount
	Calls  int64
	Share  int // of the dearest, in percent, for the bar
}

func (s *Site) overview(w http.ResponseWriter, v *visit) error {
	p, err := s.overviewOf(v, 0)
	if err != nil {
		return err
	}
	if v.may(raters...) {
		p.Waiting = v.at("suspense")
	}
	p.Empty = empty{Title: "No calls yet", Text: "What calls cost shows here as soon as call records come in."}
	if v.may(importers...) {
		p.Empty = empty{"No calls yet", "Import the call records that your switch writes; what they cost shows here a moment later.", v.at("imports"), "Import calls"}
	}
	p.Nothing = "No call was billed on these days. The newest calls began on " + p.Last.String() + "."
	s.show(w, v.Request, p.Period.status(), "overview", "Overview", p)
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
	p.Empty = empty{Title: "No calls yet", Text: "Your calls and what they cost show here as soon as call records come in."}
	p.Nothing = "None of your calls was billed on these days."
	s.show(w, v.Request, p.Period.status(), "overview", "My usage", p)
	return nil
}

func (s *Site) overviewOf(v *visit, agent tenant.UserID) (*overviewPage, error) {
	period, err := s.readPeriod(v)
	if period, err = period.orDefault(err); err != nil {
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
	p := &overviewPage{Overview: o, Period: period, Earlier: app.DaysBefore(period.Days)}
	spend := stat{
		Name: "Spend", Figure: cents(o.Total.Amount, o.Currency), Was: cents(o.Before.Amount, o.Currency),
		Change: rise(int64(o.Total.Amount), int64(o.Before.Amount)),
	}
	p.Stats = append([]stat{spend}, usageStats(&o.Total, &o.Before)...)
	if p.Daily, err = dailyChart(o); err != nil {
		return nil, err
	}
	p.Ranks = p.ranks(v, n)
	if agent != 0 {
		p.Ranks = slices.DeleteFunc(p.Ranks, func(r rank) bool { return r.Title == "Agents" })
	}
	return p, nil
}

// dailyChart stacks the spend of each day by kind of call.
func dailyChart(o *app.Overview) (c chart, err error) {
	labels, of := columns(o.Days)
	f := &figures{Kind: "bars", Unit: string(o.Currency), Digits: o.Currency.Digits(), Labels: labels, Series: []series{}}
	c = chart{Title: "Spend by " + each(o.Days) + " and kind of call, in " + string(o.Currency), Heads: []string{capitalWord(each(o.Days))}}
	for _, label := range labels {
		c.Rows = append(c.Rows, []string{label})
	}
	for _, k := range o.Kinds {
		amounts := make([]money.Amount, len(labels))
		for _, d := range o.Daily {
			if err := add(&amounts[of(d.Day)], d.Amount[k]); err != nil {
				return chart{}, err
			}
		}
		one, costs := series{Name: kindTitle(k)}, false
		for i, a := range amounts {
			costs = costs || a != 0
			one.Values = append(one.Values, drawn(a))
			c.Rows[i] = append(c.Rows[i], a.Format(o.Currency.Digits()))
		}
		c.Heads = append(c.Heads, one.Name)
		if costs {
			f.Series = append(f.Series, one)
		}
	}
	c.finish(f)
	return c, nil
}

func kindTitle(k usage.Kind) string {
	switch k {
	case usage.NoKind:
		return "No kind"
	case usage.ClickToCall:
		return "Click-to-call"
	}
	return capitalWord(k.String())
}

func (p *overviewPage) ranks(v *visit, n *nameList) []rank {
	all := ""
	if v.may(reporters...) {
		all = v.at("reports/billing")
	}
	countries, campaigns, agents := rank{Title: "Countries", All: all, Currency: p.Currency}, rank{Title: "Campaigns", All: all, Currency: p.Currency}, rank{Title: "Agents", All: all, Currency: p.Currency}
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

// add takes the next dearest in. A bar shows its share of the dearest; nothing
// has one of what costs nothing, or less.
func (r *rank) add(row rankRow) {
	if len(r.Rows) == rankLength {
		r.More++
		return
	}
	dearest := row.Amount
	if len(r.Rows) > 0 {
		dearest = r.Rows[0].Amount
	}
	if row.Amount > 0 && dearest > 0 {
		row.Share = int(min(100, int64(row.Amount)/max(1, int64(dearest)/100)))
	}
	r.Rows = append(r.Rows, row)
}

// nameList is the names of what calls hold by number.
type nameList struct {
	app.CallNames
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
	err := s.app.Store().View(v.Context(), v.tenant.ID, n.Load)
	for i := range n.Users {
		n.users[n.Users[i].ID] = n.Users[i].Name()
	}
	for _, c := range n.Campaigns {
		n.campaigns[c.ID] = c.Code
	}
	return n, err
}
