package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/app"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

const (
	someDeck = `direction,prefix,rate,initial,increment
outbound,44,0.6,1,1
outbound,1212,0.3,1,1
outbound,33,0,1,1
inbound,,0.06,1,1
`
	someUsers = `username,display_name,teams,state
ana,Ana Núñez,Sales,active
bob,,Support,deactivated
cem,Ana Núñez,Sales,active
zoe,,"Sales, EMEA",active
`
	someCampaigns = `campaign,name,teams
spring,Spring offer,Sales
`
	someCalls = `call_id,kind,direction,calling,called,agent,campaign,started_at,answered_at,ended_at,amd
over-midnight,manual,outbound,,+442079460001,ana,,2026-06-01T23:50:00Z,2026-06-01T23:50:00Z,2026-06-02T01:50:00Z,
click,click_to_call,outbound,,+12125550101,zoe,,2026-06-02T10:00:00Z,2026-06-02T10:00:00Z,2026-06-02T10:01:00Z,
for-nothing,manual,outbound,,+33140000001,bob,,2026-06-02T10:00:00Z,2026-06-02T10:00:00Z,2026-06-02T10:01:00Z,
unanswered,manual,outbound,,+442079460001,cem,,2026-06-02T10:00:00Z,,2026-06-02T10:01:00Z,
nobody,manual,outbound,,+442079460001,,,2026-06-02T11:00:00Z,2026-06-02T11:00:00Z,2026-06-02T11:00:10Z,
dialled,dialer,outbound,,+442079460001,cem,spring,2026-06-02T12:00:00Z,2026-06-02T12:00:00Z,2026-06-02T12:00:30Z,human
machine,dialer,outbound,,+442079460001,,spring,2026-06-02T12:00:00Z,2026-06-02T12:00:00Z,2026-06-02T12:00:05Z,machine
stray,dialer,outbound,,+12125550101,bob,,2026-06-02T12:00:00Z,2026-06-02T12:00:00Z,2026-06-02T12:00:20Z,
called-in,inbound,inbound,+442079460001,+12125550100,ana,,2026-06-02T13:00:00Z,2026-06-02T13:00:00Z,2026-06-02T13:10:00Z,
`
)

// some puts the little books above into a store.
func some(t *testing.T, s *store.Store) tenant.Tenant {
	t.Helper()
	a, ctx := app.New(s), t.Context()
	own := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "UTC"}
	must(t, s.AddTenant(ctx, &own))
	fee := money.MustParse("0.003")
	_, err := a.ImportRates(ctx, app.ImportRates{
		Path: "deck.csv", Input: strings.NewReader(someDeck), Tenant: "acme", Card: "retail", Terms: app.CardTerms{AMDFee: &fee},
		Assign: &app.AssignTo{Scope: rating.Tenant},
	}, nil)
	must(t, err)
	_, err = a.ImportUsers(ctx, app.ImportTable{Input: strings.NewReader(someUsers), Tenant: "acme"})
	must(t, err)
	_, err = a.ImportCampaigns(ctx, app.ImportTable{Input: strings.NewReader(someCampaigns), Tenant: "acme"})
	must(t, err)
	take(t, s, someCalls)
	return own
}

func take(t *testing.T, s *store.Store, calls string) {
	t.Helper()
	_, err := app.New(s).ImportCalls(t.Context(), app.ImportCalls{Path: "calls.csv", Input: strings.NewReader(calls), Tenant: "acme"}, nil)
	must(t, err)
}

