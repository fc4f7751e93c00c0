package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// suspensePage is what suspense.html shows: what waits for a tenant, or on the
// operator's page for all, or for one of them.
type suspensePage struct {
	Causes  []cause
	Tenants []tenantWaiting // on the operator's page of all
	Only    string          // on the operator's page of one: whose
	Total   int64
	May     bool   // try again, and dismiss
	Again   string // address that asks before all is tried again; empty: that would not help
	All     string // address of the page of all; empty: this is it
	Calls   string // where the suspended calls are listed; empty: not for this reader
	Works   []workLine
	Message string
}

// cause is what waits for one reason.
type cause struct {
	Title   string
	Advice  string
	Way     *workLine // to the page where it is mended; nil: there is none for this reader
	Records int64
	Tenants int
	First   when.Day
	Last    when.Day
	Age     string // of the oldest; empty: not known
	Details []waitingGroup
	More    int           // details that are not shown
	Example *waitingGroup // the largest, where there is an example for this reader
	File    string        // address of the records as CSV; empty: they are calls, which are listed
	Again   string        // address that asks before it is tried again; empty: it cannot be
	Dismiss string        // address that asks before it is dismissed; empty: it cannot be
}

// waitingGroup is records that wait and are alike.
type waitingGroup struct {
	app.SuspenseGroup
	CallPath string // of the example's call; empty: there is none, or not for this reader
	RunPath  string // of the import that brought the example
}

// tenantWaiting is one line of the operator's list.
type tenantWaiting struct {
	Name    string
	Path    string
	Records int64
	Causes  []string
	Age     string
	Again   string // address that asks before all of it is tried again; empty: that would not help
}

// detailsShown is how many groups of a cause are listed.
const detailsShown = 12

// waitingFor reads what waits for whom the page is about, and whom it asked for.
func (s *Site) waitingFor(v *visit, q url.Values) (all []app.TenantSuspense, of []tenant.Tenant, err error) {
	if v.tenant != nil {
		of = []tenant.Tenant{*v.tenant}
	} else if of, err = s.app.Everybody(v.Context()); err != nil {
		return nil, nil, err
	}
	if id := q.Get("of"); id != "" && v.tenant == nil {
		of = slices.DeleteFunc(of, func(t tenant.Tenant) bool { return tenantText(t.ID) != id })
		if len(of) == 0 {
			return nil, nil, fault.New(fault.NotFound, "there is no tenant %s", fault.Cut(id))
		}
	}
	all, err = s.app.SuspenseOfAll(v.Context(), of)
	return all, of, err
}

func (s *Site) suspense(w http.ResponseWriter, v *visit) error {
	all, of, err := s.waitingFor(v, v.URL.Query())
	if err != nil {
		return err
	}
	p := &suspensePage{May: v.may(rerunners...), Message: s.auth.Pop(v.Context(), "suspense"), Again: asks(v, "rerun", usage.NoReason, "")}
	one := v.URL.Query().Get("of")
	if v.tenant != nil {
		one = ""
		if v.may(callers...) {
			p.Calls = suspendedCalls(v, all)
		}
	} else if one != "" {
		p.Only, p.All, p.Again = ownerName(&of[0]), v.place("suspense"), asks(v, "rerun", usage.NoReason, one)
	}
	today := v.clockZone().Day(s.clock())
	p.Causes = causes(v, all, one, today)
	if !slices.ContainsFunc(p.Causes, func(c cause) bool { return c.Again != "" }) {
		p.Again = "" // only contradictions wait, which a person decides
	}
	for _, c := range p.Causes {
		p.Total += c.Records
	}
	if v.tenant == nil && one == "" {
		p.Tenants = waitingTenants(v, all, today)
	}
	for _, one := range s.works.running(v.owner()) {
		p.Works = append(p.Works, workLine{one.Title, v.place("suspense/work/" + one.ID)})
	}
	s.show(w, v.Request, http.StatusOK, "suspense", "Suspense", p)
	return nil
}

