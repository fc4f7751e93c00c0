package report

import (
	"fmt"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
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
	empty := true
	for _, lay := range []func() (table.Table, error){f.manual, f.dialer, f.detection} {
		t, err := lay()
		if err != nil {
			return err
		}
		empty = empty && len(t.Rows) == 0
		r.Tables = append(r.Tables, t)
	}
	if err := f.notes(r); err != nil || !empty {
		return err
	}
	return f.whyEmpty(tx, r)
}

func (f *billingFold) manual() (table.Table, error) {
	t := f.frame("manual", "Manual outbound + click-to-call", "Agent")
	return t, f.agentRows(&t, &f.groups[manualCalls])
}

func (f *billingFold) detection() (table.Table, error) {
	t := f.frame("amd", "Answering Machine Detection", "Agent")
	return t, f.agentRows(&t, &f.groups[detections])
}

func (f *billingFold) dialer() (table.Table, error) {
	t := f.frame("dialer", "Dialer campaigns", "Campaign ID")
	g, roster := &f.groups[dialerCalls], f.q.roster
	for id, code := range roster.campaigns {
		teams := roster.campaignTeams[tenantCampaign(id)]
		if err := f.put(&t, g, id, head{code, teams}); err != nil {
			return t, err
		}
	}
	return t, finish(&t)
}

// agentRows puts in (no agent) and the users by username, which is the order of
// those who are shown alike.
func (f *billingFold) agentRows(t *table.Table, g *billingGroup) error {
	roster := f.q.roster
	if err := f.put(t, g, 0, head{noAgent, nil}); err != nil {
		return err
	}
	for _, u := range roster.listed {
		if err := f.put(t, g, int(u.ID), head{roster.users[u.ID], roster.userTeams[u.ID]}); err != nil {
			return err
		}
	}
	return finish(t)
}