func TestBilling(t *testing.T) {
	day := func(d when.Day) when.Days { return when.Days{From: d, To: d} }
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		own := some(t, s)
		take(t, s, "call_id,called,started_at,ended_at\nno-rate,+81312345678,2026-06-05T10:00:00Z,2026-06-05T10:01:00Z\n")
		billing, err := report.Find("billing")
		must(t, err)
		for _, c := range []struct {
			name  string
			req   report.Request
			want  []string // rows as lines has them
			notes []string // parts, in their order
			empty string
		}{
			{"a call counts when it ends", report.Request{Days: day(20260601)}, []string{
				"manual|Total||Total 0", "dialer|Total||Total 0", "amd|Total||Total 0",
			}, []string{"not an invoice"}, "No call was billed in the period."},
			{"all of a day", report.Request{Days: day(20260602)}, []string{
				"manual|(no agent)||Total 0.1", "manual|Ana Núñez (ana)|Sales|Total 72", "manual|bob|Support|Total 0",
				"manual|zoe|Sales, EMEA|Total 0.3", "manual|Total||Total 72.4",
				"dialer|(no campaign)||Total 0.1", "dialer|spring|Sales|Total 0.35", "dialer|Total||Total 0.45",
				"amd|(no agent)||Total 0.003", "amd|Ana Núñez (cem)|Sales|Total 0.003", "amd|Total||Total 0.006",
			}, []string{"not an invoice", "no table holds: inbound 0.6000 USD."}, ""},
			{"countries", report.Request{Days: day(20260602), Countries: []string{"us", "DE"}}, []string{
				"manual|(no agent)||Total 0.1|US 0|DE 0|Other 0.1", "manual|Ana Núñez (ana)|Sales|Total 72|US 0|DE 0|Other 72",
				"manual|bob|Support|Total 0|US 0|DE 0|Other 0", "manual|zoe|Sales, EMEA|Total 0.3|US 0.3|DE 0|Other 0",
				"manual|Total||Total 72.4|US 0.3|DE 0|Other 72.1",
				"dialer|(no campaign)||Total 0.1|US 0.1|DE 0|Other 0", "dialer|spring|Sales|Total 0.35|US 0|DE 0|Other 0.35",
				"dialer|Total||Total 0.45|US 0.1|DE 0|Other 0.35",
				"amd|(no agent)||Total 0.003|US 0|DE 0|Other 0.003", "amd|Ana Núñez (cem)|Sales|Total 0.003|US 0|DE 0|Other 0.003",
				"amd|Total||Total 0.006|US 0|DE 0|Other 0.006",
			}, []string{"not an invoice", "inbound"}, ""},
			{"a team has its campaign's calls that no agent took", report.Request{Days: day(20260602), Teams: []string{"Sales"}}, []string{
				"manual|Ana Núñez (ana)|Sales|Total 72", "manual|Total||Total 72", "manual loose 0.1",
				"dialer|spring|Sales|Total 0.35", "dialer|Total||Total 0.35",
				"amd|(no agent)||Total 0.003", "amd|Ana Núñez (cem)|Sales|Total 0.003", "amd|Total||Total 0.006",
			}, []string{"not an invoice", "of the selected users and teams of kinds of calls that no table holds: inbound 0.6000 USD."}, ""},
			{"a user has not", report.Request{Days: day(20260602), Users: []string{"bob"}}, []string{
				"manual|bob|Support|Total 0", "manual|Total||Total 0", "manual loose 0.1",
				"dialer|(no campaign)||Total 0.1", "dialer|Total||Total 0.1", "dialer loose 0.05",
				"amd|Total||Total 0", "amd loose 0.003",
			}, []string{"not an invoice"}, ""},
			{"a user or a team, the other way round", report.Request{
				Days: day(20260602), Users: []string{"bob"}, Teams: []string{"Sales, EMEA"}, Sort: "-agent",
			}, []string{
				"manual|zoe|Sales, EMEA|Total 0.3", "manual|bob|Support|Total 0", "manual|Total||Total 0.3", "manual loose 0.1",
				"dialer|(no campaign)||Total 0.1", "dialer|Total||Total 0.1", "dialer loose 0.05",
				"amd|Total||Total 0", "amd loose 0.003",
			}, []string{"not an invoice"}, ""},
			{"another zone", report.Request{Days: day(20260601), Zone: "America/New_York"}, []string{
				"manual|Ana Núñez (ana)|Sales|Total 72", "manual|Total||Total 72", "dialer|Total||Total 0", "amd|Total||Total 0",
			}, []string{"not an invoice", "days are those of America/New_York; the account is billed by those of UTC"}, ""},
			{"nothing rated", report.Request{Days: day(20260605)}, []string{
				"manual|Total||Total 0", "dialer|Total||Total 0", "amd|Total||Total 0",
			}, []string{"not an invoice"}, "No call in the period is rated yet: all 1 wait in suspense."},
			{"a user, in another zone", report.Request{Days: day(20260602), Users: []string{"cem"}, Zone: "Europe/London"}, []string{
				"manual|Total||Total 0", "manual loose 0.1", "dialer|spring|Sales|Total 0.3", "dialer|Total||Total 0.3", "dialer loose 0.05",
				"amd|Ana Núñez (cem)|Sales|Total 0.003", "amd|Total||Total 0.003", "amd loose 0.003",
			}, []string{"not an invoice", "days are those of Europe/London"}, ""},
		} {
			c.req.Tenant = own
			res, err := billing.Run(t.Context(), s, c.req)
			must(t, err)
			if diff := cmp.Diff(c.want, lines(res)); diff != "" {
				t.Errorf("%s (−want +got):\n%s", c.name, diff)
			}
			if len(res.Notes) != len(c.notes) || res.Empty != c.empty {
				t.Errorf("%s: notes %q, empty %q", c.name, res.Notes, res.Empty)
				continue
			}
			for i, part := range c.notes {
				if !strings.Contains(res.Notes[i], part) {
					t.Errorf("%s: note %q, want %q", c.name, res.Notes[i], part)
				}
			}
			for _, tb := range res.Tables {
				if tb.Decimals != 4 || tb.Currency != "USD" || tb.Zone != res.Zone {
					t.Errorf("%s: %d decimals of %s in %v", c.name, tb.Decimals, tb.Currency, tb.Zone)
				}
			}
		}
	})
}

