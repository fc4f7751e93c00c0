package app_test

import (
	"fmt"
	"slices"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

var askedNames = app.CallNames{
	Users:     []tenant.User{{ID: 7, Username: "ana", Display: "Ana Ray", Email: "ana@example.com"}, {ID: 8, Username: "7"}},
	Teams:     []tenant.Team{{ID: 3, Name: "Night shift"}},
	Campaigns: []tenant.Campaign{{ID: 4, Code: "spring-us"}},
}

func TestReadFilter(t *testing.T) {
	f, wrong := askedNames.ReadFilter(map[string][]string{
		"agent": {"ana", " 7 ", "", "ana"}, "team": {"Night shift"}, "campaign": {"spring-us"}, "country": {"gb", "Belgium"},
		"kind": {"dialer"}, "direction": {"inbound"}, "status": {"rated", "suspended"}, "reason": {"no_rate"}, "disposition": {"busy"},
		"number": {"+44 (20) 79-46"}, "number_at": {"begin"}, "amount_from": {"0.25"}, "amount_to": {"2"}, "length_from": {"1:30"}, "length_to": {"1:00:00"},
		"time_from": {"22:00"}, "time_to": {"06:30"},
	})
	if wrong != nil {
		t.Fatal(wrong)
	}
	be := phone.MustCountry("BE")
	got := fmt.Sprintln(f.Agents, f.Teams, f.Campaigns, slices.Contains(f.Countries, be), len(f.Countries), f.Kinds, f.Directions, f.Statuses, f.Reasons, f.Dispositions,
		f.Number, *f.Amount.From, *f.Amount.To, *f.Length.From, *f.Length.To, f.Hours)
	want := fmt.Sprintln([]int{7, 8}, []int{3}, []int{4}, true, 2, []usage.Kind{usage.Dialer}, []usage.Direction{usage.Incoming}, []usage.Status{usage.Rated, usage.Suspended},
		[]usage.Reason{usage.NoRate}, []usage.Disposition{usage.Busy}, app.NumberPart{Digits: "442079" + "46", Where: app.AtBegin}, "0.25", "2", 90, 3600, app.Hours{From: 22 * 60, To: 6*60 + 30})
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if f, wrong := askedNames.ReadFilter(map[string][]string{"agent": {"", " "}, "number": {""}, "time_from": {"00:00"}}); wrong != nil || len(f.Agents) != 0 || f.Hours != (app.Hours{}) {
		t.Errorf("of nothing: %+v %v", f, wrong)
	}
}

// Every mistake is told, by its own parameter, and spoils nothing else.
func TestReadFilterRefuses(t *testing.T) {
	bad := map[string][]string{
		"agent": {"Ana Ray", "ana"}, "team": {"night shift"}, "campaign": {"x"}, "country": {"XX"}, "kind": {"Dialer"}, "direction": {"up"}, "status": {"odd"},
		"reason": {"why"}, "disposition": {"gone"}, "number": {"44a"}, "number_at": {"middle"}, "amount_from": {"1,5"}, "length_from": {"1:5"}, "time_from": {"25:00"},
	}
	f, wrong := askedNames.ReadFilter(bad)
	told := map[string]int{}
	for _, in := range wrong {
		told[in.Field]++
		if in.Field == "agent" && in.Advice != `did you mean "ana"?` {
			t.Errorf("%+v", in)
		}
	}
	for name := range bad {
		if told[name] != 1 {
			t.Errorf("%s is told %d times: %v", name, told[name], wrong)
		}
	}
	if len(f.Agents) != 1 {
		t.Errorf("the agent that there is: %v", f.Agents)
	}
	for name, value := range map[string]string{
		"number": "1234567890123456", "amount_to": "-", "length_to": "::", "time_to": "9", "length_from": "-1",
	} {
		if _, wrong := askedNames.ReadFilter(map[string][]string{name: {value}}); len(wrong) != 1 || wrong[0].Field != name {
			t.Errorf("%s %q: %v", name, value, wrong)
		}
	}
	for field, q := range map[string]map[string][]string{
		"amount_to": {"amount_from": {"2"}, "amount_to": {"1"}}, "length_to": {"length_from": {"90"}, "length_to": {"1:29"}}, "time_to": {"time_from": {"09:00"}, "time_to": {"09:00"}},
	} {
		if _, wrong := askedNames.ReadFilter(q); len(wrong) != 1 || wrong[0].Field != field {
			t.Errorf("%v: %v", q, wrong)
		}
	}
}
