package app

import (
	"context"
	"slices"
	"strings"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// The columns of a file of campaigns.
const (
	campaignCode = iota
	campaignName
	campaignTeams
	campaignState
)

var campaignColumns = []string{"campaign", "name", "teams", "state"}

// ImportCampaigns takes in a CSV file with the columns campaign (its code, as
// call records name it), name, teams (separated by semicolons), which are made on
// the way, and state. A campaign that was met in call records only becomes an
// active one unless its state is said; an empty cell says nothing. All mistakes come at once as fault.Inputs, and then nothing is
// kept.
func (a *App) ImportCampaigns(ctx context.Context, o ImportTable) (*TableImported, error) {
	return a.importTable(ctx, "campaigns", &o, campaignColumns, (*roster).campaigns)
}

func (r *roster) campaigns(tx *store.Tx) error {
	had, err := tx.Campaigns()
	if err != nil {
		return err
	}
	byCode := make(map[string]tenant.Campaign, len(had))
	for _, c := range had {
		byCode[c.Code] = c
	}
	t := r.table
	campaigns := make([]tenant.Campaign, len(t.rows))
	teams := make([][]string, len(t.rows))
	seen := map[string]int64{}
	for i := range t.rows {
		row := &t.rows[i]
		t.once(seen, row, campaignCode)
		c := byCode[row.cells[campaignCode]]
		c.Code = row.cells[campaignCode]
		if c.State == tenant.Unconfirmed {
			c.State = tenant.Active
		}
		if text := row.cells[campaignState]; text != "" {
			var err error
			if c.State, err = tenant.ParseState(strings.ToLower(text)); err != nil {
				t.wrong(row, campaignState, "is not a state", "want active, deactivated or unconfirmed")
			}
		}
		if t.has(campaignName) {
			c.Name = row.cells[campaignName]
		}
		if c.Code != "" {
			if err := tenant.CheckName("campaign", c.Code); err != nil {
				t.wrong(row, campaignCode, err.Error(), "")
			}
		}
		if c.Name != "" && t.has(campaignName) {
			if err := tenant.CheckName("campaign name", c.Name); err != nil {
				t.wrong(row, campaignName, err.Error(), "")
			}
		}
		campaigns[i], teams[i] = c, t.teamNames(row, campaignTeams)
	}
	if err := t.err(); err != nil {
		return err
	}
	return r.keepCampaigns(tx, campaigns, teams, byCode)
}

// keepCampaigns writes what has changed.
func (r *roster) keepCampaigns(tx *store.Tx, campaigns []tenant.Campaign, teams [][]string, had map[string]tenant.Campaign) error {
	changes := make([]change, len(campaigns))
	wanted := make(map[tenant.CampaignID][]tenant.TeamID, len(campaigns))
	for i := range campaigns {
		c := &campaigns[i]
		if old, there := had[c.Code]; !there || old != *c {
			changes[i] = added
			if there {
				changes[i] = changed
			}
			if err := tx.PutCampaign(c); err != nil {
				return err
			}
		}
		if r.table.has(campaignTeams) {
			ids, err := r.teamIDs(tx, teams[i])
			if err != nil {
				return err
			}
			wanted[c.ID] = ids
		}
	}
	day, err := r.from(tx.Now)
	if err != nil {
		return err
	}
	moved, err := tx.SetTeamsOfCampaigns(wanted, day)
	if err != nil {
		return err
	}
	for i := range campaigns {
		if _, found := slices.BinarySearch(moved, campaigns[i].ID); found {
			changes[i] = max(changes[i], changed)
		}
	}
	r.done.tally(changes)
	return nil
}
