package app_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// smallCenter is a contact center with everything that can go wrong in it.
func smallCenter(calls int) *sample.Center {
	o := sample.Demo()
	o.Calls, o.DeckRows = calls, 1000
	return sample.New(o)
}

// loaded opens the use cases over books that hold all of c but its calls.
func loaded(t *testing.T, s *store.Store, c *sample.Center) *app.App {
	t.Helper()
	a := app.New(s)
	if err := a.LoadSample(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	return a
}

// callsOf is the file of one tenant's calls.
func callsOf(t *testing.T, c *sample.Center, i int) []byte {
	t.Helper()
	var b bytes.Buffer
	x := c.Tenants()[i]
	if err := x.Calls(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imported takes data in as a file of its own and gives where its records ended.
func imported(t *testing.T, a *app.App, tenant string, data []byte) usage.Tally {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls.csv")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: path, Tenant: tenant, Source: "pbx"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.Tally()
}

// booksOf says in text all that must not depend on how calls came in: balances,
// roll-ups, and every call with its charge.
func booksOf(t *testing.T, s *store.Store, name string) string {
	t.Helper()
	var out strings.Builder
	x, err := s.FindTenant(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), x.ID, func(tx *store.Tx) error {
		users, err := tx.Users()
		if err != nil {
			return err
		}
		names := map[tenant.UserID]string{}
		for _, u := range users {
			names[u.ID] = u.Username
		}
		balances, err := tx.Balances()
		if err != nil {
			return err
		}
		for _, l := range balances.Lines() {
			fmt.Fprintln(&out, l.Account, l.Currency, l.Amount)
		}
		sums := map[string]usage.Sums{}
		if err := tx.Usage(store.AllDays, func(day when.Day, ds []usage.Delta) error {
			for _, d := range ds {
				k := fmt.Sprint(day, d.Key.Item, d.Key.Kind, d.Key.Direction, names[d.Key.Agent], d.Key.Campaign, d.Key.Country)
				v, o := sums[k], d.Sums
				sums[k] = usage.Sums{Calls: v.Calls + o.Calls, Charged: v.Charged + o.Charged, Seconds: v.Seconds + o.Seconds,
					Billed: v.Billed + o.Billed, Paid: v.Paid + o.Paid, Amount: v.Amount + o.Amount, Cost: v.Cost + o.Cost,
					Answered: v.Answered + o.Answered, Untold: v.Untold + o.Untold}
			}
			return nil
		}); err != nil {
			return err
		}
		for _, k := range slices.Sorted(maps.Keys(sums)) {
			if !sums[k].IsZero() {
				fmt.Fprintln(&out, k, sums[k])
			}
		}
		var calls []string
		if err := tx.Calls(store.AllDays, store.All, func(cs []usage.Call, chs []usage.Charge) error {
			for i := range cs {
				calls = append(calls, fmt.Sprint(cs[i].Identity, cs[i].Content, names[cs[i].Agent], chs[i].Amount, chs[i].AMD, chs[i].Billed, chs[i].Status, chs[i].Reason, chs[i].BilledAt))
			}
			return nil
		}); err != nil {
			return err
		}
		slices.Sort(calls)
		out.WriteString(strings.Join(calls, "\n"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sound fails the test unless verify finds nothing.
func sound(t *testing.T, a *app.App) {
	t.Helper()
	v, err := a.VerifyCharges(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Findings {
		t.Errorf("verify: %+v", f)
	}
}

// reference is what a clean import of data comes to, on a store of its own.
func reference(t *testing.T, c *sample.Center, i int) string {
	t.Helper()
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	a := loaded(t, s, c)
	imported(t, a, c.Tenants()[i].Name, callsOf(t, c, i))
	return booksOf(t, s, c.Tenants()[i].Name)
}

// cutMiddle cuts data in the middle of a line near its middle.
func cutMiddle(data []byte) int {
	return bytes.IndexByte(data[len(data)/2:], '\n') + len(data)/2 + 40
}

func TestImportTwiceAndInPieces(t *testing.T) {
	c := smallCenter(3000)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	want := reference(t, c, 0)
	half := cutMiddle(data)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		first := imported(t, a, name, data[:half])
		if first[usage.WasRejected] == 0 {
			t.Errorf("the line cut in the middle is not rejected: %v", first)
		}
		all := imported(t, a, name, data)
		if all[usage.WasDuplicate] < first[usage.WasRated] {
			t.Errorf("half and then all: %v and then %v", first, all)
		}
		if got := booksOf(t, s, name); got != want {
			t.Error("half and then all gives other books than all at once")
		}
		again := imported(t, a, name, data)
		fresh := again[usage.WasRated] + again[usage.WasZeroRated] + again[usage.WasSuspended] + again[usage.WasConflict]
		if fresh != 0 || again.Received() != all.Received() {
			t.Errorf("the same file again: %v, after %v", again, all)
		}
		if got := booksOf(t, s, name); got != want {
			t.Error("the same file again changes the books")
		}
		sound(t, a)
	})
}

func TestImportCountsAsTheSampleDoes(t *testing.T) {
	c := smallCenter(4000)
	counts := c.Tenants()[0].Counts()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		got := imported(t, a, c.Tenants()[0].Name, callsOf(t, c, 0))
		if got.Received() != int64(counts.Records()) {
			t.Errorf("received %d records of %d", got.Received(), counts.Records())
		}
		if got[usage.WasDuplicate] != int64(counts.Duplicates) || got[usage.WasConflict] != int64(counts.Conflicts) {
			t.Errorf("%d duplicates and %d conflicts, want %d and %d", got[usage.WasDuplicate], got[usage.WasConflict], counts.Duplicates, counts.Conflicts)
		}
		if got[usage.WasSuspended] < int64(counts.NoRate+counts.Blocked) {
			t.Errorf("%d suspended, want at least %d without a rate and %d blocked", got[usage.WasSuspended], counts.NoRate, counts.Blocked)
		}
		sound(t, a)
	})
}

// TestImportOrder takes the good records in in any order and cut into any
// batches: the books are the same.
func TestImportOrder(t *testing.T) {
	o := sample.Demo()
	o.Calls, o.DeckRows, o.Clean = 2000, 1000, true
	c := sample.New(o)
	name := c.Tenants()[0].Name
	want := reference(t, c, 0)
	lines := bytes.SplitAfter(callsOf(t, c, 0), []byte("\n"))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dice := rand.New(rand.NewPCG(1, 2))
		a := loaded(t, s, c)
		order := slices.Clone(lines[1:])
		dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for len(order) > 0 {
			n := min(len(order), 1+dice.IntN(700))
			imported(t, a, name, append(slices.Clone(lines[0]), bytes.Join(order[:n], nil)...))
			order = order[n:]
		}
		if booksOf(t, s, name) != want {
			t.Error("another order gives other books")
		}
		sound(t, a)
	})
}

// TestImportMixed takes all tenants in from one file.
func TestImportMixed(t *testing.T) {
	c := smallCenter(3000)
	var mixed bytes.Buffer
	if err := c.Calls(&mixed); err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		imported(t, a, "", append(mixed.Bytes(), "nobody,x1,,,,,+442079460001,+442079460002,,,,,2026-06-01T10:00:00Z,,2026-06-01T10:00:10Z,,,\n"...))
		for i, x := range c.Tenants() {
			if booksOf(t, s, x.Name) != reference(t, c, i) {
				t.Errorf("tenant %s has other books from the mixed file than from its own", x.Name)
			}
		}
		groups, err := a.Suspense(t.Context(), tenant.System)
		if err != nil {
			t.Fatal(err)
		}
		if len(groups) == 0 || !slices.ContainsFunc(groups, func(g app.SuspenseGroup) bool { return g.Reason == usage.NoTenant }) {
			t.Errorf("the record of no tenant is not in suspense: %+v", groups)
		}
		sound(t, a)
	})
}

