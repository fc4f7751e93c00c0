package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

// TestExports takes back what it has exported: nothing changes.
func TestExports(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	for _, name := range odd {
		if a := v.post(at+"/users/new", url.Values{"username": {name}, "display_name": {name}, "teams": {name}, "role": {"agent"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", name, a.status, a.body)
		}
		if a := v.post(at+"/campaigns/new", url.Values{"campaign": {name}, "name": {name}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", name, a.status, a.body)
		}
	}
	for _, number := range []string{"112", "+80012345678", "+442079460000"} {
		if a := v.post(at+"/numbers/new", url.Values{"number": {number}, "billing_unit": {""}, "campaign": {""}}); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", number, a.status, a.body)
		}
	}
	for _, list := range []string{"users", "campaigns", "numbers"} {
		a := v.get(at + "/" + list + "/export")
		lines := strings.Count(a.body, "\n") - 1
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/csv; charset=utf-8" || lines < 4 {
			t.Fatalf("%s: %d, %d lines", list, a.status, lines)
		}
		for _, only := range []string{"?check=1", ""} {
			taken := v.upload(at+"/"+list+"/import"+only, list+".csv", []byte(a.body), nil)
			if want := fmt.Sprintf("0 lines changed, %d lines as before", lines); taken.status != http.StatusOK || !strings.Contains(strings.ReplaceAll(taken.body, " would be", ""), want) {
				t.Errorf("%s taken back: %d, want %s\n%s\n%s", list, taken.status, want, a.body, taken.body)
			}
		}
	}
	a := v.get(at + "/users/export?state=unconfirmed&sort=-username")
	if lines := strings.Split(strings.TrimSpace(a.body), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], "temp2,") {
		t.Errorf("the view's file: %s", a.body)
	}
}
