package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tollkeeper/app"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestBillingTwin compares the billing report with its slow twin, for whatever
// can be asked, on books in which calls came late, teams changed and charges
// were made again.
func TestBillingTwin(t *testing.T) {
	for _, cutoff := range []when.Instant{0, 4 * when.Hour} {
		t.Run(fmt.Sprintf("%d hours", cutoff/when.Hour), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				tenants := fill(t, s, sample.New(small()), cutoff)
				for _, own := range tenants {
					unsettle(t, s, own)
				}
				reprice(t, s, tenants)
				billing, err := report.Find("billing")
				must(t, err)
				for _, own := range tenants {
					w := newTwin(t, s, own)
					rapid.Check(t, func(rt *rapid.T) {
						req := w.draw(rt)
						res, err := billing.Run(t.Context(), s, req)
						if err != nil {
							rt.Fatal(err)
						}
						if diff := cmp.Diff(w.lines(req), lines(res)); diff != "" {
							rt.Fatalf("%+v: (−twin +report)\n%s", req, diff)
						}
						if differ := sharesDiffer(res); differ != "" {
							rt.Fatalf("%+v: %s", req, differ)
						}
					})
				}
			})
		})
	}
}

// reprice closes some of June, makes machine detection dearer, rates calls of
// before and after anew, and brings more calls of both.
func reprice(t *testing.T, s *store.Store, tenants []tenant.Tenant) {
	t.Helper()
	a := app.New(s)
	fee := money.MustParse("0.004001")
	_, err := a.ImportRates(t.Context(), app.ImportRates{
		Path: "deck.csv", Input: file(t, sample.New(small()).Deck), Card: "retail", Terms: app.CardTerms{AMDFee: &fee}, Effective: new(when.Instant),
	}, nil)
	must(t, err)
	o := small()
	o.Seed, o.Calls, o.Clean = 2, 600, true
	more := sample.New(o).Tenants()
	for i, own := range tenants {
		must(t, a.CloseThrough(t.Context(), own.ID, 20260610))
		done, err := a.Rerate(t.Context(), app.Rerate{Tenant: own.ID, Days: when.Days{From: 20260608, To: 20260620}, Post: true}, nil)
		must(t, err)
		if done.Changed == 0 {
			t.Errorf("%s: no charge has changed", own.Name)
		}
		_, err = a.ImportCalls(t.Context(), app.ImportCalls{Path: "more.csv", Input: file(t, more[i].Calls), Tenant: own.Name, Source: "another"}, nil)
		must(t, err)
	}
}

// twin is all that the books hold of a tenant, for big loops.
type twin struct {
	own           tenant.Tenant
	users         []tenant.User
	teams         []tenant.Team
	campaigns     []tenant.Campaign
	userTeams     map[tenant.UserID][]tenant.Membership
	campaignTeams map[tenant.CampaignID][]tenant.Membership
	calls         []usage.Call
	charges       []usage.Charge
}

func newTwin(t *testing.T, s *store.Store, own tenant.Tenant) *twin {
	t.Helper()
	w := &twin{own: own}
	view(t, s, own, func(tx *store.Tx) error {
		var errs [5]error
		w.users, errs[0] = tx.Users()
		w.teams, errs[1] = tx.Teams()
		w.campaigns, errs[2] = tx.Campaigns()
		w.userTeams, errs[3] = tx.UserTeams()
		w.campaignTeams, errs[4] = tx.CampaignTeams()
		for _, err := range errs {
			must(t, err)
		}
		return tx.Calls(store.AllDays, store.All, func(calls []usage.Call, charges []usage.Charge) error {
			w.calls, w.charges = append(w.calls, calls...), append(w.charges, charges...)
			return nil
		})
	})
	return w
}

