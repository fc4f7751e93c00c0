package app

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestGiveWay steps aside for as long as somebody waits, but not for longer than
// a moment, and not at all where nobody does.
func TestGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(courtesy)
		took := func() time.Duration {
			from := time.Now()
			c.giveWay()
			return time.Since(from)
		}
		for round := range 2 {
			if got := took(); got != 0 {
				t.Errorf("round %d, nobody waits: %v", round, got)
			}
			one, two := c.wait(), c.wait()
			if got := took(); got != aside {
				t.Errorf("round %d, two wait: %v, want %v", round, got, aside)
			}
			one()
			time.AfterFunc(aside/4, two)
			if got := took(); got != aside/4 {
				t.Errorf("round %d, one waits for a while: %v, want %v", round, got, aside/4)
			}
		}
		c = nil
		if got := took(); got != 0 {
			t.Errorf("for work that is waited for: %v", got)
		}
	})
}
