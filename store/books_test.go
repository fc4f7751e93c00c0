package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// The tests' own tenant, and the day its calls start on.
const (
	today = when.Day(20260630)
	month = int32(202606)
)

// accounts compare with ==.
var accounts = cmp.Comparer(func(a, b ledger.Account) bool { return a == b })

// add makes a tenant.
func add(t testing.TB, s *store.Store, name string) tenant.ID {
	t.Helper()
	acme := tenant.Tenant{Name: name, Currency: "USD", Zone: "Europe/Berlin"}
	if err := s.AddTenant(t.Context(), &acme); err != nil {
		t.Fatal(err)
	}
	return acme.ID
}

// update is Update that must succeed.
func update(t testing.TB, s *store.Store, id tenant.ID, f func(*store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), id, store.Interactive, f); err != nil {
		t.Fatal(err)
	}
}

// view is View that must succeed.
func view(t testing.TB, s *store.Store, id tenant.ID, f func(*store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), id, f); err != nil {
		t.Fatal(err)
	}
}

// teamNames is what most tests of transactions look at.
func teamNames(t testing.TB, s *store.Store, id tenant.ID) (names []string) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		teams, err := tx.Teams()
		for _, team := range teams {
			names = append(names, team.Name)
		}
		return err
	})
	return names
}

func putTeam(name string) func(*store.Tx) error {
	return func(tx *store.Tx) error { return tx.PutTeam(&tenant.Team{Name: name}) }
}

// someCalls are n calls and charges whose every field says who they are of.
func someCalls(n int, seed int32) ([]usage.Call, []usage.Charge) {
	calls, charges := make([]usage.Call, n), make([]usage.Charge, n)
	for i := range calls {
		k := int32(i) + seed*1000
		started := when.MustParse("2026-06-30T08:00:00Z") + when.Instant(k)*when.Second
		calls[i] = usage.Call{
			Identity: usage.NewIdentity("pbx", fmt.Sprint(k), ""), Content: uint64(k) + 1<<63, Conversation: uint64(k),
			Started: started, Answered: started + when.Second, Ended: started + 61*when.Second,
			Calling: phone.MustParse("+442071838750"), Called: phone.MustParse(fmt.Sprintf("+4930%07d", k)),
			Raw: usage.RawRef{Segment: 1, Index: int32(i)}, Agent: tenant.UserID(k % 7), Campaign: tenant.CampaignID(k % 5), Unit: 1, Source: 1,
			Country: phone.MustCountry("DE"), Kind: usage.Manual, Disposition: usage.Answered,
		}
		charges[i] = usage.Charge{
			BilledAt: calls[i].Ended, Amount: money.Amount(k) + 100, Card: usage.NewCardRef(1, 1, true), Assignment: 1_000_001,
			FX: money.Factor(1), Row: int32(i), Billed: 60, Status: usage.Rated,
		}
	}
	return calls, charges
}

