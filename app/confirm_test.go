package app_test

import (
	"context"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestConfirm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		importRates(t, a, retail(firstDeck))
		text := "call_id,calling,called,started_at,ended_at,agent,campaign\n"
		for _, who := range []string{"ann,spring", "bob,summer", "cid,autumn"} {
			text += who[:3] + ",+442079460000,+14155550142,2026-06-01T10:00:00Z,2026-06-01T10:01:00Z," + who + "\n"
		}
		if _, err := a.ImportCalls(ctx, app.ImportCalls{Path: "x.csv", Input: strings.NewReader(text), Tenant: "acme"}, nil); err != nil {
			t.Fatal(err)
		}
		bob := users(t, s, tn.ID)["bob"].ID
		for _, step := range []struct {
			ids  []tenant.UserID
			want int
		}{{[]tenant.UserID{bob}, 1}, {[]tenant.UserID{bob}, 0}, {nil, 2}, {nil, 0}} {
			if n, err := a.ConfirmUsers(ctx, tn.ID, step.ids, ada); err != nil || n != step.want {
				t.Errorf("users %v: %d, %v", step.ids, n, err)
			}
		}
		if n, err := a.ConfirmCampaigns(ctx, tn.ID, []tenant.CampaignID{1}, ada); err != nil || n != 1 {
			t.Errorf("one campaign: %d, %v", n, err)
		}
		if n, err := a.ConfirmCampaigns(ctx, tn.ID, nil, ada); err != nil || n != 2 {
			t.Errorf("campaigns: %d, %v", n, err)
		}
		for name, u := range users(t, s, tn.ID) {
			if u.State != tenant.Active {
				t.Errorf("%s is %s", name, u.State)
			}
		}
		if log := told(t, s, tn.ID, "user."); log != "user.confirm ann; cid: unconfirmed > active\nuser.confirm bob: unconfirmed > active" {
			t.Errorf("activity:\n%s", log)
		}
	})
}
