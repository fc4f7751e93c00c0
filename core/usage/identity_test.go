package usage_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// These identities are in customers' databases: they may never change.
var identities = []struct{ source, id, leg, want string }{
	{"pbx1", "1772442000.298", "0", "0799a02bbfe79e3966ed3f879ed88bc9"},
	{"", "", "", "15ec7bf0b50732b49f8228e07d243653"},
	{"pbx1", "1772442000.29", "80", "d41471c6ed425ca5cfaf61fad3d174b6"}, // the same letters, cut elsewhere
	{"büro", strings.Repeat("x", 300), "", "4d039f66cdac7190702636429cf32059"},
}

func TestIdentity(t *testing.T) {
	for _, c := range identities {
		id := usage.NewIdentity(c.source, c.id, c.leg)
		if id.String() != c.want {
			t.Errorf("the identity of %q, %.20q, %q is %s, want %s", c.source, c.id, c.leg, id, c.want)
		}
		if back, err := usage.ParseIdentity(c.want); err != nil || back != id {
			t.Errorf("%s is read as %s, %v", c.want, back, err)
		}
	}
}

func TestParseIdentityRefuses(t *testing.T) {
	good := identities[0].want
	for _, s := range []string{"", "0799", good[1:], good + "0", good + "00", good[:31] + "g", " " + good[1:], strings.Repeat("0", 4000)} {
		if id, err := usage.ParseIdentity(s); id != (usage.Identity{}) || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseIdentity(%.40q) = %s, %v; want it refused", s, id, err)
		}
	}
}

// The buffer matters in no way: not what it holds, nor how large it is.
func TestAppendIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, id, leg := rapid.String().Draw(t, "source"), rapid.String().Draw(t, "id"), rapid.String().Draw(t, "leg")
		buf := rapid.SliceOf(rapid.Byte()).Draw(t, "buf")
		want := usage.NewIdentity(source, id, leg)
		if got := usage.AppendIdentity(buf, []byte(source), []byte(id), []byte(leg)); got != want {
			t.Fatalf("with the buffer %q it is %s, without %s", buf, got, want)
		}
		if back, err := usage.ParseIdentity(want.String()); err != nil || back != want {
			t.Fatalf("%s is read as %s, %v", want, back, err)
		}
	})
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { usage.AppendIdentity(buf, []byte("pbx1"), []byte("1772442000.298"), []byte("0")) }); n != 0 {
		t.Errorf("an identity allocates %v times", n)
	}
}

func BenchmarkAppendIdentity(b *testing.B) {
	buf := make([]byte, 0, 64)
	source, id, leg := []byte("pbx1"), []byte("1772442000.298"), []byte("0")
	for b.Loop() {
		id[0] ^= usage.AppendIdentity(buf, source, id, leg)[0] & 1
	}
}
