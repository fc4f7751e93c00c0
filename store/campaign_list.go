package store

import "tollkeeper/core/tenant"

// CampaignOrder is what a list of campaigns is sorted by; those that are the
// same in it stand by their codes.
type CampaignOrder uint8

// The orders.
const (
	CampaignsByCode CampaignOrder = iota
	CampaignsByName
	CampaignsByTeams
	CampaignsByState
)

// CampaignFilter says which campaigns are looked for, and in what order; its
// zero is all of them by code. The text of its listing is looked for in codes,
// names and teams.
type CampaignFilter struct {
	Listing
	By CampaignOrder
}

func (f *CampaignFilter) ask() *asking {
	q := new(asking)
	f.common(q, []string{"m.code_folded", "m.name_folded"}, "team_campaign", "campaign_id")
	return q
}

// FindCampaigns lists campaigns.
func (tx *Tx) FindCampaigns(f CampaignFilter) ([]tenant.Campaign, error) {
	q := f.ask()
	by, join := "m.code_folded", ""
	switch f.By {
	case CampaignsByName:
		by = "m.name_folded"
	case CampaignsByTeams:
		by, join = "COALESCE(j.names, '')", ` LEFT JOIN `+f.teamNames(q, "team_campaign", "campaign_id")+` j ON j.who = m.id`
	case CampaignsByState:
		by = "m.state"
	}
	end := f.order(q, by, "m.code")
	return tx.campaigns(`SELECT m.id, m.code, m.name, m.state FROM campaign m`+join+` WHERE m.tenant_id = $1`+q.where.String()+end,
		append([]any{tx.id()}, q.args...)...)
}

// CountCampaigns is how many there are, of whatever part of the list.
func (tx *Tx) CountCampaigns(f CampaignFilter) (n int, err error) {
	q := f.ask()
	err = tx.one([]any{&n}, `SELECT COUNT(*) FROM campaign m WHERE m.tenant_id = $1`+q.where.String(), append([]any{tx.id()}, q.args...)...)
	return n, err
}
