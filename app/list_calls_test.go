package app_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// everyCall reads all calls of a tenant and sorts them: the slow twin of pages.
func everyCall(t *testing.T, s *store.Store, id tenant.ID) (all []app.ListedCall) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		return tx.Calls(store.AllDays, store.All, func(calls []usage.Call, charges []usage.Charge) error {
			for i := range calls {
				all = append(all, app.ListedCall{Call: calls[i], Charge: charges[i], Day: calls[i].Started.UTCDay()})
			}
			return nil
		})
	})
	slices.SortFunc(all, func(a, b app.ListedCall) int {
		return cmp.Or(cmp.Compare(b.Started, a.Started), bytes.Compare(b.Identity[:], a.Identity[:]))
	})
	return all
}

func TestListCalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(1200)
		a := loaded(t, s, c)
		for i := range c.Tenants() { // in two files, so that days have several segments
			data := callsOf(t, c, i)
			cut := cutMiddle(data)
			head, _, _ := bytes.Cut(data, []byte("\n"))
			imported(t, a, c.Tenants()[i].Name, slices.Concat(head, []byte("\n"), data[cut:]))
			id := tenantID(t, s, c.Tenants()[i].Name) // what comes next is late in part
			if err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error {
				return tx.CloseThrough(when.MustParse("2026-06-09T00:00:00Z"))
			}); err != nil {
				t.Fatal(err)
			}
			imported(t, a, c.Tenants()[i].Name, data)
		}
		acme, err := s.FindTenant(t.Context(), c.Tenants()[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := when.LoadZone(acme.Zone)
		if err != nil {
			t.Fatal(err)
		}
		all := everyCall(t, s, acme.ID)
		twin := slowList{t: t, tenant: acme, zone: zone, all: all}
		view(t, s, acme.ID, func(tx *store.Tx) (err error) {
			if twin.users, err = tx.UserTeams(); err != nil {
				return err
			}
			twin.campaigns, err = tx.CampaignTeams()
			return err
		})
		for name, f := range manyFilters(all, &twin) {
			for _, order := range []app.CallOrder{app.NewestFirst, app.OldestFirst} {
				twin.check(a, name, app.ListCalls{Tenant: acme, CallFilter: f, Order: order, Limit: 77})
			}
			twin.check(a, name, app.ListCalls{Tenant: acme, CallFilter: f, Limit: 7})
			twin.check(a, name, app.ListCalls{Tenant: acme, CallFilter: f, Limit: 7, Look: 1})
			twin.check(a, name, app.ListCalls{Tenant: acme, CallFilter: f, Limit: 7, Look: 20_000, Order: app.OldestFirst})
			twin.check(a, name, app.ListCalls{Tenant: acme, CallFilter: f, Limit: app.MaxListed + 1})
		}
		const odd = "12345678901234567890"
		for _, ask := range []app.ListCalls{
			{}, {CallFilter: app.CallFilter{Days: when.Days{From: 20260601, To: 20260531}}}, {CallFilter: app.CallFilter{Days: june}, After: "x"},
			{CallFilter: app.CallFilter{Days: june}, Before: "zz.00"}, {CallFilter: app.CallFilter{Days: june}, After: "0.00", Before: "0.00"},
			{CallFilter: app.CallFilter{Days: june, Number: app.NumberPart{Digits: odd}}},
			{CallFilter: app.CallFilter{Days: june}, After: "-1y2p0ij32e8e7." + usage.Identity{}.String()},
		} {
			ask.Tenant = acme
			if _, err := a.ListCalls(t.Context(), ask); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", ask, err)
			}
		}
	})
}

var june = when.Days{From: 20260501, To: 20260731}

func pointer[T any](v T) *T { return &v }

