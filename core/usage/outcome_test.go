package usage_test

import (
	"testing"

	"tollkeeper/core/usage"
)

func TestReason(t *testing.T) {
	checkNames(t, usage.ParseReason,
		"", "not_answered", "zero_length", "grace", "bundle", "billing_off", "internal", "other_leg",
		"no_card", "no_rate", "no_fx", "blocked", "overflow",
		"no_tenant", "unknown_number", "bad_number", "ambiguous_time", "bad_time",
		"negative_duration", "too_long", "in_future", "bad_value", "conflict")
	if usage.Conflict != 22 {
		t.Errorf("the last reason is %d: name the new ones above, behind it", usage.Conflict)
	}
}

// Every reason for which a record waits says what to do about it, and no other.
func TestReasonAdvice(t *testing.T) {
	for r := usage.NoReason; r <= usage.Conflict; r++ {
		if waits := r >= usage.NoCard; (r.Advice() != "") != waits {
			t.Errorf("%q advises %q", r, r.Advice())
		}
	}
}

func TestOutcome(t *testing.T) {
	checkNames[usage.Outcome](t, nil, "rated", "zero_rated", "suspended", "duplicate", "conflict", "rejected")
	var tally usage.Tally
	all := usage.Outcomes()
	if len(all) != len(tally) {
		t.Errorf("%d outcomes, of which %d are listed", len(tally), len(all))
	}
	for i, o := range all {
		if o != usage.Outcome(i) {
			t.Errorf("outcome %d is %s", i, o)
		}
	}
}

func TestTally(t *testing.T) {
	var none, total usage.Tally
	if none.Received() != 0 {
		t.Errorf("nothing received is %d", none.Received())
	}
	for n, o := range usage.Outcomes() {
		total[o] = int64(n) + 1
	}
	file := usage.Tally{usage.WasRated: 100, usage.WasRejected: 1000}
	total.Add(&file)
	if want := (usage.Tally{101, 2, 3, 4, 5, 1006}); total != want || total.Received() != 1121 {
		t.Errorf("the tally is %v of %d, want %v", total, total.Received(), want)
	}
	if want := (usage.Tally{usage.WasRated: 100, usage.WasRejected: 1000}); file != want {
		t.Errorf("what was added is now %v", file)
	}
}
