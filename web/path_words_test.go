package web_test

import (
	"testing"

	"tollkeeper/core/when"
	"tollkeeper/web"
)

func TestPlainly(t *testing.T) {
	zone, err := when.LoadZone("America/New_York")
	must(t, err)
	for text, want := range map[string]string{
		"answered at 2026-06-02T14:29:21.117-04:00 and ended at 2026-06-02T18:32:00Z.": "answered at 2026-06-02 14:29:21.117 -04:00 and ended at 2026-06-02 14:32:00 -04:00.",
		"its hours mon,tue,wed,thu,fri 08:00-18:00 are read":                           "its hours Monday to Friday 08:00-18:00 are read",
		"its hours sat,sun 08:00-18:00 are read":                                       "its hours Sat, Sun 08:00-18:00 are read",
		"Rounded once, to 4 decimals (half_up): 1.8923 USD.":                           "Rounded once, to 4 decimals (half up): 1.8923 USD.",
		"the campaign mon,tue at 2026-06-02":                                           "the campaign mon,tue at 2026-06-02",
		"2026-99-99T99:99:99Z":                                                         "2026-99-99T99:99:99Z",
	} {
		if got := web.Plainly(text, zone); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := web.Plainly("2026-06-02T18:32:00Z", when.UTC); got != "2026-06-02 18:32:00 UTC" {
		t.Errorf("in UTC: %q", got)
	}
}
