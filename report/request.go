package report

import (
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Request is what somebody asks of a report. What is empty narrows nothing.
type Request struct {
	Tenant    tenant.Tenant // as the store gives it
	Days      when.Days     // both ends included; required
	Zone      string        // IANA zone of the days; empty: the account's
	Users     []string      // usernames, active or not
	Teams     []string      // names of teams; with Users, either will do
	Countries []string      // ISO 3166 codes in either case
	Sort      string        // a column's name, behind "-" for the other way round; tables without it stay as they are
}

// question is a request in which every name has been looked up.
type question struct {
	tenant    tenant.Tenant
	days      when.Days
	zone      *when.Zone // of days
	account   *when.Zone // of billing days
	countries []phone.Country
	roster    *roster
	picked    picked
}

// resolve looks up all names of a request, and tells of all mistakes at once.
func (r *Report) resolve(tx *store.Tx, req Request) (*question, error) {
	q := &question{tenant: req.Tenant, days: req.Days}
	var err error
	if q.account, err = when.LoadZone(req.Tenant.Zone); err != nil {
		return nil, err
	}
	if q.roster, err = readRoster(tx); err != nil {
		return nil, err
	}
	var m mistakes
	m.untaken(r, req)
	m.days(req.Days)
	q.zone = m.zone(req.Zone, q.account)
	q.countries = m.countries(req.Countries)
	q.picked = m.people(req, q.roster)
	return q, m.found.Err()
}

// mistakes collects what is wrong with a request.
type mistakes struct{ found fault.Inputs }

func (m *mistakes) add(field, value, reason, advice string) {
	m.found = append(m.found, fault.Input{Field: field, Value: fault.Cut(value), Reason: reason, Advice: advice})
}

// untaken refuses what the report would not heed.
func (m *mistakes) untaken(r *Report, req Request) {
	for _, given := range []struct {
		p      Parameter
		values []string
	}{{Zone, nonEmpty(req.Zone)}, {Users, req.Users}, {Teams, req.Teams}, {Countries, req.Countries}} {
		if len(given.values) > 0 && !slices.Contains(r.Parameters, given.p) {
			m.add(given.p.String(), strings.Join(given.values, ", "), "the report "+r.Name+" cannot be narrowed so", "leave it out")
		}
	}
}

func (m *mistakes) days(ds when.Days) {
	const advice = "give the first and the last day, such as 2026-06-01 and 2026-06-30"
	if ds.From == 0 {
		m.add("from", "", "a report needs its first day", advice)
	}
	if ds.To == 0 {
		m.add("to", "", "a report needs its last day", advice)
	} else if ds.To < ds.From {
		m.add("to", ds.To.String(), "the period ends before it starts, on "+ds.From.String(), "")
	}
}

func (m *mistakes) zone(name string, account *when.Zone) *when.Zone {
	if name == "" || name == account.Name() {
		return account
	}
	z, err := when.LoadZone(name)
	if err != nil {
		m.add("zone", name, "not a time zone of the IANA database", "give one such as Europe/London, or none for the account's, "+account.Name())
	}
	return z
}

// countries reads codes; a second time in the list is no further column.
func (m *mistakes) countries(codes []string) (cs []phone.Country) {
	for _, code := range codes {
		c, err := phone.ParseCountry(strings.TrimSpace(code))
		if err != nil {
			m.add("countries", code, "not a country's two-letter code (ISO 3166)", "give one such as GB")
		} else if !slices.Contains(cs, c) {
			cs = append(cs, c)
		}
	}
	return cs
}

// people looks up users and teams.
func (m *mistakes) people(req Request, r *roster) picked {
	p := picked{users: make([]bool, len(r.users)), teams: map[tenant.TeamID]bool{}}
	for _, name := range req.Users {
		if i := slices.IndexFunc(r.listed, func(u tenant.User) bool { return u.Username == name }); i >= 0 {
			p.users[r.listed[i].ID], p.any = true, true
		} else {
			m.add("users", name, "no user of "+req.Tenant.Name+" has this username", r.userAdvice(name))
		}
	}
	for _, name := range req.Teams {
		if i := slices.IndexFunc(r.teams, func(t tenant.Team) bool { return t.Name == name }); i >= 0 {
			p.teams[r.teams[i].ID], p.any = true, true
		} else {
			m.add("teams", name, "no team of "+req.Tenant.Name+" has this name", r.teamAdvice(name))
		}
	}
	return p
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
