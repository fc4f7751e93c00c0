package web

import (
	"errors"
	"net/http"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// findHeld is the assignment of the card that the address names.
func (s *Site) findHeld(v *visit) (c *app.OpenCard, h app.HeldCard, err error) {
	if c, err = s.findCard(v); err != nil {
		return nil, h, err
	}
	id, err := strconv.ParseInt(v.PathValue("assignment"), 10, 32)
	if err != nil {
		return nil, h, errNoPage
	}
	var held []app.HeldCard
	if err = s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) (err error) {
		held, err = app.HeldCards(tx)
		return err
	}); err != nil {
		return nil, h, err
	}
	for _, h := range held {
		if h.ID == int32(id) && h.Card == c.ID && h.Own == c.Own && v.owns(&h) {
			return c, h, nil
		}
	}
	return nil, h, errNoPage
}

func (s *Site) newEndPage(v *visit, c *store.Card, h *app.HeldCard) *assignPage {
	z := v.clockZone()
	p := &assignPage{Back: v.cardPath(c), Lead: "“" + c.Name + "” is asked for " + callsOf(h) + ", " + since(h, z) + "."}
	if h.Period.To != 0 {
		p.Lead = "“" + c.Name + "” is asked for " + callsOf(h) + ", " + since(h, z) + " and before " + shortMoment(h.Period.To, z) + "."
	}
	p.Fields = []*field{{Name: "at", Label: "Ends at", Type: "datetime-local", Autofocus: true, Help: "In " + zoneName(v) + ". It is asked only for calls answered before. Empty: now."}}
	return p
}

// endForm is the form that ends an assignment, and, once it is filled in, the
// page that says what that would do.
func (s *Site) endForm(w http.ResponseWriter, v *visit) error {
	c, h, err := s.findHeld(v)
	if err != nil {
		return err
	}
	if standingOf(h.Period, s.clock()) == over {
		s.auth.Put(v.Context(), "card", "That assignment has ended at "+shortMoment(h.Period.To, v.clockZone())+" already.")
		http.Redirect(w, v.Request, v.cardPath(&c.Card), http.StatusSeeOther)
		return nil
	}
	p, q := s.newEndPage(v, &c.Card, &h), v.URL.Query()
	p.fill(q)
	if q.Has("see") {
		plan, err := s.planEnd(v, p, h.ID)
		if err == nil && plan.Already {
			p.field("at").Error = "It ends then already. Say an earlier time."
		} else if err == nil {
			return s.confirmEnd(w, v, &c.Card, p, plan)
		} else if !p.refuse(err, v.clockZone()) {
			return err
		}
	}
	s.show(w, v.Request, p.status(), "assign", "End an assignment of "+c.Name, p)
	return nil
}

// endAssignment does what the page before has said that it would.
func (s *Site) endAssignment(w http.ResponseWriter, v *visit) error {
	c, h, err := s.findHeld(v)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form did not come whole")
	}
	p := s.newEndPage(v, &c.Card, &h)
	p.fill(v.PostForm)
	plan, err := s.planEnd(v, p, h.ID)
	if err == nil {
		was := v.PostForm.Get(wasField)
		if was == "" { // nobody has seen what it would do
			return s.confirmEnd(w, v, &c.Card, p, plan)
		}
		o := endOf(v, h.ID, plan.Period.To)
		o.Was, o.Did = was, v.by().Did("card.end", "")
		if _, err = s.app.EndAssignment(v.Context(), o); err == nil {
			s.auth.Put(v.Context(), "card", "“"+c.Name+"” is asked for "+callsOf(&h)+" only before "+shortMoment(o.At, v.clockZone())+".")
			http.Redirect(w, v.Request, v.cardPath(&c.Card), http.StatusSeeOther)
			return nil
		}
	}
	if errors.Is(err, app.ErrStale) {
		p.Problem = "Somebody has changed which cards are asked while you were at it. This is what it would do now:"
		return s.confirmEnd(w, v, &c.Card, p, plan)
	}
	if !p.refuse(err, v.clockZone()) {
		return err
	}
	s.show(w, v.Request, p.status(), "assign", "End an assignment of "+c.Name, p)
	return nil
}

func endOf(v *visit, id int32, at when.Instant) app.EndAssignment {
	o := app.EndAssignment{ID: id, At: at}
	if v.tenant != nil {
		o.Tenant = tenantText(v.tenant.ID)
	}
	return o
}

// planEnd reads the form and works out what it would do.
func (s *Site) planEnd(v *visit, p *assignPage, id int32) (*app.AssignmentEnded, error) {
	at := s.clock()
	at -= at % when.Second
	if text := p.value("at"); text != "" {
		var err error
		if at, err = readMoment(text, v.clockZone()); err != nil {
			return nil, fault.Inputs{{Field: "at", Value: fault.Cut(text), Reason: sentence(err)}}
		}
	}
	return s.app.PlanEnd(v.Context(), endOf(v, id, at))
}

// confirmEnd says exactly what ending would do, and asks. The instant is fixed
// from here on, also where it was to be now.
func (s *Site) confirmEnd(w http.ResponseWriter, v *visit, c *store.Card, p *assignPage, plan *app.AssignmentEnded) error {
	at := v.cardPath(c) + "/end/" + idText(plan.ID)
	ask := &confirmPage{Action: at, Do: "End it", Danger: true, Back: p.Back, Mend: p.queried(at)}
	ask.Problem = p.Problem
	ask.from(plan.Mark)
	ask.Hidden["at"] = plan.Period.To.String()
	z := v.clockZone()
	ask.Lines = []string{"“" + c.Name + "” is no longer asked for " + callsOf(&plan.HeldCard) + " answered at " + shortMoment(plan.Period.To, z) + " or later."}
	if plan.Before != 0 {
		ask.Lines[0] += " So far it was to end at " + shortMoment(plan.Before, z) + "."
	}
	ask.Lines = append(ask.Lines, insteadText(&plan.Instead), v.againText(), "An end cannot be taken back. The card can be assigned again, from then on or later.")
	return s.confirm(w, v, "End this assignment of "+c.Name+"?", ask)
}
