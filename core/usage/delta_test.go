package usage_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

// Keys in ascending order: item, kind, direction, agent, campaign, unit and
// country decide, in that order, whatever the later ones say.
func TestDeltaKeyCompare(t *testing.T) {
	keys := []usage.DeltaKey{
		{},
		{Country: 9},
		{Unit: 1},
		{Unit: 1, Country: 1},
		{Campaign: 1},
		{Agent: 1},
		{Agent: 2, Campaign: 1, Unit: 1},
		{Direction: usage.Incoming},
		{Kind: usage.Manual},
		{Kind: usage.Callback, Agent: 1},
		{Item: usage.Detection},
	}
	for i, a := range keys {
		for j, b := range keys {
			if got, want := a.Compare(b), sign(i-j); got != want {
				t.Errorf("%+v against %+v is %d, want %d", a, b, got, want)
			}
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

// Compare is an order: only a key equals itself, both ways round agree, and
// three keys do not run in a circle.
func TestDeltaKeyOrder(t *testing.T) {
	small := rapid.IntRange(0, 1)
	key := rapid.Custom(func(t *rapid.T) usage.DeltaKey {
		return usage.DeltaKey{
			Agent: tenant.UserID(small.Draw(t, "agent")), Campaign: tenant.CampaignID(small.Draw(t, "campaign")),
			Unit: tenant.UnitID(small.Draw(t, "unit")), Country: phone.Country(small.Draw(t, "country")),
			Item: usage.Item(small.Draw(t, "item")), Kind: usage.Kind(small.Draw(t, "kind")),
			Direction: usage.Direction(small.Draw(t, "direction")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := key.Draw(t, "a"), key.Draw(t, "b"), key.Draw(t, "c")
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%+v and %+v compare as %d and %d", a, b, a.Compare(b), b.Compare(a))
		}
		three := []usage.DeltaKey{a, b, c}
		slices.SortFunc(three, usage.DeltaKey.Compare)
		if three[0].Compare(three[2]) > 0 {
			t.Fatalf("sorted they are %+v", three)
		}
	})
}

func TestItem(t *testing.T) {
	checkNames[usage.Item](t, nil, "voice", "amd")
}

func TestSumsIsZero(t *testing.T) {
	if !(usage.Sums{}).IsZero() {
		t.Error("the zero Sums change something")
	}
	for _, s := range []usage.Sums{{Calls: 1}, {Charged: -1}, {Seconds: 1}, {Billed: 1}, {Paid: 1}, {Amount: -1}, {Cost: 1}, {Answered: 1}, {Untold: -1}} {
		if s.IsZero() {
			t.Errorf("%+v changes nothing", s)
		}
	}
}
