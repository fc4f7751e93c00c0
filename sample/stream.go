package sample

import "tollkeeper/core/when"

// stream makes the calls of one tenant, one by one, in the order of their
// starts. Memory goes with the number of agents, not of calls.
type stream struct {
	t        *Tenant
	dice     dice
	calendar calendar
	counts   Counts

	slot        slot
	slots       int    // entered so far
	weight      uint64 // of the slots entered so far
	made, quota int    // calls of this slot

	duty     [][]int32 // agents at work by team
	turn     []int     // whose turn it is, by team
	everyone []int32
	turnAll  int     // whose turn it is of everyone
	dialling []int32 // campaigns that run and have somebody at work
	free     []int64 // when each agent can take the next call, in milliseconds

	waiting  []record // second legs of transfers, the next one last
	sequence uint64
	rec      record // the call that next made
	held     []byte // a line that will be repeated
	broken   int    // how many broken lines there have been
}

func newStream(t *Tenant) *stream {
	return &stream{
		t: t, dice: newDice(t.options.Seed, streamOf(t.index, forCalls)),
		duty: make([][]int32, len(t.teams)), turn: make([]int, len(t.teams)), free: make([]int64, len(t.agents)),
	}
}

// next makes the next call; false when there are no more. The calls of a slot
// are spread evenly, each drawn within its own part of it, so that they need no
// sorting. A second leg that is due takes the place of a new call: so there are
// exactly as many as were asked for.
func (s *stream) next() bool {
	for s.made == s.quota {
		if s.slots == s.t.traffic.slots {
			return false
		}
		s.enter()
	}
	n := int64(s.quota)
	at := int64(s.slot.start/when.Millisecond) + (int64(s.made)*slotMillis+int64(s.dice.below(uint32(slotMillis))))/n
	s.made++
	if last := len(s.waiting) - 1; last >= 0 && s.waiting[last].started <= at {
		s.rec = s.waiting[last]
		s.waiting = s.waiting[:last]
		s.transferred()
	} else {
		s.rec = record{started: at, id: s.newID(at)}
		s.call()
	}
	s.counts.add(&s.rec)
	return true
}

func (s *stream) newID(at int64) callID {
	s.sequence++
	return callID{at / 1000, s.sequence}
}

// enter begins the next slot: how many calls it has, who works, what runs.
func (s *stream) enter() {
	w := &s.t.traffic
	s.slot = w.at(s.slots)
	s.slots++
	before := s.weight
	s.weight += s.slot.weight()
	s.made, s.quota = 0, part(s.t.calls, s.weight, w.weight)-part(s.t.calls, before, w.weight)
	for i := range s.duty {
		s.duty[i] = s.duty[i][:0]
	}
	s.everyone, s.dialling = s.everyone[:0], s.dialling[:0]
	for i := range s.t.agents {
		a := &s.t.agents[i]
		if !a.works(s.slot.day, s.slot.minute) {
			continue
		}
		s.everyone = append(s.everyone, int32(i))
		s.duty[a.team] = append(s.duty[a.team], int32(i))
		if a.second >= 0 {
			s.duty[a.second] = append(s.duty[a.second], int32(i))
		}
	}
	for i := range s.t.campaigns {
		if k := &s.t.campaigns[i]; k.dials(s.slot.weekday, s.slot.minute) && len(s.duty[k.team]) > 0 {
			s.dialling = append(s.dialling, int32(i))
		}
	}
}

// anyone is an agent who is at work and free; false: nobody.
func (s *stream) anyone() (int32, bool) { return s.pick(s.everyone, &s.turnAll) }

// ofTeam is an agent of a team who is at work and free.
func (s *stream) ofTeam(team int) (int32, bool) { return s.pick(s.duty[team], &s.turn[team]) }

// pick takes whose turn it is; when several in a row are busy, nobody.
func (s *stream) pick(list []int32, turn *int) (int32, bool) {
	for range min(len(list), 8) {
		*turn++
		if *turn >= len(list) {
			*turn = 0
		}
		if a := list[*turn]; s.free[a] <= s.rec.started {
			return a, true
		}
	}
	return 0, false
}

// wait keeps the second leg of a transfer until it starts.
func (s *stream) wait(leg record) {
	i := len(s.waiting)
	s.waiting = append(s.waiting, leg)
	for ; i > 0 && s.waiting[i-1].started < leg.started; i-- {
		s.waiting[i] = s.waiting[i-1]
	}
	s.waiting[i] = leg
}