// draw asks for something: the same days in the account's zone or another, of
// some of the users, teams and countries.
func (w *twin) draw(t *rapid.T) report.Request {
	req := report.Request{Tenant: w.own}
	from := when.DayOf(2026, 5, 28).Add(rapid.IntRange(0, 35).Draw(t, "from"))
	req.Days = when.Days{From: from, To: from.Add(rapid.IntRange(0, 35).Draw(t, "days"))}
	req.Zone = rapid.SampledFrom([]string{"", "", w.own.Zone, "UTC", "Asia/Tokyo", "Pacific/Apia", "America/Los_Angeles", "Europe/Lisbon"}).Draw(t, "zone")
	for _, u := range w.users {
		if rapid.IntRange(0, 9).Draw(t, "user") == 9 {
			req.Users = append(req.Users, u.Username)
		}
	}
	for _, tm := range w.teams {
		if rapid.IntRange(0, 3).Draw(t, "team") == 3 {
			req.Teams = append(req.Teams, tm.Name)
		}
	}
	if rapid.Bool().Draw(t, "all") {
		req.Users, req.Teams = nil, nil
	}
	req.Countries = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"US", "GB", "CA", "DE", "FR", "AU", "BE", "RO", "CH"}), 0, 4, rapid.ID).Draw(t, "countries")
	return req
}

// day is the billing day of an instant in a zone, by the standard library.
func (w *twin) day(at when.Instant, zone *time.Location) when.Day {
	local := time.UnixMicro(int64(at - w.own.Cutoff)).In(zone)
	return when.DayOf(local.Year(), int(local.Month()), local.Day())
}

