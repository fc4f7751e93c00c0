package tenant_test

import (
	"fmt"
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

func Example() {
	t := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London"}
	fmt.Println(t.Check())
	// Output: <nil>
}

func TestCheckName(t *testing.T) {
	for _, name := range []string{
		"a", "acme", "O'Brien & Söhne \"GmbH\"", "50% off; DROP TABLE", "中文", "مركز", "☎️ line", "a b", "42",
		strings.Repeat("é", tenant.MaxName),
	} {
		if err := tenant.CheckName("team", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, c := range []struct{ name, want string }{
		{"", "is empty"},
		{" ", "blank"},
		{" acme", "blank"},
		{"acme\n", "blank"},
		{"acme\u00a0", "blank"},
		{"ac\x00me", "control"},
		{"ac\tme", "control"},
		{"ac\u0085me", "control"},
		{"ac\x7fme", "control"},
		{"ac\xffme", "UTF-8"},
		{strings.Repeat("é", tenant.MaxName+1), "longer than 200"},
	} {
		err := tenant.CheckName("team", c.name)
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "team") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q", c.name, err, c.want)
		}
	}
}

func TestTenantCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*tenant.Tenant)
		want   string // part of the error; empty: none
	}{
		{"as it is", func(*tenant.Tenant) {}, ""},
		{"late cut-off", func(t *tenant.Tenant) { t.Cutoff = when.DayLength - 1 }, ""},
		{"digits and more", func(t *tenant.Tenant) { t.Name = "4711 Köln" }, ""},
		{"no name", func(t *tenant.Tenant) { t.Name = "" }, "empty"},
		{"a name like an id", func(t *tenant.Tenant) { t.Name = "4711" }, "digits"},
		{"no currency", func(t *tenant.Tenant) { t.Currency = "" }, "currency"},
		{"a currency in small letters", func(t *tenant.Tenant) { t.Currency = "usd" }, "currency"},
		{"no zone", func(t *tenant.Tenant) { t.Zone = "" }, "time zone"},
		{"a zone of nowhere", func(t *tenant.Tenant) { t.Zone = "Europe/Atlantis" }, "time zone"},
		{"a cut-off before midnight", func(t *tenant.Tenant) { t.Cutoff = -1 }, "cut-off"},
		{"a cut-off of a day", func(t *tenant.Tenant) { t.Cutoff = when.DayLength }, "cut-off"},
	} {
		acme := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London"}
		c.change(&acme)
		err := acme.Check()
		if c.want == "" && err != nil || c.want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}

func TestDialPlan(t *testing.T) {
	for _, c := range []struct {
		name   string
		tenant tenant.Tenant
		want   phone.Plan
	}{
		{"no country", tenant.Tenant{}, phone.PlanFor(0)},
		{"the country's", tenant.Tenant{Country: phone.MustCountry("GB")}, phone.PlanFor(phone.MustCountry("GB"))},
		{"its own", tenant.Tenant{Country: phone.MustCountry("GB"), Plan: &phone.Plan{}}, phone.Plan{}},
	} {
		if got := fmt.Sprintf("%+v", c.tenant.DialPlan()); got != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: %s, want %+v", c.name, got, c.want)
		}
	}
}

func TestCampaignCheck(t *testing.T) {
	for _, c := range []struct {
		campaign tenant.Campaign
		ok       bool
	}{
		{tenant.Campaign{Code: "spring"}, true},
		{tenant.Campaign{Code: "17", Name: "Spring 2026"}, true},
		{tenant.Campaign{}, false},
		{tenant.Campaign{Name: "Spring"}, false},
		{tenant.Campaign{Code: "spring", Name: "Spring "}, false},
	} {
		if err := c.campaign.Check(); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c.campaign, err)
		}
	}
}
