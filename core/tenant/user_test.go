package tenant_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

func TestState(t *testing.T) {
	for want, s := range []string{"active", "deactivated", "unconfirmed"} {
		if got, err := tenant.ParseState(s); err != nil || got != tenant.State(want) || got.String() != s {
			t.Errorf("%q is %d, written %q, %v; want %d", s, got, got, err, want)
		}
	}
	if got, err := tenant.ParseState(""); err != nil || got != tenant.Active {
		t.Errorf("nothing is %v, %v", got, err)
	}
	if got, err := tenant.ParseState("Active"); !fault.Is(err, fault.Invalid) {
		t.Errorf("Active is %v, %v", got, err)
	}
}

func TestRole(t *testing.T) {
	for want, s := range []string{"agent", "analyst", "supervisor", "finance", "admin"} {
		if got, err := tenant.ParseRole(s); err != nil || got != tenant.Role(want) || got.String() != s {
			t.Errorf("%q is %d, written %q, %v; want %d", s, got, got, err, want)
		}
	}
	if got, err := tenant.ParseRole(""); err != nil || got != tenant.Agent {
		t.Errorf("nothing is %v, %v", got, err)
	}
	if got, err := tenant.ParseRole("root"); !fault.Is(err, fault.Invalid) {
		t.Errorf("root is %v, %v", got, err)
	}
}

func TestUserJSON(t *testing.T) {
	ana := tenant.User{ID: 3, Username: "ana", Role: tenant.Finance, State: tenant.Unconfirmed}
	b, err := json.Marshal(ana)
	if want := `{"id":3,"username":"ana","role":"finance","state":"unconfirmed"}`; string(b) != want || err != nil {
		t.Errorf("JSON is %s, %v; want %s", b, err, want)
	}
	var back tenant.User
	if err := json.Unmarshal(b, &back); err != nil || back != ana {
		t.Errorf("%s is read as %+v, %v", b, back, err)
	}
	for _, s := range []string{`{"role":"root"}`, `{"state":"gone"}`} {
		if err := json.Unmarshal([]byte(s), &back); err == nil || back != ana {
			t.Errorf("%s is read as %+v, %v", s, back, err)
		}
	}
}

func TestUserCheck(t *testing.T) {
	for _, c := range []struct {
		user tenant.User
		ok   bool
		name string
	}{
		{tenant.User{Username: "ana"}, true, "ana"},
		{tenant.User{Username: "ana", Display: "Ana Núñez", Extension: "0042"}, true, "Ana Núñez"},
		{tenant.User{}, false, ""},
		{tenant.User{Display: "Ana"}, false, "Ana"},
		{tenant.User{Username: "ana "}, false, "ana "},
		{tenant.User{Username: "ana", Display: "\tAna"}, false, "\tAna"},
		{tenant.User{Username: "ana", Extension: "42a"}, false, "ana"},
		{tenant.User{Username: "ana", Extension: " "}, false, "ana"},
	} {
		if err := c.user.Check(); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c.user, err)
		}
		if got := c.user.Name(); got != c.name {
			t.Errorf("%+v is shown as %q, want %q", c.user, got, c.name)
		}
	}
}

func TestMembershipHolds(t *testing.T) {
	for _, c := range []struct {
		m    tenant.Membership
		d    when.Day
		want bool
	}{
		{tenant.Membership{}, 20260601, true},
		{tenant.Membership{}, 0, false},
		{tenant.Membership{From: 20260601}, 20260531, false},
		{tenant.Membership{From: 20260601}, 20260601, true},
		{tenant.Membership{To: 20260601}, 20260601, true},
		{tenant.Membership{To: 20260601}, 20260602, false},
		{tenant.Membership{From: 20260601, To: 20260601}, 20260601, true},
	} {
		if got := c.m.Holds(c.d); got != c.want {
			t.Errorf("%+v holds on %s: %v", c.m, c.d, got)
		}
	}
}

// Memberships and ranges of days in one week, against asking every day.
func TestMembershipTouches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.Map(rapid.Int32Range(0, 9), func(n int32) when.Day {
			if n == 0 {
				return 0
			}
			return when.Day(20260600 + n)
		})
		m := tenant.Membership{From: edge.Draw(t, "m.From"), To: edge.Draw(t, "m.To")}
		ds := when.Days{From: edge.Draw(t, "ds.From"), To: edge.Draw(t, "ds.To")}
		want := false
		for d := when.Day(20260531); d <= 20260611; d = d.Add(1) {
			holds := d >= m.From && (m.To == 0 || d <= m.To)
			if m.Holds(d) != holds {
				t.Fatalf("%+v holds on %s: %v", m, d, !holds)
			}
			want = want || holds && ds.Contains(d)
		}
		if got := m.Touches(ds); got != want {
			t.Fatalf("%+v touches %v: %v", m, ds, got)
		}
	})
}
