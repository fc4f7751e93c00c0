package app_test

import (
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// fields are the values of a step by name; nil where there is no such step.
func fields(x *app.Explanation, step string) map[string]string {
	for _, s := range x.Steps {
		if s.Name == step {
			m := map[string]string{"": s.Text}
			for _, f := range s.Fields {
				m[f.Name] = f.Value
			}
			return m
		}
	}
	return nil
}

func TestExplain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := explained(t, s)
		id := tenantID(t, s, "acme")
		call := usage.NewIdentity("pbx", "a1", "0")
		explain := func(day when.Day, id2 usage.Identity) *app.Explanation {
			t.Helper()
			x, err := a.Explain(t.Context(), id, day, id2)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		x := explain(20260601, call)
		raw := fields(x, "raw")
		if raw["line"] != "2" || raw["file"] != "calls.csv" || !strings.HasPrefix(raw["text"], "a1,0,+442079460123") {
			t.Errorf("raw: %v", raw)
		}
		if f := fields(x, "call"); f["agent"] != "ana" || f["queue"] != "sales" || f["source"] != "pbx" {
			t.Errorf("call: %v", f)
		}
		if f := fields(x, "charge"); f["amount"] != "0.0103" || x.Amount.String() != "0.0103" {
			t.Errorf("charge: %v", f)
		}
		if x.BilledDay != 20260601 || len(x.Entries) != 1 || len(x.Charges) != 1 {
			t.Errorf("%v %v %v", x.BilledDay, x.Entries, x.Charges)
		}
		// The same under another day's name, or any.
		if _, err := a.Explain(t.Context(), id, 20260602, call); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if explain(0, call).Text() != x.Text() {
			t.Error("found by any day, it reads otherwise")
		}
		for _, other := range []string{"a2", "a4"} {
			explain(20260602, usage.NewIdentity("pbx", other, ""))
		}
		if f := fields(explain(20260602, usage.NewIdentity("pbx", "a3", "2")), "ledger"); !strings.Contains(f[""], "nothing was posted") {
			t.Errorf("ledger of a call that cost nothing: %v", f)
		}

		hidden, err := a.ExplainMasked(t.Context(), id, 20260601, call)
		if err != nil || strings.Contains(hidden.Text(), "442079460123") || !strings.Contains(hidden.Text(), "44207946xxxx") {
			t.Errorf("%v\n%s", err, hidden.Text())
		}

		// With a new revision of the card the old charge is still explained by the
		// old one, and after rating again both are told.
		always := when.Instant(0)
		dear := retail("prefix,destination,rate,increment\n,all,0.5,1\n")
		dear.Effective = &always
		importRates(t, a, dear)
		if explain(20260601, call).Text() != x.Text() {
			t.Error("a new revision of the card changes the explanation of an old charge")
		}
		if _, err := a.Rerate(t.Context(), app.Rerate{Tenant: id, Post: true}, nil); err != nil {
			t.Fatal(err)
		}
		x = explain(20260601, call)
		if len(x.Charges) != 2 || x.Charges[0].Amount.String() != "0.0103" || len(x.Entries) < 2 || fields(x, "revisions") == nil {
			t.Errorf("%+v %v", x.Charges, x.Entries)
		}
		for _, line := range []string{
			"Call aed638c8c72098d00518f30606c5abab of 2026-06-01, acme\n", "    line    2\n", "    revision_0  rated: 0.0103 USD, by revision 1 of card 1\n",
			"  The call costs 0.5167 USD.\n", "    period      2026-06\n",
		} {
			if !strings.Contains(x.Text(), line) {
				t.Errorf("no line %q in\n%s", line, x.Text())
			}
		}
		sound(t, a)
	})
}

// A conversation is found from each of its legs, the one that named it included.
func TestConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := explained(t, s)
		id := tenantID(t, s, "acme")
		const head = "call_id,leg,conversation_id,called,calling,agent,started_at,answered_at,ended_at\n"
		_, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "legs.csv", Tenant: "acme", Source: "pbx", Input: strings.NewReader(head +
			"c1,0,c1,+442079460123,+442079460100,ana,2026-06-01T23:50:00Z,2026-06-01T23:50:05Z,2026-06-02T00:10:07Z\n" +
			"c2,0,c1,+442079460124,+442079460100,bo,2026-06-02T00:01:00Z,2026-06-02T00:01:05Z,2026-06-02T00:05:00Z\n" +
			"c 3,,c1,+442079460125,+442079460100,bo,2026-06-02T00:06:00Z,,2026-06-02T00:07:00Z\n" +
			"c4,0,c 9,+442079460126,+442079460100,bo,2026-06-02T00:06:00Z,,2026-06-02T00:07:00Z\n")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for call, want := range map[string]int{"c1/0": 3, "c2/0": 3, "c 3/": 3, "c4/0": 0, "a1/0": 0} {
			name, leg, _ := strings.Cut(call, "/")
			x, err := a.ExplainMasked(t.Context(), id, 0, usage.NewIdentity("pbx", name, leg))
			if err != nil {
				t.Fatal(err)
			}
			here := 0
			for i, l := range x.Legs {
				if l.This {
					here++
				}
				if i > 0 && l.Started < x.Legs[i-1].Started || strings.Contains(l.Called, "0123") {
					t.Errorf("%s: leg %d is %+v", call, i, l)
				}
			}
			if len(x.Legs) != want || here != min(want, 1) {
				t.Errorf("%s: %d legs, %d of them this one, want %d", call, len(x.Legs), here, want)
			}
			if x.Facts.Source != "pbx" || !strings.HasSuffix(x.Facts.Called, "xxxx") || x.Facts.Outcome == "" {
				t.Errorf("%s: %+v", call, x.Facts)
			}
		}
	})
}
