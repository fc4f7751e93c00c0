package store_test

import (
	"bytes"
	"slices"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// bytesOfAllSorts is what a record may hold: nothing that text may.
var bytesOfAllSorts = []byte("a\x00b\xff\xfe;\r\n\"'\\x00 ☎️\xed\xa0\x80")

// TestPutSuspense keeps over a hundred records, some of them twice in a call and
// some in two calls: each is new once, for each tenant.
func TestPutSuspense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme, other := add(t, s, "acme"), add(t, s, "other")
		record := func(i int) store.Suspense {
			// Identities and contents that differ in one of the two alone, and
			// contents above what an int64 holds.
			return store.Suspense{
				Identity: usage.Identity{byte(i / 2), 0xff}, Content: uint64(i%2) + 1<<63, Reason: usage.NoTenant,
				Day: today, Run: 1, Line: int64(1000 - i), Field: "'", Detail: "☎️", Text: bytesOfAllSorts, Hint: nil,
			}
		}
		put := func(id tenant.ID, numbers ...int) (fresh []bool) {
			var ss []store.Suspense
			for _, i := range numbers {
				ss = append(ss, record(i))
			}
			update(t, s, id, func(tx *store.Tx) (err error) {
				fresh, err = tx.PutSuspense(ss)
				return err
			})
			return fresh
		}
		known := map[int]bool{}
		for _, numbers := range [][]int{{}, upTo(0, 130), {5, 200, 5, 200, 201}, append(upTo(100, 180), upTo(100, 180)...), upTo(150, 151)} {
			var want []bool
			for _, i := range numbers {
				want = append(want, !known[i])
				known[i] = true
			}
			if fresh := put(acme, numbers...); !slices.Equal(fresh, want) {
				t.Errorf("of %v new are %v, want %v", numbers, fresh, want)
			}
		}
		if fresh := put(other, 5, 5); !slices.Equal(fresh, []bool{true, false}) {
			t.Errorf("for another tenant new are %v", fresh)
		}
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "rows", int64(len(known)), (*store.Tx).SuspenseCount)
			open, err := tx.OpenSuspense()
			if len(open) != len(known) || !slices.IsSortedFunc(open, func(a, b store.Suspense) int { return int(a.Line - b.Line) }) {
				t.Errorf("%d wait, or not in the order of their lines", len(open))
			}
			for _, got := range open {
				want := record(int(1000 - got.Line))
				if got.Identity != want.Identity || got.Content != want.Content || !bytes.Equal(got.Text, bytesOfAllSorts) || len(got.Hint) != 0 ||
					got.Detail != "☎️" || got.Day != today || got.Created != storetest.Now {
					t.Errorf("line %d is %+v", got.Line, got)
				}
			}
			return err
		})
	})
}

// upTo is the numbers from a to below b.
func upTo(a, b int) (all []int) {
	for i := a; i < b; i++ {
		all = append(all, i)
	}
	return all
}

// TestSuspenseOrder orders by bytes, above 127 too, where lines are the same.
func TestSuspenseOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		first := []byte{0x00, 0x01, 0x7f, 0x80, 0xff}
		update(t, s, acme, func(tx *store.Tx) error {
			for _, i := range []int{3, 1, 4, 0, 2} {
				if _, err := tx.PutSuspense([]store.Suspense{{Identity: usage.Identity{first[i]}, Content: uint64(i)}}); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			open, err := tx.OpenSuspense()
			for i, o := range open {
				if o.Identity[0] != first[i] || o.Content != uint64(i) {
					t.Errorf("place %d has %x", i, o.Identity)
				}
			}
			return err
		})
	})
}

func TestSettleSuspense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		ss := []store.Suspense{{Content: 1, Line: 1, Reason: usage.NoTenant, Run: 3, Day: today}, {Content: 2, Line: 2, Reason: usage.Conflict, Run: 3, Day: today}, {Content: 3, Line: 3, Run: 4}}
		update(t, s, acme, func(tx *store.Tx) error {
			if _, err := tx.PutSuspense(ss); err != nil {
				return err
			}
			if err := tx.SettleSuspense(&ss[0], store.Resolved); err != nil {
				return err
			}
			return tx.SettleSuspense(&ss[1], store.Dismissed)
		})
		update(t, s, acme, func(tx *store.Tx) error {
			fresh, err := tx.PutSuspense(ss)
			if slices.Contains(fresh, true) {
				t.Errorf("what is settled is forgotten: %v", fresh)
			}
			return err
		})
		view(t, s, acme, func(tx *store.Tx) error {
			open, err := tx.OpenSuspense()
			if len(open) != 1 || open[0].Content != 3 {
				t.Errorf("there wait %+v", open)
			}
			of, err2 := tx.SuspenseOf(usage.Identity{})
			if len(of) != 3 || of[0].State != store.Resolved || of[1].State != store.Dismissed || of[2].State != store.Waiting || err2 != nil {
				t.Errorf("of the identity there are %+v %v", of, err2)
			}
			got(t, tx, "rows by run", map[store.RunDay]usage.Tally{
				{Run: 3, Day: today}: {usage.WasSuspended: 1, usage.WasConflict: 1}, {Run: 4}: {usage.WasSuspended: 1},
			}, (*store.Tx).SuspenseRows)
			return err
		})
	})
}