// TestMistakes: whatever is wrong with a request is told at once, with advice.
func TestMistakes(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	own := some(t, s)
	june := when.Days{From: 20260601, To: 20260630}
	for _, c := range []struct {
		name string
		req  report.Request
		want []string
	}{
		{"no days", report.Request{}, []string{"from (empty)", "to (empty)"}},
		{"turned days", report.Request{Days: when.Days{From: 20260602, To: 20260601}}, []string{`to "2026-06-01": the period ends before it starts, on 2026-06-02`}},
		{"everything", report.Request{
			Days: june, Zone: "Mars/Olympus", Users: []string{"Bob", "bob", "ghost", "Ana Núñez"}, Teams: []string{"sales", "Sales", "Night"},
			Countries: []string{"GB", "UK", ""},
		}, []string{
			`zone "Mars/Olympus": not a time zone`, `countries "UK": not a country`, "countries (empty): not a country",
			`users "Bob": no user of acme has this username; did you mean "bob"?`, `users "ghost": no user of acme has this username; users are chosen by username`,
			`users "Ana Núñez": no user of acme has this username; did you mean "ana"?`,
			`teams "sales": no team of acme has this name; did you mean "Sales"?`, `teams "Night": no team of acme has this name; there is "Sales", "Sales, EMEA", "Support"`,
		}},
		{"a column that is not there", report.Request{Days: june, Sort: "-US"}, []string{`sort "-US": no table of the report has this column; there is Agent, Team, Total, Campaign ID`}},
	} {
		c.req.Tenant = own
		billing, err := report.Find("billing")
		must(t, err)
		res, err := billing.Run(t.Context(), s, c.req)
		if err == nil || res != nil {
			t.Errorf("%s: no mistake", c.name)
			continue
		}
		got := strings.Split(strings.TrimPrefix(err.Error(), "report billing: "), "\n")
		if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
			t.Errorf("%s:\n%s", c.name, strings.Join(got, "\n"))
		}
	}
}

func TestFind(t *testing.T) {
	for _, r := range report.All() {
		found, err := report.Find(r.Name)
		if err != nil || found != r || r.Title == "" || r.About == "" || len(r.Parameters) == 0 || r.Parameters[0] != report.Period {
			t.Errorf("%s: %+v, %v", r.Name, found, err)
		}
	}
	if _, err := report.Find("invoice"); err == nil || !strings.Contains(err.Error(), `no report "invoice"`) {
		t.Errorf("a report that is not there: %v", err)
	}
}