// manyFilters are filters of every kind, alone and together, most of which find
// something.
func manyFilters(all []app.ListedCall, l *slowList) map[string]app.CallFilter {
	some, other := all[len(all)/2], all[len(all)/3]
	for i := range all {
		if all[i].Agent != 0 && l.users[all[i].Agent] != nil && all[i].Charge.Amount > 0 {
			some = all[i]
		}
	}
	var teams []tenant.TeamID
	for _, m := range l.users[some.Agent] {
		teams = append(teams, m.Team)
	}
	digits := some.Called.String()
	fs := map[string]app.CallFilter{
		"all": {}, "a week": {Days: when.Days{From: 20260607, To: 20260613}}, "nothing": {Days: when.Days{From: 20250101, To: 20250131}},
		"days of another zone": {Days: when.Days{From: 20260607, To: 20260607}, Zone: when.UTC},
		"an agent":             {Agents: []tenant.UserID{some.Agent}}, "two agents": {Agents: []tenant.UserID{some.Agent, other.Agent}},
		"a team": {Teams: teams}, "a team or an agent": {Teams: teams, Agents: []tenant.UserID{other.Agent}}, "no such team": {Teams: []tenant.TeamID{999}},
		"country": {Countries: []phone.Country{some.Country}, Campaigns: []tenant.CampaignID{some.Campaign}},
		"dialer":  {Kinds: []usage.Kind{usage.Dialer}}, "kinds": {Kinds: []usage.Kind{usage.Manual, usage.Callback}, Directions: []usage.Direction{usage.Outgoing}},
		"inbound": {Directions: []usage.Direction{usage.Incoming}}, "internal": {Kinds: []usage.Kind{usage.Internal}},
		"rated": {Statuses: []usage.Status{usage.Rated}}, "free": {Statuses: []usage.Status{usage.ZeroRated}, Reasons: []usage.Reason{usage.NotAnswered, usage.Grace}},
		"suspended": {Statuses: []usage.Status{usage.Suspended}}, "no rate": {Reasons: []usage.Reason{usage.NoRate}},
		"busy":  {Dispositions: []usage.Disposition{usage.Busy, usage.NoAnswer}},
		"night": {Hours: app.Hours{From: 22 * 60, To: 7 * 60}}, "morning": {Hours: app.Hours{From: 9*60 + 30, To: 12 * 60}},
		"dear": {Amount: app.Span[money.Amount]{From: pointer(some.Charge.Amount)}}, "too dear": {Amount: app.Span[money.Amount]{From: pointer(money.MustParse("100000"))}},
		"cheap":  {Amount: app.Span[money.Amount]{From: pointer(money.Amount(1)), To: pointer(some.Charge.Amount)}},
		"long":   {Length: app.Span[int32]{From: pointer(int32(120)), To: pointer(int32(600))}},
		"number": {Number: app.NumberPart{Digits: digits}}, "no number": {Number: app.NumberPart{Digits: "000000000000000"}},
		"a few of all": {Kinds: usage.Kinds(), Agents: []tenant.UserID{some.Agent}, Statuses: []usage.Status{usage.Rated}, Length: app.Span[int32]{From: pointer(int32(1))},
			Number: app.NumberPart{Digits: digits[:2], Where: app.AtBegin}, Hours: app.Hours{From: 60, To: 23 * 60}},
	}
	for n := 1; n < len(digits); n += 3 {
		fs["begin "+digits[:n]] = app.CallFilter{Number: app.NumberPart{Digits: digits[:n], Where: app.AtBegin}}
		fs["end "+digits[n:]] = app.CallFilter{Number: app.NumberPart{Digits: digits[n:], Where: app.AtEnd}}
		fs["either "+digits[:n]] = app.CallFilter{Number: app.NumberPart{Digits: digits[:n]}}
	}
	for name, f := range fs {
		if f.Days.From == 0 {
			f.Days = june
		}
		fs[name] = f
	}
	return fs
}

// slowList looks at every call, and spells what it compares.
type slowList struct {
	t         *testing.T
	tenant    tenant.Tenant
	zone      *when.Zone
	all       []app.ListedCall // newest first
	users     map[tenant.UserID][]tenant.Membership
	campaigns map[tenant.CampaignID][]tenant.Membership
}

func anyOf[T comparable](vs []T, v T) bool { return len(vs) == 0 || slices.Contains(vs, v) }

func (l *slowList) fits(x *app.ListedCall, f app.CallFilter) bool {
	zone := l.zone
	if f.Zone != nil {
		zone = f.Zone
	}
	clock := strings.SplitN(x.Started.In(zone), "T", 2)[1][:5]
	at := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
	in := f.Hours == app.Hours{} || clock >= at(f.Hours.From) && clock < at(f.Hours.To)
	if f.Hours.From > f.Hours.To {
		in = clock >= at(f.Hours.From) || clock < at(f.Hours.To)
	}
	has := func(n phone.Number) bool {
		s, d := n.String(), f.Number.Digits
		return f.Number.Where != app.AtEnd && strings.HasPrefix(s, d) || f.Number.Where != app.AtBegin && strings.HasSuffix(s, d)
	}
	sum, length := x.Charge.Amount+x.Charge.AMD, x.Seconds()
	return f.Days.Contains(zone.Day(x.Started)) && in && l.whose(x, f) &&
		anyOf(f.Campaigns, x.Campaign) && anyOf(f.Countries, x.Country) && anyOf(f.Kinds, x.Kind) && anyOf(f.Directions, x.Direction) &&
		anyOf(f.Statuses, x.Charge.Status) && anyOf(f.Reasons, x.Charge.Reason) && anyOf(f.Dispositions, x.Disposition) &&
		(f.Number.Digits == "" || has(x.Called) || has(x.Calling)) &&
		(f.Amount.From == nil || sum >= *f.Amount.From) && (f.Amount.To == nil || sum <= *f.Amount.To) &&
		(f.Length.From == nil || length >= *f.Length.From) && (f.Length.To == nil || length <= *f.Length.To)
}

func (l *slowList) whose(x *app.ListedCall, f app.CallFilter) bool {
	if len(f.Agents)+len(f.Teams) == 0 || slices.Contains(f.Agents, x.Agent) {
		return true
	}
	of := l.users[x.Agent]
	if x.Agent == 0 {
		of = l.campaigns[x.Campaign]
	}
	return slices.ContainsFunc(of, func(m tenant.Membership) bool {
		return slices.Contains(f.Teams, m.Team) && m.Holds(l.zone.Day(x.Charge.BilledAt-l.tenant.Cutoff))
	})
}