// suspendedCalls is the address of the list of calls among what waits; empty:
// there are none. A call can count on the day before or after its own.
func suspendedCalls(v *visit, all []app.TenantSuspense) string {
	var days when.Days
	for i := range all {
		for _, g := range all[i].Groups {
			if !app.CanDismiss(g.Reason) && g.First != 0 {
				if days.From == 0 || g.First < days.From {
					days.From = g.First
				}
				days.To = max(days.To, g.Last)
			}
		}
	}
	if days.From == 0 {
		return ""
	}
	return v.at("calls") + "?status=suspended&from=" + days.From.Add(-1).String() + "&to=" + days.To.Add(1).String()
}

// asks is the address of the page that says what would happen, and asks.
func asks(v *visit, do string, reason usage.Reason, of string) string {
	q := url.Values{"do": {do}}
	if reason != usage.NoReason {
		q.Set("cause", reason.String())
	}
	if of != "" {
		q.Set("of", of)
	}
	return queried(v.place("suspense/confirm"), q)
}

// causes puts what waits together by reason, the most first.
func causes(v *visit, all []app.TenantSuspense, of string, today when.Day) []cause {
	by := map[usage.Reason]*cause{}
	for i := range all {
		seen := map[usage.Reason]bool{}
		for _, g := range all[i].Groups {
			c := by[g.Reason]
			if c == nil {
				c = &cause{Title: causeTitle(g.Reason), Advice: causeAdvice(g.Reason), Way: causeWay(v, g.Reason)}
				if app.CanRerun(g.Reason) {
					c.Again = asks(v, "rerun", g.Reason, of)
				}
				if app.CanDismiss(g.Reason) {
					c.Dismiss = asks(v, "dismiss", g.Reason, of)
					c.File = waitingFile(v, g.Reason, of)
				}
				by[g.Reason] = c
			}
			if !seen[g.Reason] {
				seen[g.Reason] = true
				c.Tenants++
			}
			c.add(groupOf(v, all[i].Tenant.ID, g))
		}
	}
	list := make([]cause, 0, len(by))
	for _, c := range by {
		slices.SortStableFunc(c.Details, func(a, b waitingGroup) int { return cmp.Compare(b.Records, a.Records) })
		if c.Details[0].Example != "" {
			c.Example = &c.Details[0]
		}
		c.More = max(0, len(c.Details)-detailsShown)
		c.Details = c.Details[:min(detailsShown, len(c.Details))]
		c.Age = age(c.First, today)
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b cause) int { return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Title, b.Title)) })
	return list
}

// groupOf is a group as the visitor may see it. Its example is a record's text,
// which can hold numbers, and so can what its detail quotes of it.
func groupOf(v *visit, whose tenant.ID, found app.SuspenseGroup) waitingGroup {
	g := waitingGroup{SuspenseGroup: found}
	if !v.may(callersOfNumbers...) {
		g.Example, g.Detail = "", fault.Unquoted(g.Detail)
	}
	if g.Call != (usage.Identity{}) && whose != tenant.System && v.may(callers...) {
		g.CallPath = tenantPath(whose, "calls/"+g.On.String()+"/"+g.Call.String())
	}
	if g.Run != 0 && v.may(importers...) {
		g.RunPath = v.place("imports/" + strconv.FormatInt(g.Run, 10))
	}
	return g
}

func (c *cause) add(g waitingGroup) {
	c.Details = append(c.Details, g)
	c.Records += g.Records
	if g.First != 0 && (c.First == 0 || g.First < c.First) {
		c.First = g.First
	}
	c.Last = max(c.Last, g.Last)
}

// waitingTenants is a line for each tenant that something waits for.
func waitingTenants(v *visit, all []app.TenantSuspense, today when.Day) []tenantWaiting {
	var list []tenantWaiting
	for i := range all {
		t := &all[i]
		id := tenantText(t.Tenant.ID)
		line := tenantWaiting{Name: ownerName(&t.Tenant), Path: tenantPath(t.Tenant.ID, "suspense"), Records: t.Records}
		if t.Tenant.ID == tenant.System {
			line.Path = v.place("suspense") + "?of=" + id
		}
		var oldest when.Day
		for _, g := range t.Groups {
			if app.CanRerun(g.Reason) {
				line.Again = asks(v, "rerun", usage.NoReason, id)
			}
			if title := causeTitle(g.Reason); !slices.Contains(line.Causes, title) {
				line.Causes = append(line.Causes, title)
			}
			if g.First != 0 && (oldest == 0 || g.First < oldest) {
				oldest = g.First
			}
		}
		line.Age = age(oldest, today)
		list = append(list, line)
	}
	return list
}

