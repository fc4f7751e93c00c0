package store_test

import (
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		l := store.Login{Email: "anna@example.com"}
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutLogin(&l) })
		now := storetest.Now
		one := store.Session{Hash: "one", Login: l.ID, Created: now, Seen: now, Expires: now + when.Hour, Address: "192.0.2.1", Agent: "Fox\xff\x00", Data: []byte("{}")}
		two := store.Session{Hash: "two", Login: l.ID, Created: now, Seen: now - 1, Expires: now + when.Minute}
		update(t, s, ids[0], func(tx *store.Tx) error {
			if err := tx.PutSession(&one); err != nil {
				return err
			}
			return tx.PutSession(&two)
		})
		find := func(hash string) (got store.Session, ok bool) {
			view(t, s, tenant.System, func(tx *store.Tx) error {
				var whose store.Login
				var err error
				got, whose, ok, err = tx.FindSession(hash)
				if ok && (whose.ID != l.ID || whose.Tenant != ids[0]) {
					t.Errorf("session %s is %+v's", hash, whose)
				}
				return err
			})
			return got, ok
		}
		if got, ok := find("one"); !ok || got.ID != one.ID || got.Agent != "Fox��" || string(got.Data) != "{}" || got.Expires != one.Expires {
			t.Errorf("%+v, %v", got, ok)
		}
		one.Hash, one.Acting = "three", 5
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutSession(&one) })
		if _, ok := find("one"); ok {
			t.Error("the old token still holds")
		}
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.TouchSession(one.ID, now+when.Second) })
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.TouchSession(one.ID, now) }) // comes late
		if got, ok := find("three"); !ok || got.Seen != now+when.Second || got.Acting != 5 {
			t.Errorf("%+v, %v", got, ok)
		}
		update(t, s, ids[1], func(tx *store.Tx) error {
			if ss, err := tx.Sessions(l.ID); err != nil || len(ss) != 0 {
				t.Errorf("another tenant sees %d sessions, %v", len(ss), err)
			}
			if had, err := tx.EndSession(l.ID, one.ID); err != nil || had {
				t.Errorf("another tenant ends a session: %v, %v", had, err)
			}
			if err := tx.TouchSession(one.ID, now+when.Hour); err == nil {
				t.Error("a tenant does the system's work")
			}
			return tx.EndSessions(l.ID, 0)
		})
		update(t, s, tenant.System, func(tx *store.Tx) error { return tx.SweepSessions(now + when.Minute) })
		update(t, s, ids[0], func(tx *store.Tx) error {
			ss, err := tx.Sessions(l.ID)
			if err != nil || len(ss) != 1 || ss[0].ID != one.ID {
				t.Errorf("sessions left: %+v, %v", ss, err)
			}
			had, err := tx.EndSession(l.ID, one.ID)
			if !had {
				t.Error("there was no session to end")
			}
			return err
		})
		// What was ended while a request was on its way does not come back with it.
		update(t, s, ids[0], func(tx *store.Tx) error { return tx.PutSession(&one) })
		if _, ok := find("three"); ok {
			t.Error("an ended session is back")
		}
	})
}
