package app_test

import (
	"context"
	"errors"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutCampaign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		put := func(c tenant.Campaign, was string, teams ...string) (tenant.Campaign, error) {
			return a.PutCampaign(ctx, app.PutCampaign{Tenant: tn.ID, Campaign: c, Teams: teams, Was: was, Did: ada})
		}
		spring, err := put(tenant.Campaign{Code: "spring"}, "", "Sales")
		if err != nil || spring.ID == 0 {
			t.Fatal(spring, err)
		}
		was := app.CampaignMark(&spring, []string{"Sales"})
		spring.Name, spring.State = "Spring", tenant.Deactivated
		for range 2 {
			if _, err := put(spring, "", "Sales"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := put(spring, was); !errors.Is(err, app.ErrStale) {
			t.Errorf("made from what is no longer so: %v", err)
		}
		for _, c := range []struct {
			campaign tenant.Campaign
			team     string
			want     string
		}{
			{tenant.Campaign{}, "ok", "campaign"},
			{tenant.Campaign{Code: "spring"}, "ok", "campaign"},
			{tenant.Campaign{Code: "x ", Name: "\t"}, " ", "campaign name teams"},
		} {
			if _, err := put(c.campaign, "", c.team); blamed(t, err) != c.want {
				t.Errorf("%+v: %v", c.campaign, err)
			}
		}
		if _, err := put(tenant.Campaign{ID: 99, Code: "x"}, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such campaign: %v", err)
		}
		want := "campaign.change spring: spring, active, teams Sales > spring, deactivated, Spring, teams Sales\ncampaign.add spring:  > spring, active, teams Sales"
		if log := told(t, s, tn.ID, "campaign."); log != want {
			t.Errorf("activity:\n%s", log)
		}
	})
}
