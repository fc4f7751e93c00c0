package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestTenantsAreApart asks everything of a tenant, then fills another one with
// other texts under the same numbers, and asks again.
func TestTenantsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b, empty := add(t, s, "a"), add(t, s, "b"), add(t, s, "empty")
		nothing := dump(t, s, empty)
		fill(t, s, a, "alpha", 1)
		alone := dump(t, s, a)
		fill(t, s, b, "bravo", 2)
		same(t, "what a sees with b beside it", dump(t, s, a), alone)
		same(t, "what an empty tenant sees", stripped(dump(t, s, empty)), stripped(nothing))
	})
}

// stripped is a dump without the epoch, which is chance.
func stripped(d map[string]string) map[string]string {
	delete(d, "Account")
	return d
}

// writes are the methods of Tx that change the books or are no query.
var writes = []string{
	"AddTenant", "AddUserToUnit", "BumpSegments", "CloseThrough", "Context", "Count", "DropCalls", "DropRollup", "EndAssignment", "Locked", "NewRunID",
	"DropLinks", "DropNumber", "DropSavedReport", "DropSegments", "DropTeam", "DropUserFromUnit", "EndSession", "EndSessions", "EndUserSessions", "Log", "MarkSignedIn", "PutKey", "PutLink", "PutLogin",
	"PutSavedReport", "PutSession", "RevokeKey", "UseLink",
	"Post", "PublishCard", "PutAssignment", "PutCalls", "PutCampaign", "PutCharges", "PutFXRates", "PutLabel", "PutNumber",
	"PutNumbers", "PutRaw", "PutRejected", "PutRollup", "PutRun", "PutSuspense", "PutTeam", "PutUnit", "PutUser", "PutUsers",
	"Repack", "RepackCharges", "SetTeamsOfCampaigns", "SetTeamsOfUsers", "SetTenant", "SettleSuspense",
	"SwitchBilling",
	"ClaimAnswer", "DropAnswer", "DropOldAnswers", "HoldAnswer", "KeepAnswer",
	"Ask", "AskAll", "AskRows", "Tell", // of these tests
}

// systems are the methods that look at every tenant's logins, sessions, links
// and keys.
var systems = map[string]func(tx *store.Tx) error{
	"FindLogins":    func(tx *store.Tx) error { _, err := tx.FindLogins("alpha"); return err },
	"AnyLogin":      func(tx *store.Tx) error { _, err := tx.AnyLogin(1); return err },
	"FindSession":   func(tx *store.Tx) error { _, _, _, err := tx.FindSession("alpha"); return err },
	"FindLink":      func(tx *store.Tx) error { _, err := tx.FindLink([32]byte{1}); return err },
	"FindKey":       func(tx *store.Tx) error { _, err := tx.FindKey("alpha"); return err },
	"TouchSession":  func(tx *store.Tx) error { return tx.TouchSession(1, storetest.Now) },
	"TouchKey":      func(tx *store.Tx) error { return tx.TouchKey(1, storetest.Now) },
	"DropSession":   func(tx *store.Tx) error { return tx.DropSession(1) },
	"TenantFacts":   func(tx *store.Tx) error { _, err := tx.TenantFacts(); return err },
	"SweepSessions": func(tx *store.Tx) error { return tx.SweepSessions(storetest.Now) },
}

// TestOnlyTheSystemLooksAtAll has a tenant try what is the system's, on its own
// rows.
func TestOnlyTheSystemLooksAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, acme, "alpha", 1)
		before := dump(t, s, acme)
		for name, do := range systems {
			err := s.Update(t.Context(), acme, store.Interactive, do)
			if want := fmt.Sprintf("only the system may do that, not tenant %d", acme); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
		same(t, "after the attempts", dump(t, s, acme), before)
	})
}

// TestEveryQueryIsAsked sees to it that TestTenantsAreApart knows every query.
func TestEveryQueryIsAsked(t *testing.T) {
	tx := reflect.TypeFor[*store.Tx]()
	for i := range tx.NumMethod() {
		name := tx.Method(i).Name
		lists := 0
		_, reading := reads[name]
		_, systemic := systems[name]
		for _, in := range []bool{reading, systemic, slices.Contains(writes, name)} {
			if in {
				lists++
			}
		}
		if lists != 1 {
			t.Errorf("(*Tx).%s belongs into reads, in reads_test.go, or into writes or systems here, and stands in %d of them", name, lists)
		}
	}
}
