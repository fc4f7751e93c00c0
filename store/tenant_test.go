package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// odd are names that SQL, files or people stumble over, in the order of their
// bytes, which is the order of every list.
var odd = slices.Sorted(slices.Values([]string{
	"a", "b", "A", "a b", "a ' b", "_", "%", "$1", "\\", "'", "\"quoted\"", "'; DROP TABLE tenant; --", "Robert'); DELETE FROM account;",
	"{{text}}", "Ä", "é", "ß", "מרכז", "مركز الاتصال", "\u202eevil", "中文", "☎️ line", "🙂", "\ufffd",
}))

func TestTenantsRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var want []tenant.Tenant
		for i, name := range odd {
			tn := tenant.Tenant{Name: name, Currency: "EUR", Zone: "Asia/Kathmandu", Country: phone.MustCountry("NP"), Cutoff: when.Instant(i) * when.Minute}
			if i%2 == 0 {
				plan := phone.PlanFor(phone.MustCountry("NP"))
				tn.Plan, tn.Country = &plan, 0
			}
			if err := s.AddTenant(t.Context(), &tn); err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if tn.ID != tenant.ID(i+1) {
				t.Errorf("%q has the number %d", name, tn.ID)
			}
			want = append(want, tn)
		}
		got, err := s.Tenants(t.Context())
		if diff := cmp.Diff(plain(want), plain(got)); err != nil || diff != "" {
			t.Errorf("%v (−want +got):\n%s", err, diff)
		}
		for _, tn := range want {
			for _, by := range []string{tn.Name, fmt.Sprint(tn.ID)} {
				if found, err := s.FindTenant(t.Context(), by); err != nil || found.ID != tn.ID || found.Name != tn.Name {
					t.Errorf("%q is found as %+v, %v", by, found, err)
				}
			}
		}
	})
}

// plain is tenants with their plans as values, to be compared as texts.
func plain(ts []tenant.Tenant) (all []string) {
	for _, t := range ts {
		plan := t.DialPlan()
		t.Plan = nil
		all = append(all, fmt.Sprintf("%+v %+v", t, plan))
	}
	return all
}

func TestTenantRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		add(t, s, "other")
		for _, name := range []string{"", "0", "00", "-1", "3", "99999999999999999999", "ACME", "acm", "acme%", "' OR '1'='1"} {
			if found, err := s.FindTenant(t.Context(), name); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q is found as %+v, %v", name, found, err)
			}
		}
		for what, c := range map[string]struct {
			tenant tenant.Tenant
			want   fault.Kind
		}{
			"twice":     {tenant.Tenant{Name: "acme", Currency: "USD", Zone: "UTC"}, fault.Conflict},
			"nameless":  {tenant.Tenant{Currency: "USD", Zone: "UTC"}, fault.Invalid},
			"no zone":   {tenant.Tenant{Name: "new", Currency: "USD", Zone: "Mars"}, fault.Invalid},
			"with zero": {tenant.Tenant{Name: "a\x00b", Currency: "USD", Zone: "UTC"}, fault.Invalid},
		} {
			if err := s.AddTenant(t.Context(), &c.tenant); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, c := range map[string]struct {
			tenant tenant.Tenant
			want   fault.Kind
		}{
			"another's name":  {tenant.Tenant{ID: acme, Name: "other", Currency: "USD", Zone: "UTC"}, fault.Conflict},
			"an unknown one":  {tenant.Tenant{ID: nobody, Name: "new", Currency: "USD", Zone: "UTC"}, fault.NotFound},
			"the system":      {tenant.Tenant{ID: tenant.System, Name: "new", Currency: "USD", Zone: "UTC"}, fault.NotFound},
			"a wrong cut-off": {tenant.Tenant{ID: acme, Name: "acme", Currency: "USD", Zone: "UTC", Cutoff: -1}, fault.Invalid},
		} {
			if err := s.SetTenant(t.Context(), &c.tenant); !fault.Is(err, c.want) {
				t.Errorf("set %s: %v", what, err)
			}
		}
		if ts, err := s.Tenants(t.Context()); err != nil || len(ts) != 2 || ts[0].Name != "acme" || ts[0].Zone != "Europe/Berlin" {
			t.Errorf("then there are %+v, %v", ts, err)
		}
	})
}

// TestTenantSettings are free until there are charges; the name and the dial
// plan always are.
func TestTenantSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := add(t, s, "acme")
		acme := tenant.Tenant{ID: id, Name: "acme", Currency: "GBP", Zone: "Europe/London", Cutoff: when.Hour}
		if err := s.SetTenant(t.Context(), &acme); err != nil {
			t.Fatal(err)
		}
		update(t, s, id, (*store.Tx).BumpSegments)
		for what, change := range map[string]func(*tenant.Tenant){
			"zone":     func(t *tenant.Tenant) { t.Zone = "UTC" },
			"currency": func(t *tenant.Tenant) { t.Currency = "USD" },
			"cut-off":  func(t *tenant.Tenant) { t.Cutoff = 0 },
		} {
			changed := acme
			change(&changed)
			if err := s.SetTenant(t.Context(), &changed); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		plan := phone.PlanFor(phone.MustCountry("FR"))
		acme.Name, acme.Country, acme.Plan = "Acme & Co.", phone.MustCountry("FR"), &plan
		if err := s.SetTenant(t.Context(), &acme); err != nil {
			t.Error(err)
		}
		found, err := s.FindTenant(t.Context(), "Acme & Co.")
		if diff := cmp.Diff(plain([]tenant.Tenant{acme}), plain([]tenant.Tenant{found})); err != nil || diff != "" {
			t.Errorf("%v (−want +got):\n%s", err, diff)
		}
	})
}
