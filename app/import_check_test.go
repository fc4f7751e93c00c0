package app_test

import (
	"context"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestTakeCheck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		take := func(check bool) *app.TableImported {
			r, err := a.ImportUsers(context.Background(), app.ImportTable{Path: "u.csv", Input: strings.NewReader("username,teams\nann,Sales\n"), Tenant: "acme", Check: check, Did: store.Activity{Who: "Ada", What: "users.import"}})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := take(true); r.Added != 1 || len(r.Made) != 1 || len(users(t, s, tn.ID)) != 0 || told(t, s, tn.ID, "users.") != "" {
			t.Errorf("checked: %+v, and there are %v", r, users(t, s, tn.ID))
		}
		if r := take(false); r.Added != 1 || len(users(t, s, tn.ID)) != 1 || told(t, s, tn.ID, "users.") != "users.import u.csv:  > 1 added, 0 changed, 0 as before" {
			t.Errorf("taken: %+v, %s", r, told(t, s, tn.ID, "users."))
		}
		if r := take(false); r.Unchanged != 1 {
			t.Errorf("again: %+v", r)
		}
	})
}
