package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPutNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		unit := func(name string) tenant.UnitID {
			u, err := a.PutUnit(ctx, app.PutUnit{Tenant: tn.ID, Unit: tenant.Unit{Name: name}, Did: ada})
			if err != nil {
				t.Fatal(err)
			}
			return u.ID
		}
		north, south := unit("North"), unit("South")
		put := func(o app.PutNumber) (tenant.Number, error) {
			o.Tenant, o.Did = tn.ID, ada
			return a.PutNumber(ctx, o)
		}
		n, err := put(app.PutNumber{New: "020 7946 0000", Unit: north})
		if err != nil || n.Number != phone.MustParse("442079460000") {
			t.Fatal(n, err)
		}
		if _, err := put(app.PutNumber{New: "+44 20 7946 0000", Unit: south}); err == nil || !strings.Contains(err.Error(), "in the billing unit North") {
			t.Errorf("a second unit: %v", err)
		}
		if _, err := put(app.PutNumber{Number: n.Number, Unit: south}); blamed(t, err) != "billing_unit" || !strings.Contains(err.Error(), "in the billing unit North") {
			t.Errorf("another unit: %v", err)
		}
		for text, want := range map[string]string{"": "number", "12": "number", "hello": "number"} {
			if _, err := put(app.PutNumber{New: text, Unit: 99, Campaign: 99}); blamed(t, err) != want+" billing_unit campaign" {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := put(app.PutNumber{Number: n.Number, Was: "x"}); !errors.Is(err, app.ErrStale) {
			t.Errorf("made from what is no longer so: %v", err)
		}
		for _, to := range []tenant.UnitID{0, south} {
			if _, err := put(app.PutNumber{Number: n.Number, Unit: to}); err != nil {
				t.Error(err)
			}
		}
		if _, err := a.PutUnit(ctx, app.PutUnit{Tenant: tn.ID, Unit: tenant.Unit{ID: north, Name: "South"}, Numbers: []phone.Number{n.Number}, Did: ada}); blamed(t, err) != "name numbers" || !strings.Contains(err.Error(), "in the billing unit South") {
			t.Errorf("a number of another unit: %v", err)
		}
		for _, want := range []fault.Kind{fault.Internal, fault.NotFound} {
			if err := a.DropNumber(ctx, tn.ID, n.Number, ada); want == fault.Internal && err != nil || want != fault.Internal && !fault.Is(err, want) {
				t.Errorf("drop: %v", err)
			}
		}
		if _, err := put(app.PutNumber{Number: n.Number}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a number that is gone: %v", err)
		}
		want := "number.drop 442079460000: 442079460000, billing unit South > \nnumber.change 442079460000: 442079460000 > 442079460000, billing unit South\n" +
			"number.change 442079460000: 442079460000, billing unit North > 442079460000\nnumber.add 442079460000:  > 442079460000, billing unit North"
		if log := told(t, s, tn.ID, "number."); log != want {
			t.Errorf("activity:\n%s", log)
		}
	})
}
