package store_test

import (
	"testing"

	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestAnswer claims, holds, keeps, drops and forgets.
func TestAnswer(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place, now := storetest.Place(t, engine), storetest.Now
			place.Clock = func() when.Instant { return now }
			s := storetest.Open(t, place)
			id := addTenants(t, s, "acme")[0]
			asked := func() store.Answer {
				return store.Answer{Who: "key 1", Name: "a", Held: now + when.Minute, Expires: now + when.DayLength}
			}
			claim := func(a *store.Answer) (there store.Answer, claimed bool) {
				update(t, s, id, func(tx *store.Tx) (err error) {
					there, claimed, err = tx.ClaimAnswer(a)
					return err
				})
				return there, claimed
			}
			first, second := asked(), asked()
			if _, claimed := claim(&first); !claimed {
				t.Fatal("the first does not get it")
			}
			if there, claimed := claim(&second); claimed || there.Status != 0 {
				t.Errorf("the second gets it too: %+v", there)
			}
			first.Held = now + 3*when.Minute
			update(t, s, id, func(tx *store.Tx) error { return tx.HoldAnswer(&first) })
			now += 2 * when.Minute
			if _, claimed := claim(&second); claimed {
				t.Error("the claim was held and is lost")
			}
			now += when.Minute
			third := asked()
			if _, claimed := claim(&third); !claimed {
				t.Error("a claim that nobody holds stays")
			}
			first.Status, first.Hash = 200, []byte{1}
			update(t, s, id, func(tx *store.Tx) error { return tx.KeepAnswer(&first) }) // too late: it is the third's
			third.Status, third.Hash, third.Kind, third.Body = 201, []byte{3}, "text/plain", []byte("three")
			update(t, s, id, func(tx *store.Tx) error { return tx.KeepAnswer(&third) })
			update(t, s, id, func(tx *store.Tx) error { return tx.DropAnswer(&third) }) // kept ones are not given up
			last := asked()
			there, claimed := claim(&last)
			if claimed || there.Status != 201 || string(there.Hash) != "\x03" || there.Kind != "text/plain" || string(there.Body) != "three" {
				t.Errorf("kept: %v %+v", claimed, there)
			}
			now += when.DayLength
			if _, claimed := claim(&last); !claimed {
				t.Error("an answer that has expired is still there")
			}
			update(t, s, id, func(tx *store.Tx) error { return tx.DropAnswer(&last) })
			view(t, s, id, func(tx *store.Tx) error {
				n, err := tx.AnswerCount()
				if n != 0 {
					t.Errorf("%d answers are left", n)
				}
				return err
			})
		})
	}
}
