package when_test

import (
	"slices"
	"testing"

	"tollkeeper/core/when"
)

func TestZoneNames(t *testing.T) {
	names := when.ZoneNames()
	if len(names) < 400 || names[0] != "UTC" || !slices.Contains(names, "America/Argentina/Ushuaia") {
		t.Fatalf("%d zones, the first %s", len(names), names[0])
	}
	seen := map[string]bool{}
	for _, name := range names {
		if _, err := when.LoadZone(name); err != nil || seen[name] {
			t.Errorf("%s: %v, twice %v", name, err, seen[name])
		}
		seen[name] = true
	}
}
