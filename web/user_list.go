package web

import (
	"html/template"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
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
	b.sign(logins)
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

// sign notes how those sign in who have a login.
func (b *userBook) sign(logins []auth.Login) {
	for _, l := range logins {
		b.Logins[l.User] = loginState(l.ID, l.SignedIn, l.Ready, l.Off)
	}
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

// userOrders are the orders of the list's columns.
var userOrders = []store.UserOrder{store.UsersByName, store.UsersByRole, store.UsersByTeams, store.UsersByState, store.UsersByLogin,
	store.UsersByUsername, store.UsersByEmail, store.UsersByExtension}

func (s *Site) userList(v *visit, much extent) (*listPage, error) {
	p := newList(v, "users", "Users and teams", v.at("users"))
	p.Tabs = userTabs(v, "users")
	p.About = "Who makes and takes calls, in which teams, and who can sign in. Agents need no login."
	p.heads("name: Name", "role: Role", "teams: Teams", "state: State", "login: Signs in", "username: Username", "email: E-mail", "extension: Extension")
	p.columns = []string{"username", "email", "display_name", "teams", "state", "role", "extension"}
	p.Empty = empty{Title: "No users yet", Text: "Add one, import a CSV file of them below, or import calls: agents whom records name are listed here until you confirm them."}
	b, unconfirmed, err := s.listedUsers(v, p, much)
	if err != nil {
		return nil, err
	}
	may := v.may(peoplers...)
	for i := range b.Users {
		p.Rows = append(p.Rows, b.row(v, &b.Users[i], may))
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

// listedUsers reads of the users those whom the list shows, with their teams and,
// for a page, their logins; and how many there are whom nobody has confirmed.
func (s *Site) listedUsers(v *visit, p *listPage, much extent) (b *userBook, unconfirmed int, err error) {
	b = &userBook{Logins: map[tenant.UserID]loginView{}}
	var ids []tenant.UserID
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		b.today = v.today(tx.Now)
		if b.Teams, err = tx.Teams(); err != nil {
			return err
		}
		column, _ := p.by()
		f := b.userFilter(v, p)
		f.By = userOrders[column]
		all, err := tx.CountUsers(store.UserFilter{})
		if err != nil {
			return err
		}
		found, err := tx.CountUsers(f)
		if err != nil {
			return err
		}
		p.pick(&f.Listing, much, all, found)
		if unconfirmed, err = tx.CountUsers(store.UserFilter{Listing: store.Listing{States: []tenant.State{tenant.Unconfirmed}}}); err != nil {
			return err
		}
		if b.Users, err = tx.FindUsers(f); err != nil || len(b.Users) == 0 {
			return err
		}
		if much == onePage {
			for i := range b.Users {
				ids = append(ids, b.Users[i].ID)
			}
		}
		b.in, err = tx.UserTeams(ids...)
		return err
	})
	if err != nil || len(ids) == 0 {
		return b, unconfirmed, err
	}
	logins, err := s.auth.Logins(v.Context(), v.person, ids...)
	b.sign(logins)
	return b, unconfirmed, err
}

// userFilter offers the filters of the list, and reads what is chosen of them.
func (b *userBook) userFilter(v *visit, p *listPage) (f store.UserFilter) {
	var roles, teams []choice
	for r := tenant.Agent; r <= tenant.Admin; r++ {
		roles = append(roles, choice{Value: r.String(), Label: plainCapital(r.String())})
	}
	for _, t := range b.Teams {
		teams = append(teams, choice{Value: idText(t.ID), Label: t.Name})
	}
	f.Day, f.Text = b.today, p.Search
	f.States = statesOf(p.filter(v, "state", "State", stateChoices()...))
	if role := p.filter(v, "role", "Role", roles...); role != "" {
		f.Roles = []tenant.Role{tenant.Role(slices.IndexFunc(roles, func(c choice) bool { return c.Value == role }))}
	}
	team := p.filter(v, "team", "Team", teams...)
	for _, t := range b.Teams {
		if idText(t.ID) == team {
			f.Team = t.ID
		}
	}
	return f
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
