package app

import (
	"context"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// PutCampaign says what one campaign of a tenant is to be.
type PutCampaign struct {
	Tenant   tenant.ID
	Campaign tenant.Campaign // one whose ID is zero is added
	Teams    []string        // all teams from today's billing day on; made where there is none of the name
	Was      string          // CampaignMark of what it was made from; empty: whatever it is by now
	Did      store.Activity  // who does it; PutCampaign fills in the rest
}

// CampaignMark stands for a campaign with its teams as they are.
func CampaignMark(c *tenant.Campaign, teams []string) string { return mark(campaignText(c, teams)) }

// PutCampaign adds or changes a campaign with its teams, in one transaction that
// the tenant's activity tells of; what is the same as before is no change. All
// mistakes come at once as fault.Inputs, by the columns of ImportCampaigns. A
// campaign that is not there is NotFound, one that somebody else has changed
// ErrStale.
func (a *App) PutCampaign(ctx context.Context, o PutCampaign) (c tenant.Campaign, err error) {
	err = a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		c = o.Campaign // a transaction may run more than once
		return putCampaign(tx, &o, &c)
	})
	return c, fault.Wrap("put campaign", err)
}

func putCampaign(tx *store.Tx, o *PutCampaign, c *tenant.Campaign) error {
	all, err := tx.Campaigns()
	if err != nil {
		return err
	}
	var old *tenant.Campaign
	for i := range all {
		if c.ID != 0 && all[i].ID == c.ID {
			old = &all[i]
		}
	}
	if c.ID != 0 && old == nil {
		return fault.New(fault.NotFound, "there is no campaign %d", c.ID)
	}
	book, err := openTeams(tx)
	if err != nil {
		return err
	}
	in, err := tx.CampaignTeams()
	if err != nil {
		return err
	}
	before := TeamNames(book.teams, in[c.ID], book.day)
	if old != nil && o.Was != "" && o.Was != CampaignMark(old, before) {
		return ErrStale
	}
	if err := checkCampaign(c, o.Teams, all); err != nil {
		return err
	}
	if old == nil || *old != *c {
		if err := tx.PutCampaign(c); err != nil {
			return err
		}
	}
	r := &roster{o: &ImportTable{}, done: &TableImported{}}
	ids, err := r.teamIDs(tx, o.Teams)
	if err != nil {
		return err
	}
	moved, err := tx.SetTeamsOfCampaigns(map[tenant.CampaignID][]tenant.TeamID{c.ID: ids}, book.day)
	if err != nil || len(moved) == 0 && old != nil && *old == *c {
		return err
	}
	did := o.Did
	did.What, did.About, did.After = "campaign.add", c.Code, campaignText(c, o.Teams)
	if old != nil {
		did.What, did.Before = "campaign.change", campaignText(old, before)
	}
	return tx.Log(did)
}

// checkCampaign notes what cannot be beside the field that says it.
func checkCampaign(c *tenant.Campaign, teams []string, all []tenant.Campaign) error {
	var is fault.Inputs
	wrong := func(column int, value, reason string) {
		is = append(is, fault.Input{Field: campaignColumns[column], Value: fault.Cut(value), Reason: reason})
	}
	if c.Code == "" {
		wrong(campaignCode, "", "is required")
	} else if err := tenant.CheckName("campaign", c.Code); err != nil {
		wrong(campaignCode, c.Code, err.Error())
	}
	if c.Name != "" {
		if err := tenant.CheckName("campaign name", c.Name); err != nil {
			wrong(campaignName, c.Name, err.Error())
		}
	}
	for _, name := range teams {
		if err := tenant.CheckName("team", name); err != nil {
			wrong(campaignTeams, name, err.Error())
			break
		}
	}
	if slices.ContainsFunc(all, func(o tenant.Campaign) bool { return o.ID != c.ID && o.Code == c.Code }) {
		wrong(campaignCode, c.Code, "another campaign has this code")
	}
	return is.Err()
}

// campaignText is a campaign as the activity tells of it.
func campaignText(c *tenant.Campaign, teams []string) string {
	parts := []string{c.Code, c.State.String()}
	if c.Name != "" {
		parts = append(parts, c.Name)
	}
	if len(teams) > 0 {
		parts = append(parts, "teams "+strings.Join(teams, "; "))
	}
	return strings.Join(parts, ", ")
}
