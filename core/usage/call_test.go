package usage_test

import (
	"fmt"
	"testing"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

func Example() {
	id := usage.NewIdentity("pbx1", "1772442000.298", "0")
	fmt.Println(id)
	// Output: 0799a02bbfe79e3966ed3f879ed88bc9
}

func TestCallSeconds(t *testing.T) {
	const at = 1780272000 * when.Second
	for _, c := range []struct {
		name            string
		answered, ended when.Instant
		want            int32
	}{
		{"not answered", 0, at, 0},
		{"no time at all", at, at, 0},
		{"ends before the answer", at, at - when.Hour, 0},
		{"a microsecond", at, at + 1, 1},
		{"a second", at, at + when.Second, 1},
		{"a microsecond more", at, at + when.Second + 1, 2},
		{"a day", at, at + usage.MaxLength, 86400},
	} {
		call := usage.Call{Started: at - when.Minute, Answered: c.answered, Ended: c.ended}
		if got := call.Seconds(); got != c.want {
			t.Errorf("%s: %d seconds, want %d", c.name, got, c.want)
		}
	}
}
