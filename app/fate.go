package app

import (
	"slices"

	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// fate is what became of one record.
type fate struct {
	outcome usage.Outcome
	reason  usage.Reason
	amount  money.Amount
	amd     money.Amount
}

// fates are those of the records of a part. Imports count only; whoever takes in
// single records wants to know of each.
type fates struct {
	asked     bool
	calls     []fate  // of the part's calls
	waiting   []fate  // of its suspended records
	contested []int32 // of calls: the conflicts, in their order
}

// begin forgets what was found before.
func (f *fates) begin(calls int) {
	if f.asked {
		f.calls = slices.Grow(f.calls[:0], calls)[:calls]
		f.contested = f.contested[:0]
	}
}

func (f *fates) duplicate(call int) {
	if f.asked {
		f.calls[call] = fate{outcome: usage.WasDuplicate}
	}
}

func (f *fates) contest(call int) {
	if f.asked {
		f.calls[call] = fate{outcome: usage.WasConflict, reason: usage.Conflict}
		f.contested = append(f.contested, int32(call))
	}
}

func (f *fates) charge(call int32, ch *usage.Charge) {
	if !f.asked {
		return
	}
	was := usage.WasZeroRated
	switch ch.Status {
	case usage.Rated:
		was = usage.WasRated
	case usage.Suspended:
		was = usage.WasSuspended
	}
	f.calls[call] = fate{was, ch.Reason, ch.Amount, ch.AMD}
}

// wait takes what keeping records in suspense came to: first the suspended
// ones, then the conflicts. One that waits there already is a duplicate.
func (f *fates) wait(suspended []store.Suspense, fresh []bool) {
	if !f.asked {
		return
	}
	f.waiting = f.waiting[:0]
	for i := range suspended {
		if fresh[i] {
			f.waiting = append(f.waiting, fate{outcome: usage.WasSuspended, reason: suspended[i].Reason})
		} else {
			f.waiting = append(f.waiting, fate{outcome: usage.WasDuplicate, reason: suspended[i].Reason})
		}
	}
	for i, call := range f.contested {
		if !fresh[len(suspended)+i] {
			f.calls[call].outcome = usage.WasDuplicate
		}
	}
}
