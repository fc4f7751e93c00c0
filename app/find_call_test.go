package app_test

import (
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// explained is books of one tenant with calls of several kinds.
func explained(t *testing.T, s *store.Store) *app.App {
	t.Helper()
	center(t, s)
	a := app.New(s)
	importRates(t, a, retail(firstDeck))
	take := func(source, text string) {
		t.Helper()
		if _, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "calls.csv", Input: strings.NewReader(text), Tenant: "acme", Source: source}, nil); err != nil {
			t.Fatal(err)
		}
	}
	const head = "call_id,leg,called,calling,agent,queue,started_at,answered_at,ended_at\n"
	take("pbx", head+
		"a1,0,+442079460123,+442079460100,ana,sales,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:07Z\n"+
		"a2,,+447700900123,+442079460100,=1+1,,2026-06-02T10:00:00Z,2026-06-02T10:00:05Z,2026-06-02T10:01:07Z\n"+
		"a3,2,+447700900123,+442079460100,bo,,2026-06-02T11:00:00Z,,2026-06-02T11:00:20Z\n"+
		"a4,,+815012345678,+442079460100,bo,,2026-06-02T12:00:00Z,2026-06-02T12:00:00Z,2026-06-02T12:00:20Z\n"+
		"a5,,12345678901234567890,,bo,,2026-06-02T12:00:00Z,2026-06-02T12:00:00Z,2026-06-02T12:00:20Z\n")
	take("sbc", head+"a1,,+442079460123,+442079460100,ana,,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:07Z\n")
	return a
}

func TestFindCall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := explained(t, s)
		id := tenantID(t, s, "acme")
		for text, want := range map[string]string{
			"a1":       "2026-06-01 pbx a1 0; 2026-06-01 sbc a1 ; ",
			"pbx/a1":   "2026-06-01 pbx a1 0; ",
			"sbc/a1":   "2026-06-01 sbc a1 ; ",
			"a2":       "2026-06-02 pbx a2 ; ",
			"a3/2":     "2026-06-02 pbx a3 2; ",
			"pbx/a3/2": "2026-06-02 pbx a3 2; ",
			strings.ToUpper(usage.NewIdentity("pbx", "a2", "").String()): "2026-06-02   ; ",
		} {
			found, err := a.FindCall(t.Context(), id, text)
			got := ""
			for _, f := range found {
				got += f.Day.String() + " " + f.Source + " " + f.ID + " " + f.Leg + "; "
			}
			if err != nil || got != want {
				t.Errorf("%s: %q %v, want %q", text, got, err, want)
			}
		}
		for text, want := range map[string]string{"a9": "no call", "a3": "no call", "": "no call", "a5": "bad_number", "/": "no call"} {
			if found, err := a.FindCall(t.Context(), id, text); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v %v", text, found, err)
			}
		}
	})
}
