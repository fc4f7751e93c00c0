package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestQuote(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	publish(t, v, at, "mine", "prefix,destination,rate\n44,United Kingdom,0.06\n1,<u>States</u>,0.05\n", map[string]string{"assign": "all"})
	ask := func(fields ...string) answer {
		q := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			q.Set(fields[i], fields[i+1])
		}
		return v.get(at + "/quote?" + q.Encode())
	}
	for _, c := range []struct{ called, seconds, want string }{
		{"+44 20 7946 0123", "90", "0.09"},
		{"+442079460123", "1:30", "0.09"},
		{"+1 212 555 0123", "60", "0.05"},
	} {
		a := ask("called", c.called, "seconds", c.seconds, "answered", "2026-06-15T10:00", "kind", "manual")
		if a.status != http.StatusOK || !strings.Contains(a.body, `<div class="h1"><span class="figure">`+c.want) || len(a.find("li", "class", "path-step path-charge")) != 1 {
			t.Errorf("%s for %s: %d\n%s", c.called, c.seconds, a.status, a.body)
		}
		if kept := a.find("input", "name", "seconds"); kept[0].attrs["value"] != c.seconds {
			t.Errorf("what was typed is gone: %v", kept)
		}
		if strings.Contains(a.body, "<u>") {
			t.Error("a destination is not escaped")
		}
	}
	if a := ask("called", "+88299999999", "seconds", "60", "kind", "manual"); strings.Count(a.body, "Number is blocked") != 2 || strings.Count(a.body, "then try again") != 2 || strings.Contains(a.body, "What to do:") {
		t.Errorf("what to do is said as on the command line, or not at all:\n%s", a.body)
	}
	a := ask("called", "abc", "calling", "?", "seconds", "long", "answered", "noon")
	if wrong := a.find("input", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 4 || wrong[0].attrs["value"] != "abc" {
		t.Errorf("four mistakes: %d, %v\n%s", a.status, wrong, a.body)
	}
	for _, seconds := range []string{"0", "-1", "86401", "1:60", "1:1", "99999999999", "1:2:3", ""} {
		if a := ask("called", "+442079460123", "seconds", seconds); a.status != http.StatusUnprocessableEntity || len(a.find("div", "id", "e-seconds")) != 1 {
			t.Errorf("length %q: %d", seconds, a.status)
		}
	}
	for at, want := range map[string]int{
		"2026-06-15T10:00": 200, "2026-06-15 10:00": 200, "2026-06-15T10:00:59": 200, "2026-06-15T10:00:00Z": 200, "2026-06-15T10:00:00+02:00": 200,
		"2026-03-29T01:30": 200, "2026-10-25T01:30": 200, // clocks change
		"2026-06-15T10:00:99": 422, "2026-06-15T24:00": 422, "2026-02-30T10:00": 422, "1960-01-01T10:00": 422, "2026-06-15": 422, "1781517600": 422, "10:00": 422, "T": 422,
	} {
		if a := ask("called", "+442079460123", "seconds", "60", "answered", at); a.status != want {
			t.Errorf("at %q: %d, want %d", at, a.status, want)
		}
	}
}
