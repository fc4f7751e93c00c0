package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// seg is a segment of calls of a day, under a number and a version.
func seg(t *testing.T, day when.Day, number, version int64, seed int32) *store.CallSegment {
	s := encoded(t, 5, seed)
	s.Day, s.Seg, s.Version = day, number, version
	return s
}

// TestSegments puts in segments of several days and versions, with revisions of
// their charges: the highest counts.
func TestSegments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		tomorrow := today.Add(1)
		all := []*store.CallSegment{seg(t, today, 1, 1, 1), seg(t, today, 2, 2, 2), seg(t, tomorrow, 1, 2, 3)}
		revised := *all[1]
		update(t, s, acme, func(tx *store.Tx) error {
			for _, i := range []int{2, 1, 0} {
				if err := tx.PutCalls(all[i]); err != nil {
					return err
				}
			}
			for _, r := range []int{10, 2, 9} {
				revised.Revision, revised.Suspended, revised.Charges = r, r, []byte{byte(r)}
				if err := tx.PutCharges(&revised); err != nil {
					return err
				}
			}
			return nil
		})
		listed := func(s *store.CallSegment, revision int) store.CallSegment {
			return store.CallSegment{SegmentKey: s.SegmentKey, Version: s.Version, Calls: 5, Revision: revision, Suspended: revision}
		}
		view(t, s, acme, func(tx *store.Tx) error {
			for _, c := range []struct {
				name string
				days when.Days
				want []store.CallSegment
			}{
				{"all", store.AllDays, []store.CallSegment{listed(all[0], 0), listed(all[1], 10), listed(all[2], 0)}},
				{"a day", when.Days{From: today, To: today}, []store.CallSegment{listed(all[0], 0), listed(all[1], 10)}},
				{"the next", when.Days{From: tomorrow, To: tomorrow}, []store.CallSegment{listed(all[2], 0)}},
				{"before", when.Days{From: 20260101, To: today.Add(-1)}, nil},
			} {
				got(t, tx, c.name, c.want, func(tx *store.Tx) ([]store.CallSegment, error) { return tx.Segments(c.days) })
			}
			for after, want := range map[int64][]when.Day{0: {today, tomorrow}, 1: {today, tomorrow}, 2: nil} {
				got(t, tx, "new days", want, func(tx *store.Tx) ([]when.Day, error) { return tx.NewDays(after) })
			}
			for after, want := range map[int64][][]byte{0: {all[0].Data, all[1].Data}, 1: {all[1].Data}, 2: nil} {
				got(t, tx, "new calls", want, func(tx *store.Tx) (data [][]byte, err error) {
					err = tx.CallData(today, after, func(_ int64, d []byte) error { data = append(data, slices.Clone(d)); return nil })
					return data, err
				})
			}
			for key, want := range map[store.SegmentKey]int{all[0].SegmentKey: 0, all[1].SegmentKey: 10, {Day: today, Seg: 99}: -1} {
				got(t, tx, "revision", want, func(tx *store.Tx) (int, error) { return tx.Revision(key) })
			}
			return nil
		})
	})
}

// TestLoad reads just what is asked for, and says what is not there.
func TestLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		whole := seg(t, today, 1, 1, 1)
		update(t, s, acme, func(tx *store.Tx) error { return tx.PutCalls(whole) })
		view(t, s, acme, func(tx *store.Tx) error {
			for want, numbersAndCharges := range map[store.Parts][2][]byte{
				0: {}, store.Numbers: {whole.Numbers, nil}, store.Charges: {nil, whole.Charges}, store.Numbers | store.Charges: {whole.Numbers, whole.Charges},
			} {
				l := store.CallSegment{SegmentKey: whole.SegmentKey}
				if err := tx.Load(&l, want); err != nil {
					return err
				}
				if diff := cmp.Diff([][]byte{whole.Data, numbersAndCharges[0], numbersAndCharges[1]}, [][]byte{l.Data, l.Numbers, l.Charges}); diff != "" {
					t.Errorf("parts %b (−want +got):\n%s", want, diff)
				}
			}
			for _, missing := range []store.CallSegment{{SegmentKey: store.SegmentKey{Day: today, Seg: 2}}, {SegmentKey: whole.SegmentKey, Revision: 1}} {
				if err := tx.Load(&missing, store.Charges); !fault.Is(err, fault.NotFound) {
					t.Errorf("%+v: %v", missing.SegmentKey, err)
				}
			}
			return nil
		})
		update(t, s, acme, func(tx *store.Tx) error { return tx.DropCalls(whole.SegmentKey) })
		view(t, s, acme, func(tx *store.Tx) error {
			parts, err := tx.SegmentParts()
			if len(parts) != 0 {
				t.Errorf("a dropped segment has left %+v", parts)
			}
			return err
		})
	})
}

