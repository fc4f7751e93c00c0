package usage_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/usage"
)

func TestCardRef(t *testing.T) {
	// References are stored: how they are packed may never change.
	for _, c := range []struct {
		id, rev int32
		own     bool
		want    usage.CardRef
	}{
		{1, 1, false, 0x1000002}, {1, 1, true, 0x1000003}, {2, 1, false, 0x1000004}, {1, 2, false, 0x2000002},
		{1<<23 - 1, 1, true, 0x1ffffff}, {1, math.MaxInt32, false, 0x7fffffff000002},
	} {
		if got := usage.NewCardRef(c.id, c.rev, c.own); got != c.want {
			t.Errorf("revision %d of card %d is %#x, want %#x", c.rev, c.id, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id, rev := rapid.Int32Range(1, 1<<23-1).Draw(t, "id"), rapid.Int32Range(1, math.MaxInt32).Draw(t, "rev")
		own := rapid.Bool().Draw(t, "own")
		r := usage.NewCardRef(id, rev, own)
		if r <= 0 || r.Card() != id || r.Revision() != rev || r.Own() != own {
			t.Fatalf("revision %d of card %d (own: %v) is %#x: %d, %d, %v", rev, id, own, r, r.Revision(), r.Card(), r.Own())
		}
	})
}

func TestStatus(t *testing.T) {
	checkNames[usage.Status](t, nil, "zero_rated", "rated", "suspended")
}

func TestCharged(t *testing.T) {
	c := usage.Charge{Billed: 72, Bundle: 60}
	if c.Charged() != 12 {
		t.Errorf("charged are %d seconds, want 12", c.Charged())
	}
}
