package phone

import (
	"fmt"
	"math/bits"
	"regexp/syntax"
	"slices"
)

// tag is a set of patterns, one bit each.
type tag uint32

// pattern is a regular expression over digits and what a match of it means.
type pattern struct {
	expr string
	tag  tag
}

// automaton tells in one pass over some digits which of a set of patterns match
// all of them. State 0 is dead: nothing that follows can match any more. State
// 1 is the start.
type automaton struct {
	next [][10]uint16
	tags []tag // of a string that ends in the state
}

// thread is one place in one pattern's program where matching may stand.
type thread struct {
	prog int
	pc   uint32
}

// compile makes the automaton of patterns by following all of them at once
// (subset construction). Only digits are followed; an expression that needs
// anything else never matches. It panics on a malformed expression, since all
// of them come from the metadata of a library.
func compile(patterns []pattern) *automaton {
	progs := make([]*syntax.Prog, len(patterns))
	var start []thread
	for i, p := range patterns {
		re, err := syntax.Parse(p.expr, syntax.Perl)
		if err != nil {
			panic(fmt.Sprintf("phone: pattern %q: %v", p.expr, err))
		}
		if progs[i], err = syntax.Compile(re.Simplify()); err != nil {
			panic(fmt.Sprintf("phone: pattern %q: %v", p.expr, err))
		}
		start = follow(start, progs[i], thread{i, uint32(progs[i].Start)})
	}
	a := &automaton{}
	var states [][]thread
	seen := map[string]uint16{key(nil): 0}
	add := func(set []thread) uint16 {
		if len(states) > 1<<16-1 {
			panic("phone: patterns too large for an automaton")
		}
		var matched tag
		for _, t := range set {
			if progs[t.prog].Inst[t.pc].Op == syntax.InstMatch {
				matched |= patterns[t.prog].tag
			}
		}
		states = append(states, set)
		a.next = append(a.next, [10]uint16{})
		a.tags = append(a.tags, matched)
		return uint16(len(states) - 1)
	}
	add(nil)
	add(start)
	for s := 1; s < len(states); s++ {
		for d := range 10 {
			set := step(states[s], progs, rune('0'+d))
			id, ok := seen[key(set)]
			if !ok {
				id = add(set)
				seen[key(set)] = id
			}
			a.next[s][d] = id
		}
	}
	return a
}

// step is where the threads of a set may stand after digit r.
func step(set []thread, progs []*syntax.Prog, r rune) []thread {
	var after []thread
	for _, t := range set {
		inst := &progs[t.prog].Inst[t.pc]
		switch inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if inst.MatchRune(r) {
				after = follow(after, progs[t.prog], thread{t.prog, inst.Out})
			}
		}
	}
	slices.SortFunc(after, func(a, b thread) int {
		if a.prog != b.prog {
			return a.prog - b.prog
		}
		return int(a.pc) - int(b.pc)
	})
	return after
}

// follow adds to set where t stands once it needs a digit or has matched.
func follow(set []thread, prog *syntax.Prog, t thread) []thread {
	if slices.Contains(set, t) {
		return set
	}
	inst := &prog.Inst[t.pc]
	switch inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		set = follow(set, prog, thread{t.prog, inst.Out})
		return follow(set, prog, thread{t.prog, inst.Arg})
	case syntax.InstCapture, syntax.InstNop:
		return follow(set, prog, thread{t.prog, inst.Out})
	case syntax.InstFail, syntax.InstEmptyWidth:
		return set
	}
	return append(set, t)
}

func key(set []thread) string {
	b := make([]byte, 0, 6*len(set))
	for _, t := range set {
		b = append(b, byte(t.prog), byte(t.prog>>8), byte(t.pc), byte(t.pc>>8), byte(t.pc>>16))
	}
	return string(b)
}

// match is the patterns that match all of digits, which must be digits.
func (a *automaton) match(digits []byte) tag {
	s := uint16(1)
	for _, c := range digits {
		s = a.next[s][c-'0']
		if s == 0 {
			return 0
		}
	}
	return a.tags[s]
}

// endings is for every state the set of the first patterns (lowest bits) of
// all strings that pass through it.
func (a *automaton) endings() []tag {
	ends := make([]tag, len(a.tags))
	for s, t := range a.tags {
		if t != 0 {
			ends[s] = 1 << bits.TrailingZeros32(uint32(t))
		}
	}
	// Tags flow back along the transitions until nothing changes: at most
	// MaxDigits+1 rounds, the longest way through a pattern.
	for changed := true; changed; {
		changed = false
		for s := len(ends) - 1; s > 0; s-- {
			all := ends[s]
			for _, n := range a.next[s] {
				all |= ends[n]
			}
			if all != ends[s] {
				ends[s], changed = all, true
			}
		}
	}
	return ends
}

// words are the strings that match, shortest first and then in order: at most
// limit, of at most MaxDigits digits each.
func (a *automaton) words(limit int) []string {
	type place struct {
		state uint16
		word  string
	}
	var found []string
	queue := []place{{1, ""}}
	for len(queue) > 0 && len(found) < limit {
		p := queue[0]
		queue = queue[1:]
		if a.tags[p.state] != 0 {
			found = append(found, p.word)
		}
		for d, n := range a.next[p.state] {
			if n != 0 && len(p.word) < MaxDigits {
				queue = append(queue, place{n, p.word + string(rune('0'+d))})
			}
		}
	}
	return found
}
