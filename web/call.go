package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// callPage is what call.html shows.
type callPage struct {
	*app.Explanation
	Path    way
	Zone    *when.Zone
	Total   money.Amount // voice and detection
	Status  template.HTML
	Waits   bool
	Reason  string
	Advice  string // what to do here about a call that waits
	Country phone.Country
	Words   []fact // what else is known, for the block of facts
	Legs    []legView
	List    string // address of the list of calls
	Agent   string // addresses of the lists of the agent's and of the campaign's calls
	Camp    string
	Import  string // of the run it came with; empty: not for this reader
	Card    string // of the card's row; empty: not for this reader, or no card
	Suspend string // of the page of what waits; empty: not for this reader
	Earlier string // the agent's call before this one, near it; empty: there is none
	Later   string // and the one after it
}

// fact is a name and a value.
type fact struct{ Name, Value string }

// legView is a leg of a conversation in its picture: where it begins and how long
// it is, in hundredths of the conversation.
type legView struct {
	app.CallLeg
	Path        string
	Title       string
	From, Width int // of 100
	Rang        int // of Width: until the answer
}

func (s *Site) call(w http.ResponseWriter, v *visit) error {
	day, err := when.ParseDay(v.PathValue("day"))
	if err != nil {
		return errNoPage
	}
	id, err := usage.ParseIdentity(v.PathValue("call"))
	if err != nil {
		return errNoPage
	}
	explain := s.app.ExplainMasked
	if v.may(access.ViewCalls) {
		explain = s.app.Explain
	}
	e, err := explain(v.Context(), v.tenant.ID, day, id)
	if err != nil {
		return err
	}
	n, err := s.names(v)
	if err != nil {
		return err
	}
	p := &callPage{Explanation: e, Zone: v.zone, List: v.at("calls")}
	p.fill(v, n)
	p.links(v)
	if err := s.neighbours(v, p, n, id); err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "call", "Call", p)
	return nil
}

// neighbours finds the calls of the same agent just before and after, of the same
// day or the next to it: what lies further away is not worth reading for.
func (s *Site) neighbours(v *visit, p *callPage, n *nameList, id usage.Identity) error {
	agent := slices.IndexFunc(n.Users, func(u tenant.User) bool { return u.Username == p.Facts.Agent })
	if agent < 0 || p.Facts.Agent == "" {
		return nil
	}
	day, place := v.zone.Day(p.Facts.Started), app.PlaceOf(p.Facts.Started, id)
	for _, way := range []struct {
		order app.CallOrder
		into  *string
	}{{app.NewestFirst, &p.Earlier}, {app.OldestFirst, &p.Later}} {
		ask := app.ListCalls{Tenant: *v.tenant, Order: way.order, After: place, Limit: 1, Look: 1}
		ask.Days, ask.Agents = when.Days{From: day.Add(-1), To: day.Add(1)}, []tenant.UserID{n.Users[agent].ID}
		found, err := s.app.ListCalls(v.Context(), ask)
		if err != nil {
			return err
		}
		if len(found.Calls) > 0 {
			c := &found.Calls[0]
			*way.into = v.at("calls/" + c.Day.String() + "/" + c.Identity.String())
		}
	}
	return nil
}

// fill puts the explanation into words and pictures.
func (p *callPage) fill(v *visit, n *nameList) {
	f := &p.Facts
	p.Total = p.Amount
	if sum, err := p.Amount.Add(p.AMD); err == nil {
		p.Total = sum
	}
	status, reason := usage.Rated, usage.NoReason
	switch f.Outcome {
	case usage.ZeroRated.String():
		status = usage.ZeroRated
	case usage.Suspended.String():
		status = usage.Suspended
	}
	if r, err := usage.ParseReason(f.Reason); err == nil {
		reason = r
	}
	if status == usage.Suspended {
		p.Advice = causeAdvice(reason)
	}
	p.Status, p.Waits, p.Reason = statusBadge(status), status == usage.Suspended, reasonTitle(reason)
	if c, err := phone.ParseCountry(f.Country); err == nil {
		p.Country = c
	}
	recorded := ""
	if f.Recorded > 0 {
		recorded = length(int64(f.Recorded))
	}
	detection := ""
	if f.Detection != usage.NoAMD.String() {
		detection = words(f.Detection)
	}
	for _, one := range []fact{
		{"Kind", words(f.Kind)}, {"Direction", words(f.Direction)}, {"How it ended", words(f.Disposition)}, {"Detection", detection},
		{"Recorded", recorded}, {"Billing unit", f.Unit}, {"Queue", f.Queue}, {"Carrier", f.Carrier}, {"Source", f.Source},
	} {
		if one.Value != "" {
			p.Words = append(p.Words, one)
		}
	}
	steps := p.Steps
	if p.Raw != nil { // whose text stands beside the path
		steps = slices.Clone(steps)
		for i := range steps {
			steps[i].Fields = slices.DeleteFunc(slices.Clone(steps[i].Fields), func(f rating.ExplainField) bool { return f.Name == "text" })
		}
	}
	p.Path = pathOf(steps, v.zone)
	p.drawLegs(v, n)
}

// links fills in the ways from here that the reader may go.
func (p *callPage) links(v *visit) {
	f := &p.Facts
	day := v.zone.Day(f.Started).String()
	if f.Agent != "" {
		p.Agent = v.at("calls") + "?from=" + day + "&to=" + day + "&agent=" + template.URLQueryEscaper(f.Agent)
	}
	if f.Campaign != "" {
		p.Camp = v.at("calls") + "?from=" + day + "&to=" + day + "&campaign=" + template.URLQueryEscaper(f.Campaign)
	}
	if p.Raw != nil && v.may(importers...) {
		p.Import = v.at("imports/" + idText(int32(p.Raw.Run)))
	}
	if c := f.Card; c != nil && v.may(raters...) {
		p.Card = v.at("cards/" + c.Owner + "/" + idText(c.ID))
		if c.Newest && c.Row > 0 {
			p.Card += "?page=" + strconv.Itoa(int(c.Row-1)/cardRows+1) + "#rows"
		}
	}
	if p.Waits && v.may(raters...) {
		p.Suspend = v.at("suspense")
	}
}

// drawLegs lays the legs of the conversation out along one line of time.
func (p *callPage) drawLegs(v *visit, n *nameList) {
	if len(p.Explanation.Legs) == 0 {
		return
	}
	first, last := p.Explanation.Legs[0].Started, p.Explanation.Legs[0].Ended
	for _, l := range p.Explanation.Legs {
		first, last = min(first, l.Started), max(last, l.Ended)
	}
	part := func(i when.Instant) int { return int(100 * (i - first) / max(1, last-first)) }
	display := map[string]string{}
	for i := range n.Users {
		display[n.Users[i].Username] = n.Users[i].Name()
	}
	for _, l := range p.Explanation.Legs {
		view := legView{CallLeg: l, Path: v.at("calls/" + l.Day.String() + "/" + l.Call), Title: words(l.Kind), From: part(l.Started)}
		view.Width = max(1, part(l.Ended)-view.From)
		view.Rang = view.Width
		if l.Answered != 0 {
			view.Rang = min(view.Width, part(l.Answered)-view.From)
		}
		if name := display[l.Agent]; name != "" {
			view.Agent = name
		}
		p.Legs = append(p.Legs, view)
	}
}
