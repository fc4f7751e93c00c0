package sample

import (
	"strconv"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// callsPerAgent is how many calls of a 30-day month come on one agent, those
// that nobody answered included.
const callsPerAgent = 850

// agent is somebody with a login.
type agent struct {
	username  string
	display   string
	team      int
	second    int // another team; −1: none
	role      tenant.Role
	shift     int
	days      when.Weekdays
	last      int32 // ordinal of the last day at work
	extension string
	listed    bool // in the file of users
}

// shift is when its people work, in minutes of the day; it may run past midnight.
type shift struct{ from, to int }

var shifts = [...]shift{{8 * 60, 16*60 + 30}, {13 * 60, 21*60 + 30}, {21*60 + 30, 6 * 60}}

const (
	eveningShift = 1 // of shifts
	nightShift   = 2
)

const weekdays = when.Monday | when.Tuesday | when.Wednesday | when.Thursday | when.Friday

// hire fills the tenant's teams, agents and staff.
func (t *Tenant) hire(d *dice) {
	n := t.calls*30/t.options.Days/callsPerAgent + 6
	blocks := 1 + n/120 // a large tenant has Sales 2, Sales 3, …
	for i := range blocks * len(teamKinds) {
		k := teamKinds[i%len(teamKinds)]
		if i >= len(teamKinds) {
			k.name += " " + strconv.Itoa(i/len(teamKinds)+1)
		}
		t.teams = append(t.teams, k)
	}
	first := t.options.First.Ordinal()
	base, width := 2000, 10
	if n > 7000 {
		base, width = 20_000, 100
	}
	for i := range n {
		a := t.newAgent(d, i)
		a.extension = strconv.Itoa(base + i)
		a.last = first + int32(t.options.Days)
		if i%25 == 6 {
			a.last = first + int32(t.options.Days)/4 + int32(d.below(uint32(t.options.Days)/2+1))
		}
		t.agents = append(t.agents, a)
	}
	if !t.options.Clean {
		for i := range 2 { // at work, but never entered
			a := t.newAgent(d, i)
			a.username, a.display, a.listed = "temp"+strconv.Itoa(i+1), "", false
			a.extension, a.last = strconv.Itoa(base-width+i), first+int32(t.options.Days)
			t.agents = append(t.agents, a)
		}
	}
	for i := range len(t.teams) + 3 {
		a := agent{role: tenant.Supervisor, team: min(i, len(t.teams)-1), second: -1, listed: true}
		if i >= len(t.teams) {
			a.role = [...]tenant.Role{tenant.Admin, tenant.Finance, tenant.Analyst}[i-len(t.teams)]
			a.team = -1
		}
		a.username, a.display = t.person(n + i)
		t.staff = append(t.staff, a)
	}
}

func (t *Tenant) newAgent(d *dice, i int) agent {
	a := agent{second: -1, listed: true, days: weekdays}
	a.username, a.display = t.person(i)
	if i < len(oddNames) {
		a.display = oddNames[i]
	}
	// Of ten, six work by day, three in the evening and one at the night desk:
	// the sixth, so that the smallest tenant has one too.
	block := i / len(teamKinds) % (len(t.teams) / len(teamKinds)) * len(teamKinds)
	a.team = block + i%nightDesk
	switch i % 10 {
	case 5:
		a.shift, a.team, a.days = nightShift, block+nightDesk, when.EveryDay
	case 2, 6, 9:
		a.shift = eveningShift
	}
	if i%4 == 3 {
		a.days = when.EveryDay &^ (when.Monday | when.Tuesday)
	}
	if d.percent(10) {
		a.second = block + (a.team+1)%nightDesk
	}
	return a
}

// works tells whether the agent is at work: on the day of that ordinal, at that
// minute of it.
func (a *agent) works(day int32, minute int) bool {
	s := shifts[a.shift]
	if s.to < s.from && minute < s.to {
		day, minute = day-1, minute+when.MinutesOfDay // a night begins the day before
	}
	end := s.to
	if s.to < s.from {
		end += when.MinutesOfDay
	}
	return day <= a.last && a.days.Has(when.Weekday(day)) && minute >= s.from && minute < end
}

// Users is the file of users: username,email,display_name,teams,state,role,extension.
// Agents who left during the month are deactivated; some who take calls are
// missing, unless the center is clean.
func (t *Tenant) Users() []byte {
	b := []byte("username,email,display_name,teams,state,role,extension\n")
	end := t.options.First.Ordinal() + int32(t.options.Days)
	for _, list := range [][]agent{t.agents, t.staff} {
		for _, a := range list {
			if !a.listed {
				continue
			}
			b = append(append(b, a.username...), ',')
			b = append(append(b, a.username...), "@tenant"...)
			b = append(strconv.AppendInt(b, int64(t.index+1), 10), ".example,"...)
			b = append(appendField(b, a.display), ',')
			if a.team >= 0 {
				b = append(b, t.teams[a.team].name...)
			}
			if a.second >= 0 {
				b = append(append(b, ';'), t.teams[a.second].name...)
			}
			state := tenant.Active
			if a.role == tenant.Agent && a.last < end {
				state = tenant.Deactivated
			}
			b = append(append(append(b, ','), state.String()...), ',')
			b = append(append(append(b, a.role.String()...), ','), a.extension...)
			b = append(b, '\n')
		}
	}
	return b
}
