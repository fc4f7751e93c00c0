package app_test

import (
	"fmt"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestVerifyWalksTheActivity changes a row, takes one out of the middle and cuts
// off the end, of a tenant's chain and of the system's.
func TestVerifyWalksTheActivity(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			tn := center(t, s)
			a, m := app.New(s), meddle(t, place)
			for _, id := range []tenant.ID{tenant.System, tn.ID} {
				for i := range 4 {
					err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error {
						return tx.Log(store.Activity{Who: "Ana", What: "thing.change", About: fmt.Sprint(i)})
					})
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			sound(t, a)
			for _, whose := range []struct {
				id   tenant.ID
				name string
			}{{tenant.System, "system"}, {tn.ID, tn.Name}} {
				for _, x := range []struct{ do, undo, where string }{
					{"UPDATE activity SET who = 'Bob' WHERE tenant_id = $1 AND id = 2", "UPDATE activity SET who = 'Ana' WHERE tenant_id = $1 AND id = 2", "row 2"},
					{"UPDATE activity SET id = 99 WHERE tenant_id = $1 AND id = 3", "UPDATE activity SET id = 3 WHERE tenant_id = $1 AND id = 99", "row 4"},
					{"UPDATE activity SET tenant_id = 99 WHERE tenant_id = $1 AND id = 4", "UPDATE activity SET tenant_id = $1 WHERE tenant_id = 99", "its end"},
				} {
					m.exec(x.do, int64(whose.id))
					v, err := a.Verify(t.Context(), nil)
					m.exec(x.undo, int64(whose.id))
					if err != nil {
						t.Fatal(err)
					}
					if len(v.Findings) != 1 || v.Findings[0].Check != "activity" || v.Findings[0].Tenant != whose.name || v.Findings[0].Where != x.where {
						t.Errorf("%s: %s: %v", whose.name, x.do, v.Findings)
					}
				}
			}
			sound(t, a)
		})
	}
}
