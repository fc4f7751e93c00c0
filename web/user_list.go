package web

import (
	"html/template"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// userBook is what pages about users look at.
type userBook struct {
	Users  []tenant.User
	Teams  []tenant.Team
	in     map[tenant.UserID][]tenant.Membership
	today  when.Day // the billing day
	Logins map[tenant.UserID]loginView
}

// loginView is how somebody signs in.
type loginView struct {
	ID    int64
	State string
	Tone  string
}

// userBookOf reads it.
func (s *Site) userBookOf(v *visit) (*userBook, error) {
	logins, err := s.auth.Logins(v.Context(), v.person)
	if err != nil {
		return nil, err
	}
	b := &userBook{Logins: map[tenant.UserID]loginView{}}
	for _, l := range logins {
		b.Logins[l.User] = loginState(l.ID, l.SignedIn, l.Ready, l.Off)
	}
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		b.today = v.today(tx.Now)
		if b.Users, err = tx.Users(); err != nil {
			return err
		}
		if b.Teams, err = tx.Teams(); err != nil {
			return err
		}
		b.in, err = tx.UserTeams()
		return err
	})
	return b, err
}

// today is the tenant's billing day at now.
func (v *visit) today(now when.Instant) when.Day { return v.zone.Day(now - v.tenant.Cutoff) }

func loginState(id int64, last when.Instant, ready, off bool) loginView {
	switch {
	case off:
		return loginView{id, "locked out", "tone-quiet"}
	case !ready:
		return loginView{id, "no password yet", "tone-wait"}
	case last.IsZero():
		return loginView{id, "not yet signed in", "tone-good"}
	}
	return loginView{id, "last on " + last.UTCDay().String(), "tone-good"}
}

// userTabs are the lists of people.
func userTabs(v *visit, here string) []button {
	return []button{
		{Text: "Users", Path: v.at("users"), Here: here == "users"},
		{Text: "Teams", Path: v.at("teams"), Here: here == "teams"},
	}
}

func (s *Site) userList(v *visit) (*listPage, error) {
	b, err := s.userBookOf(v)
	if err != nil {
		return nil, err
	}
	p := newList(v, "users", "Users and teams", v.at("users"))
	p.Tabs = userTabs(v, "users")
	p.About = "Who makes and takes calls, in which teams, and who can sign in. Agents need no login."
	p.heads("name: Name", "role: Role", "teams: Teams", "state: State", "login: Signs in", "username: Username", "email: E-mail", "extension: Extension")
	p.columns = []string{"username", "email", "display_name", "teams", "state", "role", "extension"}
	p.Empty = empty{Title: "No users yet", Text: "Add one, import a CSV file of them below, or import calls: agents whom records name are listed here until you confirm them."}
	var roles, teams []choice
	for r := tenant.Agent; r <= tenant.Admin; r++ {
		roles = append(roles, choice{Value: r.String(), Label: plainCapital(r.String())})
	}
	for _, t := range b.Teams {
		teams = append(teams, choice{Value: idText(t.ID), Label: t.Name})
	}
	state, role := p.filter(v, "state", "State", stateChoices()...), p.filter(v, "role", "Role", roles...)
	team := p.filter(v, "team", "Team", teams...)
	may, unconfirmed := v.may(peoplers...), 0
	for i := range b.Users {
		u := &b.Users[i]
		if u.State == tenant.Unconfirmed {
			unconfirmed++
		}
		p.add(b.row(v, u, may), state == "" || state == u.State.String(), role == "" || role == u.Role.String(), team == "" || b.isIn(u.ID, team))
	}
	if may {
		p.Buttons = []button{{Text: "Add user", Path: v.at("users/new"), Look: "btn-primary"}}
		p.Take = &takeForm{At: v.at("users/import"), Columns: strings.Join(p.columns, ", ")}
		if unconfirmed > 0 {
			p.Waiting = &waiting{
				Text: plural(int64(unconfirmed), "user") + " met in call records: they bear no fees until you confirm them.",
				Show: v.at("users") + "?state=unconfirmed", Confirm: v.at("users/confirm"),
			}
		}
	}
	return p, nil
}

func (b *userBook) isIn(u tenant.UserID, team string) bool {
	for _, m := range b.in[u] {
		if idText(m.Team) == team && m.Holds(b.today) {
			return true
		}
	}
	return false
}

// row is a user's line in the list.
func (b *userBook) row(v *visit, u *tenant.User, may bool) listRow {
	teams := app.TeamNames(b.Teams, b.in[u.ID], b.today)
	name, login := textCell(u.Name()), htmlCell("", 0)
	if may {
		name = linkCell(u.Name(), v.at("users/"+idText(u.ID)+"/edit"))
	}
	if l, has := b.Logins[u.ID]; has && u.State == tenant.Active {
		login = htmlCell(template.HTML(`<span class="badge `+l.Tone+`">`+template.HTMLEscapeString(l.State)+`</span>`), 1)
	}
	r := listRow{
		Cells: []listCell{name, wordCell(u.Role.String()), textCell(strings.Join(teams, ", ")), htmlCell(stateBadge(u.State), int64(u.State)), login,
			textCell(u.Username), textCell(u.Email), wordCell(u.Extension)},
		record: []string{u.Username, u.Email, u.Display, strings.Join(teams, "; "), u.State.String(), u.Role.String(), u.Extension},
	}
	if !may {
		return r
	}
	at := v.at("users/" + idText(u.ID))
	r.Actions = append(r.Actions, button{Text: "Edit", Said: u.Name(), Path: at + "/edit", Look: "btn-sm"})
	switch u.State {
	case tenant.Active:
		r.Actions = append(r.Actions, button{Text: "Sign-in", Said: "of " + u.Name(), Path: at + "/login", Look: "btn-sm"})
	case tenant.Deactivated:
		r.Actions = append(r.Actions, button{Text: "Reactivate", Said: u.Name(), Path: at + "/state?to=active", Look: "btn-sm"})
	case tenant.Unconfirmed:
		r.Actions = append(r.Actions, button{Text: "Confirm", Said: u.Name(), Path: v.at("users/confirm"), Look: "btn-sm", Posts: true, Hidden: map[string]string{"user": idText(u.ID)}})
	}
	return r
}
