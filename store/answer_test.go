package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// roomy are bounds that nothing here comes near.
var roomy = store.AnswerBounds{OfSender: 1000, OfTenant: 1000, Bytes: 1 << 20}

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
					there, claimed, err = tx.ClaimAnswer(a, roomy)
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
			update(t, s, id, func(tx *store.Tx) error { return tx.KeepAnswer(&first, roomy) }) // too late: it is the third's
			third.Status, third.Hash, third.Kind, third.Body = 201, []byte{3}, "text/plain", []byte("three")
			update(t, s, id, func(tx *store.Tx) error { return tx.KeepAnswer(&third, roomy) })
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

// use is what the books say that senders have of answers, and what they have.
func use(t *testing.T, s *store.Store, id tenant.ID) (said, had []string) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) (err error) {
		for _, sum := range []struct {
			into  *[]string
			query string
		}{
			{&said, `SELECT who, answers, bytes FROM answer_use WHERE tenant_id = $1 ORDER BY who`},
			{&had, `SELECT who, COUNT(*), SUM(LENGTH(body)) FROM answer WHERE tenant_id = $1 GROUP BY who ORDER BY who`},
		} {
			if *sum.into, err = tx.AskRows(sum.query, int64(id)); err != nil {
				return err
			}
		}
		return nil
	})
	return said, had
}

// TestAnswerBounds fills a sender, then a tenant, then their bytes: what is known
// to be done stays known, and what there is is counted rightly all along.
func TestAnswerBounds(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place, now := storetest.Place(t, engine), storetest.Now
			place.Clock = func() when.Instant { return now }
			s := storetest.Open(t, place)
			ids := addTenants(t, s, "acme", "other")
			most := store.AnswerBounds{OfSender: 3, OfTenant: 5, Bytes: 10}
			counted := func(what string) {
				t.Helper()
				if said, had := use(t, s, ids[0]); !slices.Equal(said, had) {
					t.Errorf("%s: the books say %q, there is %q", what, said, had)
				}
			}
			// claim is the claim of one more second than the last, so that they expire
			// one after the other.
			life := when.DayLength
			claim := func(who, name string) (a store.Answer, err error) {
				life += when.Second
				a = store.Answer{Who: who, Name: name, Held: now + when.Minute, Expires: now + life}
				err = s.Update(t.Context(), ids[0], store.Interactive, func(tx *store.Tx) error {
					_, claimed, err := tx.ClaimAnswer(&a, most)
					if err == nil && !claimed {
						t.Errorf("%s %s is there already", who, name)
					}
					return err
				})
				return a, err
			}
			keep := func(a store.Answer, body string) {
				t.Helper()
				a.Status, a.Hash, a.Kind, a.Body = 200, []byte{1}, "text/plain", []byte(body)
				for range 2 { // again is no change
					update(t, s, ids[0], func(tx *store.Tx) error { return tx.KeepAnswer(&a, most) })
				}
				counted("kept " + a.Name)
			}
			bodies := func() (all []string) {
				view(t, s, ids[0], func(tx *store.Tx) (err error) {
					all, err = tx.AskRows(`SELECT name, status, LENGTH(body) FROM answer WHERE tenant_id = $1 ORDER BY expires_at`, int64(ids[0]))
					return err
				})
				return all
			}
			full := func(what string, err error) {
				t.Helper()
				if !errors.Is(err, store.ErrFull) {
					t.Errorf("%s: %v", what, err)
				}
			}
			for _, name := range []string{"a", "b", "c"} {
				a, err := claim("key 1", name)
				if err != nil {
					t.Fatal(err)
				}
				keep(a, strings.Repeat(name, 4))
			}
			if got, want := bodies(), []string{"a 200 0", "b 200 4", "c 200 4"}; !slices.Equal(got, want) {
				t.Errorf("bodies %q, want %q", got, want)
			}
			_, err := claim("key 1", "d")
			full("a sender's fourth", err)
			var given []store.Answer
			for _, name := range []string{"a", "b"} {
				a, err := claim("key 2", name)
				if err != nil {
					t.Fatal(err)
				}
				given = append(given, a)
			}
			_, err = claim("key 3", "a")
			full("a tenant's sixth", err)
			update(t, s, ids[1], func(tx *store.Tx) error { // another tenant's first
				_, claimed, err := tx.ClaimAnswer(&store.Answer{Who: "key 3", Name: "a", Held: now + 1, Expires: now + 1}, most)
				if !claimed {
					t.Error("another tenant's has no room")
				}
				return err
			})
			for range 2 { // one that was given up makes room, once
				update(t, s, ids[0], func(tx *store.Tx) error { return tx.DropAnswer(&given[0]) })
				counted("given up")
			}
			a, err := claim("key 3", "a")
			if err != nil {
				t.Fatal(err)
			}
			keep(a, "more than there may be of all") // not even itself
			if got, want := bodies(), []string{"a 200 0", "b 200 0", "c 200 0", "b 0 0", "a 200 0"}; !slices.Equal(got, want) {
				t.Errorf("bodies %q, want %q", got, want)
			}
			now += 2 * when.Minute
			if _, err := claim("key 2", "b"); err != nil { // lapsed: the same one, not one more
				t.Error(err)
			}
			counted("taken over")
			now += 3 * when.DayLength
			if _, err := claim("key 1", "d"); err != nil {
				t.Error(err)
			}
			counted("expired")
			if said, _ := use(t, s, ids[0]); !slices.Equal(said, []string{"key 1 1 0"}) {
				t.Errorf("all but one have expired: %q", said)
			}
		})
	}
}

// TestAnswerBoundsAtOnce has many claim at once: there are never more than there
// may be, and whoever is refused is told so.
func TestAnswerBoundsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := addTenants(t, s, "acme")[0]
		most := store.AnswerBounds{OfSender: 10, OfTenant: 25, Bytes: 50}
		var taken, refused atomic.Int64
		var wg sync.WaitGroup
		for who := range 3 {
			for name := range 20 {
				wg.Go(func() {
					a := store.Answer{Who: fmt.Sprint("key ", who), Name: fmt.Sprint(name), Held: storetest.Now + when.Minute, Expires: storetest.Now + when.DayLength}
					err := s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error {
						_, _, err := tx.ClaimAnswer(&a, most)
						return err
					})
					if errors.Is(err, store.ErrFull) {
						refused.Add(1)
						return
					} else if err != nil {
						t.Error(err)
						return
					}
					taken.Add(1)
					a.Status, a.Hash, a.Body = 200, []byte{1}, []byte("eight by")
					err = s.Update(t.Context(), id, store.Interactive, func(tx *store.Tx) error { return tx.KeepAnswer(&a, most) })
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if taken.Load() != 25 || refused.Load() != 35 {
			t.Errorf("%d were taken and %d refused", taken.Load(), refused.Load())
		}
		said, had := use(t, s, id)
		if !slices.Equal(said, had) {
			t.Errorf("the books say %q, there is %q", said, had)
		}
		view(t, s, id, func(tx *store.Tx) error {
			var bytes int64
			err := tx.Ask(&bytes, `SELECT SUM(bytes) FROM answer_use WHERE tenant_id = $1`, int64(id))
			if bytes != 48 {
				t.Errorf("%d bytes are kept", bytes)
			}
			return err
		})
	})
}
