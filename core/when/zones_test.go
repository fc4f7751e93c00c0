package when_test

import (
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

func TestZones(t *testing.T) {
	var zs when.Zones
	for _, c := range []struct {
		name string
		same bool // the second time
	}{{"Europe/London", true}, {"UTC", true}, {"Europe//London", false}} {
		want, err := when.LoadZone(c.name)
		if err != nil {
			t.Fatal(err)
		}
		first, err := zs.Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := zs.Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		summer := when.MustParse("2026-07-01T23:30:00Z")
		if first.Name() != c.name || again.Name() != c.name || first.Day(summer) != want.Day(summer) || again.Day(summer) != want.Day(summer) {
			t.Errorf("%s: %s on %s, then %s on %s; want %s", c.name, first.Name(), first.Day(summer), again.Name(), again.Day(summer), want.Day(summer))
		}
		if (first == again) != c.same {
			t.Errorf("%s: remembered %t, want %t", c.name, first == again, c.same)
		}
	}
	for range 2 {
		for _, name := range []string{"", "Local", "Europe/Nowhere", "../etc/passwd"} {
			if z, err := zs.Load(name); !fault.Is(err, fault.Invalid) || z != nil {
				t.Errorf("%q: %v, %v", name, z, err)
			}
		}
	}
}
