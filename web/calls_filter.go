package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

// callFilter is the form that narrows a list of calls, and what is chosen in it.
type callFilter struct {
	Picks   []several
	Checks  []checkGroup
	Number  *numberField // nil: the reader may not search by number
	Reaches []reach
	Problem string
	Chips   []chip
	Open    bool
	Hidden  []hidden // of the address, to be kept when the form is sent
	Reset   string
}

// several chooses some of many by name, as _pick.html draws it: those that are
// chosen have boxes, and a field with suggestions takes another.
type several struct {
	Name, Label, Help string
	Chosen            []choice
	Options           []choice
	Value, Error      string // of the field: what was typed and cannot be
}

// checkGroup is a few boxes of one name.
type checkGroup struct {
	Name, Label, Error string
	Options            []choice
}

// numberField is digits and where they are to stand.
type numberField struct {
	Value, Error string
	Places       []choice
}

// chip is a filter that holds, and the address without it.
type chip struct{ Label, Value, Drop string }

// hidden is a field that nobody sees.
type hidden struct{ Name, Value string }

// reach is a field with two ends.
type reach struct {
	Label, Help string
	From, To    *field
}

// reaches are those that there are, by the begin of their parameters' names.
var reaches = []struct{ name, label, kind, help string }{
	{"time", "Time of day", "time", "On the account's clock. A from later than the to goes over midnight."},
	{"length", "Length", "", "Seconds, or minutes as 1:30."},
	{"amount", "Amount", "", "Voice and detection together."},
}

// callQuery is the part of an address that asks for calls, in one spelling: what
// is empty and what only a browser sends is left out.
func callQuery(q url.Values) url.Values {
	kept := url.Values{}
	for _, name := range slices.Concat([]string{"period", "from", "to", "order", "column"}, app.CallParameters()) {
		for _, value := range q[name] {
			if value = strings.TrimSpace(value); value != "" && !slices.Contains(kept[name], value) {
				kept.Add(name, value)
			}
		}
	}
	return kept
}

// unfiltered is a query with nothing but the period and how the list looks.
func unfiltered(q url.Values) url.Values {
	kept := url.Values{}
	for _, name := range []string{"period", "from", "to", "order", "column"} {
		if len(q[name]) > 0 {
			kept[name] = q[name]
		}
	}
	return kept
}

// readCallFilter reads the filter of the address, and lays its form out again
// with what is wrong beside the fields.
func readCallFilter(v *visit, n *nameList) (f app.CallFilter, form *callFilter, ok bool) {
	q := callQuery(v.URL.Query())
	f, wrong := n.ReadFilter(q)
	form = &callFilter{Reset: queried(v.URL.Path, unfiltered(q))}
	errs := map[string]string{}
	for _, in := range wrong {
		text := capital(in.Reason)
		if in.Advice != "" {
			text += " " + capital(in.Advice)
		}
		if !strings.Contains(errs[in.Field], text) {
			errs[in.Field] = strings.TrimSpace(errs[in.Field] + " " + text)
		}
		form.Open = true
	}
	if len(wrong) > 0 {
		form.Problem = "These filters cannot be used as they stand. What is wrong is said beside each."
	}
	form.pickPeople(q, n, f, errs)
	form.check(f, errs)
	if v.may(access.ViewCalls) {
		form.Number = &numberField{Value: q.Get("number"), Error: errs["number"]}
		for _, place := range []choice{{Value: "", Label: "at either end"}, {Value: "begin", Label: "at the begin"}, {Value: "end", Label: "at the end"}} {
			place.Chosen = place.Value == q.Get("number_at")
			form.Number.Places = append(form.Number.Places, place)
		}
		if e := errs["number_at"]; e != "" {
			form.Number.Error = e
		}
	}
	for _, r := range reaches {
		end := func(name, label string) *field {
			return &field{Name: name, Label: label, Value: q.Get(name), Type: r.kind, Error: errs[name], Autocomplete: "off"}
		}
		form.Reaches = append(form.Reaches, reach{r.label, r.help, end(r.name+"_from", "From"), end(r.name+"_to", "To")})
	}
	form.chip(v, q, f, n)
	for _, name := range []string{"order", "column"} {
		for _, value := range q[name] {
			form.Hidden = append(form.Hidden, hidden{name, value})
		}
	}
	return f, form, len(wrong) == 0
}

// pickPeople fills the fields that choose some of many.
func (f *callFilter) pickPeople(q url.Values, n *nameList, asked app.CallFilter, errs map[string]string) {
	agents := several{Name: "agent", Label: "Agents", Help: "By username. Each one you show adds a field for the next."}
	for i := range n.Users {
		u := &n.Users[i]
		agents.add(choice{Value: u.Username, Label: u.Name(), Chosen: slices.Contains(asked.Agents, u.ID)})
	}
	teams := several{Name: "team", Label: "Teams", Help: "As they were on the day of each call's billing."}
	for _, t := range n.Teams {
		teams.add(choice{Value: t.Name, Label: t.Name, Chosen: slices.Contains(asked.Teams, t.ID)})
	}
	campaigns := several{Name: "campaign", Label: "Campaigns"}
	for _, c := range n.Campaigns {
		campaigns.add(choice{Value: c.Code, Label: cmp.Or(c.Name, c.Code), Chosen: slices.Contains(asked.Campaigns, c.ID)})
	}
	countries := several{Name: "country", Label: "Countries", Help: "Of the far end, by name or two letters."}
	for _, c := range phone.Countries() {
		countries.add(choice{Value: c.String(), Label: c.Name(), Chosen: slices.Contains(asked.Countries, c)})
	}
	for _, p := range []*several{&agents, &teams, &campaigns, &countries} {
		p.Error = errs[p.Name]
		if p.Error != "" {
			p.Value = p.unknown(q[p.Name])
		}
		f.Picks = append(f.Picks, *p)
	}
}

