package sample

import "tollkeeper/core/usage"

// The kinds of calls in 100, up to and including each; callbacks are the rest.
const (
	upToDialer      = 71
	upToManual      = upToDialer + 12
	upToClickToCall = upToManual + 5
	upToInbound     = upToClickToCall + 7
	upToInternal    = upToInbound + 3
)

// call fills s.rec, whose start and id stand. What needs an agent or a campaign
// and finds none becomes an inbound call: those come at night too.
func (s *stream) call() {
	k := int(s.dice.below(100))
	if k < upToDialer {
		if len(s.dialling) > 0 {
			s.dialled()
			return
		}
	} else if k < upToClickToCall || k >= upToInbound {
		if agent, ok := s.anyone(); ok {
			switch {
			case k < upToManual:
				s.placed(agent, usage.Manual)
			case k < upToClickToCall:
				s.placed(agent, usage.ClickToCall)
			case k < upToInternal:
				s.internal(agent)
			default:
				s.placed(agent, usage.Callback)
			}
			return
		}
	}
	s.inbound()
}

// dialled is a call that a campaign's dialer makes; an agent gets it once it is
// answered, and not by a machine.
func (s *stream) dialled() {
	r, d := &s.rec, &s.dice
	i := s.someCampaign()
	k := &s.t.campaigns[i]
	r.kind, r.campaign = usage.Dialer, k.code
	r.calling.set("+", s.t.lines[k.lines[d.below(2)]].number)
	s.goesTo(k.target(d), "+")
	s.carry(k.carrier)
	if !d.percent(k.answer) {
		s.unanswered()
		return
	}
	s.answer()
	if k.amd {
		r.amd = [...]usage.AMD{usage.Human, usage.Human, usage.Human, usage.Human, usage.Human, usage.Human,
			usage.Machine, usage.Machine, usage.Machine, usage.Unknown}[d.below(10)]
	}
	if agent, ok := s.ofTeam(k.team); ok && r.amd != usage.Machine {
		s.talk(agent)
	} else {
		r.ended = r.answered + int64(d.between(2000, 7000)) // the machine, or nobody to talk to
	}
}

// placed is a call that an agent makes.
func (s *stream) placed(agent int32, kind usage.Kind) {
	r, d := &s.rec, &s.dice
	r.kind, r.agent = kind, s.t.agents[agent].username
	to, own := destinationOf(s.t.home.iso), int(d.below(mainLines))
	if len(s.dialling) > 0 && d.percent(50) {
		k := &s.t.campaigns[s.someCampaign()]
		to, own, r.campaign = k.target(d), k.lines[0], k.code
	} else if d.percent(25) {
		to = int(min(d.below(uint32(len(destinations))), d.below(uint32(len(destinations)))))
	}
	if kind == usage.Callback {
		r.queue = s.t.teams[s.t.agents[agent].team].queue
	}
	prefix := "+"
	if kind == usage.Manual && !s.t.options.Clean && d.percent(10) {
		prefix = s.t.home.abroad // as it was keyed in
	}
	r.calling.set("+", s.t.lines[own].number)
	s.goesTo(to, prefix)
	s.carry(to % len(carriers))
	if !d.percent(55) {
		s.unanswered()
		s.busy(agent)
		return
	}
	s.answer()
	s.talk(agent)
}

// inbound is a call to one of the tenant's own numbers.
func (s *stream) inbound() {
	r, d := &s.rec, &s.dice
	r.kind, r.direction = usage.Inbound, usage.Incoming
	l := &s.t.lines[d.below(uint32(len(s.t.lines)))]
	team, from := int(d.below(uint32(len(s.t.teams)))), destinationOf(s.t.home.iso)
	if l.campaign >= 0 {
		k := &s.t.campaigns[l.campaign]
		team, from, r.campaign = k.team, k.targets[0], k.code
	}
	r.queue = s.t.teams[team].queue
	r.called.set("+", l.number)
	if d.percent(3) {
		r.calling.set("", "anonymous")
	} else {
		r.calling.draw(d, "+", ranges[from][d.below(uint32(len(ranges[from])))])
	}
	s.carry(from % len(carriers))
	agent, ok := s.ofTeam(team)
	if !ok {
		agent, ok = s.anyone()
	}
	if !ok || d.percent(12) {
		r.disposition = usage.Abandoned
		r.ended = r.started + int64(d.between(4000, 90_000))
		return
	}
	s.answer()
	s.talk(agent)
}