func mustLocation(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// item is one charge and where it belongs.
type item struct {
	table  string // "" for what no table holds
	kind   usage.Kind
	row    string
	teams  string
	column string
	amount money.Amount
	counts bool // is asked for
	agent  bool // has one
}

// items are the charges of a request's period.
func (w *twin) items(req report.Request) (items []item) {
	account := mustLocation(w.own.Zone)
	zone := account
	if req.Zone != "" {
		zone = mustLocation(req.Zone)
	}
	for i := range w.calls {
		c, ch := &w.calls[i], &w.charges[i]
		if d := w.day(ch.BilledAt, zone); d < req.Days.From || d > req.Days.To {
			continue
		}
		it := item{kind: c.Kind, row: w.userName(c.Agent), teams: w.teamsOf(w.userTeams[c.Agent], req.Days), column: "Other",
			counts: w.counts(req, c, w.day(ch.BilledAt, account)), agent: c.Agent != 0}
		if slices.Contains(req.Countries, c.Country.String()) {
			it.column = c.Country.String()
		}
		if ch.AMD != 0 {
			amd := it
			amd.table, amd.amount = "amd", ch.AMD
			items = append(items, amd)
		}
		if ch.Status != usage.Rated || ch.Billed-ch.Bundle <= 0 {
			if ch.Amount != 0 {
				panic("a call without charged seconds costs something: the twin has to learn of it")
			}
			continue
		}
		it.amount = ch.Amount
		switch c.Kind {
		case usage.Manual, usage.ClickToCall:
			it.table = "manual"
		case usage.Dialer:
			it.table, it.row, it.teams = "dialer", w.campaignName(c.Campaign), w.teamsOf(w.campaignTeams[c.Campaign], req.Days)
		}
		items = append(items, it)
	}
	return items
}

// counts tells whether a call is asked for.
func (w *twin) counts(req report.Request, c *usage.Call, day when.Day) bool {
	if len(req.Users)+len(req.Teams) == 0 {
		return true
	}
	for _, u := range w.users {
		if u.ID == c.Agent && slices.Contains(req.Users, u.Username) {
			return true
		}
	}
	ms := w.userTeams[c.Agent]
	if c.Agent == 0 {
		ms = w.campaignTeams[c.Campaign]
	}
	for _, m := range ms {
		if slices.Contains(req.Teams, w.teamName(m.Team)) && m.From <= day && (m.To == 0 || m.To >= day) {
			return true
		}
	}
	return false
}

func (w *twin) userName(id tenant.UserID) string {
	if id == 0 {
		return "(no agent)"
	}
	name := func(u tenant.User) string {
		if u.Display == "" {
			return u.Username
		}
		return u.Display
	}
	i := slices.IndexFunc(w.users, func(u tenant.User) bool { return u.ID == id })
	for k, other := range w.users {
		if k != i && name(other) == name(w.users[i]) {
			return name(w.users[i]) + " (" + w.users[i].Username + ")"
		}
	}
	return name(w.users[i])
}

func (w *twin) campaignName(id tenant.CampaignID) string {
	for _, c := range w.campaigns {
		if c.ID == id {
			return c.Code
		}
	}
	return "(no campaign)"
}

func (w *twin) teamName(id tenant.TeamID) string {
	return w.teams[slices.IndexFunc(w.teams, func(t tenant.Team) bool { return t.ID == id })].Name
}

func (w *twin) teamsOf(ms []tenant.Membership, days when.Days) string {
	var names []string
	for _, m := range ms {
		for d := days.From; d <= days.To; d = d.Add(1) {
			if m.From <= d && (m.To == 0 || d <= m.To) && !slices.Contains(names, w.teamName(m.Team)) {
				names = append(names, w.teamName(m.Team))
			}
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// lines are the rows, totals and notes of the answer to req: each row as its
// table, first column, teams and amounts.
func (w *twin) lines(req report.Request) (out []string) {
	columns := []string{"Total"}
	if len(req.Countries) > 0 {
		columns = append(append(columns, req.Countries...), "Other")
	}
	items := w.items(req)
	for _, name := range []string{"manual", "dialer", "amd"} {
		rows := map[string]map[string]money.Amount{}
		add := func(key, column string, a money.Amount) {
			if rows[key] == nil {
				rows[key] = map[string]money.Amount{}
			}
			rows[key][column] += a
		}
		total, loose := name+"|Total|", money.Amount(0)
		add(total, "Total", 0)
		for _, it := range items {
			if it.table != name || !it.counts {
				if it.table == name && !it.agent {
					loose += it.amount
				}
				continue
			}
			for _, key := range []string{name + "|" + it.row + "|" + it.teams, total} {
				add(key, it.column, it.amount)
				add(key, "Total", it.amount)
			}
		}
		var keys []string
		for key := range rows {
			if key != total {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range append(keys, total) {
			line := key
			for _, column := range columns {
				line += fmt.Sprintf("|%s %s", column, rows[key][column])
			}
			out = append(out, line)
		}
		if loose != 0 {
			out = append(out, name+" loose "+loose.String())
		}
	}
	return out
}

// lines are what a result has to compare with the twin's.
func lines(res *report.Result) (out []string) {
	for _, t := range res.Tables {
		for _, row := range append(slices.Clone(t.Rows), t.Totals) {
			line := t.Name + "|" + row[0].S + "|" + row[1].S
			for i := 2; i < len(row); i++ {
				line += fmt.Sprintf("|%s %s", t.Columns[i].Name, money.Amount(row[i].N))
			}
			out = append(out, line)
		}
		for _, n := range t.Notes {
			out = append(out, t.Name+" loose "+amounts(n)[0].String())
		}
	}
	return out
}

// amounts are those that a note states.
func amounts(note string) (as []money.Amount) {
	for word := range strings.FieldsSeq(note) {
		if a, err := money.ParseAmount(word); err == nil {
			as = append(as, a)
		}
	}
	return as
}

// TestBillingAddsUp: rows are the sum of their columns, totals that of their
// rows, and the tables with what the notes state are all charges of the period.
func TestBillingAddsUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		own := fill(t, s, sample.New(small()), 0)[0]
		w := newTwin(t, s, own)
		billing, err := report.Find("billing")
		must(t, err)
		rapid.Check(t, func(rt *rapid.T) {
			req := w.draw(rt)
			req.Users, req.Teams = nil, nil
			res, err := billing.Run(t.Context(), s, req)
			if err != nil {
				rt.Fatal(err)
			}
			var sum, want money.Amount
			for _, tb := range res.Tables {
				checkSums(rt, &tb)
				sum += money.Amount(tb.Totals[2].N)
			}
			for _, n := range res.Notes {
				for _, a := range amounts(n) {
					sum += a
				}
			}
			for _, it := range w.items(req) {
				want += it.amount
			}
			if sum != want {
				rt.Errorf("%+v: the report accounts for %s of %s", req, sum, want)
			}
		})
	})
}

func checkSums(t *rapid.T, tb *table.Table) {
	for _, row := range append(slices.Clone(tb.Rows), tb.Totals) {
		var sum int64
		for _, v := range row[3:] {
			sum += v.N
		}
		if len(row) > 3 && sum != row[2].N {
			t.Errorf("%s: %v is not the sum of its countries", tb.Name, row)
		}
	}
	for i := 2; i < len(tb.Columns); i++ {
		var sum int64
		for _, row := range tb.Rows {
			sum += row[i].N
		}
		if sum != tb.Totals[i].N {
			t.Errorf("%s: column %s has the total %d, its rows %d", tb.Name, tb.Columns[i].Name, tb.Totals[i].N, sum)
		}
	}
}
