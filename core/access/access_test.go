package access_test

import (
	"fmt"
	"strings"
	"testing"

	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
)

func Example() {
	can := access.OfRole(tenant.Finance)
	fmt.Println(can.Has(access.EditBilling), can.Has(access.EditRates))
	fmt.Println(access.OfRole(tenant.Analyst))
	// Output:
	// true false
	// view_reports,edit_reports,view_calls
}

// TestRoles writes the table out from the roles' side: what each has, and
// nothing else.
func TestRoles(t *testing.T) {
	for role, want := range map[tenant.Role][]access.Privilege{
		tenant.Admin: {access.ViewBilling, access.EditBilling, access.ViewUnits, access.EditUnits, access.ViewReports, access.EditReports,
			access.ViewSubscription, access.EditSubscription, access.ViewRates, access.EditRates, access.ViewCalls,
			access.ViewUsers, access.EditUsers, access.ViewActivity, access.EditIntegrations},
		tenant.Finance: {access.ViewBilling, access.EditBilling, access.ViewUnits, access.EditUnits, access.ViewReports, access.EditReports,
			access.ViewSubscription, access.EditSubscription, access.ViewRates, access.ViewActivity},
		tenant.Supervisor: {access.ViewUnits, access.ViewReports, access.EditReports, access.ViewCalls},
		tenant.Analyst:    {access.ViewReports, access.EditReports, access.ViewCalls},
		tenant.Agent:      {access.ViewOwnUsage},
		tenant.Admin + 1:  nil,
		255:               nil,
	} {
		can := access.OfRole(role)
		for _, p := range access.All() {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == p
			}
			if can.Has(p) != wanted {
				t.Errorf("role %d: has %s: %v, want %v", role, p, can.Has(p), wanted)
			}
		}
		if len(can.List()) != len(want) {
			t.Errorf("role %d: %s", role, can)
		}
	}
}

func TestOperator(t *testing.T) {
	can := access.Operator()
	for _, p := range access.All() {
		if want := p != access.ViewOwnUsage; can.Has(p) != want {
			t.Errorf("the operator has %s: %v", p, !want)
		}
	}
	for role := tenant.Agent; role <= tenant.Admin; role++ {
		if access.OfRole(role).Has(access.Operate) {
			t.Errorf("%s operates", role)
		}
	}
}

func TestEditImpliesView(t *testing.T) {
	for _, p := range access.All() {
		name, edits := strings.CutPrefix(p.String(), "edit_")
		alone := access.Of(p)
		view, err := access.Parse("view_" + name)
		switch {
		case !alone.Has(p):
			t.Errorf("Of(%s) has it not", p)
		case edits && err == nil:
			if !alone.Has(view) || len(alone.List()) != 2 {
				t.Errorf("%s comes as %s", p, alone)
			}
		case len(alone.List()) != 1:
			t.Errorf("%s comes as %s", p, alone)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range access.All() {
		back, err := access.Parse(p.String())
		if err != nil || back != p || seen[p.String()] || p.Title() == "" || p.Gives() == "" {
			t.Errorf("%d: %s, %q, %q, %v, %v", p, p, p.Title(), p.Gives(), back, err)
		}
		seen[p.String()] = true
	}
	if _, err := access.Parse("View Reports"); err == nil {
		t.Error("a title is read as a name")
	}
	unknown := access.Privilege(200)
	if unknown.String() != "unknown" || unknown.Title() != "Unknown" || unknown.Gives() != "" || access.Of(unknown) != 0 || access.Set(1<<31).Has(unknown) {
		t.Error("there is an unknown privilege")
	}
}

func TestScopes(t *testing.T) {
	scopes := access.Of(access.Scopes()...)
	if scopes.Has(access.Operate) || scopes.Has(access.ViewOwnUsage) || len(scopes.List()) != len(access.All())-2 {
		t.Errorf("scopes are %s", scopes)
	}
	if !access.OfRole(tenant.Admin).Within(scopes) || access.Operator().Within(scopes) {
		t.Error("an administrator's key cannot do what an administrator does, or can do more")
	}
}

func TestSets(t *testing.T) {
	a, b := access.Of(access.EditRates), access.Of(access.ViewCalls, access.ViewRates)
	if got := a.Union(b).String(); got != "view_rates,edit_rates,view_calls" {
		t.Errorf("union is %s", got)
	}
	if got := a.Both(b).String(); got != "view_rates" {
		t.Errorf("both are %s", got)
	}
	if a.HasAny() || !a.HasAny(access.Operate, access.EditRates) || access.Set(0).HasAny(access.All()...) {
		t.Error("HasAny")
	}
	if s, err := access.ParseSet("nonsense, view_calls,,other"); err == nil || strings.Count(err.Error(), "\n") != 1 || s != access.Of(access.ViewCalls) {
		t.Errorf("%s, %v: want both wrong names", s, err)
	}
}

func FuzzParseSet(f *testing.F) {
	f.Add("")
	f.Add("view_reports")
	f.Add(" edit_rates , view_calls,")
	f.Add("operate,operate,view_own_usage")
	f.Add("x,\x00,view")
	f.Fuzz(func(t *testing.T, text string) {
		var s access.Set
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		written, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		back, err := access.ParseSet(string(written))
		if err != nil || back != s {
			t.Errorf("%q is %s, which reads as %s, %v", text, s, back, err)
		}
	})
}