// encoded is a segment of such calls.
func encoded(t testing.TB, n int, seed int32) *store.CallSegment {
	t.Helper()
	calls, charges := someCalls(n, seed)
	var e segment.Encoder
	s := &store.CallSegment{SegmentKey: store.SegmentKey{Day: today, Seg: 1}, Version: 1, Calls: n}
	var errs [3]error
	s.Data, errs[0] = e.Calls(nil, calls, segment.Planes)
	s.Numbers, errs[1] = e.Numbers(nil, calls, segment.Planes)
	s.Charges, errs[2] = e.Charges(nil, charges, calls, segment.Planes)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// fill puts something into every table. The numbers of what it puts are the
// same for every word, the texts are not.
func fill(t testing.TB, s *store.Store, id tenant.ID, word string, seed int32) {
	t.Helper()
	update(t, s, id, func(tx *store.Tx) error {
		for _, put := range []func(*store.Tx, string, int32) error{fillDirectory, fillPrices, fillRun, fillLedger, fillAccess} {
			if err := put(tx, word, seed); err != nil {
				return err
			}
		}
		if err := tx.PutCalls(encoded(t, 10, seed)); err != nil {
			return err
		}
		var e segment.Encoder
		deltas, err := e.Rollups(nil, []usage.Delta{{Key: usage.DeltaKey{Agent: tenant.UserID(seed)}, Sums: usage.Sums{Calls: int64(seed)}}}, segment.Planes)
		if err != nil {
			return err
		}
		if err := tx.PutRollup(&store.Rollup{BilledDay: today, Period: month, Seg: 1, Data: deltas}); err != nil {
			return err
		}
		if err := tx.PutRaw(1, 1, []byte(word)); err != nil {
			return err
		}
		return tx.BumpSegments()
	})
}

func fillDirectory(tx *store.Tx, word string, seed int32) error {
	u := tenant.User{Username: word, Email: word + "@example.com", Display: word, Role: tenant.Finance, State: tenant.Unconfirmed, Extension: "17"}
	team, unit := tenant.Team{Name: word}, tenant.Unit{Name: word}
	c := tenant.Campaign{Code: word, Name: word, State: tenant.Deactivated}
	number := tenant.Number{Number: phone.MustParse(fmt.Sprintf("+4930%07d", seed)), Unit: 1, Campaign: 1}
	for _, err := range []error{
		tx.PutUser(&u), tx.PutTeam(&team), tx.PutCampaign(&c), tx.PutUnit(&unit), tx.PutNumber(number),
		setUserTeams(tx, u.ID, today, team.ID), setCampaignTeams(tx, c.ID, today, team.ID),
		tx.AddUserToUnit(u.ID, unit.ID),
	} {
		if err != nil {
			return err
		}
	}
	for _, kind := range []store.LabelKind{store.QueueLabel, store.CarrierLabel, store.SourceLabel} {
		if _, err := tx.PutLabel(kind, word); err != nil {
			return err
		}
	}
	return nil
}

func fillPrices(tx *store.Tx, word string, seed int32) error {
	if err := tx.PublishCard(&store.Card{Name: word, Rates: int(seed), Note: word}, store.Revision{Head: word, Data: []byte(word)}); err != nil {
		return err
	}
	if err := tx.PutAssignment(&rating.Assignment{Scope: rating.Tenant, Card: 1, Own: true, Period: when.Period{From: when.Instant(seed)}}); err != nil {
		return err
	}
	return tx.SwitchBilling(rating.Switch{From: when.Instant(seed), On: true})
}

func fillRun(tx *store.Tx, word string, seed int32) error {
	hash := [32]byte{byte(seed)}
	run := store.Run{
		ID: 1, File: word, Hash: hash, Bytes: int64(seed), Source: word, Format: word, Zone: "UTC", Header: []byte(word),
		FirstAt: when.Instant(seed), Started: tx.Now, Batches: int64(seed),
	}
	if err := tx.PutRun(&run); err != nil {
		return err
	}
	if err := tx.Count(1, today, &usage.Tally{usage.WasRated: int64(seed)}); err != nil {
		return err
	}
	waiting := store.Suspense{Identity: usage.Identity{1}, Content: uint64(seed), Reason: usage.NoTenant, Day: today, Run: 1, Line: 2, Field: word, Detail: word, Text: []byte(word), Hint: []byte(word)}
	if _, err := tx.PutSuspense([]store.Suspense{waiting}); err != nil {
		return err
	}
	return tx.PutRejected([32]byte{1}, &store.Rejected{Run: 1, Line: 3, Column: 4, Field: word, Value: word, Reason: word, Text: []byte(word)})
}

func fillLedger(tx *store.Tx, word string, seed int32) error {
	e, err := ledger.NewEntry(tx.Now, today, ledger.Cause{Kind: ledger.Import, Ref: 1, Text: word}, []ledger.Line{
		{Account: ledger.Unbilled, Currency: "USD", Amount: money.Amount(seed)},
		{Account: ledger.Revenue("voice"), Currency: "USD", Amount: -money.Amount(seed)},
	})
	if err != nil {
		return err
	}
	return tx.Post(e)
}

// loginNumber is the number that sessions, saved reports and activity of every
// tenant name, though no login has it: theirs are chance.
const loginNumber = 7

func fillAccess(tx *store.Tx, word string, seed int32) error {
	l := store.Login{User: 1, Email: word + "@example.com", Username: word, Name: word, Password: word}
	s := store.Session{Login: loginNumber, Hash: word, Created: when.Instant(seed), Seen: when.Instant(seed), Expires: tx.Now + when.Hour, Address: word, Agent: word, Data: []byte(word)}
	k := store.Key{Prefix: word, Hash: [32]byte{byte(seed)}, Name: word, Scopes: access.Of(access.ViewCalls), Login: loginNumber}
	if _, _, err := tx.ClaimAnswer(&store.Answer{Who: "key 1", Name: word, Held: tx.Now + when.Minute, Expires: tx.Now + when.Hour}, roomy); err != nil {
		return err
	}
	r := store.SavedReport{Report: "billing", Name: word, Login: loginNumber, Parameters: word}
	for _, err := range []error{
		tx.PutLogin(&l), tx.PutSession(&s), tx.PutKey(&k), tx.PutSavedReport(&r),
		tx.PutLink(&store.OneTimeLink{Hash: [32]byte{byte(seed)}, Kind: store.ResetLink, Login: loginNumber, Expires: tx.Now + when.Hour}),
		tx.Log(store.Activity{Login: loginNumber, Who: word, From: word, What: "user.change", About: word, Before: word, After: word}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// dump is what a tenant's books answer to every query. A missing thing is an
// answer too.
func dump(t testing.TB, s *store.Store, id tenant.ID) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, read := range reads {
		err := s.View(t.Context(), id, func(tx *store.Tx) error {
			v, err := read(tx)
			if fault.Is(err, fault.NotFound) {
				v, err = "not found", nil
			}
			all[name] = fmt.Sprintf("%+v", v)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return all
}

// same compares two dumps.
func same(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (−want +got):\n%s", what, diff)
	}
}

func TestFillReachesEveryQuery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		empty := dump(t, s, acme)
		fill(t, s, acme, "alpha", 1)
		for name, after := range dump(t, s, acme) {
			if name != "FXRates" && name != "Self" && after == empty[name] { // those are the system's, and a tenant is what it was
				t.Errorf("%s answers %s before and after", name, after)
			}
		}
	})
}

func setUserTeams(tx *store.Tx, u tenant.UserID, day when.Day, teams ...tenant.TeamID) error {
	_, err := tx.SetTeamsOfUsers(map[tenant.UserID][]tenant.TeamID{u: teams}, day)
	return err
}

func setCampaignTeams(tx *store.Tx, c tenant.CampaignID, day when.Day, teams ...tenant.TeamID) error {
	_, err := tx.SetTeamsOfCampaigns(map[tenant.CampaignID][]tenant.TeamID{c: teams}, day)
	return err
}
