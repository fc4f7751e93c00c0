package app

import (
	"cmp"
	"fmt"
	"slices"

	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// checkConservation compares, for every run and day, where its records ended
// with where they are. Every record that was counted
//
//   - as rated or zero rated is a call whose first charge says so;
//   - as suspended is either such a call or a row of suspense, for whatever
//     reason but conflict; a row that is settled stays, and the run that settled
//     it counts the call again as its own;
//   - as a conflict is a row of suspense with that reason.
//
// Duplicates left nothing behind to be compared with. Unreadable lines are kept
// once for each file, so that there are at most as many as were counted.
func (v *verifying) checkConservation() error {
	counted, err := v.tx.Conservation()
	if err != nil {
		return err
	}
	waiting, err := v.tx.SuspenseRows()
	if err != nil {
		return err
	}
	if !v.damaged {
		v.compareCounts(counted, waiting)
	}
	kept, err := v.tx.RejectedRows()
	if err != nil {
		return err
	}
	rejected := map[int64]int64{}
	for k, t := range counted {
		rejected[k.Run] += t[usage.WasRejected]
	}
	runs := make([]int64, 0, len(kept))
	for run := range kept {
		runs = append(runs, run)
	}
	for _, run := range sortedInts(runs) {
		if kept[run] > rejected[run] {
			v.find("conservation", fmt.Sprintf("run %d", run), "%d lines were counted as rejected, %d are kept", rejected[run], kept[run])
		}
	}
	return nil
}

func (v *verifying) compareCounts(counted, waiting map[store.RunDay]usage.Tally) {
	there := map[store.RunDay]usage.Tally{}
	for k, t := range v.segments.counts {
		there[k] = *t
	}
	for k, t := range waiting {
		sum := there[k]
		sum.Add(&t)
		there[k] = sum
	}
	keys := map[store.RunDay]bool{}
	for k := range counted {
		keys[k] = true
	}
	for k := range there {
		keys[k] = true
	}
	sorted := make([]store.RunDay, 0, len(keys))
	for k := range keys {
		sorted = append(sorted, k)
	}
	slices.SortFunc(sorted, func(a, b store.RunDay) int { return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Day, b.Day)) })
	for _, k := range sorted {
		where := fmt.Sprintf("run %d, records started %s", k.Run, k.Day)
		if k.Day == 0 {
			where = fmt.Sprintf("run %d, records without a start", k.Run)
		}
		for _, o := range [...]usage.Outcome{usage.WasRated, usage.WasZeroRated, usage.WasSuspended, usage.WasConflict} {
			if c, n := counted[k][o], there[k][o]; c != n {
				v.find("conservation", where, "%d records were counted as %s, %d are there", c, o, n)
			}
		}
	}
}

func sortedInts(ns []int64) []int64 {
	slices.Sort(ns)
	return ns
}
