package usage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// checkNames insists that the values from 0 are called names, in this order:
// both are stored, so neither may ever change. Parse may be nil.
func checkNames[T interface {
	~uint8
	fmt.Stringer
}](t *testing.T, parse func(string) (T, error), names ...string) {
	t.Helper()
	for i, name := range names {
		v := T(i)
		if v.String() != name {
			t.Errorf("%T(%d) is %q, want %q", v, i, v, name)
		}
		if parse == nil {
			continue
		}
		if got, err := parse(name); err != nil || got != v {
			t.Errorf("%q is %T(%d), %v; want %d", name, got, got, err, v)
		}
	}
	if parse == nil {
		return
	}
	for _, s := range []string{"none of these", " ", "NONE", names[1] + " ", "\x00"} {
		if got, err := parse(s); got != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %T(%d), %v; want it refused", s, got, got, err)
		}
	}
}

func TestKind(t *testing.T) {
	checkNames(t, usage.ParseKind, "", "manual", "click_to_call", "dialer", "inbound", "internal", "callback")
	if got := usage.Kinds(); len(got) != 6 || slices.Contains(got, usage.NoKind) || !slices.IsSorted(got) {
		t.Errorf("the kinds are %v", got)
	}
}

func TestDirection(t *testing.T) {
	checkNames(t, usage.ParseDirection, "outbound", "inbound")
	d := usage.Incoming
	for _, c := range []struct {
		in   string
		want usage.Direction
		ok   bool
	}{
		{`"outbound"`, usage.Outgoing, true}, {`"inbound"`, usage.Incoming, true}, {`""`, usage.Outgoing, true}, {`"sideways"`, usage.Outgoing, false},
	} {
		if err := json.Unmarshal([]byte(c.in), &d); (err == nil) != c.ok || d != c.want {
			t.Errorf("%s is %v, %v", c.in, d, err)
		}
	}
	if b, err := json.Marshal(usage.Incoming); string(b) != `"inbound"` || err != nil {
		t.Errorf("JSON is %s, %v", b, err)
	}
	if got, err := usage.ParseDirection(""); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing is %v, %v; want it refused", got, err)
	}
}

func TestDisposition(t *testing.T) {
	checkNames(t, usage.ParseDisposition, "", "answered", "no_answer", "busy", "failed", "cancelled", "congestion", "abandoned")
}

func TestAMD(t *testing.T) {
	checkNames(t, usage.ParseAMD, "none", "human", "machine", "unknown")
	if got, err := usage.ParseAMD(""); got != usage.NoAMD || err != nil {
		t.Errorf("nothing is %v, %v", got, err)
	}
}