// TestCallsRoundTrip decodes what was encoded, in blocks, with charges of the
// newest revision, over segments larger than a block.
func TestCallsRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		calls, charges := someCalls(2500, 1)
		one := encoded(t, 2500, 1)
		two := encoded(t, 3, 9)
		two.Seg = 2
		for i := range charges {
			charges[i].Amount *= 3
		}
		revised := *one
		revised.Revision = 1
		var e segment.Encoder
		var err error
		if revised.Charges, err = e.Charges(nil, charges, calls, segment.PlanesZstd); err != nil {
			t.Fatal(err)
		}
		update(t, s, acme, func(tx *store.Tx) error {
			for _, err := range []error{tx.PutCalls(one), tx.PutCharges(&revised), tx.PutCalls(two)} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		more, moreCharges := someCalls(3, 9)
		wantCalls, wantCharges := append(calls, more...), append(charges, moreCharges...)
		view(t, s, acme, func(tx *store.Tx) error {
			var gotCalls []usage.Call
			var gotCharges []usage.Charge
			err := tx.Calls(store.AllDays, store.All, func(cs []usage.Call, hs []usage.Charge) error {
				gotCalls, gotCharges = append(gotCalls, cs...), append(gotCharges, hs...)
				return nil
			})
			if !slices.Equal(gotCalls, wantCalls) || !slices.Equal(gotCharges, wantCharges) {
				t.Error("the calls or charges differ from what was put in")
			}
			if err != nil {
				return err
			}
			n := 0
			agents := store.Selection{Calls: segment.CallAgent}
			err = tx.Calls(store.AllDays, agents, func(cs []usage.Call, _ []usage.Charge) error {
				for i := range cs {
					if want := (usage.Call{Agent: wantCalls[n].Agent}); cs[i] != want {
						t.Fatalf("call %d is %+v, want %+v", n, cs[i], want)
					}
					n++
				}
				return nil
			})
			if n != len(wantCalls) {
				t.Errorf("%d calls, want %d", n, len(wantCalls))
			}
			stop := errors.New("stop")
			if err := tx.Calls(store.AllDays, store.All, func([]usage.Call, []usage.Charge) error { return stop }); err != stop {
				t.Errorf("a walk that was stopped: %v", err)
			}
			return err
		})
	})
}

// TestUsageRoundTrip gives deltas by day, over blocks.
func TestUsageRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		var e segment.Encoder
		want := map[when.Day][]usage.Delta{}
		update(t, s, acme, func(tx *store.Tx) error {
			for i, rows := range []int{1500, 1, 2} {
				day := today.Add(-i)
				ds := make([]usage.Delta, rows)
				for k := range ds {
					ds[k] = usage.Delta{Key: usage.DeltaKey{Agent: 1, Item: usage.Detection}, Sums: usage.Sums{Calls: int64(k - 7), Amount: -5, Cost: 1 << 40}}
				}
				want[day] = ds
				data, err := e.Rollups(nil, ds, segment.Planes)
				if err != nil {
					return err
				}
				if err := tx.PutRollup(&store.Rollup{BilledDay: day, Period: month, Seg: 1, Data: data}); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			var days []when.Day
			found := map[when.Day][]usage.Delta{}
			err := tx.Usage(when.Days{From: today.Add(-1), To: today}, func(day when.Day, ds []usage.Delta) error {
				days = append(days, day)
				found[day] = append(found[day], ds...)
				return nil
			})
			delete(want, today.Add(-2))
			if diff := cmp.Diff(want, found); diff != "" || !slices.IsSorted(days) {
				t.Errorf("of the days %v (−want +got):\n%s", days, diff)
			}
			return err
		})
		update(t, s, acme, func(tx *store.Tx) error { return tx.DropRollup(&store.Rollup{BilledDay: today, Period: month, Seg: 1}) })
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "days", []when.Day{today.Add(-2), today.Add(-1)}, (*store.Tx).RollupDays)
			return nil
		})
	})
}
