package store_test

import (
	"fmt"
	"slices"
	"testing"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestFindRuns compares what is found of runs, and how they stand, with all of
// them looked through one by one.
func TestFindRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, add(t, s, "other"), "other", 3)
		odds := []usage.Outcome{usage.WasSuspended, usage.WasConflict, usage.WasRejected}
		update(t, s, acme, func(tx *store.Tx) error {
			for i := range int64(30) {
				r := store.Run{ID: 100 + i, File: fmt.Sprint("file", i), Why: "looked at", Bytes: i % 2 * 99, Started: tx.Now - when.Instant(29-i)*6*when.Hour}
				if i%3 != 0 {
					r.Finished = tx.Now
				}
				if err := tx.PutRun(&r); err != nil {
					return err
				}
				tally := usage.Tally{usage.WasRated: i}
				if i%4 == 0 {
					tally[odds[i/4%3]] = 1
				}
				for day := range when.Day(i % 3) {
					if err := tx.Count(r.ID, today+day, &tally); err != nil {
						return err
					}
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			all, err := tx.Runs()
			if err != nil || len(all) != 30 || all[0].ID != 129 || all[0].Why != "looked at" {
				t.Fatalf("%d runs, %v", len(all), err)
			}
			for _, f := range filters() {
				var want []store.Run
				for _, r := range all {
					if fits(&f, &r) && (f.Limit == 0 || len(want) < f.Limit) {
						want = append(want, r)
					}
				}
				rs, err := tx.FindRuns(f)
				if err != nil {
					return err
				}
				if fmt.Sprint(rs) != fmt.Sprint(want) {
					t.Errorf("%+v finds %v, want %v", f, rs, want)
				}
			}
			if r, err := tx.FindRun(117); err != nil || fmt.Sprint(r) != fmt.Sprint(all[12]) {
				t.Errorf("run 117 is %+v, %v", r, err)
			}
			return stands(t, tx, all)
		})
	})
}

func filters() (fs []store.RunFilter) {
	for _, state := range []store.RunState{store.AnyRun, store.RunOpen, store.RunFinished, store.RunOdd} {
		for _, below := range []int64{0, 100, 117, 1000} {
			for _, limit := range []int{0, 1, 5} {
				fs = append(fs, store.RunFilter{Below: below, State: state, Limit: limit})
			}
		}
	}
	return fs
}

func fits(f *store.RunFilter, r *store.Run) bool {
	if f.Below != 0 && r.ID >= f.Below {
		return false
	}
	switch f.State {
	case store.RunOpen:
		return r.Finished == 0
	case store.RunFinished:
		return r.Finished != 0
	case store.RunOdd:
		return r.Tally[usage.WasSuspended]+r.Tally[usage.WasConflict]+r.Tally[usage.WasRejected] > 0
	}
	return true
}

// stands compares Standing's figures of runs with the runs themselves.
func stands(t *testing.T, tx *store.Tx, all []store.Run) error {
	t.Helper()
	for _, since := range []when.Instant{0, tx.Now - 3*when.DayLength, tx.Now, tx.Now + 1} {
		var want store.Standing
		for i := range all {
			r := &all[i]
			want.LastRun = max(want.LastRun, r.Started)
			if r.Started < since {
				continue
			}
			want.Runs++
			want.Tally.Add(&r.Tally)
			if r.Finished == 0 && !r.Streaming(tx.Now) {
				want.Unfinished++
			}
		}
		got, err := tx.Standing(since)
		if err != nil {
			return err
		}
		if got != want {
			t.Errorf("since %s it stands %+v, want %+v", since, got, want)
		}
	}
	return nil
}

// TestFindRejected goes through refused lines page by page.
func TestFindRejected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		file, stream := [32]byte{7}, [32]byte{}
		update(t, s, acme, func(tx *store.Tx) error {
			for i := range int64(20) {
				r := store.Rejected{Run: 1 + i%2, Line: 3*i + 1, Reason: "torn", Advice: "mend it", Text: []byte{byte(i)}}
				if err := tx.PutRejected(file, &r); err != nil {
					return err
				}
				if err := tx.PutRejected(stream, &r); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, acme, func(tx *store.Tx) error {
			all, err := tx.RejectedLines(file)
			if err != nil || len(all) != 20 || all[5].Advice != "mend it" {
				t.Fatalf("%d lines, %v", len(all), err)
			}
			var paged []store.Rejected
			for after := int64(0); ; {
				page, err := tx.FindRejected(store.RejectedFilter{Hash: file, After: after, Limit: 3})
				if err != nil {
					return err
				}
				if len(page) == 0 {
					break
				}
				paged = append(paged, page...)
				after = page[len(page)-1].Line
			}
			if fmt.Sprint(paged) != fmt.Sprint(all) {
				t.Errorf("page by page %v, want %v", paged, all)
			}
			one, err := tx.FindRejected(store.RejectedFilter{Hash: stream, Run: 2})
			if err != nil || len(one) != 10 || slices.ContainsFunc(one, func(r store.Rejected) bool { return r.Run != 2 }) {
				t.Errorf("of one run: %v, %v", one, err)
			}
			return nil
		})
	})
}
