package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// userPage is what user_edit.html shows: the form of one user.
type userPage struct {
	form            // the texts
	Choices []*pick // its role and state
	Back    string  // address of the list
}

// pick is a field whose value is one of a few.
type pick struct {
	Name, Label, Help, Error string
	Of                       []choice
}

// editUser shows the form, empty for a new user.
func (s *Site) editUser(w http.ResponseWriter, v *visit) error {
	u, teams, err := s.userOf(v)
	if err != nil {
		return err
	}
	s.showUser(w, v, userForm(v, &u, teams))
	return nil
}

// userOf is the user that the address names, with its teams of today separated
// by semicolons; a new one where the address names none.
func (s *Site) userOf(v *visit) (u tenant.User, teams string, err error) {
	if v.PathValue("user") == "" {
		return u, "", nil
	}
	id, err := strconv.ParseInt(v.PathValue("user"), 10, 32)
	if err != nil || id <= 0 {
		return u, "", errNoPage
	}
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		us, err := tx.Users()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(us, func(u tenant.User) bool { return u.ID == tenant.UserID(id) })
		if i < 0 {
			return errNoPage
		}
		u = us[i]
		all, err := tx.Teams()
		if err != nil {
			return err
		}
		in, err := tx.UserTeams()
		if err != nil {
			return err
		}
		var names []string
		day := v.zone.Day(tx.Now - v.tenant.Cutoff)
		for _, t := range all {
			if slices.ContainsFunc(in[u.ID], func(m tenant.Membership) bool { return m.Team == t.ID && m.Holds(day) }) {
				names = append(names, t.Name)
			}
		}
		teams = strings.Join(names, "; ")
		return nil
	})
	return u, teams, err
}

func userForm(v *visit, u *tenant.User, teams string) *userPage {
	p := &userPage{Back: v.at("users")}
	p.Fields = []*field{
		{Name: "username", Label: "Username", Value: u.Username, Required: true, Autofocus: u.ID == 0, Help: "As call records name the agent."},
		{Name: "display_name", Label: "Name", Value: u.Display, Help: "As reports show it; without one they show the username."},
		{Name: "email", Label: "E-mail", Type: "email", Value: u.Email},
		{Name: "teams", Label: "Teams", Value: teams, Help: "Separated by semicolons. They hold from today on; teams that are not there yet are made."},
		{Name: "extension", Label: "Extension", Value: u.Extension, Help: "Digits. Calls that name no agent find theirs by it."},
	}
	role := &pick{Name: "role", Label: "Role", Help: "What the user may see and do when signed in."}
	for r := tenant.Agent; r <= tenant.Admin; r++ {
		role.Of = append(role.Of, choice{Value: r.String(), Label: strings.TrimSuffix(capital(r.String()), "."), Chosen: r == u.Role})
	}
	state := &pick{Name: "state", Label: "State", Help: "Who is deactivated keeps the history, and cannot sign in."}
	states := []tenant.State{tenant.Active, tenant.Deactivated}
	if u.State == tenant.Unconfirmed {
		states = append(states, tenant.Unconfirmed)
		state.Help = "Met in call records. Make the user active to confirm it."
	}
	for _, one := range states {
		state.Of = append(state.Of, choice{Value: one.String(), Label: strings.TrimSuffix(capital(one.String()), "."), Chosen: one == u.State})
	}
	p.Choices = []*pick{role, state}
	return p
}

// putUser keeps what the form says, or shows it again with what is wrong.
func (s *Site) putUser(w http.ResponseWriter, v *visit) error {
	u, teams, err := s.userOf(v)
	if err != nil {
		return err
	}
	p := userForm(v, &u, teams)
	p.read(v.Request)
	put := app.PutUser{Tenant: v.tenant.ID, Did: v.person.Did("user.change", "")}
	if put.User, err = p.user(v, &u); err == nil {
		put.Teams = splitNames(p.field("teams").Value)
		_, err = s.app.PutUser(v.Context(), put)
	}
	if err != nil {
		if !p.blame(err) {
			return err
		}
		s.showUser(w, v, p)
		return nil
	}
	s.auth.Put(v.Context(), "users", "The user "+put.User.Username+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

// user is what the form makes of old.
func (p *userPage) user(v *visit, old *tenant.User) (tenant.User, error) {
	var is fault.Inputs
	for _, f := range p.Fields {
		f.Value = strings.TrimSpace(f.Value)
	}
	u := tenant.User{
		ID: old.ID, Username: p.field("username").Value, Display: p.field("display_name").Value,
		Email: p.field("email").Value, Extension: p.field("extension").Value,
	}
	wrong := func(field, reason string) { is = append(is, fault.Input{Field: field, Reason: reason}) }
	var err error
	if u.Role, err = tenant.ParseRole(p.choose("role", v)); err != nil {
		wrong("role", "choose one of the roles")
	}
	if u.State, err = tenant.ParseState(p.choose("state", v)); err != nil || u.State == tenant.Unconfirmed && old.State != u.State {
		wrong("state", "choose active or deactivated")
	}
	// Nobody shuts the door behind themselves: another admin can.
	if old.ID != 0 && v.person.User == old.ID && v.person.Tenant == v.tenant.ID {
		if u.Role != old.Role {
			wrong("role", "you cannot change your own role: ask another admin")
		}
		if u.State != old.State {
			wrong("state", "you cannot deactivate yourself: ask another admin")
		}
	}
	return u, is.Err()
}

// choose marks what was sent for a choice.
func (p *userPage) choose(name string, v *visit) string {
	sent := v.PostFormValue(name)
	for _, one := range p.Choices {
		if one.Name == name {
			for i := range one.Of {
				one.Of[i].Chosen = one.Of[i].Value == sent
			}
		}
	}
	return sent
}

// blame is form's, and knows the choices as well.
func (p *userPage) blame(err error) bool {
	fields := p.Fields
	for _, c := range p.Choices {
		p.Fields = append(p.Fields, &field{Name: c.Name})
	}
	known := p.form.blame(err)
	for i, c := range p.Choices {
		c.Error = p.Fields[len(fields)+i].Error
	}
	p.Fields = fields
	return known
}

func (s *Site) showUser(w http.ResponseWriter, v *visit, p *userPage) {
	status, title := p.status(), "Edit user"
	for _, c := range p.Choices {
		if c.Error != "" {
			status = http.StatusUnprocessableEntity
		}
	}
	if v.PathValue("user") == "" {
		title = "Add user"
	}
	s.show(w, v.Request, status, "user_edit", title, p)
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
