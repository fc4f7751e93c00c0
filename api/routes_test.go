package api

import (
	"strings"
	"testing"

	"tollkeeper/core/access"
)

// TestEveryRouteAsksForSomething keeps the list whole: an address below /v1, a
// privilege that a key can have, a name of its own.
func TestEveryRouteAsksForSomething(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range routes() {
		if !strings.HasPrefix(r.Path, "/v1/") || r.OperationID == "" || r.Summary == "" || seen[r.OperationID] {
			t.Errorf("%s %s: %q %q", r.Method, r.Path, r.OperationID, r.Summary)
		}
		seen[r.OperationID] = true
		if !access.Of(access.Scopes()...).HasAny(r.need...) {
			t.Errorf("%s %s asks for nothing that a key can have: %v", r.Method, r.Path, r.need)
		}
	}
}
