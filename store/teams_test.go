package store

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// TestTeamsFrom sets teams again and again, from days forth and back, and
// compares each day with a calendar in which every day was written by hand.
func TestTeamsFrom(t *testing.T) {
	const first, last = when.Day(20260601), when.Day(20260620)
	rapid.Check(t, func(t *rapid.T) {
		var ms []tenant.Membership
		calendar := map[when.Day][]tenant.TeamID{}
		for step := range rapid.IntRange(1, 6).Draw(t, "steps") {
			day := first.Add(rapid.IntRange(1, 15).Draw(t, "day"))
			teams := rapid.SliceOfNDistinct(rapid.Map(rapid.Int32Range(1, 4), func(n int32) tenant.TeamID { return tenant.TeamID(n) }), 0, 3, rapid.ID).Draw(t, "teams")
			from := day
			if len(ms) == 0 {
				from = first
			}
			for d := from; d <= last; d = d.Add(1) {
				calendar[d] = slices.Sorted(slices.Values(teams))
			}
			drop, put := teamsFrom(ms, teams, day)
			ms = applied(t, ms, drop, put)
			if again, more := teamsFrom(ms, teams, day); len(ms) > 0 && len(again)+len(more) > 0 {
				t.Fatalf("step %d: setting %v from %s again changes %v and %v of %v", step, teams, day, again, more, ms)
			}
			for d := first; d <= last; d = d.Add(1) {
				var got []tenant.TeamID
				for _, m := range ms {
					if m.Holds(d) {
						got = append(got, m.Team)
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, calendar[d]) {
					t.Fatalf("step %d, teams %v from %s: on %s they are %v, want %v; memberships %v", step, teams, day, d, got, calendar[d], ms)
				}
			}
		}
	})
}

// applied is what a table with the key (team, from) holds afterwards.
func applied(t *rapid.T, ms, drop, put []tenant.Membership) (after []tenant.Membership) {
	for _, m := range ms {
		if !slices.Contains(drop, m) {
			after = append(after, m)
		}
	}
	for _, p := range put {
		if p.To != 0 && p.To < p.From {
			t.Fatalf("%v ends before it begins", p)
		}
		i := slices.IndexFunc(after, func(m tenant.Membership) bool { return m.Team == p.Team && m.From == p.From })
		if i >= 0 {
			after[i] = p
		} else {
			after = append(after, p)
		}
	}
	return after
}