// age says for how long something of a day waits.
func age(since, today when.Day) string {
	switch n := int(today.Ordinal() - since.Ordinal()); {
	case since == 0:
		return ""
	case n <= 0:
		return "since today"
	default:
		return "for " + plural(int64(n), "day")
	}
}

// rerunSuspense does what the page before has asked about: it tries again, in
// the background, or dismisses.
func (s *Site) rerunSuspense(w http.ResponseWriter, v *visit) error {
	if err := v.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form did not come whole")
	}
	reason, err := suspendedReason(v.PostForm.Get("cause"))
	if err != nil {
		return err
	}
	all, of, err := s.waitingFor(v, v.PostForm)
	if err != nil {
		return err
	}
	if v.PostForm.Get("do") == "dismiss" {
		return s.dismissSuspense(w, v, all, reason)
	}
	whose := "all tenants"
	if len(of) == 1 {
		whose = ownerName(&of[0])
	}
	if reason != usage.NoReason {
		whose += ": " + causeTitle(reason)
	}
	waiting := []tenant.Tenant{}
	for i := range all {
		waiting = append(waiting, all[i].Tenant)
	}
	slices.SortFunc(waiting, func(a, b tenant.Tenant) int { return cmp.Compare(a.ID, b.ID) })
	one, _, err := s.begin("", v.owner(), "Another try of what waits in suspense", v.place("suspense"))
	if err != nil {
		return err
	}
	if err := s.didRerun(v, whose, waiting); err != nil {
		one.end(nil, err)
		return err
	}
	s.run(one, func(ctx context.Context, tell app.Report) (any, error) {
		settled, still, err := s.tryAgain(ctx, waiting, reason, tell)
		if err != nil {
			return nil, err
		}
		return saying(plural(settled, "record") + " no longer waiting, " + plural(still, "record") + " still in suspense."), nil
	})
	http.Redirect(w, v.Request, v.place("suspense/work/"+one.ID), http.StatusSeeOther)
	return nil
}

// didRerun logs it where it was asked for, and in the activity of each tenant
// whose calls can come of it.
func (s *Site) didRerun(v *visit, whose string, of []tenant.Tenant) error {
	if err := s.did(v, "suspense.rerun", whose); err != nil {
		return err
	}
	for i := range of {
		if of[i].ID == v.owner() {
			continue
		}
		if err := s.didIn(v, of[i].ID, "suspense.rerun", whose); err != nil {
			return err
		}
	}
	return nil
}

// tryAgain tells of the work of one tenant by its own steps.
func (s *Site) tryAgain(ctx context.Context, of []tenant.Tenant, reason usage.Reason, tell app.Report) (settled, still int64, err error) {
	if len(of) != 1 {
		return s.app.RerunAll(ctx, of, reason, tell)
	}
	r, err := s.app.RerunCause(ctx, of[0].ID, reason, tell)
	if err != nil {
		return 0, 0, err
	}
	return r.Settled(), r.Still, nil
}

// dismissSuspense closes what waits for one reason; each tenant's activity tells
// of its own.
func (s *Site) dismissSuspense(w http.ResponseWriter, v *visit, all []app.TenantSuspense, reason usage.Reason) error {
	closed := 0
	for i := range all {
		n, err := s.app.DismissSuspense(v.Context(), all[i].Tenant.ID, reason, v.person.Did("suspense.dismiss", ""))
		if err != nil {
			return err
		}
		closed += n
	}
	s.auth.Put(v.Context(), "suspense", plural(int64(closed), "record")+" dismissed: they do not count.")
	http.Redirect(w, v.Request, v.place("suspense"), http.StatusSeeOther)
	return nil
}

// suspendedReason reads the name of a reason to wait; empty is none.
func suspendedReason(name string) (usage.Reason, error) {
	r, err := usage.ParseReason(name)
	if err == nil && r != usage.NoReason && r < usage.NoCard {
		err = fault.New(fault.Invalid, "nothing waits as %s", name)
	}
	return r, err
}
