package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// periodForm is the choice of days on a page: a preset, or two days.
type periodForm struct {
	Days    when.Days
	Preset  string // empty: From and To were chosen
	Presets []preset
	Name    string   // of the period, for titles
	Kept    []hidden // of the address, to stay when other days are chosen
	From    string   // in the form: as they were typed, or the days that are shown
	To      string
	Wrong   string // with what was asked; then another period is shown
}

// preset is a period with a name.
type preset struct {
	Name, Title string
	Days        when.Days
	Chosen      bool
	URL         string // of this page with this period
}

// presetsOn lists the presets as of a day. newest is the last day with calls,
// zero if there is none: books of the past are looked at where they end.
func presetsOn(today, newest when.Day) []preset {
	year, month, _ := today.Date()
	first := func(n int) when.Day { return when.DayOf(year, month+n, 1) }
	all := []preset{
		{Name: "last-30-days", Title: "Last 30 days", Days: when.Days{From: today.Add(-29), To: today}},
		{Name: "yesterday", Title: "Yesterday", Days: when.Days{From: today.Add(-1), To: today.Add(-1)}},
		{Name: "last-7-days", Title: "Last 7 days", Days: when.Days{From: today.Add(-6), To: today}},
		{Name: "this-month", Title: "This month", Days: when.Days{From: first(0), To: today}},
		{Name: "last-month", Title: "Last month", Days: when.Days{From: first(-1), To: first(0).Add(-1)}},
	}
	if newest != 0 && newest < today.Add(-29) {
		y, m, _ := newest.Date()
		all = append(all, preset{Name: "newest", Title: "Newest month with calls", Days: when.Days{From: when.DayOf(y, m, 1), To: when.DayOf(y, m+1, 1).Add(-1)}})
	}
	return all
}

// readPeriod reads period, from and to of the address. Without any it is the
// last thirty days, or the newest month that has calls.
func (s *Site) readPeriod(v *visit) (periodForm, error) {
	newest, err := s.app.LastDay(v.Context(), v.tenant.ID)
	if err != nil {
		return periodForm{}, err
	}
	newest = localDay(newest, v.zone)
	return s.periodOf(v, newest)
}

// localDay is the day of a zone in which a UTC day begins: calls of its first
// hours are still of that day west of Greenwich, and no call is of a later one
// only because of the zone. Zero stays zero.
func localDay(utc when.Day, z *when.Zone) when.Day {
	if utc == 0 {
		return 0
	}
	return z.Day(when.UTC.Start(utc))
}

// orDefault is p, where err says nothing against it. Where what was asked cannot
// be, it is the period that is shown unasked, with what was typed and why it is
// not shown; an error of another kind stays.
func (p periodForm) orDefault(err error) (periodForm, error) {
	inputs := inputsOf(err)
	if len(inputs) == 0 {
		return p, err
	}
	for _, in := range inputs {
		p.Wrong += capital(label(in.Field)+": "+in.Reason) + " "
	}
	p.Wrong += "Another period is shown."
	p.Preset = ""
	p.readPreset() // finds the default
	for i := range p.Presets {
		p.Presets[i].Chosen = p.Presets[i].Name == p.Preset
	}
	return p, nil
}

// status is what a page of the period answers.
func (p *periodForm) status() int {
	if p.Wrong != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// periodOf is readPeriod where the newest day with calls is known; zero: there
// is none.
func (s *Site) periodOf(v *visit, newest when.Day) (periodForm, error) {
	q := v.URL.Query()
	p := periodForm{Preset: q.Get("period"), Presets: presetsOn(v.clockZone().Day(s.clock()), newest)}
	var wrong fault.Inputs
	if p.Preset == "" && (q.Get("from") != "" || q.Get("to") != "") {
		wrong = p.readDays(q)
	} else if !p.readPreset() {
		wrong = fault.Inputs{{Field: "period", Value: fault.Cut(p.Preset), Reason: "not the name of a period"}}
	}
	for _, gone := range []string{"from", "to", "period", "after", "before", "page"} {
		q.Del(gone) // the days, and the place in a list of other days
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, value := range q[name] {
			p.Kept = append(p.Kept, hidden{name, value})
		}
	}
	for i := range p.Presets {
		one := &p.Presets[i]
		one.Chosen = one.Name == p.Preset
		q.Set("period", one.Name)
		one.URL = v.URL.Path + "?" + q.Encode()
	}
	p.From, p.To = p.Days.From.String(), p.Days.To.String()
	if len(wrong) > 0 {
		p.From, p.To = v.URL.Query().Get("from"), v.URL.Query().Get("to")
	}
	return p, wrong.Err()
}

func (p *periodForm) readDays(q url.Values) (wrong fault.Inputs) {
	for _, end := range []struct {
		field string
		into  *when.Day
	}{{"from", &p.Days.From}, {"to", &p.Days.To}} {
		day, err := when.ParseDay(strings.TrimSpace(q.Get(end.field)))
		if err != nil {
			wrong = append(wrong, fault.Input{Field: end.field, Value: fault.Cut(q.Get(end.field)), Reason: "not a day", Advice: "write it as 2026-06-01"})
		}
		*end.into = day
	}
	const most = 366 * 3
	switch {
	case len(wrong) > 0:
	case p.Days.To < p.Days.From:
		wrong = fault.Inputs{{Field: "to", Value: p.Days.To.String(), Reason: "the period ends before it begins, on " + p.Days.From.String()}}
	case p.Days.Count() > most:
		wrong = fault.Inputs{{Field: "to", Value: p.Days.To.String(), Reason: "a period of more than three years"}}
	}
	p.Name = p.Days.From.String() + " to " + p.Days.To.String()
	return wrong
}

func (p *periodForm) readPreset() bool {
	if p.Preset == "" {
		p.Preset = "last-30-days"
		if last := p.Presets[len(p.Presets)-1]; last.Name == "newest" {
			p.Preset = last.Name
		}
	}
	for _, one := range p.Presets {
		if one.Name == p.Preset {
			p.Days, p.Name = one.Days, one.Title
			return true
		}
	}
	return false
}
