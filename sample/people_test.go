package sample_test

import (
	"strings"
	"testing"

	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/sample"
)

// TestFilesAreTakenAsTheyAre checks what the files bring along as the importer
// will: names, states, roles, numbers, and what must be unique.
func TestFilesAreTakenAsTheyAre(t *testing.T) {
	for _, o := range []sample.Options{sample.Demo(), {Seed: 7, Tenants: 60, Calls: 9_000_000, Days: 30, Clean: true}} {
		names, numbers := map[string]bool{}, map[string]bool{}
		for _, tn := range sample.New(o).Tenants() {
			if err := tn.Check(); err != nil || names[tn.Name] {
				t.Errorf("tenant %q: %v", tn.Name, err)
			}
			names[tn.Name] = true
			teams := checkUsers(t, &tn)
			campaigns := map[string]bool{}
			for _, r := range rows(t, tn.Campaigns()) {
				k := tenant.Campaign{Code: r["campaign"], Name: r["name"]}
				if err := k.Check(); err != nil || campaigns[k.Code] || !teams[r["teams"]] {
					t.Errorf("%s: campaign %v: %v", tn.Name, r, err)
				}
				campaigns[k.Code] = true
			}
			for _, r := range rows(t, tn.Numbers()) {
				if _, err := phone.Parse(r["number"]); err != nil || numbers[r["number"]] {
					t.Errorf("%s: number %v: %v", tn.Name, r, err)
				}
				numbers[r["number"]] = true
				if k := r["campaign"]; k != "" && !campaigns[k] {
					t.Errorf("%s: number of an unknown campaign %v", tn.Name, r)
				}
			}
		}
	}
}

func checkUsers(t *testing.T, tn *sample.Tenant) (teams map[string]bool) {
	t.Helper()
	teams = map[string]bool{}
	users, extensions, states := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, r := range rows(t, tn.Users()) {
		u := tenant.User{Username: r["username"], Display: r["display_name"], Extension: r["extension"]}
		_, badRole := tenant.ParseRole(r["role"])
		_, badState := tenant.ParseState(r["state"])
		if err := u.Check(); err != nil || badRole != nil || badState != nil || users[u.Username] || !strings.Contains(r["email"], "@") {
			t.Errorf("%s: user %v: %v", tn.Name, r, err)
		}
		if u.Extension != "" && extensions[u.Extension] {
			t.Errorf("%s: two have the extension %s", tn.Name, u.Extension)
		}
		users[u.Username], extensions[u.Extension] = true, true
		states[r["state"]]++
		for name := range strings.SplitSeq(r["teams"], ";") {
			teams[name] = true
		}
	}
	if states["active"] == 0 || states["deactivated"] == 0 {
		t.Errorf("%s: states %v", tn.Name, states)
	}
	return teams
}
