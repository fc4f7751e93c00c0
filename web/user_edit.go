package web

import (
	"net/http"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// editPage is what a page with the form of one thing shows.
type editPage struct {
	form
	Panels []panel
	Submit string
	Back   string   // address of the list
	Also   []button // what else can be done to it
}

// userPage is what user_edit.html shows: the form of one user.
type userPage struct {
	editPage
	State tenant.State
	ID    tenant.UserID // zero: a new one
}

// editUser shows the form, empty for a new user.
func (s *Site) editUser(w http.ResponseWriter, v *visit) error {
	b, u, err := s.userOf(v)
	if err != nil {
		return err
	}
	return s.showUser(w, v, b.form(v, u))
}

// userOf is the user that the address names; a new one where it names none.
func (s *Site) userOf(v *visit) (b *userBook, u *tenant.User, err error) {
	if b, err = s.userBookOf(v); err != nil {
		return nil, nil, err
	}
	u, err = named(v, "user", b.Users, func(u *tenant.User) tenant.UserID { return u.ID })
	return b, u, err
}

// teamsOf are the ids of the teams that somebody is in today.
func (b *userBook) teamsOf(u tenant.UserID) (ids []string) {
	for _, m := range b.in[u] {
		if m.Holds(b.today) {
			ids = append(ids, idText(m.Team))
		}
	}
	return ids
}

// form is the form of a user as it is kept.
func (b *userBook) form(v *visit, u *tenant.User) *userPage {
	p := &userPage{State: u.State, ID: u.ID}
	p.Back, p.Submit = v.at("users"), "Save"
	role := &field{Name: "role", Label: "Role", Type: "select", Value: u.Role.String(), Help: "What the user may see and do when signed in."}
	for r := tenant.Agent; r <= tenant.Admin; r++ {
		role.Of = append(role.Of, choice{Value: r.String(), Label: plainCapital(r.String())})
	}
	p.Fields = []*field{
		{Name: "username", Label: "Username", Value: u.Username, Required: true, Autofocus: u.ID == 0, Help: "As call records name the agent."},
		{Name: "display_name", Label: "Name", Value: u.Display, Help: "As reports show it; without one they show the username."},
		{Name: "email", Label: "E-mail", Type: "email", Value: u.Email},
		{Name: "extension", Label: "Extension", Value: u.Extension, Help: "Digits. Calls that name no agent find theirs by it."},
		role,
		{Name: "teams", Label: "New teams", Help: "Names of teams that are not among those below yet, separated by semicolons. They are made when you save."},
	}
	p.Panels = []panel{teamPanel(b.Teams, b.teamsOf(u.ID), false)}
	p.from(app.UserMark(u, app.TeamNames(b.Teams, b.in[u.ID], b.today)))
	at := v.at("users/" + idText(u.ID))
	switch {
	case u.ID == 0:
		p.Submit = "Add user"
	case u.State == tenant.Active:
		p.Also = []button{{Text: "Sign-in and sessions", Path: at + "/login"}, {Text: "Deactivate…", Path: at + "/state?to=deactivated"}}
	case u.State == tenant.Deactivated:
		p.Also = []button{{Text: "Reactivate…", Path: at + "/state?to=active"}}
	default:
		p.Also = []button{{Text: "Confirm", Path: v.at("users/confirm"), Posts: true, Hidden: map[string]string{"user": idText(u.ID)}}, {Text: "Deactivate…", Path: at + "/state?to=deactivated"}}
	}
	return p
}

// teamPanel offers teams to choose from; those of the ids are, or with all every
// one.
func teamPanel(teams []tenant.Team, ids []string, all bool) panel {
	p := panel{Name: "teams", Title: "Teams", Help: "Changes hold from today on; reports of earlier days keep the teams of those days."}
	l := panelList{Name: "teams", Title: "Teams", Field: "team", All: all, Empty: "There are no teams yet."}
	for _, t := range teams {
		l.add(panelOption{Value: idText(t.ID), Label: t.Name, Checked: slices.Contains(ids, idText(t.ID))})
	}
	p.put(l)
	return p
}

// chosenTeams reads a panel of teams and the names of new ones beside it.
func chosenTeams(v *visit, teams []tenant.Team, further string) (names []string, p panel) {
	ids, all := v.PostForm["team"], slices.Contains(v.PostForm["all"], "teams")
	p = teamPanel(teams, ids, all)
	for _, o := range p.Lists[0].Options {
		if o.Checked {
			names = append(names, o.Label)
		}
	}
	for _, name := range splitNames(further) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, p
}

// outdated is form's, and shows the teams that there are by now as well.
func (p *editPage) outdated(err error, now *editPage) bool {
	if !p.form.outdated(err, &now.form) {
		return false
	}
	for i := range p.Panels {
		if mine, theirs := p.Panels[i].chosen(), now.Panels[i].chosen(); mine != theirs {
			p.Panels[i].Now = theirs
		}
	}
	return true
}

// chosen lists what is checked in a panel.
func (p *panel) chosen() string {
	var names []string
	for _, l := range p.Lists {
		for _, o := range l.Options {
			if o.Checked {
				names = append(names, o.Label)
			}
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// putUser keeps what the form says, or shows it again with what is wrong.
func (s *Site) putUser(w http.ResponseWriter, v *visit) error {
	b, u, err := s.userOf(v)
	if err != nil {
		return err
	}
	p := b.form(v, u)
	p.read(v.Request)
	put := app.PutUser{Tenant: v.tenant.ID, Was: v.PostFormValue(wasField), Did: v.person.Did("user.change", "")}
	put.Teams, p.Panels[0] = chosenTeams(v, b.Teams, p.field("teams").Value)
	if put.User, err = p.user(v, u); err == nil {
		_, err = s.app.PutUser(v.Context(), put)
	}
	if err != nil {
		if p.outdated(err, &b.form(v, u).editPage) {
			return s.showUser(w, v, p)
		}
		if !p.blame(err) {
			return err
		}
		b.link(v, p, &put.User)
		return s.showUser(w, v, p)
	}
	s.auth.Put(v.Context(), "users", "The user "+put.User.Username+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

// link leads from a name or an extension that is taken to whoever has it.
func (b *userBook) link(v *visit, p *userPage, u *tenant.User) {
	for i := range b.Users {
		o := &b.Users[i]
		if o.ID == u.ID {
			continue
		}
		for _, f := range []struct {
			name string
			same bool
		}{{"username", o.Username == u.Username}, {"extension", u.Extension != "" && o.Extension == u.Extension}} {
			if one := p.field(f.name); f.same && one.Error != "" {
				one.Link, one.LinkText = v.at("users/"+idText(o.ID)+"/edit"), "Open that user"
			}
		}
	}
}

// user is what the form makes of old.
func (p *userPage) user(v *visit, old *tenant.User) (tenant.User, error) {
	for _, f := range p.Fields {
		f.Value = strings.TrimSpace(f.Value)
	}
	u := tenant.User{
		ID: old.ID, State: old.State, Username: p.value("username"), Display: p.value("display_name"),
		Email: p.value("email"), Extension: p.value("extension"),
	}
	wrong := func(reason string) (tenant.User, error) {
		is := fault.Inputs{{Field: "role", Value: fault.Cut(p.value("role")), Reason: reason}}
		if u.Username == "" { // so that it comes with the other mistake
			is = append(is, fault.Input{Field: "username", Reason: "is required"})
		}
		return u, is
	}
	role, known := p.chosen("role")
	if !known {
		return wrong("choose one of the roles")
	}
	var err error
	if u.Role, err = tenant.ParseRole(role); err != nil {
		return u, err
	}
	// Nobody shuts the door behind themselves: another admin can.
	if v.isSelf(old.ID) && u.Role != old.Role {
		return wrong("you cannot change your own role: ask another admin")
	}
	return u, nil
}

// isSelf tells whether a user of the tenant is whoever asks.
func (v *visit) isSelf(id tenant.UserID) bool {
	return id != 0 && v.person.User == id && v.person.Tenant == v.tenant.ID
}

func (s *Site) showUser(w http.ResponseWriter, v *visit, p *userPage) error {
	title := "Edit user"
	if p.ID == 0 {
		title = "Add user"
	}
	s.show(w, v.Request, p.status(), "user_edit", title, p)
	return nil
}

// splitNames reads names separated by semicolons; each counts once.
func splitNames(text string) (names []string) {
	for name := range strings.SplitSeq(text, ";") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
