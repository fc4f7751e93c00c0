package app

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// FoundCall is where a call is kept: its name is day and identity together.
type FoundCall struct {
	Day      when.Day       `json:"day"`              // UTC day of its start
	Call     string         `json:"call"`             // its identity
	Source   string         `json:"source,omitempty"` // by which it was found, with the switch's own id and leg;
	ID       string         `json:"id,omitempty"`     // empty where it was found by its identity
	Leg      string         `json:"leg,omitempty"`
	Identity usage.Identity `json:"-"`
}

// FindCall finds the calls of a tenant that text can mean: a call's identity, or
// the switch's own id, alone, as id/leg, as source/id or as source/id/leg. An id
// alone is looked for in every source of the tenant, without a leg and as leg 0.
//
// Days are searched from the newest on. Where one has a call of that name, the
// day before is searched too, for legs from before midnight, and older ones are
// not. Nothing found is an error of kind NotFound; it tells where a record of
// that name waits in suspense.
func (a *App) FindCall(ctx context.Context, id tenant.ID, text string) (found []FoundCall, err error) {
	err = a.store.View(ctx, id, func(tx *store.Tx) error {
		wanted, err := meant(tx, text)
		if err != nil {
			return err
		}
		if found, _, err = searchCalls(tx, wanted, math.MaxInt); err != nil || len(found) > 0 {
			return err
		}
		for i := range wanted {
			ss, err := tx.SuspenseOf(wanted[i].Identity)
			if err != nil {
				return err
			}
			if len(ss) > 0 {
				s := &ss[len(ss)-1]
				return fault.New(fault.NotFound, "%q is no call yet: it waits in suspense as %s (run %d, line %d): %s",
					fault.Cut(text), s.Reason, s.Run, s.Line, s.Detail)
			}
		}
		return fault.New(fault.NotFound, "there is no call %q: want its identity of 32 hexadecimal digits, or the switch's id, also as source/id/leg", fault.Cut(text))
	})
	return found, fault.Wrap("find a call", err)
}

// meanings lists what text can be the name of, each identity once.
func meanings(text string, sources []string) (ms []FoundCall) {
	seen := map[usage.Identity]bool{}
	add := func(m FoundCall) {
		if !seen[m.Identity] {
			seen[m.Identity] = true
			m.Call = m.Identity.String()
			ms = append(ms, m)
		}
	}
	if id, err := usage.ParseIdentity(strings.ToLower(text)); err == nil {
		add(FoundCall{Identity: id})
	}
	named := func(source, id, leg string) {
		if id != "" {
			add(FoundCall{Identity: usage.NewIdentity(source, id, leg), Source: source, ID: id, Leg: leg})
		}
	}
	for _, source := range sources {
		ids := []string{text}
		if rest, ok := strings.CutPrefix(text, source+"/"); ok {
			ids = append(ids, rest)
		}
		for _, id := range ids {
			named(source, id, "")
			named(source, id, "0")
			if i := strings.LastIndexByte(id, '/'); i >= 0 {
				named(source, id[:i], id[i+1:])
			}
		}
	}
	return ms
}

// searchCalls looks for identities, newest day first, among so many calls. Where
// that was not all of them, since is the day from which on it looked.
func searchCalls(tx *store.Tx, wanted []FoundCall, among int) (found []FoundCall, since when.Day, err error) {
	if len(wanted) == 0 {
		return nil, 0, nil
	}
	days, err := tx.NewDays(-1)
	if err != nil {
		return nil, 0, err
	}
	var until when.Day // search no day before
	for i, day := range slices.Backward(days) {
		if day < until {
			break
		}
		if among <= 0 {
			since = days[i+1]
			break
		}
		if err := tx.Identities(day, func(k store.SegmentKey, start []byte) error {
			ids, err := identitiesOf(start)
			if err != nil {
				return fault.Wrap(day.String(), err)
			}
			among -= len(ids) / len(usage.Identity{})
			for i := range wanted {
				if rowOf(ids, &wanted[i].Identity) >= 0 {
					f := wanted[i]
					f.Day = day
					found = append(found, f)
				}
			}
			return nil
		}); err != nil {
			return nil, 0, err
		}
		if len(found) > 0 && until == 0 {
			until = day.Add(-1)
		}
		if len(found) == len(wanted) {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b FoundCall) int { return cmp.Compare(b.Day, a.Day) })
	return found, since, nil
}

// rowOf is the row of an identity among those of a segment, or −1.
func rowOf(ids []byte, id *usage.Identity) int {
	for row := 0; row < len(ids)/len(id); row++ {
		if *(*usage.Identity)(ids[row*len(id):]) == *id {
			return row
		}
	}
	return -1
}