// TestImportersCompete runs importers with caches of their own over the same
// books, with the same and with overlapping files.
func TestImportersCompete(t *testing.T) {
	c := smallCenter(4000)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	half := cutMiddle(data)
	head := data[:bytes.IndexByte(data, '\n')+1]
	second := append(slices.Clone(head), data[bytes.IndexByte(data[half/2:], '\n')+half/2+1:]...)
	want := reference(t, c, 0)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			loaded(t, s, c)
			var wg sync.WaitGroup
			for i, file := range [][]byte{data, data[:half], second, data, second, data[:half], data, data} {
				wg.Go(func() {
					other, err := store.Open(t.Context(), place)
					if err != nil {
						t.Error(err)
						return
					}
					defer other.Close()
					path := filepath.Join(t.TempDir(), fmt.Sprint(i))
					if err := os.WriteFile(path, file, 0o600); err != nil {
						t.Error(err)
						return
					}
					if _, err := app.New(other).ImportCalls(t.Context(), app.ImportCalls{Path: path, Tenant: name, Source: "pbx", Batch: 200}, nil); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if booksOf(t, s, name) != want {
				t.Error("competing importers give other books than one")
			}
			sound(t, app.New(s))
		})
	}
}

// TestImportActivity takes a file of two tenants in, in many batches: the activity
// of each has one row, and one more where it comes again.
func TestImportActivity(t *testing.T) {
	c := sample.New(sample.Options{Seed: 3, Tenants: 2, Calls: 400, First: when.DayOf(2026, 6, 1), Days: 2, DeckRows: 50})
	var file bytes.Buffer
	if err := c.Calls(&file); err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		for n := range 2 {
			in := app.ImportCalls{Path: "june.csv", Input: bytes.NewReader(file.Bytes()), Batch: 100, Did: ada}
			if _, err := a.ImportCalls(t.Context(), in, nil); err != nil {
				t.Fatal(err)
			}
			for _, x := range c.Tenants() {
				if rows := acts(t, s, tenantID(t, s, x.Name), "import."); len(rows) != n+1 || rows[0] != "Ada Admin import.start: june.csv [] -> []" {
					t.Errorf("%s: activity %q", x.Name, rows)
				}
			}
		}
	})
}

