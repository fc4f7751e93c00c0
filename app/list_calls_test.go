package app_test

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
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
		some := all[len(all)/2]
		long := when.Days{From: 20260101, To: 20261231}
		for name, ask := range map[string]app.ListCalls{
			"all":      {Days: long, Limit: 77},
			"a week":   {Days: when.Days{From: 20260607, To: 20260613}},
			"an agent": {Days: long, Agent: some.Agent, Limit: 7},
			"dialer":   {Days: long, Kind: usage.Dialer, Limit: app.MaxListed + 1},
			"rated":    {Days: long, Status: "rated", Limit: 100},
			"country":  {Days: long, Country: some.Country, Campaign: some.Campaign},
			"number":   {Days: long, Number: some.Called.String()[1:]},
			"nothing":  {Days: when.Days{From: 20250101, To: 20250131}},
		} {
			ask.Tenant = acme
			var want []usage.Identity
			for i := range all {
				x := &all[i]
				if ask.Days.Contains(zone.Day(x.Started)) && (ask.Agent == 0 || x.Agent == ask.Agent) && (ask.Campaign == 0 || x.Campaign == ask.Campaign) &&
					(ask.Kind == 0 || x.Kind == ask.Kind) && (ask.Country == 0 || x.Country == ask.Country) &&
					(ask.Status == "" || x.Charge.Status.String() == ask.Status) && (ask.Number == "" || ends(x.Called, ask.Number) || ends(x.Calling, ask.Number)) {
					want = append(want, x.Identity)
				}
			}
			var got []usage.Identity
			for {
				page, err := a.ListCalls(t.Context(), ask)
				if err != nil {
					t.Fatal(name, err)
				}
				for i := range page.Calls {
					got = append(got, page.Calls[i].Identity)
				}
				if ask.After = page.Next; ask.After == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d calls, want %d, or in another order", name, len(got), len(want))
			}
		}
		for _, ask := range []app.ListCalls{
			{}, {Days: when.Days{From: 20260601, To: 20260531}}, {Days: long, Status: "odd"}, {Days: long, After: "x"}, {Days: long, After: "zz.00"},
		} {
			ask.Tenant = acme
			if _, err := a.ListCalls(t.Context(), ask); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", ask, err)
			}
		}
	})
}

func ends(n phone.Number, digits string) bool {
	return strings.HasPrefix(n.String(), digits) || strings.HasSuffix(n.String(), digits)
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
