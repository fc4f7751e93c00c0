package store_test

import (
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
	"AddUserToUnit", "BumpSegments", "CloseThrough", "Context", "Count", "DropCalls", "DropRollup", "EndAssignment", "Locked", "NewRunID",
	"Post", "PublishCard", "PutAssignment", "PutCalls", "PutCampaign", "PutCharges", "PutFXRates", "PutLabel", "PutNumber",
	"PutNumbers", "PutRaw", "PutRejected", "PutRollup", "PutRun", "PutSuspense", "PutTeam", "PutUnit", "PutUser", "PutUsers",
	"Repack", "RepackCharges", "SetTeamsOfCampaigns", "SetTeamsOfUsers", "SettleSuspense",
	"SwitchBilling",
	"Ask", "AskAll", "Tell", // of these tests
}

// TestEveryQueryIsAsked sees to it that TestTenantsAreApart knows every query.
func TestEveryQueryIsAsked(t *testing.T) {
	tx := reflect.TypeFor[*store.Tx]()
	for i := range tx.NumMethod() {
		name := tx.Method(i).Name
		if _, read := reads[name]; read == slices.Contains(writes, name) {
			t.Errorf("(*Tx).%s belongs into reads, in books_test.go, or into writes here", name)
		}
	}
}
