package store_test

import (
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestLogins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		anna := tenant.User{Username: "Anna", Display: "Anna Ash", Role: tenant.Supervisor}
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutUser(&anna) })
		update(t, s, ids[1], func(tx *store.Tx) error { return tx.PutUser(&tenant.User{Username: "Anna"}) })
		a := store.Login{User: anna.ID, Email: " Anna@Example.COM", Username: "Anna", Password: "hash"}
		b := store.Login{User: anna.ID, Username: "Anna"}
		o := store.Login{Email: "olga@example.com", Name: "Olga"}
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutLogin(&a) })
		update(t, s, ids[1], func(tx *store.Tx) error { return tx.PutLogin(&b) })
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.PutLogin(&o) })

		for _, bad := range []struct {
			in   tenant.ID
			l    store.Login
			want fault.Kind
		}{
			{ids[1], store.Login{Email: "ANNA@example.com"}, fault.Conflict}, // another tenant's
			{ids[0], store.Login{User: anna.ID, Email: "other@example.com"}, fault.Conflict},
			{ids[0], store.Login{Name: "nameless"}, fault.Invalid},
		} {
			if err := s.Update(t.Context(), bad.in, store.Interactive, func(tx *store.Tx) error { return tx.PutLogin(&bad.l) }); !fault.Is(err, bad.want) {
				t.Errorf("%+v: %v", bad.l, err)
			}
		}
		view(t, s, ids[0], func(tx *store.Tx) error {
			l, err := tx.Login(a.ID)
			if err != nil || l.Tenant != ids[0] || l.Name != "Anna Ash" || l.Email != "anna@example.com" || l.Username != "anna" ||
				l.Role != tenant.Supervisor || !l.Open() || l.Created != storetest.Now || l.Signed != 0 {
				t.Errorf("%+v, %v", l, err)
			}
			if _, err := tx.Login(b.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another tenant's login: %v", err)
			}
			if _, err := tx.LoginOfUser(0); !fault.Is(err, fault.NotFound) {
				t.Errorf("nobody's login: %v", err)
			}
			if _, err := tx.FindLogins("anna"); !fault.Is(err, fault.Internal) || err == nil {
				t.Errorf("a tenant asks for all logins: %v", err)
			}
			return nil
		})
		view(t, s, tenant.System, func(tx *store.Tx) error {
			for name, want := range map[string]int{"anna@EXAMPLE.com ": 1, "anna": 2, "olga@example.com": 1, "": 0, "nobody": 0} {
				if ls, err := tx.FindLogins(name); err != nil || len(ls) != want {
					t.Errorf("%q stands for %d logins, %v", name, len(ls), err)
				}
			}
			l, err := tx.AnyLogin(o.ID)
			if err != nil || l.Tenant != tenant.System || l.User != 0 || l.Name != "Olga" || !l.Open() {
				t.Errorf("%+v, %v", l, err)
			}
			ls, err := tx.Logins()
			if len(ls) != 1 {
				t.Errorf("%d operators", len(ls))
			}
			return err
		})
		anna.State = tenant.Deactivated
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutUser(&anna) })
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.MarkSignedIn(a.ID) })
		view(t, s, ids[0], func(tx *store.Tx) error {
			l, err := tx.LoginOfUser(anna.ID)
			if l.Open() || l.Signed != storetest.Now {
				t.Errorf("a deactivated user's login: %+v", l)
			}
			return err
		})
	})
}
