package web

import (
	"strings"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// campaignOrders are the orders of the list's columns.
var campaignOrders = []store.CampaignOrder{store.CampaignsByCode, store.CampaignsByName, store.CampaignsByTeams, store.CampaignsByState}

func (s *Site) campaignList(v *visit, much extent) (*listPage, error) {
	p := newList(v, "campaigns", "Campaigns", v.at("campaigns"))
	p.About = "Runs of calls with a purpose of their own, as call records name them. A campaign can have a rate card of its own."
	p.heads("code: Campaign", "name: Name", "teams: Teams", "state: State")
	p.columns = []string{"campaign", "name", "teams", "state"}
	p.Empty = empty{Title: "No campaigns yet", Text: "Add one, import a CSV file of them below, or import calls: campaigns that records name are listed here until you confirm them."}
	b, unconfirmed, err := s.listedCampaigns(v, p, much)
	if err != nil {
		return nil, err
	}
	may := v.may(peoplers...)
	for i := range b.campaigns {
		p.Rows = append(p.Rows, b.row(v, &b.campaigns[i], may))
	}
	if may {
		p.Buttons = []button{{Text: "Add campaign", Path: v.at("campaigns/new"), Look: "btn-primary"}}
		p.Take = &takeForm{At: v.at("campaigns/import"), Columns: strings.Join(p.columns, ", ")}
		if unconfirmed > 0 {
			p.Waiting = &waiting{Text: plural(int64(unconfirmed), "campaign") + " met in call records: nobody has confirmed them yet.", Show: v.at("campaigns") + "?state=unconfirmed", Confirm: v.at("campaigns/confirm")}
		}
	}
	return p, nil
}

// listedCampaigns reads of the campaigns those that the list shows, with their
// teams; and how many there are that nobody has confirmed.
func (s *Site) listedCampaigns(v *visit, p *listPage, much extent) (b *campaignBook, unconfirmed int, err error) {
	b = &campaignBook{}
	column, _ := p.by()
	f := store.CampaignFilter{By: campaignOrders[column]}
	f.States = statesOf(p.filter(v, "state", "State", stateChoices()...))
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		b.today = v.today(tx.Now)
		f.Day, f.Text = b.today, p.Search
		all, err := tx.CountCampaigns(store.CampaignFilter{})
		if err != nil {
			return err
		}
		found, err := tx.CountCampaigns(f)
		if err != nil {
			return err
		}
		p.pick(&f.Listing, much, all, found)
		if unconfirmed, err = tx.CountCampaigns(store.CampaignFilter{Listing: store.Listing{States: []tenant.State{tenant.Unconfirmed}}}); err != nil {
			return err
		}
		if b.campaigns, err = tx.FindCampaigns(f); err != nil || len(b.campaigns) == 0 {
			return err
		}
		if b.teams, err = tx.Teams(); err != nil {
			return err
		}
		var ids []tenant.CampaignID
		if much == onePage {
			for i := range b.campaigns {
				ids = append(ids, b.campaigns[i].ID)
			}
		}
		b.in, err = tx.CampaignTeams(ids...)
		return err
	})
	return b, unconfirmed, err
}

// row is a campaign's line in the list.
func (b *campaignBook) row(v *visit, c *tenant.Campaign, may bool) listRow {
	teams, code := b.teamsOf(c.ID), textCell(c.Code)
	if may {
		code = linkCell(c.Code, v.at("campaigns/"+idText(c.ID)))
	}
	r := listRow{
		Cells:  []listCell{code, textCell(c.Name), textCell(strings.Join(teams, ", ")), htmlCell(stateBadge(c.State), int64(c.State))},
		record: []string{c.Code, c.Name, strings.Join(teams, "; "), c.State.String()},
	}
	if may {
		r.Actions = append([]button{{Text: "Edit", Said: c.Code, Path: v.at("campaigns/" + idText(c.ID)), Look: "btn-sm"}}, campaignState(v, c, "btn-sm"))
	}
	return r
}
