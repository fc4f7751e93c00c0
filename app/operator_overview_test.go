package app_test

import (
	"bytes"
	"fmt"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestOperatorOverview compares what is read of all tenants at once with what
// Overview says of each.
func TestOperatorOverview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(900)
		a := loaded(t, s, c)
		for i, x := range c.Tenants() {
			imported(t, a, x.Name, callsOf(t, c, i))
		}
		quiet := tenant.Tenant{Name: "quiet", Currency: "EUR", Zone: "Europe/Berlin"}
		if err := s.AddTenant(t.Context(), &quiet); err != nil {
			t.Fatal(err)
		}
		stranger := []byte("call_id,tenant,calling,called,started_at,ended_at\nx1,nobody,+4420,+4420,2026-06-01T08:00:00Z,2026-06-01T08:01:00Z\n")
		if _, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "mixed.csv", Input: bytes.NewReader(stranger)}, nil); err != nil {
			t.Fatal(err)
		}
		days := when.Days{From: 20260610, To: 20260701}
		o, err := a.OperatorOverview(t.Context(), days, 0)
		if err != nil {
			t.Fatal(err)
		}
		var calls, daily, waiting int64
		amounts := map[money.Currency]money.Amount{}
		for i := range o.Tenants {
			x := &o.Tenants[i]
			want, err := a.Overview(t.Context(), x.Tenant, days, 0)
			if err != nil {
				t.Fatal(err)
			}
			same(t, x, want)
			calls += want.Total.Calls
			waiting += want.Waiting
			amounts[x.Currency] += want.Total.Amount
		}
		for _, n := range o.Calls {
			daily += n
		}
		if len(o.Tenants) != len(c.Tenants())+1 || o.Total.Calls != calls || daily != calls || calls == 0 || o.Total.Amount != 0 {
			t.Errorf("%d tenants, %d calls, %d by day, want %d; amount %s", len(o.Tenants), o.Total.Calls, daily, calls, o.Total.Amount)
		}
		for _, cur := range o.Currencies {
			var sum money.Amount
			for _, d := range cur.Daily {
				sum += d
			}
			if cur.Total.Amount != amounts[cur.Currency] || sum != cur.Total.Amount {
				t.Errorf("%s: %s, by day %s, want %s", cur.Currency, cur.Total.Amount, sum, amounts[cur.Currency])
			}
		}
		if o.Standing.Calls != waiting || o.Nobody.Records != 1 || o.Nobody.Runs != 1 || o.Standing.Runs != int64(len(c.Tenants())+1) || o.Standing.Unfinished != 0 {
			t.Errorf("%+v, of nobody %+v, want %d calls waiting", o.Standing, o.Nobody, waiting)
		}
		if late, err := a.OperatorOverview(t.Context(), days, storetest.Now+1); err != nil || late.Standing.Runs != 0 || late.Standing.LastRun != o.Standing.LastRun || late.Standing.Tally != (usage.Tally{}) {
			t.Errorf("runs of the future: %+v, %v", late.Standing, err)
		}
		if _, err := a.OperatorOverview(t.Context(), when.Days{From: 20260610, To: 20260609}, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("days turned round: %v", err)
		}
	})
}

// same compares the figures that both overviews have.
func same(t *testing.T, got *app.TenantOverview, want *app.Overview) {
	t.Helper()
	figures := func(s usage.Sums) string {
		return fmt.Sprint(s.Calls, s.Charged, s.Seconds, s.Billed, s.Amount, s.Cost, s.Answered, s.Untold)
	}
	if figures(got.Total) != figures(want.Total) || figures(got.Before) != figures(want.Before) || got.Newest != want.Last || got.Calls != want.Waiting {
		t.Errorf("%s: %+v before %+v, newest %s, %d waiting; want %+v before %+v, %s, %d", got.Name, got.Total, got.Before, got.Newest, got.Calls, want.Total, want.Before, want.Last, want.Waiting)
	}
}

// TestSilent tells tenants whose records stopped coming from those that rest.
func TestSilent(t *testing.T) {
	for _, c := range []struct {
		name  string
		gaps  []int // days from one day with calls to the next
		since int   // days from the last of them until today
		want  int
	}{
		{"nothing ever", nil, 0, 0},
		{"two days are too few to know", []int{1}, 20, 0},
		{"daily, yesterday", []int{1, 1, 1}, 1, 0},
		{"daily, the day before", []int{1, 1, 1}, 2, 0},
		{"daily, three days ago", []int{1, 1, 1}, 3, 3},
		{"on weekdays, at a weekend", []int{1, 1, 3, 1, 1}, 3, 0},
		{"on weekdays, for a week", []int{1, 1, 3, 1, 1}, 7, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := storetest.Open(t, storetest.Place(t, "sqlite"))
			a := app.New(s)
			x := tenant.Tenant{Name: "x", Currency: "USD", Zone: "UTC"}
			if err := s.AddTenant(t.Context(), &x); err != nil {
				t.Fatal(err)
			}
			day := storetest.Now.UTCDay().Add(-c.since)
			var lines bytes.Buffer
			lines.WriteString("call_id,calling,called,started_at,ended_at\n")
			for i := len(c.gaps); i >= 0 && c.gaps != nil; i-- {
				fmt.Fprintf(&lines, "c%d,+442079460000,+442079460123,%sT08:00:00Z,%sT08:01:00Z\n", i, day, day)
				if i > 0 {
					day = day.Add(-c.gaps[i-1])
				}
			}
			if c.gaps != nil {
				imported(t, a, "x", lines.Bytes())
			}
			today := storetest.Now.UTCDay()
			o, err := a.OperatorOverview(t.Context(), when.Days{From: today.Add(-29), To: today}, 0)
			if err != nil || o.Tenants[0].Silent != c.want {
				t.Errorf("silent for %d days, want %d (%v)", o.Tenants[0].Silent, c.want, err)
			}
		})
	}
}
