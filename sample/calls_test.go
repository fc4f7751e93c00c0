package sample_test

import (
	"slices"
	"strconv"
	"testing"

	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/sample"
)

// TestCleanCallsAreWellFormed checks every record of a clean center on its own
// and against its neighbours.
func TestCleanCallsAreWellFormed(t *testing.T) {
	o := sample.Demo()
	o.Clean, o.Tenants, o.Calls = true, 6, 60_000
	for _, tn := range sample.New(o).Tenants() {
		dialer, err := phone.NewDialer(tn.DialPlan())
		if err != nil {
			t.Fatal(err)
		}
		zone, err := when.LoadZone(tn.Zone)
		if err != nil {
			t.Fatal(err)
		}
		month := zone.Period(when.Days{From: o.First, To: o.First.Add(o.Days - 1)})
		users, left := users(t, &tn)
		ids, last := map[string]bool{}, when.Instant(0)
		until := map[string]when.Instant{}
		for _, r := range rows(t, written(t, tn.Calls)) {
			started, answered, ended := when.MustParse(r["started_at"]), when.Instant(0), when.MustParse(r["ended_at"])
			if r["answered_at"] != "" {
				answered = when.MustParse(r["answered_at"])
			}
			kind, err1 := usage.ParseKind(r["kind"])
			direction, err2 := usage.ParseDirection(r["direction"])
			disposition, err3 := usage.ParseDisposition(r["disposition"])
			amd, err4 := usage.ParseAMD(r["amd"])
			recording, err5 := strconv.Atoi(r["recording_s"])
			id := r["call_id"] + " " + r["leg"]
			switch {
			case err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil:
				t.Fatal(r, err1, err2, err3, err4, err5)
			case ids[id]:
				t.Errorf("the id comes twice: %v", r)
			case started < last:
				t.Errorf("out of order: %v", r)
			case !month.Contains(started) || ended < started || ended-started > 4*when.Hour:
				t.Errorf("times: %v", r)
			case (answered != 0) != (disposition == usage.Answered) || answered != 0 && (answered < started || answered > ended):
				t.Errorf("answer: %v", r)
			case (direction == usage.Incoming) != (kind == usage.Inbound):
				t.Errorf("direction: %v", r)
			case amd != usage.NoAMD && (kind != usage.Dialer || answered == 0):
				t.Errorf("detection: %v", r)
			case amd == usage.Machine && (r["agent"] != "" || ended-answered > 7*when.Second):
				t.Errorf("a machine was talked to: %v", r)
			case recording > 0 && (answered == 0 || kind == usage.Internal):
				t.Errorf("recording: %v", r)
			case (kind == usage.Internal) == (r["carrier"] != ""):
				t.Errorf("carrier: %v", r)
			}
			ids[id], last = true, started
			checkAgent(t, r, users, until, started, ended)
			if left[r["agent"]] && zone.Day(started) >= o.First.Add(o.Days-3) {
				t.Errorf("at work after leaving: %v", r)
			}
			checkNumbers(t, dialer, r, kind)
		}
	}
}

func users(t *testing.T, tn *sample.Tenant) (all, left map[string]bool) {
	all, left = map[string]bool{}, map[string]bool{}
	for _, u := range rows(t, tn.Users()) {
		all[u["username"]] = true
		left[u["username"]] = u["state"] == "deactivated"
	}
	return all, left
}

// checkAgent insists on known agents, none of whom has two calls at once.
func checkAgent(t *testing.T, r map[string]string, users map[string]bool, until map[string]when.Instant, started, ended when.Instant) {
	t.Helper()
	agent := r["agent"]
	if agent == "" {
		return
	}
	if !users[agent] {
		t.Errorf("nobody set up the agent: %v", r)
	}
	if started < until[agent] {
		t.Errorf("the agent is busy until %s: %v", until[agent], r)
	}
	until[agent] = ended
}

// checkNumbers insists on numbers that a tenant's dial plan takes for what they
// are.
func checkNumbers(t *testing.T, dialer *phone.Dialer, r map[string]string, kind usage.Kind) {
	t.Helper()
	_, calling, why := dialer.Normalize([]byte(r["calling"]))
	if want := kind != usage.Internal; (calling == phone.E164 || calling == phone.Anonymous) != want {
		t.Errorf("calling number is %s, %s: %v", calling, why, r)
	}
	_, called, why := dialer.Normalize([]byte(r["called"]))
	if want := phone.E164; kind != usage.Internal && called != want || kind == usage.Internal && called != phone.Extension {
		t.Errorf("called number is %s, %s: %v", called, why, r)
	}
}

// TestShares holds the mixture to what contact centers look like, in thousandths.
func TestShares(t *testing.T) {
	o := sample.Demo()
	o.Calls, o.Clean = 100_000, true
	tn := sample.New(o).Tenants()[0]
	n := map[string]int{}
	all := rows(t, written(t, tn.Calls))
	for _, r := range all {
		n[r["kind"]]++
		n[r["disposition"]]++
		n["amd "+r["amd"]]++
		if r["conversation_id"] != "" && r["conversation_id"] != r["call_id"] {
			n["transfer"]++
		}
		if r["disposition"] == "answered" {
			switch d := when.MustParse(r["ended_at"]) - when.MustParse(r["answered_at"]); {
			case d < 6*when.Second:
				n["short"]++
			case d > 10*when.Minute:
				n["long"]++
			}
		}
	}
	for _, tt := range []struct {
		what     string
		from, to int
	}{
		{"dialer", 580, 700}, {"manual", 100, 150}, {"click_to_call", 40, 80}, {"inbound", 100, 180},
		{"internal", 15, 45}, {"callback", 8, 30},
		{"answered", 350, 550}, {"no_answer", 250, 500}, {"busy", 40, 120}, {"abandoned", 5, 60},
		{"amd human", 50, 200}, {"amd machine", 25, 100}, {"amd unknown", 5, 40},
		{"transfer", 8, 30}, {"short", 50, 200}, {"long", 1, 20},
	} {
		if got := n[tt.what] * 1000 / len(all); got < tt.from || got > tt.to {
			t.Errorf("%s: %d in a thousand, want %d to %d", tt.what, got, tt.from, tt.to)
		}
	}
}

// TestUnconfirmed finds agents and campaigns that nobody set up, in a center
// that is not clean.
func TestUnconfirmed(t *testing.T) {
	tn := demo().Tenants()[0]
	listed, _ := users(t, &tn)
	for _, k := range rows(t, tn.Campaigns()) {
		listed[k["campaign"]] = true
	}
	calls := string(written(t, tn.Calls))
	var unknown []string
	for _, r := range wholeRows(calls) {
		for _, name := range []string{r[7], r[8]} {
			if name != "" && !listed[name] && !slices.Contains(unknown, name) {
				unknown = append(unknown, name)
			}
		}
	}
	if len(unknown) < 2 || len(unknown) > 5 {
		t.Errorf("unconfirmed: %q, want some agents and a campaign", unknown)
	}
}