// check goes through all pages and back, and compares.
func (l *slowList) check(a *app.App, name string, ask app.ListCalls) {
	l.t.Helper()
	var want []app.ListedCall
	for i := range l.all {
		if l.fits(&l.all[i], ask.CallFilter) {
			want = append(want, l.all[i])
		}
	}
	if ask.Order == app.OldestFirst {
		slices.Reverse(want)
	}
	var got, back []app.ListedCall
	page := func() *app.CallPage {
		p, err := a.ListCalls(l.t.Context(), ask)
		if err != nil {
			l.t.Fatal(name, err)
		}
		if p.Known > int64(len(want)) || p.Exact && p.Known != int64(len(want)) {
			l.t.Errorf("%s: %d known, exactly %v; there are %d", name, p.Known, p.Exact, len(want))
		}
		return p
	}
	p := page()
	for got = append(got, p.Calls...); p.Next != ""; got = append(got, p.Calls...) {
		ask.After = p.Next
		p = page()
	}
	for back = slices.Clone(p.Calls); p.Previous != ""; back = slices.Concat(p.Calls, back) {
		ask.After, ask.Before = "", p.Previous
		p = page()
	}
	for direction, list := range map[string][]app.ListedCall{"there": got, "back": back} {
		if !slices.EqualFunc(list, want, func(a, b app.ListedCall) bool {
			return a.Identity == b.Identity && a.Charge.Amount == b.Charge.Amount && a.Called == b.Called && a.Calling == b.Calling
		}) {
			l.t.Errorf("%s, order %d, %s: %d calls, want %d, or in another order", name, ask.Order, direction, len(list), len(want))
		}
	}
}

func TestOverview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(1200)
		a := loaded(t, s, c)
		imported(t, a, c.Tenants()[0].Name, callsOf(t, c, 0))
		acme, err := s.FindTenant(t.Context(), c.Tenants()[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := when.LoadZone(acme.Zone)
		if err != nil {
			t.Fatal(err)
		}
		all := everyCall(t, s, acme.ID)
		days := when.Days{From: 20260605, To: 20260614}
		before := when.Days{From: 20260526, To: 20260604}
		for _, agent := range []tenant.UserID{0, all[0].Agent} {
			o, err := a.Overview(t.Context(), acme, days, agent)
			if err != nil {
				t.Fatal(err)
			}
			var want, had usage.Sums
			for i := range all {
				x := &all[i]
				if agent != 0 && x.Agent != agent {
					continue
				}
				day := zone.Day(x.Charge.BilledAt - acme.Cutoff)
				for _, into := range []struct {
					days when.Days
					sums *usage.Sums
				}{{days, &want}, {before, &had}} {
					if into.days.Contains(day) {
						into.sums.Calls++
						if x.Answered != 0 {
							into.sums.Answered++
						}
						into.sums.Seconds += int64(x.Seconds())
						into.sums.Amount += x.Charge.Amount + x.Charge.AMD
					}
				}
			}
			for name, pair := range map[string][2]usage.Sums{"total": {o.Total, want}, "before": {o.Before, had}} {
				if pair[0].Calls != pair[1].Calls || pair[0].Seconds != pair[1].Seconds || pair[0].Answered != pair[1].Answered || pair[0].Untold != 0 || pair[0].Amount != pair[1].Amount {
					t.Errorf("agent %d, %s: %+v, want %+v", agent, name, pair[0], pair[1])
				}
			}
			var byDay, byCountry, byCampaign, byAgent usage.Sums
			for _, d := range o.Daily {
				byDay.Calls += d.Sums.Calls
				for _, amount := range d.Amount {
					byDay.Amount += amount
				}
			}
			for _, p := range o.Countries {
				byCountry.Calls, byCountry.Amount = byCountry.Calls+p.Sums.Calls, byCountry.Amount+p.Sums.Amount
			}
			for _, p := range o.Campaigns {
				byCampaign.Calls, byCampaign.Amount = byCampaign.Calls+p.Sums.Calls, byCampaign.Amount+p.Sums.Amount
			}
			for _, p := range o.Agents {
				byAgent.Calls, byAgent.Amount = byAgent.Calls+p.Sums.Calls, byAgent.Amount+p.Sums.Amount
			}
			for name, part := range map[string]usage.Sums{"days": byDay, "countries": byCountry, "campaigns": byCampaign, "agents": byAgent} {
				if part.Calls != o.Total.Calls || part.Amount != o.Total.Amount {
					t.Errorf("agent %d: %s do not add up: %+v", agent, name, part)
				}
			}
			if len(o.Daily) != days.Count() || o.Last != all[0].Day {
				t.Errorf("%d days, last %s", len(o.Daily), o.Last)
			}
		}
		if _, err := a.Overview(t.Context(), acme, when.Days{From: 20260605, To: 20260604}, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("days turned round: %v", err)
		}
	})
}
