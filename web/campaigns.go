package web

import (
	"net/http"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// campaignPage is what campaign.html shows: the form of one campaign.
type campaignPage struct {
	editPage
	ID    tenant.CampaignID // zero: a new one
	State tenant.State
}

// campaignBook is what pages about campaigns look at.
type campaignBook struct {
	campaigns []tenant.Campaign
	teams     []tenant.Team
	in        map[tenant.CampaignID][]tenant.Membership
	today     when.Day
}

func (s *Site) campaignBookOf(v *visit) (b *campaignBook, err error) {
	b = &campaignBook{}
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		b.today = v.today(tx.Now)
		if b.campaigns, err = tx.Campaigns(); err != nil {
			return err
		}
		if b.teams, err = tx.Teams(); err != nil {
			return err
		}
		b.in, err = tx.CampaignTeams()
		return err
	})
	return b, err
}

// teamsOf names the teams of a campaign today.
func (b *campaignBook) teamsOf(id tenant.CampaignID) []string {
	return app.TeamNames(b.teams, b.in[id], b.today)
}

// campaignState is the button that changes a campaign's state.
func campaignState(v *visit, c *tenant.Campaign, look string) button {
	if c.State == tenant.Unconfirmed {
		return button{Text: "Confirm", Said: c.Code, Path: v.at("campaigns/confirm"), Look: look, Posts: true, Hidden: map[string]string{"campaign": idText(c.ID)}}
	}
	text := map[tenant.State]string{tenant.Active: "Deactivate", tenant.Deactivated: "Reactivate"}[c.State]
	return button{Text: text, Said: c.Code, Path: v.at("campaigns/" + idText(c.ID) + "/state"), Look: look}
}

// campaignOf is the campaign that the address names; a new one where it names
// none.
func (s *Site) campaignOf(v *visit) (b *campaignBook, c *tenant.Campaign, err error) {
	if b, err = s.campaignBookOf(v); err != nil {
		return nil, nil, err
	}
	c, err = named(v, "campaign", b.campaigns, func(c *tenant.Campaign) tenant.CampaignID { return c.ID })
	return b, c, err
}

func (s *Site) editCampaign(w http.ResponseWriter, v *visit) error {
	b, c, err := s.campaignOf(v)
	if err != nil {
		return err
	}
	return s.showCampaign(w, v, b.form(v, c))
}

// form is the form of a campaign as it is kept.
func (b *campaignBook) form(v *visit, c *tenant.Campaign) *campaignPage {
	p := &campaignPage{ID: c.ID, State: c.State}
	p.Back, p.Submit = v.at("campaigns"), "Save"
	p.Fields = []*field{
		{Name: "campaign", Label: "Code", Value: c.Code, Required: true, Autofocus: c.ID == 0, Help: "As call records name the campaign."},
		{Name: "name", Label: "Name", Value: c.Name, Help: "As reports show it; without one they show the code."},
		{Name: "teams", Label: "New teams", Help: "Names of teams that are not there yet, separated by semicolons. They are made when you save."},
	}
	var ids []string
	for _, m := range b.in[c.ID] {
		if m.Holds(b.today) {
			ids = append(ids, idText(m.Team))
		}
	}
	p.Panels = []panel{teamPanel(b.teams, ids, false)}
	p.from(app.CampaignMark(c, b.teamsOf(c.ID)))
	if c.ID == 0 {
		p.Submit = "Add campaign"
		return p
	}
	p.Also = []button{campaignState(v, c, "")}
	return p
}

