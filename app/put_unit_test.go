package app_test

import (
	"context"
	"errors"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutUnit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		ann := addUser(t, a, tn.ID, "ann")
		n, err := a.PutNumber(ctx, app.PutNumber{Tenant: tn.ID, New: "+442079460000", Did: ada})
		if err != nil {
			t.Fatal(err)
		}
		put := func(o app.PutUnit) (tenant.Unit, error) {
			o.Tenant, o.Did = tn.ID, ada
			return a.PutUnit(ctx, o)
		}
		unit, err := put(app.PutUnit{Unit: tenant.Unit{Name: "North"}, Users: []tenant.UserID{ann}, Numbers: []phone.Number{n.Number}})
		if err != nil {
			t.Fatal(err)
		}
		was := app.UnitMark(unit, []tenant.UserID{ann}, []phone.Number{n.Number})
		if _, err := put(app.PutUnit{Unit: unit, Was: was}); err != nil {
			t.Error(err)
		}
		if _, err := put(app.PutUnit{Unit: unit, Was: was}); !errors.Is(err, app.ErrStale) {
			t.Errorf("made from what is no longer so: %v", err)
		}
		if _, err := put(app.PutUnit{Unit: tenant.Unit{ID: 99, Name: "x"}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such unit: %v", err)
		}
		want := "unit.change North: North, users ann, numbers 442079460000 > North\nunit.add North:  > North, users ann, numbers 442079460000"
		if log := told(t, s, tn.ID, "unit."); log != want {
			t.Errorf("activity:\n%s", log)
		}
	})
}