func (p *several) add(c choice) {
	if c.Chosen {
		p.Chosen = append(p.Chosen, c)
		return
	}
	p.Options = append(p.Options, c)
}

// unknown is the first of what was typed that is none of the options.
func (p *several) unknown(typed []string) string {
	for _, text := range typed {
		known := func(c choice) bool { return strings.EqualFold(c.Value, text) || strings.EqualFold(c.Label, text) }
		if !slices.ContainsFunc(p.Chosen, known) && !slices.ContainsFunc(p.Options, func(c choice) bool { return c.Value == text }) {
			return text
		}
	}
	return ""
}

// check fills the boxes.
func (f *callFilter) check(asked app.CallFilter, errs map[string]string) {
	kinds := checkGroup{Name: "kind", Label: "Kind"}
	for _, k := range usage.Kinds() {
		kinds.Options = append(kinds.Options, choice{k.String(), kindTitle(k), slices.Contains(asked.Kinds, k)})
	}
	directions := checkGroup{Name: "direction", Label: "Direction"}
	for _, d := range []usage.Direction{usage.Outgoing, usage.Incoming} {
		directions.Options = append(directions.Options, choice{d.String(), words(d.String()), slices.Contains(asked.Directions, d)})
	}
	statuses := checkGroup{Name: "status", Label: "Status"}
	for _, s := range []usage.Status{usage.Rated, usage.ZeroRated, usage.Suspended} {
		statuses.Options = append(statuses.Options, choice{s.String(), statusTitle(s), slices.Contains(asked.Statuses, s)})
	}
	reasons := checkGroup{Name: "reason", Label: "Why nothing is charged, or why it waits"}
	for r := usage.NotAnswered; r <= usage.Overflow; r++ {
		reasons.Options = append(reasons.Options, choice{r.String(), reasonTitle(r), slices.Contains(asked.Reasons, r)})
	}
	dispositions := checkGroup{Name: "disposition", Label: "How it ended"}
	for d := usage.Answered; d <= usage.Abandoned; d++ {
		dispositions.Options = append(dispositions.Options, choice{d.String(), words(d.String()), slices.Contains(asked.Dispositions, d)})
	}
	f.Checks = []checkGroup{kinds, directions, statuses, dispositions, reasons}
	for i := range f.Checks {
		f.Checks[i].Error = errs[f.Checks[i].Name]
	}
}

// words makes words of a name that programs use.
func words(name string) string {
	return strings.TrimSuffix(capital(strings.ReplaceAll(name, "_", " ")), ".")
}

// reasonTitle is a reason in words for people.
func reasonTitle(r usage.Reason) string {
	switch r {
	case usage.NoReason:
		return ""
	case usage.Bundle:
		return "Covered by a bundle"
	case usage.InternalCall:
		return "Internal call"
	case usage.OtherLeg:
		return "Another leg is charged"
	case usage.NoCard:
		return "No rate card"
	case usage.NoFX:
		return "No exchange rate"
	case usage.Grace:
		return "Within grace"
	case usage.Overflow:
		return "Amount too large"
	}
	return words(r.String())
}

// chip lists what narrows the list, each with the address that goes without it.
func (f *callFilter) chip(v *visit, q url.Values, asked app.CallFilter, n *nameList) {
	add := func(label, shown, name, value string) {
		rest := callQuery(q)
		rest[name] = slices.DeleteFunc(slices.Clone(rest[name]), func(s string) bool { return value == "" || s == value })
		if name == "number" {
			rest.Del("number_at")
		}
		f.Chips = append(f.Chips, chip{label, shown, queried(v.URL.Path, rest)})
	}
	labels := map[string]string{}
	titles := map[string]map[string]string{}
	for _, p := range f.Picks {
		labels[p.Name], titles[p.Name] = strings.TrimSuffix(p.Label, "s"), map[string]string{}
		if p.Name == "country" {
			labels[p.Name] = "Country"
		}
		for _, c := range p.Chosen {
			titles[p.Name][c.Value] = c.Label
		}
	}
	for _, g := range f.Checks {
		labels[g.Name], titles[g.Name] = g.Label, map[string]string{}
		for _, c := range g.Options {
			titles[g.Name][c.Value] = c.Label
		}
	}
	labels["reason"] = "Reason"
	for _, name := range []string{"agent", "team", "campaign", "country", "kind", "direction", "status", "reason", "disposition"} {
		for _, value := range q[name] {
			add(labels[name], cmp.Or(titles[name][value], value), name, value)
		}
	}
	if f.Number != nil && f.Number.Value != "" {
		for _, p := range f.Number.Places {
			if p.Chosen {
				add("Number "+p.Label, f.Number.Value, "number", "")
			}
		}
	}
	for _, r := range f.Reaches {
		for _, end := range []*field{r.From, r.To} {
			if end.Value != "" {
				add(r.Label+" "+strings.ToLower(end.Label), end.Value, end.Name, "")
			}
		}
	}
}

// agentOf is the username of a user, for addresses.
func (n *nameList) agentOf(id tenant.UserID) string {
	for i := range n.Users {
		if n.Users[i].ID == id {
			return n.Users[i].Username
		}
	}
	return ""
}

// codeOf is the code of a campaign, for addresses.
func (n *nameList) codeOf(id tenant.CampaignID) string {
	for _, c := range n.Campaigns {
		if c.ID == id {
			return c.Code
		}
	}
	return ""
}