// TestMissingRate imports what was missing and runs suspense again.
func TestMissingRate(t *testing.T) {
	c := smallCenter(2000)
	name := c.Tenants()[0].Name
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		before := imported(t, a, name, callsOf(t, c, 0))
		zero := when.Instant(0)
		if _, err := a.ImportRates(t.Context(), app.ImportRates{
			Path: "more.csv", Input: strings.NewReader("prefix,rate\n850,1.50\n883,2\n"), Card: "retail", Apply: rating.Add, Effective: &zero,
		}, nil); err != nil {
			t.Fatal(err)
		}
		x, err := s.FindTenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		done, err := a.RerunSuspense(t.Context(), x.ID, ada, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rows := acts(t, s, x.ID, "suspense."); len(rows) != 1 || !strings.HasPrefix(rows[0], "Ada Admin suspense.rerun: everything that waits") {
			t.Errorf("activity %q", rows)
		}
		if done.Settled() != int64(c.Tenants()[0].Counts().NoRate) || done.Settled() == 0 {
			t.Errorf("settled %d of %v", done.Settled(), before)
		}
		again, err := a.RerunSuspense(t.Context(), x.ID, store.Activity{}, nil)
		if err != nil || again.Settled() != 0 {
			t.Errorf("a second run settles %d: %v", again.Settled(), err)
		}
		sound(t, a)
	})
}

// TestWrongDeck puts a wrong price right by rating again.
func TestWrongDeck(t *testing.T) {
	c := smallCenter(2000)
	name := c.Tenants()[0].Name
	want := reference(t, c, 0)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		var deck bytes.Buffer
		if err := c.Deck(&deck); err != nil {
			t.Fatal(err)
		}
		zero := when.Instant(0)
		publish := func(d string) {
			t.Helper()
			if _, err := a.ImportRates(t.Context(), app.ImportRates{Path: "d.csv", Input: strings.NewReader(d), Card: "retail", Effective: &zero}, nil); err != nil {
				t.Fatal(err)
			}
		}
		publish("prefix,rate,initial,increment\n,9.99,60,60\n")
		imported(t, a, name, callsOf(t, c, 0))
		publish(deck.String())
		x, err := s.FindTenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		r := app.Rerate{Tenant: x.ID, Did: ada}
		preview, err := a.Rerate(t.Context(), r, nil)
		if err != nil || preview.Changed == 0 || preview.Difference() >= 0 {
			t.Fatalf("preview: %+v, %v", preview, err)
		}
		r.Post = true
		posted, err := a.Rerate(t.Context(), r, nil)
		if err != nil || posted.Changed != preview.Changed || posted.Difference() != preview.Difference() {
			t.Errorf("posted %+v, previewed %+v: %v", posted, preview, err)
		}
		if got := booksOf(t, s, name); got != want {
			t.Error("rating again does not give the books of the right deck")
		}
		again, err := a.Rerate(t.Context(), r, nil)
		if err != nil || again.Changed != 0 {
			t.Errorf("rating a second time changes %d charges: %v", again.Changed, err)
		}
		rows := acts(t, s, x.ID, "rerate.")
		said := fmt.Sprintf("[%d calls, %s USD] -> [%d calls, %s USD]", posted.Changed, posted.Old, posted.Changed, posted.New)
		if len(rows) != 2 || !strings.HasPrefix(rows[1], "Ada Admin rerate.start: calls of all days, run ") || !strings.HasPrefix(rows[0], "Ada Admin rerate.finish: ") || !strings.HasSuffix(rows[0], said) {
			t.Errorf("activity %q, want %s", rows, said)
		}
		sound(t, a)
	})
}
