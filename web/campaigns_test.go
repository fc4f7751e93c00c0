package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestCampaignPages(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	campaign := at + first(t, v.get(at+"/campaigns?state=active"), `/campaigns/\d+`)
	asked := v.get(campaign + "/state").sent()
	if a := v.post(campaign, with(v.get(campaign).sent(), "name", "Renamed meanwhile")); a.status != http.StatusSeeOther {
		t.Errorf("renaming: %d", a.status)
	}
	if a := v.post(campaign+"/state", asked); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Deactivate") {
		t.Errorf("what was asked of another state of the campaign is done: %d", a.status)
	}
	ask := v.get(campaign + "/state")
	for range 2 {
		if a := v.post(campaign+"/state", ask.sent()); a.status != http.StatusSeeOther {
			t.Errorf("deactivate: %d", a.status)
		}
	}
	if a := v.get(campaign); !strings.Contains(a.body, "deactivated") || !strings.Contains(a.body, "Reactivate") {
		t.Errorf("not deactivated:\n%s", a.body)
	}
	if a := v.post(campaign+"/state", url.Values{"to": {"unconfirmed"}}); a.status != http.StatusBadRequest {
		t.Errorf("unconfirmed: %d", a.status)
	}
	if a := v.get(at + "/campaigns/confirm"); a.status == http.StatusOK {
		if a := v.post(at+"/campaigns/confirm", nil); a.status != http.StatusSeeOther {
			t.Errorf("confirm: %d", a.status)
		}
	}
}
