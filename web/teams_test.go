package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestTeamPages(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	a := v.get(at + "/teams")
	team := at + first(t, a, `/teams/\d+`)
	ask := v.get(team + "/remove")
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "Empty the team") {
		t.Fatalf("%d\n%s", ask.status, ask.body)
	}
	if a := v.post(team+"/remove", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = v.get(team)
	if a.status != http.StatusOK || checked(a, "user") != 0 || !strings.Contains(a.body, "Who was in it when") {
		t.Errorf("emptied: %d\n%s", a.status, a.body)
	}
	v.post(at+"/teams/new", url.Values{"name": {"Mistake"}})
	wrong := at + first(t, v.get(at+"/teams?search=mistake&who=none"), `/teams/\d+`)
	if ask := v.get(wrong + "/remove"); !strings.Contains(ask.body, "Delete the team") {
		t.Errorf("%d\n%s", ask.status, ask.body)
	}
	if a := v.post(wrong+"/remove", nil); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if a := v.get(wrong); a.status != http.StatusNotFound {
		t.Errorf("deleted, and still there: %d", a.status)
	}
}