func (s *Site) putCampaign(w http.ResponseWriter, v *visit) error {
	b, c, err := s.campaignOf(v)
	if err != nil {
		return err
	}
	p := b.form(v, c)
	p.read(v.Request)
	put := app.PutCampaign{Tenant: v.tenant.ID, Was: v.PostFormValue(wasField), Did: v.person.Did("campaign.change", "")}
	put.Campaign = tenant.Campaign{ID: c.ID, State: c.State, Code: p.value("campaign"), Name: p.value("name")}
	put.Teams, p.Panels[0] = chosenTeams(v, b.teams, p.value("teams"))
	if _, err = s.app.PutCampaign(v.Context(), put); err != nil {
		if p.outdated(err, &b.form(v, c).editPage) {
			return s.showCampaign(w, v, p)
		}
		if !p.blame(err) {
			return err
		}
		for _, o := range b.campaigns {
			if one := p.field("campaign"); o.ID != c.ID && o.Code == put.Campaign.Code && one.Error != "" {
				one.Link, one.LinkText = v.at("campaigns/"+idText(o.ID)), "Open that campaign"
			}
		}
		return s.showCampaign(w, v, p)
	}
	s.auth.Put(v.Context(), "campaigns", "The campaign "+put.Campaign.Code+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

func (s *Site) showCampaign(w http.ResponseWriter, v *visit, p *campaignPage) error {
	title := "Edit campaign"
	if p.ID == 0 {
		title = "Add campaign"
	}
	s.show(w, v.Request, p.status(), "campaign", title, p)
	return nil
}

// askCampaignState asks before a campaign is deactivated or made active again.
func (s *Site) askCampaignState(w http.ResponseWriter, v *visit) error {
	b, c, err := s.campaignOf(v)
	if err != nil {
		return err
	}
	return b.askState(s, w, v, c, &confirmPage{})
}

func (b *campaignBook) askState(s *Site, w http.ResponseWriter, v *visit, c *tenant.Campaign, p *confirmPage) error {
	p.Action, p.Back = v.at("campaigns/"+idText(c.ID)+"/state"), v.at("campaigns/"+idText(c.ID))
	p.from(app.CampaignMark(c, b.teamsOf(c.ID)))
	if c.State == tenant.Deactivated {
		p.Hidden["to"], p.Do, p.Lines = tenant.Active.String(), "Reactivate", []string{"The campaign is listed among the active ones again, with the same teams."}
		return s.confirm(w, v, "Reactivate "+c.Code+"?", p)
	}
	p.Hidden["to"], p.Do, p.Danger = tenant.Deactivated.String(), "Deactivate", true
	p.Lines = []string{"Its calls and its name stay as they are, in every report.", "Calls that records give to this campaign are taken in and rated as before.", "You can reactivate it at any time."}
	return s.confirm(w, v, "Deactivate "+c.Code+"?", p)
}

func (s *Site) setCampaignState(w http.ResponseWriter, v *visit) error {
	b, c, err := s.campaignOf(v)
	if err != nil {
		return err
	}
	to, err := tenant.ParseState(v.PostFormValue("to"))
	if err != nil || to == tenant.Unconfirmed {
		return fault.New(fault.Invalid, "a campaign is made active or deactivated")
	}
	if c.State != to { // else it was sent twice
		put := app.PutCampaign{Tenant: v.tenant.ID, Campaign: *c, Teams: b.teamsOf(c.ID), Was: v.PostFormValue(wasField), Did: v.person.Did("campaign.change", "")}
		put.Campaign.State = to
		if _, err := s.app.PutCampaign(v.Context(), put); err != nil {
			p := &confirmPage{}
			if !p.blame(err) {
				return err
			}
			return b.askState(s, w, v, c, p)
		}
	}
	s.auth.Put(v.Context(), "campaigns", "The campaign "+c.Code+" is "+to.String()+".")
	http.Redirect(w, v.Request, v.at("campaigns"), http.StatusSeeOther)
	return nil
}

// askConfirmCampaigns asks before all campaigns whom only records have named are
// confirmed.
func (s *Site) askConfirmCampaigns(w http.ResponseWriter, v *visit) error {
	b, err := s.campaignBookOf(v)
	if err != nil {
		return err
	}
	p := &confirmPage{Action: v.at("campaigns/confirm"), Back: v.at("campaigns"), Do: "Confirm all of them", Lines: []string{"These campaigns were met in call records. They become active ones, as if you had added them."}}
	for _, c := range b.campaigns {
		if c.State == tenant.Unconfirmed {
			p.Names = append(p.Names, c.Code)
		}
	}
	if len(p.Names) == 0 {
		http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
		return nil
	}
	return s.confirm(w, v, "Confirm "+plural(int64(len(p.Names)), "campaign")+"?", p)
}

func (s *Site) confirmCampaigns(w http.ResponseWriter, v *visit) error {
	ids, err := postedID[tenant.CampaignID](v, "campaign")
	if err != nil {
		return err
	}
	n, err := s.app.ConfirmCampaigns(v.Context(), v.tenant.ID, ids, v.person.Did("campaign.confirm", ""))
	if err != nil {
		return err
	}
	s.auth.Put(v.Context(), "campaigns", plural(int64(n), "campaign")+" confirmed.")
	http.Redirect(w, v.Request, v.at("campaigns"), http.StatusSeeOther)
	return nil
}
