package report

import (
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// What stands in the place of a name that a call does not have.
const (
	noAgent    = "(no agent)"
	noCampaign = "(no campaign)"
)

// roster is who is who in a tenant: users, teams and campaigns, those that are
// deactivated too.
type roster struct {
	listed        []tenant.User // by username
	users         []string      // how each is shown, by id; at 0 is noAgent
	campaigns     []string      // codes, by id; at 0 is noCampaign
	teams         []tenant.Team // by name
	userTeams     map[tenant.UserID][]tenant.Membership
	campaignTeams map[tenant.CampaignID][]tenant.Membership
}

func readRoster(tx *store.Tx) (r *roster, err error) {
	r = new(roster)
	if r.listed, err = tx.Users(); err != nil {
		return nil, err
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return nil, err
	}
	if r.teams, err = tx.Teams(); err != nil {
		return nil, err
	}
	if r.userTeams, err = tx.UserTeams(); err != nil {
		return nil, err
	}
	if r.campaignTeams, err = tx.CampaignTeams(); err != nil {
		return nil, err
	}
	r.users = shownNames(r.listed)
	r.campaigns = []string{noCampaign}
	for _, c := range campaigns {
		r.campaigns = put(r.campaigns, int(c.ID), c.Code)
	}
	return r, nil
}

// shownNames is how each user is shown, by id: the name, and behind it the
// username where somebody else has the same name.
func shownNames(users []tenant.User) []string {
	bearers := map[string]int{noAgent: 1}
	for i := range users {
		bearers[users[i].Name()]++
	}
	shown := []string{noAgent}
	for i := range users {
		name := users[i].Name()
		if bearers[name] > 1 {
			name += " (" + users[i].Username + ")"
		}
		shown = put(shown, int(users[i].ID), name)
	}
	return shown
}

// put sets list[i], growing the list as needed: ids count from 1 within a
// tenant, so lists by id have no holes to speak of.
func put(list []string, i int, s string) []string {
	if i >= len(list) {
		list = append(list, make([]string, i+1-len(list))...)
	}
	list[i] = s
	return list
}

// teamsDuring lists the teams of memberships that hold on any of the days, by
// name.
func (r *roster) teamsDuring(ms []tenant.Membership, days when.Days) string {
	var names []string
	for _, t := range r.teams {
		if slices.ContainsFunc(ms, func(m tenant.Membership) bool { return m.Team == t.ID && m.Touches(days) }) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ", ")
}

// userAdvice helps somebody who gave a display name, an e-mail address or
// other letters than the username has.
func (r *roster) userAdvice(name string) string {
	for _, u := range r.listed {
		if strings.EqualFold(u.Username, name) || strings.EqualFold(u.Display, name) || strings.EqualFold(u.Email, name) {
			return "did you mean " + strconv.Quote(u.Username) + "?"
		}
	}
	return "users are chosen by username, as call records name the agent"
}

func (r *roster) teamAdvice(name string) string {
	if len(r.teams) == 0 {
		return "there are no teams yet: import users with a column teams"
	}
	var names []string
	for _, t := range r.teams {
		if strings.EqualFold(t.Name, name) {
			return "did you mean " + strconv.Quote(t.Name) + "?"
		}
		names = append(names, strconv.Quote(t.Name))
	}
	const shown = 10
	if len(names) > shown {
		names = append(names[:shown], "…")
	}
	return "there is " + strings.Join(names, ", ")
}