// internal is a call from one extension to another.
func (s *stream) internal(agent int32) {
	r, d := &s.rec, &s.dice
	a := &s.t.agents[agent]
	r.kind, r.agent = usage.Internal, a.username
	r.calling.set("", a.extension)
	other := (int(agent) + 1 + int(d.below(uint32(len(s.t.agents)-1)))) % len(s.t.agents)
	r.called.set("", s.t.agents[other].extension)
	if d.percent(30) {
		s.unanswered()
		return
	}
	s.answer()
	r.ended = r.answered + d.around(40_000)
	s.busy(agent)
}

// transferred completes a second leg: another agent takes it, or nobody.
func (s *stream) transferred() {
	r := &s.rec
	if s.t.style == byEpoch {
		r.id = s.newID(r.started)
	}
	agent, ok := s.anyone()
	if !ok {
		r.disposition = usage.Abandoned
		r.ended = r.started + 15_000
		return
	}
	r.disposition, r.answered = usage.Answered, r.started+int64(s.dice.between(800, 4000))
	s.conclude(agent)
}

// someCampaign is one of those that run, the first ones more often.
func (s *stream) someCampaign() int32 {
	n := uint32(len(s.dialling))
	return s.dialling[min(s.dice.below(n), s.dice.below(n))]
}

// target is the country that a call goes to.
func (k *campaign) target(d *dice) int {
	if d.percent(20) {
		return k.targets[1]
	}
	return k.targets[0]
}

// goesTo draws the called number; three in a thousand go where nobody should
// call.
func (s *stream) goesTo(to int, prefix string) {
	r, d := &s.rec, &s.dice
	list := ranges[to]
	if odd := d.below(1000); odd < 3 {
		list, r.fate = barred, blocked
		if odd == 0 {
			list, r.fate = rateless, noRate
		}
	}
	r.called.draw(d, prefix, list[d.below(uint32(len(list)))])
}

// carry names the carrier, most often the usual one.
func (s *stream) carry(usual int) {
	if s.dice.percent(30) {
		usual = int(s.dice.below(uint32(len(carriers))))
	}
	s.rec.carrier = carriers[usual]
}

func (s *stream) answer() {
	s.rec.disposition = usage.Answered
	s.rec.answered = s.rec.started + int64(s.dice.between(1500, 20_000))
}

// unanswered ends a call that nobody took.
func (s *stream) unanswered() {
	r, d := &s.rec, &s.dice
	r.disposition, r.ended = usage.NoAnswer, r.started+int64(d.between(12_000, 45_000))
	switch k := d.below(100); {
	case k < 15:
		r.disposition, r.ended = usage.Busy, r.started+int64(d.between(500, 3000))
	case k < 22:
		r.disposition, r.ended = usage.Failed, r.started+int64(d.between(100, 900))
	case k < 25:
		r.disposition, r.ended = usage.Congestion, r.started+int64(d.between(100, 900))
	case k < 30:
		r.disposition, r.ended = usage.Cancelled, r.started+int64(d.between(2000, 9000))
	}
}

// talk is what an agent does with an answered call; in the end one in twenty is
// transferred.
func (s *stream) talk(agent int32) {
	r := &s.rec
	if s.t.style == byRandom {
		r.conversation = r.id
	}
	s.conclude(agent)
	if !s.dice.percent(5) {
		return
	}
	r.conversation = r.id
	leg := *r
	leg.started, leg.answered, leg.amd, leg.agent = r.ended, 0, usage.NoAMD, ""
	leg.recorded = false
	if s.t.style == byRandom {
		leg.leg = 1
	}
	s.wait(leg)
}

// conclude gives an answered call its agent and its end; one in eight is over
// within seconds.
func (s *stream) conclude(agent int32) {
	r, d := &s.rec, &s.dice
	r.agent, r.recorded = s.t.agents[agent].username, true
	if d.oneIn(8) {
		r.ended = r.answered + int64(d.between(700, 5900))
	} else {
		r.ended = r.answered + d.around(65_000)
	}
	s.busy(agent)
}

// busy keeps the agent from the next call until this one is written up.
func (s *stream) busy(agent int32) {
	s.free[agent] = s.rec.ended + int64(s.dice.between(3000, 25_000))
}
