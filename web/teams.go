package web

import (
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// teamPage is what team.html shows: the form of one team, and who was in it when.
type teamPage struct {
	editPage
	ID      tenant.TeamID // zero: a new one
	Members int           // today
	History []memberDays
}

// memberDays is somebody's stretch of days in a team.
type memberDays struct {
	Name string
	Path string // of the user
	From when.Day
	To   when.Day
}

func (s *Site) teams(w http.ResponseWriter, v *visit) error {
	b, err := s.userBookOf(v)
	if err != nil {
		return err
	}
	p := newList(v, "teams", "Teams", v.at("teams"))
	p.Tabs, p.Good = userTabs(v, "teams"), s.auth.Pop(v.Context(), "teams")
	p.About = "Sets of users, for reports. Who is in a team is kept by day: a report of March asks who was in it in March."
	p.heads("name: Team", "active: Active members+", "gone: Deactivated+", "ever: Ever in it+")
	p.Empty = empty{Title: "No teams yet", Text: "Add one and choose its members, or name teams in a file of users."}
	who := p.filter(v, "who", "Members", choice{Value: "some", Label: "With members"}, choice{Value: "none", Label: "Nobody at present"})
	may := v.may(peoplers...)
	for _, t := range b.Teams {
		active, gone, ever := b.count(t.ID)
		name := textCell(t.Name)
		if may {
			name = linkCell(t.Name, v.at("teams/"+idText(t.ID)))
		}
		r := listRow{Cells: []listCell{name, countCell(active), countCell(gone), countCell(ever)}}
		if may {
			r.Actions = []button{{Text: "Edit", Said: t.Name, Path: v.at("teams/" + idText(t.ID)), Look: "btn-sm"}}
		}
		p.add(r, who == "" || (who == "some") == (active+gone > 0))
	}
	if may {
		p.Buttons = []button{{Text: "Add team", Path: v.at("teams/new"), Look: "btn-primary"}}
	}
	return s.showList(w, v, http.StatusOK, p)
}

// count is how many users are in a team today, and ever were.
func (b *userBook) count(team tenant.TeamID) (active, gone, ever int64) {
	for i := range b.Users {
		u := &b.Users[i]
		once, now := false, false
		for _, m := range b.in[u.ID] {
			once, now = once || m.Team == team, now || m.Team == team && m.Holds(b.today)
		}
		switch {
		case now && u.State == tenant.Deactivated:
			gone++
		case now:
			active++
		}
		if once {
			ever++
		}
	}
	return active, gone, ever
}

// teamOf is the team that the address names; a new one where it names none.
func (s *Site) teamOf(v *visit) (b *userBook, t tenant.Team, err error) {
	if b, err = s.userBookOf(v); err != nil {
		return nil, t, err
	}
	found, err := named(v, "team", b.Teams, func(t *tenant.Team) tenant.TeamID { return t.ID })
	if err != nil {
		return nil, t, err
	}
	return b, *found, nil
}

func (s *Site) editTeam(w http.ResponseWriter, v *visit) error {
	b, t, err := s.teamOf(v)
	if err != nil {
		return err
	}
	return s.showTeam(w, v, b.teamForm(v, t))
}

// members are the users who are in a team today.
func (b *userBook) members(team tenant.TeamID) (ids []tenant.UserID) {
	for i := range b.Users {
		if slices.ContainsFunc(b.in[b.Users[i].ID], func(m tenant.Membership) bool { return m.Team == team && m.Holds(b.today) }) {
			ids = append(ids, b.Users[i].ID)
		}
	}
	return ids
}

// teamForm is the form of a team as it is kept.
func (b *userBook) teamForm(v *visit, t tenant.Team) *teamPage {
	p := &teamPage{ID: t.ID}
	p.Back, p.Submit = v.at("teams"), "Save"
	p.Fields = []*field{{Name: "name", Label: "Name", Value: t.Name, Required: true, Autofocus: t.ID == 0, Help: "Reports of all days show the present name."}}
	members := b.members(t.ID)
	p.Members = len(members)
	p.Panels = []panel{b.memberPanel(members, nil)}
	p.from(app.TeamMark(t, members))
	if t.ID == 0 {
		p.Submit = "Add team"
		return p
	}
	for i := range b.Users {
		u := &b.Users[i]
		for _, m := range b.in[u.ID] {
			if m.Team == t.ID {
				p.History = append(p.History, memberDays{u.Name(), v.at("users/" + idText(u.ID) + "/edit"), m.From, m.To})
			}
		}
	}
	slices.SortStableFunc(p.History, func(a, b memberDays) int { return int(b.From - a.From) })
	text := "Delete…"
	if len(p.History) > 0 {
		text = "Empty…"
	}
	p.Also = []button{{Text: text, Path: v.at("teams/" + idText(t.ID) + "/remove")}}
	return p
}

// memberPanel offers users to choose from; those of the ids are, and with a
// list's name in all everybody of it.
func (b *userBook) memberPanel(ids []tenant.UserID, all []string) panel {
	active := panelList{Name: "active", Title: "Active", Field: "user", All: slices.Contains(all, "active"), Empty: "There are no active users."}
	gone := panelList{Name: "deactivated", Title: "Deactivated", Field: "user", All: slices.Contains(all, "deactivated"), Empty: "No user is deactivated."}
	for i := range b.Users {
		u := &b.Users[i]
		o := panelOption{Value: idText(u.ID), Label: u.Name(), Checked: slices.Contains(ids, u.ID)}
		if u.Name() != u.Username {
			o.More = u.Username
		}
		if u.State == tenant.Deactivated {
			gone.add(o)
		} else {
			active.add(o)
		}
	}
	p := panel{Name: "members", Title: "Members", Help: "Changes hold from today on; reports of earlier days keep the members of those days."}
	p.put(active, gone)
	return p
}

// chosenUsers reads a panel of users.
func (b *userBook) chosenUsers(v *visit) (ids []tenant.UserID, p panel) {
	for _, text := range v.PostForm["user"] {
		if id, err := strconv.ParseInt(text, 10, 32); err == nil {
			ids = append(ids, tenant.UserID(id))
		}
	}
	p = b.memberPanel(ids, v.PostForm["all"])
	ids = nil
	for _, l := range p.Lists {
		for _, o := range l.Options {
			if id, err := strconv.ParseInt(o.Value, 10, 32); err == nil && o.Checked {
				ids = append(ids, tenant.UserID(id))
			}
		}
	}
	return ids, p
}

func (s *Site) putTeam(w http.ResponseWriter, v *visit) error {
	b, t, err := s.teamOf(v)
	if err != nil {
		return err
	}
	p := b.teamForm(v, t)
	p.read(v.Request)
	put := app.PutTeam{Tenant: v.tenant.ID, Team: tenant.Team{ID: t.ID, Name: p.value("name")}, Was: v.PostFormValue(wasField), Did: v.person.Did("team.change", "")}
	put.Members, p.Panels[0] = b.chosenUsers(v)
	if _, err := s.app.PutTeam(v.Context(), put); err != nil {
		if p.outdated(err, &b.teamForm(v, t).editPage) {
			return s.showTeam(w, v, p)
		}
		if !p.blame(err) {
			return err
		}
		for _, o := range b.Teams {
			if one := p.field("name"); o.ID != t.ID && o.Name == put.Team.Name && one.Error != "" {
				one.Link, one.LinkText = v.at("teams/"+idText(o.ID)), "Open that team"
			}
		}
		return s.showTeam(w, v, p)
	}
	s.auth.Put(v.Context(), "teams", "The team "+put.Team.Name+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

func (s *Site) showTeam(w http.ResponseWriter, v *visit, p *teamPage) error {
	title := "Edit team"
	if p.ID == 0 {
		title = "Add team"
	}
	s.show(w, v.Request, p.status(), "team", title, p)
	return nil
}

// askDropTeam asks before a team is deleted, or emptied where it has a history.
func (s *Site) askDropTeam(w http.ResponseWriter, v *visit) error {
	b, t, err := s.teamOf(v)
	if err != nil {
		return err
	}
	at := v.at("teams/" + idText(t.ID))
	p := &confirmPage{Action: at + "/remove", Back: at, Danger: true}
	if len(b.teamForm(v, t).History) > 0 {
		p.Do, p.Lines = "Empty the team", []string{
			"From today on nobody is in the team.",
			"It stays in the list, because reports of earlier days need it: their figures do not change.",
			"You can choose members again at any time.",
		}
		return s.confirm(w, v, "Empty "+t.Name+"?", p)
	}
	p.Do, p.Lines = "Delete the team", []string{"Nobody was ever in this team, so no report needs it. It is gone for good.", "A team that campaigns belonged to is emptied instead."}
	return s.confirm(w, v, "Delete "+t.Name+"?", p)
}

func (s *Site) dropTeam(w http.ResponseWriter, v *visit) error {
	_, t, err := s.teamOf(v)
	if err != nil {
		return err
	}
	emptied, err := s.app.DropTeam(v.Context(), v.tenant.ID, t.ID, v.person.Did("team.drop", ""))
	if err != nil {
		return err
	}
	good := "The team " + t.Name + " is deleted."
	if emptied {
		good = "Nobody is in the team " + t.Name + " from today on."
	}
	s.auth.Put(v.Context(), "teams", good)
	http.Redirect(w, v.Request, v.at("teams"), http.StatusSeeOther)
	return nil
}
