package web

import (
	"net/http"
	"slices"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// userState asks before a user is deactivated or made active again.
func (s *Site) userState(w http.ResponseWriter, v *visit) error {
	b, u, err := s.userOf(v)
	if err != nil {
		return err
	}
	if u.State.String() == v.URL.Query().Get("to") { // somebody was faster, or the page is an old one
		http.Redirect(w, v.Request, v.at("users/"+idText(u.ID)+"/edit"), http.StatusSeeOther)
		return nil
	}
	return b.askState(s, w, v, u, &confirmPage{})
}

func (b *userBook) askState(s *Site, w http.ResponseWriter, v *visit, u *tenant.User, p *confirmPage) error {
	p.Action, p.Back = v.at("users/"+idText(u.ID)+"/state"), v.at("users/"+idText(u.ID)+"/edit")
	p.from(app.UserMark(u, app.TeamNames(b.Teams, b.in[u.ID], b.today)))
	if u.State == tenant.Deactivated {
		p.Hidden["to"], p.Do = tenant.Active.String(), "Reactivate"
		p.Lines = []string{
			"The user is listed among the active ones again, in the same teams.",
			"Who had a password signs in with it again. Sessions that were ended stay ended.",
		}
		return s.confirm(w, v, "Reactivate "+u.Name()+"?", p)
	}
	p.Hidden["to"], p.Do, p.Danger = tenant.Deactivated.String(), "Deactivate", true
	p.Lines = []string{
		"Calls and names stay as they are, in every report.",
		"Signing in ends at once, and so does every session of this user.",
		"Calls that records give to this user are taken in as before.",
		"You can reactivate the user at any time.",
	}
	return s.confirm(w, v, "Deactivate "+u.Name()+"?", p)
}

// setUserState deactivates a user or makes it active again.
func (s *Site) setUserState(w http.ResponseWriter, v *visit) error {
	b, u, err := s.userOf(v)
	if err != nil {
		return err
	}
	to, err := tenant.ParseState(v.PostFormValue("to"))
	if err != nil || to == tenant.Unconfirmed || u.ID == 0 {
		return fault.New(fault.Invalid, "a user is made active or deactivated")
	}
	good := map[tenant.State]string{tenant.Active: " is active again.", tenant.Deactivated: " is deactivated and signed out everywhere."}[to]
	if u.State != to { // else it was sent twice
		if v.isSelf(u.ID) {
			err = fault.New(fault.Conflict, "you cannot deactivate yourself: ask another admin")
		} else {
			put := app.PutUser{Tenant: v.tenant.ID, User: *u, Teams: app.TeamNames(b.Teams, b.in[u.ID], b.today), Was: v.PostFormValue(wasField), Did: v.person.Did("user.change", "")}
			put.User.State = to
			_, err = s.app.PutUser(v.Context(), put)
		}
	}
	if err != nil {
		p := &confirmPage{}
		if !p.blame(err) {
			return err
		}
		return b.askState(s, w, v, u, p)
	}
	s.auth.Put(v.Context(), "users", u.Name()+good)
	http.Redirect(w, v.Request, v.at("users"), http.StatusSeeOther)
	return nil
}

// askConfirmUsers asks before all users whom only records have named are
// confirmed.
func (s *Site) askConfirmUsers(w http.ResponseWriter, v *visit) error {
	b, err := s.userBookOf(v)
	if err != nil {
		return err
	}
	p := &confirmPage{Action: v.at("users/confirm"), Back: v.at("users"), Do: "Confirm all of them"}
	for i := range b.Users {
		if u := &b.Users[i]; u.State == tenant.Unconfirmed {
			p.Names = append(p.Names, u.Name())
		}
	}
	if len(p.Names) == 0 {
		http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
		return nil
	}
	p.Lines = []string{
		"These users were met in call records. They become active ones, as if you had added them.",
		"Whoever should not be among them can be deactivated afterwards.",
	}
	return s.confirm(w, v, "Confirm "+plural(int64(len(p.Names)), "user")+"?", p)
}

// confirmUsers makes one user active whom only records have named, or all.
func (s *Site) confirmUsers(w http.ResponseWriter, v *visit) error {
	ids, err := postedID[tenant.UserID](v, "user")
	if err != nil {
		return err
	}
	n, err := s.app.ConfirmUsers(v.Context(), v.tenant.ID, ids, v.person.Did("user.confirm", ""))
	if err != nil {
		return err
	}
	if n == 0 && len(ids) > 0 {
		b, err := s.userBookOf(v)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(b.Users, func(u tenant.User) bool { return u.ID == ids[0] }) {
			return errNoPage
		}
	}
	s.auth.Put(v.Context(), "users", plural(int64(n), "user")+" confirmed.")
	http.Redirect(w, v.Request, v.at("users"), http.StatusSeeOther)
	return nil
}
