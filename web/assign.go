package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// assignPage is what assign.html shows: the form that says which calls a card is
// to be asked for, or when that ends. What it would do is shown before it is
// done.
type assignPage struct {
	form
	Lead string
	Back string

	to map[string]app.AssignTo // by the choices of the field calls
}

// assignForm is the form that assigns a card, and, once it is filled in, the page
// that says what that would do.
func (s *Site) assignForm(w http.ResponseWriter, v *visit) error {
	c, err := s.findCard(v)
	if err != nil {
		return err
	}
	p, err := s.newAssignPage(v, &c.Card)
	if err != nil {
		return err
	}
	q := v.URL.Query()
	p.fill(q)
	if q.Has("see") {
		o, plan, err := s.planAssign(v, p, &c.Card)
		if err == nil && plan.Already {
			p.Problem = "“" + c.Name + "” is asked for these calls already, " + since(&plan.HeldCard, v.clockZone()) + ". Nothing would change."
		} else if err == nil {
			return s.confirmAssign(w, v, &c.Card, p, o, plan)
		} else if !p.refuse(err, v.clockZone()) {
			return err
		}
	}
	s.show(w, v.Request, p.status(), "assign", "Assign "+c.Name, p)
	return nil
}

// assignCard does what the page before has said that it would.
func (s *Site) assignCard(w http.ResponseWriter, v *visit) error {
	c, err := s.findCard(v)
	if err != nil {
		return err
	}
	p, err := s.newAssignPage(v, &c.Card)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form did not come whole")
	}
	p.fill(v.PostForm)
	o, plan, err := s.planAssign(v, p, &c.Card)
	if err == nil {
		if o.Was = v.PostForm.Get(wasField); o.Was == "" && !plan.Already { // nobody has seen what it would do
			return s.confirmAssign(w, v, &c.Card, p, o, plan)
		}
		o.Did = v.by().Did("card.assign", "")
		var done *app.Assigned
		if done, err = s.app.AssignCard(v.Context(), o); err == nil {
			s.auth.Put(v.Context(), "card", "“"+c.Name+"” is asked for "+callsOf(&done.HeldCard)+", "+since(&done.HeldCard, v.clockZone())+". Calls that wait for a card can be tried again under Suspense.")
			http.Redirect(w, v.Request, v.cardPath(&c.Card), http.StatusSeeOther)
			return nil
		}
	}
	if errors.Is(err, app.ErrStale) {
		p.Problem = "Somebody has changed which cards are asked while you were at it. This is what it would do now:"
		return s.confirmAssign(w, v, &c.Card, p, o, plan)
	}
	if !p.refuse(err, v.clockZone()) {
		return err
	}
	s.show(w, v.Request, p.status(), "assign", "Assign "+c.Name, p)
	return nil
}

func (s *Site) newAssignPage(v *visit, c *store.Card) (*assignPage, error) {
	p := &assignPage{Back: v.cardPath(c), to: map[string]app.AssignTo{}}
	p.Lead = "Of all cards that are for a call, the narrowest is asked first: that of its campaign, then of its billing unit, of the center, of all tenants. Where it has no row for the number, the next one is asked."
	kinds := []choice{{Label: "Any kind"}}
	for _, k := range usage.Kinds() {
		kinds = append(kinds, choice{Value: k.String(), Label: kindTitle(k)})
	}
	from := &field{Name: "from", Label: "Answered from", Type: "datetime-local", Help: "In " + zoneName(v) + ". Empty: always, for calls that have had no card of their own so far."}
	p.Fields = []*field{{Name: "kind", Label: "Of which kind", Type: "select", Of: kinds}, from}
	if v.tenant == nil {
		p.Lead = "The card is asked for calls of all tenants. " + p.Lead
		return p, nil
	}
	places := &field{Name: "calls", Label: "For which calls", Type: "select", Required: true, Autofocus: true}
	offer := func(value, label string, to app.AssignTo) {
		places.Of = append(places.Of, choice{Value: value, Label: label})
		p.to[value] = to
	}
	places.Of = []choice{{Label: "Choose …"}}
	offer("center", "All calls of the center", app.AssignTo{Scope: rating.Tenant})
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		for _, u := range units {
			offer("unit-"+idText(u.ID), "Billing unit "+u.Name, app.AssignTo{Scope: rating.Unit, Unit: u.Name})
		}
		campaigns, err := tx.Campaigns()
		for _, c := range campaigns {
			label := "Campaign " + c.Code
			if c.Name != "" && c.Name != c.Code {
				label += " – " + c.Name
			}
			offer("campaign-"+idText(c.ID), label, app.AssignTo{Scope: rating.Campaign, Campaign: c.Code})
		}
		return err
	})
	p.Fields = append([]*field{places}, p.Fields...)
	return p, err
}

// zoneName is the zone in which the page reads times.
func zoneName(v *visit) string {
	if v.tenant == nil {
		return "UTC"
	}
	return v.tenant.Zone
}

