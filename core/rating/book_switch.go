package rating

import (
	"slices"

	"tollkeeper/core/when"
)

// Switch turns billing on or off from an instant, for one tenant or for all.
// The tenant's latest switch counts; where it has none yet, the system's
// latest; where neither has one, billing is on. Of two with the same instant
// the one further back in its list, made later, counts.
type Switch struct {
	From   when.Instant `json:"from"`
	On     bool         `json:"on"`
	System bool         `json:"system"` // for all tenants
}

// timeline is when billing is off: every other instant turns it off, the first
// one included, and those between turn it on again.
type timeline []when.Instant

func newTimeline(switches []Switch) timeline {
	edges := make([]when.Instant, 0, len(switches))
	for _, s := range switches {
		edges = append(edges, s.From)
	}
	slices.Sort(edges)
	var t timeline
	for _, at := range slices.Compact(edges) {
		if off := len(t)%2 == 1; off == isOn(switches, at) {
			t = append(t, at)
		}
	}
	return t
}

// isOn reads the rule of Switch word by word.
func isOn(switches []Switch, at when.Instant) bool {
	for _, system := range [...]bool{false, true} {
		latest := -1
		for i, s := range switches {
			if s.System == system && s.From <= at && (latest < 0 || s.From >= switches[latest].From) {
				latest = i
			}
		}
		if latest >= 0 {
			return switches[latest].On
		}
	}
	return true
}

// off tells whether billing is off at an instant; the last edges are looked at
// first, as most calls are young.
func (t timeline) off(at when.Instant) bool {
	n := len(t)
	for n > 0 && t[n-1] > at {
		n--
	}
	return n%2 == 1
}