// TestRejected keeps a line of a file once, whoever brings it again.
func TestRejected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		file, other := [32]byte{0xff, 1}, [32]byte{0xff, 2}
		lines := []store.Rejected{
			{Run: 1, Line: 2, Column: 3, Field: "from", Value: "'; DROP", Reason: "☎️", Text: bytesOfAllSorts},
			{Run: 1, Line: 10, Text: []byte{}},
		}
		update(t, s, acme, func(tx *store.Tx) error {
			for _, put := range []struct {
				hash [32]byte
				line store.Rejected
			}{
				{file, lines[1]}, {file, lines[0]}, {other, store.Rejected{Run: 2, Line: 2}},
				{file, store.Rejected{Run: 9, Line: 2, Reason: "again"}}, {other, store.Rejected{Run: 9, Line: 2}},
			} {
				if err := tx.PutRejected(put.hash, &put.line); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "lines", lines, func(tx *store.Tx) ([]store.Rejected, error) { return tx.RejectedLines(file) })
			got(t, tx, "rows by run", map[int64]int64{1: 2, 2: 1}, (*store.Tx).RejectedRows)
			return nil
		})
	})
}

// TestRuns counts in several goes; the runs tell the sums, the newest first.
func TestRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		var ids []int64
		for range 2 {
			update(t, s, tenant.System, func(tx *store.Tx) error {
				id, err := tx.NewRunID()
				ids = append(ids, id)
				return err
			})
		}
		if ids[0] == ids[1] {
			t.Errorf("the runs have the numbers %d", ids)
		}
		one := store.Run{
			ID: ids[0], File: "'☎️.csv", Hash: [32]byte{1, 0xff}, Bytes: 1 << 40, Source: "pbx", Format: "csv", Zone: "UTC",
			Header: bytesOfAllSorts, FirstAt: 70, Started: 80,
		}
		two := store.Run{ID: ids[1], Hash: one.Hash, Header: []byte{}, FirstAt: 60, Started: 90}
		update(t, s, acme, func(tx *store.Tx) error {
			for _, err := range []error{tx.PutRun(&one), tx.PutRun(&two)} {
				if err != nil {
					return err
				}
			}
			for _, t := range []usage.Tally{{1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}} {
				if err := tx.Count(one.ID, today, &t); err != nil {
					return err
				}
				if err := tx.Count(one.ID, 0, &t); err != nil {
					return err
				}
			}
			one.Finished, one.Batches = 85, 7
			return tx.PutRun(&one)
		})
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "a run", one, func(tx *store.Tx) (store.Run, error) { return tx.Run(one.ID) })
			got(t, tx, "batches", int64(7), func(tx *store.Tx) (int64, error) { return tx.RunBatches(one.ID) })
			got(t, tx, "batches of none", int64(0), func(tx *store.Tx) (int64, error) { return tx.RunBatches(99) })
			counted := one
			counted.Tally = usage.Tally{22, 44, 66, 88, 110, 132}
			got(t, tx, "runs", []store.Run{two, counted}, (*store.Tx).Runs)
			got(t, tx, "by day", map[store.RunDay]usage.Tally{
				{Run: one.ID, Day: today}: {11, 22, 33, 44, 55, 66}, {Run: one.ID}: {11, 22, 33, 44, 55, 66},
			}, (*store.Tx).Conservation)
			for hash, want := range map[[32]byte]int64{one.Hash: 60, {9}: 1234} {
				first, err := tx.FirstStart(hash, 1234)
				if err != nil || int64(first) != want {
					t.Errorf("the first start is %d, want %d; %v", int64(first), want, err)
				}
			}
			return nil
		})
	})
}

// TestFindSuspense goes through what waits a few at a time, over records that
// share a line or an identity, and finds what OpenSuspense lists.
func TestFindSuspense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme, other := add(t, s, "acme"), add(t, s, "other")
		var ss []store.Suspense
		for i := range 60 {
			ss = append(ss, store.Suspense{
				Identity: usage.Identity{byte(i / 5), 0xff}, Content: uint64(i%5)<<62 + uint64(i), Reason: []usage.Reason{usage.BadTime, usage.Conflict}[i%2],
				Run: int64(i / 40), Line: int64(i / 10), Text: []byte("x"),
			})
		}
		for _, id := range []tenant.ID{acme, other} {
			update(t, s, id, func(tx *store.Tx) error {
				_, err := tx.PutSuspense(ss)
				return err
			})
		}
		view(t, s, acme, func(tx *store.Tx) error {
			open, err := tx.OpenSuspense()
			if err != nil || len(open) != len(ss) {
				t.Fatalf("%d wait, %v", len(open), err)
			}
			for _, reason := range []usage.Reason{usage.NoReason, usage.BadTime, usage.Conflict, usage.BadNumber} {
				want := slices.DeleteFunc(slices.Clone(open), func(s store.Suspense) bool { return reason != usage.NoReason && s.Reason != reason })
				for _, limit := range []int{1, 7, 1000} {
					var all []store.Suspense
					for f := (store.SuspenseFilter{Reason: reason, Limit: limit}); ; f.After = &all[len(all)-1] {
						piece, err := tx.FindSuspense(f)
						if err != nil {
							return err
						}
						all = append(all, piece...)
						if len(piece) < limit {
							break
						}
					}
					if !slices.EqualFunc(all, want, func(a, b store.Suspense) bool { return a.Identity == b.Identity && a.Content == b.Content }) {
						t.Errorf("%s by %d: %d records, want %d in the same order", reason, limit, len(all), len(want))
					}
				}
			}
			return nil
		})
	})
}