// fill takes what was sent into the fields.
func (f *form) fill(sent url.Values) {
	for _, one := range f.Fields {
		if sent.Has(one.Name) {
			one.Value = strings.TrimSpace(sent.Get(one.Name))
		}
	}
}

// planAssign reads the form and works out what it would do. All mistakes of the
// form come at once.
func (s *Site) planAssign(v *visit, p *assignPage, c *store.Card) (o app.AssignCard, plan *app.Assigned, err error) {
	o = app.AssignCard{ID: c.ID, Whose: store.SystemCard}
	if c.Own {
		o.Whose = store.TenantCard
	}
	var wrong fault.Inputs
	note := func(name, reason string) {
		wrong = append(wrong, fault.Input{Field: name, Value: fault.Cut(p.value(name)), Reason: reason})
	}
	if v.tenant != nil {
		o.Tenant = tenantText(v.tenant.ID)
		to, known := p.to[p.value("calls")]
		if o.To = to; !known {
			reason := "choose for which calls"
			if p.value("calls") != "" {
				reason = "that is not there any more: choose one of these"
			}
			note("calls", reason)
		}
	}
	if o.To.Kind, err = usage.ParseKind(p.value("kind")); err != nil {
		note("kind", "choose one of these kinds")
	}
	if text := p.value("from"); text != "" {
		if o.From, err = readMoment(text, v.clockZone()); err != nil {
			note("from", sentence(err))
		}
	}
	if err := wrong.Err(); err != nil {
		return o, nil, err
	}
	plan, err = s.app.PlanAssignment(v.Context(), o)
	return o, plan, err
}

// refuse shows why an assignment, or its end, cannot be: beside the field that is
// to be another, times as the page has them. It is false for an error of ours.
func (p *assignPage) refuse(err error, z *when.Zone) bool {
	var taken *app.PlaceTaken
	var end *app.WrongEnd
	switch {
	case errors.As(err, &taken) && taken.By.Period.To != 0:
		p.field("from").Error = "“" + taken.By.Name + "” is assigned to these calls until " + shortMoment(taken.By.Period.To, z) + ". Say from which time this card is to be asked."
	case errors.As(err, &taken):
		p.field("from").Error = "“" + taken.By.Name + "” is assigned to these calls, " + since(&taken.By, z) + ". Say from which later time this card is to be asked."
	case errors.As(err, &end) && end.Late():
		p.field("at").Error = "It ends at " + shortMoment(end.Held.Period.To, z) + " already. Say an earlier time."
	case errors.As(err, &end):
		p.field("at").Error = "It begins at " + shortMoment(end.Held.Period.From, z) + ". Say a later time."
	default:
		return p.blame(err)
	}
	return true
}

// confirmAssign says exactly what assigning would do, and asks.
func (s *Site) confirmAssign(w http.ResponseWriter, v *visit, c *store.Card, p *assignPage, o app.AssignCard, plan *app.Assigned) error {
	z, h := v.clockZone(), &plan.HeldCard
	ask := &confirmPage{Action: v.cardPath(c) + "/assign", Do: "Assign it", Back: p.Back, Mend: p.queried(v.cardPath(c) + "/assign")}
	ask.Problem = p.Problem
	ask.from(plan.Mark)
	for _, one := range p.Fields {
		ask.Hidden[one.Name] = one.Value
	}
	answered := "whenever they were answered"
	if o.From != 0 {
		answered = "answered from " + shortMoment(o.From, z) + " on"
	}
	if plan.Next != nil {
		answered += " and before " + shortMoment(plan.Period.To, z) + ", when the assignment of “" + plan.Next.Name + "” begins"
	}
	ask.Lines = []string{"“" + c.Name + "” is asked for " + callsOf(h) + ", " + answered + "."}
	if plan.Ends != nil {
		ask.Lines = append(ask.Lines, "“"+plan.Ends.Name+"”, which is assigned to these calls "+since(plan.Ends, z)+", is asked only for calls answered before.")
	} else {
		ask.Lines = append(ask.Lines, "No assignment of another card ends.")
	}
	ask.Lines = append(ask.Lines, "Calls that a narrower assignment is for, such as of a campaign or of a kind of call, go on asking that one first.", noRowText(&plan.Instead))
	if h.Kind == usage.Internal && plan.Instead.Free {
		ask.Lines = append(ask.Lines, "Internal calls cost nothing as long as no card of their kind is for them. These will be charged.")
	}
	ask.Lines = append(ask.Lines, v.againText(), "Calls that wait for a card can be tried again afterwards, under Suspense.")
	return s.confirm(w, v, "Assign "+c.Name+"?", ask)
}

// noRowText says what becomes of numbers that a card has no row for.
func noRowText(in *app.Instead) string {
	if len(in.Cards) == 0 {
		return "Where it has no row for a number, no other card is left to ask: the call waits in suspense."
	}
	return "Where it has no row for a number, “" + in.Cards[0].Name + "” (" + heldFor(&in.Cards[0]) + ") is asked next."
}
