package report

import (
	"fmt"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

var _ = register(&Report{
	Name:  "billing",
	Title: "Billing report",
	About: "What calls were charged in the period, by agent, campaign and country. " +
		"A call counts when it was billed, which is when it ended, not when it started. It is not an invoice.",
	Parameters: []Parameter{Period, Zone, Users, Teams, Countries},
	fill:       fillBilling,
})

// fillBilling adds up the period and lays it out.
func fillBilling(tx *store.Tx, q *question, r *Result) error {
	f := newBillingFold(q)
	if err := q.figures(tx, f.add); err != nil {
		return err
	}
	agents, campaigns := agentHeads(q.roster), campaignHeads(q.roster)
	empty := true
	for _, one := range []struct {
		name, title, first string
		group              int
		heads              []billingHead
	}{
		{"manual", "Manual outbound + click-to-call", "Agent", manualCalls, agents},
		{"dialer", "Dialer campaigns", "Campaign ID", dialerCalls, campaigns},
		{"amd", "Answering Machine Detection", "Agent", detections, agents},
	} {
		t := f.frame(one.first)
		t.Name, t.Title = one.name, one.title
		if err := f.rows(&t, &f.groups[one.group], one.heads); err != nil {
			return err
		}
		empty = empty && len(t.Rows) == 0
		r.Tables = append(r.Tables, t)
	}
	if err := f.note(r); err != nil {
		return err
	}
	if !empty {
		return f.shares(r)
	}
	return f.whyEmpty(tx, r)
}

// billingHead is how a row begins, and the row's id in the fold.
type billingHead struct {
	id    int
	name  string
	teams []tenant.Membership
}

// agentHeads are nobody and the users by username, which stays the order of
// those who are shown alike.
func agentHeads(r *roster) []billingHead {
	heads := []billingHead{{0, noAgent, nil}}
	for _, u := range r.listed {
		heads = append(heads, billingHead{int(u.ID), r.users[u.ID], r.userTeams[u.ID]})
	}
	return heads
}

func campaignHeads(r *roster) (heads []billingHead) {
	for id, code := range r.campaigns {
		heads = append(heads, billingHead{id, code, r.campaignTeams[tenant.CampaignID(id)]})
	}
	return heads
}

// Where the columns stand that every table has.
const (
	billingTeam  = 1
	billingTotal = 2
)

// frame is a table without rows.
func (f *billingFold) frame(first string) table.Table {
	t := table.Table{Currency: f.q.tenant.Currency, Zone: f.q.zone}
	t.Columns = []table.Column{{Name: first}, {Name: "Team"}, {Name: "Total", Kind: table.Money, Total: true}}
	if len(f.q.countries) == 0 {
		return t
	}
	for _, c := range f.q.countries {
		t.Columns = append(t.Columns, table.Column{Name: c.String(), Kind: table.Money, Total: true})
	}
	t.Columns = append(t.Columns, table.Column{Name: "Other", Kind: table.Money, Total: true})
	return t
}

// rows fills a table with what a group added up.
func (f *billingFold) rows(t *table.Table, g *billingGroup, heads []billingHead) error {
	for _, h := range heads {
		cells, total, shown, err := g.row(h.id, f.width)
		if err != nil {
			return err
		}
		if !shown {
			continue
		}
		row := append(make(table.Row, 0, len(t.Columns)), table.String(h.name), table.String(f.q.roster.teamsDuring(h.teams, f.q.days)), table.Amount(total))
		if len(f.q.countries) > 0 {
			for _, c := range cells {
				row = append(row, table.Amount(c))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if err := t.SortBy(t.Columns[0].Name); err != nil {
		return err
	}
	return t.AddUp()
}

// note states below the tables what is not in them, and what the report is not.
func (f *billingFold) note(r *Result) error {
	others := &f.groups[otherKinds]
	kinds := make([]money.Amount, len(others.charged)) // by kind
	noted := []money.Amount{others.loose}
	for k := range kinds {
		_, total, _, err := others.row(k, f.width)
		if err != nil {
			return err
		}
		kinds[k] = total
		noted = append(noted, total)
	}
	tables := []int{manualCalls, dialerCalls, detections}
	for _, g := range tables {
		noted = append(noted, f.groups[g].loose)
	}
	decimals := r.fitDecimals(noted...)
	in := func(a money.Amount) string { return a.Format(decimals) + " " + string(r.Currency) }
	for i, g := range tables {
		if loose := f.groups[g].loose; loose != 0 {
			r.Tables[i].Notes = append(r.Tables[i].Notes, "Not attributed, because no agent took the calls: "+in(loose)+".")
		}
	}

	r.note("The report adds up charges by the time billed, not the time started. It is not an invoice.")
	if f.q.zone.Name() != f.q.account.Name() {
		r.note("The days are those of %s; the account is billed by those of %s.", f.q.zone, f.q.account)
	}
	var parts []string
	for _, k := range append(usage.Kinds(), usage.NoKind) {
		if kinds[k] != 0 || others.charged[k] > 0 {
			parts = append(parts, kindWord(k)+" "+in(kinds[k]))
		}
	}
	if others.loose != 0 {
		parts = append(parts, "not attributed, because no agent took the calls, "+in(others.loose))
	}
	if len(parts) > 0 {
		whose := ""
		if f.q.picked.any {
			whose = " of the selected users and teams"
		}
		r.note("Charges%s of kinds of calls that no table holds: %s.", whose, strings.Join(parts, ", "))
	}
	return nil
}

func kindWord(k usage.Kind) string {
	if k == usage.NoKind {
		return "of no stated kind"
	}
	return k.String()
}

// whyEmpty says why no table has a row.
func (f *billingFold) whyEmpty(tx *store.Tx, r *Result) error {
	switch {
	case f.calls == 0:
		r.Empty = "No call was billed in the period."
		return nil
	case f.charged > 0 && f.q.picked.any:
		r.Empty = "No call of the selected users and teams was charged in the period."
		return nil
	case f.charged > 0:
		r.Empty = "No manual, click-to-call or dialer call was charged in the period."
		return nil
	}
	suspended := int64(0)
	err := f.q.charges(tx, func(_ *usage.Call, ch *usage.Charge) error {
		if ch.Status == usage.Suspended {
			suspended++
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch suspended {
	case 0:
		r.Empty = fmt.Sprintf("There are calls in the period (%d), but none of them was charged.", f.calls)
	case f.calls:
		r.Empty = fmt.Sprintf("No call in the period is rated yet: all %d wait in suspense.", f.calls)
	default:
		r.Empty = fmt.Sprintf("There are calls in the period (%d), but none of them was charged; %d wait in suspense.", f.calls, suspended)
	}
	return nil
}
