package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// PutUser says what one user of a tenant is to be.
type PutUser struct {
	Tenant tenant.ID
	User   tenant.User // one whose ID is zero is added
	Teams  []string    // all teams from today's billing day on; made where there is none of the name
	// Was is the UserMark of what it was made from: a user whom somebody has
	// changed meanwhile is ErrStale. Empty: whatever the user is by now.
	Was string
	// Did tells the activity who does it; PutUser fills in the rest.
	Did store.Activity
}

// UserMark stands for a user with its teams as they are.
func UserMark(u *tenant.User, teams []string) string { return mark(userText(u, teams)) }

// PutUser adds or changes a user with its teams, in one transaction that the
// tenant's activity tells of; what is the same as before is no change. All
// mistakes come at once as fault.Inputs, by the columns of ImportUsers. A user
// who is not there is NotFound. Whoever is not active is signed out; who signs in
// by an address that changes does so by the new one.
func (a *App) PutUser(ctx context.Context, o PutUser) (tenant.User, error) {
	u := o.User
	err := a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		u = o.User // a transaction may run more than once
		return a.putUser(ctx, tx, &o, &u)
	})
	if err != nil {
		return tenant.User{}, fault.Wrap("put user", err)
	}
	return u, nil
}

func (a *App) putUser(ctx context.Context, tx *store.Tx, o *PutUser, u *tenant.User) error {
	had, err := tx.Users()
	if err != nil {
		return err
	}
	var old *tenant.User
	for i := range had {
		if u.ID != 0 && had[i].ID == u.ID {
			old = &had[i]
		}
	}
	if u.ID != 0 && old == nil {
		return fault.New(fault.NotFound, "there is no user %d", u.ID)
	}
	t, err := tx.Self()
	if err != nil {
		return err
	}
	r := &roster{o: &ImportTable{}, tenant: t, done: &TableImported{}}
	before, err := r.teamsOf(tx, u.ID)
	if err != nil {
		return err
	}
	if old != nil && o.Was != "" && o.Was != UserMark(old, before) {
		return ErrStale
	}
	if err := checkPutUser(u, o.Teams, had); err != nil {
		return err
	}
	if err := followUser(tx, old, u); fault.Is(err, fault.Conflict) {
		return fault.Inputs{{Field: userColumns[userEmail], Value: fault.Cut(u.Email), Reason: takenAddress}}
	} else if err != nil {
		return err
	}
	if old == nil || *old != *u {
		if err := tx.PutUser(u); err != nil {
			return err
		}
	}
	moved, err := r.moveUser(tx, u.ID, o.Teams)
	if err != nil || !moved && old != nil && *old == *u {
		return err
	}
	if u.State != tenant.Active {
		if err := tx.EndUserSessions(u.ID); err != nil {
			return err
		}
	}
	did := o.Did
	did.What, did.About, did.Before, did.After = "user.add", u.Username, "", userText(u, o.Teams)
	if old != nil {
		did.What, did.Before = "user.change", userText(old, before)
	}
	return tx.Log(did)
}

// teamsOf names the teams that a user is in today, by name.
func (r *roster) teamsOf(tx *store.Tx, user tenant.UserID) (names []string, err error) {
	day, err := r.from(tx.Now)
	if err != nil {
		return nil, err
	}
	all, err := tx.Teams()
	if err != nil {
		return nil, err
	}
	in, err := tx.UserTeams(user)
	return TeamNames(all, in[user], day), err
}

// TeamNames names the teams of memberships that hold on a day, in the order of
// teams.
func TeamNames(teams []tenant.Team, in []tenant.Membership, day when.Day) (names []string) {
	for _, t := range teams {
		if slices.ContainsFunc(in, func(m tenant.Membership) bool { return m.Team == t.ID && m.Holds(day) }) {
			names = append(names, t.Name)
		}
	}
	return names
}

// moveUser makes teams the user's from today on, and tells whether that changed
// anything.
func (r *roster) moveUser(tx *store.Tx, user tenant.UserID, teams []string) (moved bool, err error) {
	day, err := r.from(tx.Now)
	if err != nil {
		return false, err
	}
	ids, err := r.teamIDs(tx, teams)
	if err != nil {
		return false, err
	}
	changed, err := tx.SetTeamsOfUsers(map[tenant.UserID][]tenant.TeamID{user: ids}, day)
	return len(changed) > 0, err
}

// checkPutUser notes what cannot be beside the field that says it.
func checkPutUser(u *tenant.User, teams []string, had []tenant.User) error {
	var is fault.Inputs
	wrong := func(column int, value, reason, advice string) {
		is = append(is, fault.Input{Field: userColumns[column], Value: fault.Cut(value), Reason: reason, Advice: advice})
	}
	checkUserTexts(u, wrong)
	if u.Username == "" {
		wrong(userName, "", "is required", "")
	}
	for _, name := range teams {
		if err := tenant.CheckName("team", name); err != nil {
			wrong(userTeams, name, err.Error(), "")
			break
		}
	}
	for i := range had {
		o := &had[i]
		if o.ID == u.ID {
			continue
		}
		if o.Username == u.Username {
			wrong(userName, u.Username, "another user has this username", "")
		}
		if u.Extension != "" && o.Extension == u.Extension {
			wrong(userExtension, u.Extension, fmt.Sprintf("%s has the extension %s", o.Username, u.Extension), "")
		}
	}
	if err := is.Err(); err != nil {
		return err
	}
	return u.Check()
}

// userText is a user as the activity tells of it.
func userText(u *tenant.User, teams []string) string {
	parts := []string{u.Username, u.Role.String(), u.State.String()}
	for _, p := range [...]struct{ what, text string }{
		{"", u.Display}, {"", u.Email}, {"extension ", u.Extension}, {"teams ", strings.Join(teams, "; ")},
	} {
		if p.text != "" {
			parts = append(parts, p.what+p.text)
		}
	}
	return strings.Join(parts, ", ")
}
