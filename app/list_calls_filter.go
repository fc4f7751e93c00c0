package app

import (
	"cmp"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// CallFilter says which calls of a tenant are meant: those that fit all of it.
// What is zero or empty narrows nothing, except for Days, which are required.
// Of a list, a call has to fit one member.
type CallFilter struct {
	Days         when.Days  // on which the calls began
	Zone         *when.Zone // of Days and Hours; nil: the account's
	Hours        Hours      // of each day, in which the calls began
	Agents       []tenant.UserID
	Teams        []tenant.TeamID // whose members, on the day of billing, the calls are; beside Agents, one of both is enough
	Campaigns    []tenant.CampaignID
	Countries    []phone.Country
	Kinds        []usage.Kind
	Directions   []usage.Direction
	Statuses     []usage.Status
	Reasons      []usage.Reason
	Dispositions []usage.Disposition
	Number       NumberPart
	Amount       Span[money.Amount] // of voice and machine detection together
	Length       Span[int32]        // seconds from answer to end
}

// Hours are a part of every day, in minutes since midnight: From is in it, To is
// not. From may be later than To: then midnight lies between. The zero Hours are
// the whole day.
type Hours struct{ From, To int }

// minutesOfDay are those of 24 hours.
const minutesOfDay = 24 * 60

func (h Hours) contain(minute int) bool {
	switch {
	case h == Hours{}:
		return true
	case h.From < h.To:
		return minute >= h.From && minute < h.To
	}
	return minute >= h.From || minute < h.To
}

// Span is what lies between two values, both included; nil is no bound.
type Span[T cmp.Ordered] struct{ From, To *T }

func (s Span[T]) contains(v T) bool {
	return (s.From == nil || v >= *s.From) && (s.To == nil || v <= *s.To)
}

func (s Span[T]) isZero() bool { return s.From == nil && s.To == nil }

// NumberPart is digits that the calling or the called number has.
type NumberPart struct {
	Digits string // 1 to phone.MaxDigits of them; empty: any number
	Where  NumberWhere
}

// NumberWhere is where digits stand in a number.
type NumberWhere uint8

// The places.
const (
	AtEitherEnd NumberWhere = iota
	AtBegin
	AtEnd
)

// callMatch is a filter made ready for millions of calls.
type callMatch struct {
	CallFilter
	period                                             when.Period
	zone                                               *when.Zone // of days and hours
	account                                            *when.Zone
	cutoff                                             when.Instant
	people                                             *callPeople
	campaigns                                          map[tenant.CampaignID]bool
	countries                                          map[phone.Country]bool
	kinds, directions, statuses, reasons, dispositions choices
	digits                                             *digitMatch

	calls   segment.CallColumns   // what call reads
	charges segment.ChargeColumns // what charge reads
}

// choices is a set of small numbers; the empty one stands for all of them.
type choices uint64

func choicesOf[T ~uint8](vs []T) (c choices) {
	for _, v := range vs {
		c |= 1 << v
	}
	return c
}

func (c choices) has(v uint8) bool { return c == 0 || c>>v&1 == 1 }

// touch tells whether anything from low to high is among the choices.
func (c choices) touch(low, high int64) bool {
	for v := max(low, 0); v <= min(high, 63); v++ {
		if c.has(uint8(v)) {
			return true
		}
	}
	return c == 0
}

func newCallMatch(t *tenant.Tenant, f CallFilter) (*callMatch, error) {
	account := f.Zone // as a rule
	if account == nil || account.Name() != t.Zone {
		var err error
		if account, err = when.LoadZone(t.Zone); err != nil {
			return nil, err
		}
	}
	if f.Days.From == 0 || f.Days.To < f.Days.From {
		return nil, fault.Inputs{{Field: "to", Value: f.Days.To.String(), Reason: "the period ends before it begins"}}
	}
	m := &callMatch{CallFilter: f, zone: f.Zone, account: account, cutoff: t.Cutoff}
	if m.zone == nil {
		m.zone = account
	}
	m.period = m.zone.Period(f.Days)
	if f.Number.Digits != "" {
		if m.digits = newDigitMatch(f.Number); m.digits == nil {
			return nil, fault.Inputs{{Field: "number", Value: fault.Cut(f.Number.Digits), Reason: "not a part of a number, which has at most 15 digits"}}
		}
	}
	m.campaigns, m.countries = setOf(f.Campaigns), setOf(f.Countries)
	m.kinds, m.directions, m.dispositions = choicesOf(f.Kinds), choicesOf(f.Directions), choicesOf(f.Dispositions)
	m.statuses, m.reasons = choicesOf(f.Statuses), choicesOf(f.Reasons)
	for _, need := range []struct {
		is   bool
		call segment.CallColumns
	}{
		{len(f.Agents) > 0, segment.CallAgent}, {len(f.Teams) > 0, segment.CallAgent | segment.CallCampaign | segment.CallEnded},
		{m.campaigns != nil, segment.CallCampaign}, {m.countries != nil, segment.CallCountry}, {m.kinds != 0, segment.CallKind},
		{m.directions != 0, segment.CallDirection}, {m.dispositions != 0, segment.CallDisposition},
		{!f.Length.isZero(), segment.CallAnswered | segment.CallEnded},
	} {
		if need.is {
			m.calls |= need.call
		}
	}
	if m.statuses != 0 {
		m.charges |= segment.ChargeStatus
	}
	if m.reasons != 0 {
		m.charges |= segment.ChargeReason
	}
	if !f.Amount.isZero() {
		m.charges |= segment.ChargeAmount | segment.ChargeAMD
	}
	return m, nil
}

func setOf[K comparable](vs []K) map[K]bool {
	if len(vs) == 0 {
		return nil
	}
	set := make(map[K]bool, len(vs))
	for _, v := range vs {
		set[v] = true
	}
	return set
}

// load reads who is in which team, where that is asked.
func (m *callMatch) load(tx *store.Tx) (err error) {
	if len(m.Agents)+len(m.Teams) == 0 {
		return nil
	}
	p := &callPeople{named: setOf(m.Agents), teams: setOf(m.Teams)}
	if p.teams != nil {
		if p.users, err = tx.UserTeams(); err != nil {
			return err
		}
		if p.campaigns, err = tx.CampaignTeams(); err != nil {
			return err
		}
	}
	m.people = p
	return nil
}

// whole tells whether every call of the period is meant.
func (m *callMatch) whole() bool {
	return m.calls == 0 && m.charges == 0 && m.digits == nil && m.Hours == Hours{}
}

// charge tells whether a charge fits; it reads the columns m.charges.
func (m *callMatch) charge(ch *usage.Charge) bool {
	if !m.statuses.has(uint8(ch.Status)) || !m.reasons.has(uint8(ch.Reason)) {
		return false
	}
	if m.Amount.isZero() {
		return true
	}
	sum, err := ch.Amount.Add(ch.AMD)
	return err == nil && m.Amount.contains(sum)
}

// call tells whether a call fits; it reads the columns m.calls and the start.
// Where teams are asked, billed is when it was billed.
func (m *callMatch) call(c *usage.Call, billed when.Instant) bool {
	return m.period.Contains(c.Started) &&
		m.kinds.has(uint8(c.Kind)) && m.directions.has(uint8(c.Direction)) && m.dispositions.has(uint8(c.Disposition)) &&
		(m.campaigns == nil || m.campaigns[c.Campaign]) && (m.countries == nil || m.countries[c.Country]) &&
		(m.Length.isZero() || m.Length.contains(c.Seconds())) &&
		(m.Hours == Hours{} || m.Hours.contain(minuteIn(c.Started, m.zone))) &&
		(m.people == nil || m.people.have(c.Agent, c.Campaign, func() when.Day { return m.account.Day(billed - m.cutoff) }))
}

// minuteIn is the minute of the day that a clock in the zone shows.
func minuteIn(i when.Instant, z *when.Zone) int {
	shift, _ := z.Offset(i)
	const day = when.DayLength
	return int((((i + shift) % day) + day) % day / when.Minute)
}

// callPeople are agents by name and by team.
type callPeople struct {
	named     map[tenant.UserID]bool
	teams     map[tenant.TeamID]bool
	users     map[tenant.UserID][]tenant.Membership
	campaigns map[tenant.CampaignID][]tenant.Membership
}

// have tells whose call it is as the Billing report does: its agent's, by the
// teams of the billing day; one that no agent took is its campaign's.
func (p *callPeople) have(agent tenant.UserID, campaign tenant.CampaignID, day func() when.Day) bool {
	if p.named[agent] {
		return true
	}
	if p.teams == nil {
		return false
	}
	memberships := p.users[agent]
	if agent == 0 {
		memberships = p.campaigns[campaign]
	}
	for i := range memberships {
		if in := &memberships[i]; p.teams[in.Team] && in.Holds(day()) {
			return true
		}
	}
	return false
}
