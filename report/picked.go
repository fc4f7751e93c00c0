package report

import (
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// picked is which users and teams a request names. The zero picked names none,
// and that means everybody.
type picked struct {
	any   bool
	users []bool // by id: named one by one
	teams map[tenant.TeamID]bool
}

// present is who counts on one billing day. A call counts for its agent; one
// that no agent took belongs to its campaign, and counts when a team of that is
// picked.
type present struct {
	all       bool
	users     []bool // by id; nobody (0) never counts
	campaigns []bool // by id; none (0) never counts
}

// on works out who counts on a billing day: those named one by one always, those
// in a picked team while they are in it.
func (p *picked) on(day when.Day, r *roster) *present {
	if !p.any {
		return &present{all: true}
	}
	at := &present{users: make([]bool, len(r.users)), campaigns: make([]bool, len(r.campaigns))}
	copy(at.users, p.users)
	for id, ms := range r.userTeams {
		at.users[id] = at.users[id] || p.holds(ms, day)
	}
	for id, ms := range r.campaignTeams {
		at.campaigns[id] = p.holds(ms, day)
	}
	return at
}

func (p *picked) holds(ms []tenant.Membership, day when.Day) bool {
	for _, m := range ms {
		if p.teams[m.Team] && m.Holds(day) {
			return true
		}
	}
	return false
}

// counts tells whether calls of k count; the ids of k are known to the roster.
func (p *present) counts(k *usage.DeltaKey) bool {
	switch {
	case p.all:
		return true
	case k.Agent != 0:
		return p.users[k.Agent]
	}
	return p.campaigns[k.Campaign]
}
