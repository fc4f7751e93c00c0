package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// PutTeam says what one team of a tenant is to be.
type PutTeam struct {
	Tenant  tenant.ID
	Team    tenant.Team     // one whose ID is zero is added
	Members []tenant.UserID // all of them, from today's billing day on
	Was     string          // TeamMark of what it was made from; empty: whatever it is by now
	Did     store.Activity  // who does it; PutTeam fills in the rest
}

// TeamMark stands for a team with its members as they are.
func TeamMark(t tenant.Team, members []tenant.UserID) string {
	texts := []string{t.Name}
	for _, id := range slices.Sorted(slices.Values(members)) {
		texts = append(texts, strconv.Itoa(int(id)))
	}
	return mark(texts...)
}

// PutTeam adds or changes a team with its members, in one transaction that the
// tenant's activity tells of. Days before today stay as they were. Mistakes are
// fault.Inputs, a team that is not there is NotFound, one that somebody else has
// changed ErrStale.
func (a *App) PutTeam(ctx context.Context, o PutTeam) (t tenant.Team, err error) {
	err = a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		t = o.Team // a transaction may run more than once
		c, err := openTeams(tx)
		if err != nil {
			return err
		}
		return c.put(tx, &o, &t)
	})
	return t, fault.Wrap("put team", err)
}

// teamBook is a tenant's teams at work.
type teamBook struct {
	day   when.Day // today's billing day
	teams []tenant.Team
	users []tenant.User
	in    map[tenant.UserID][]tenant.Membership
}

func openTeams(tx *store.Tx) (c *teamBook, err error) {
	t, err := tx.Self()
	if err != nil {
		return nil, err
	}
	r := &roster{o: &ImportTable{}, tenant: t}
	c = &teamBook{}
	if c.day, err = r.from(tx.Now); err != nil {
		return nil, err
	}
	if c.teams, err = tx.Teams(); err != nil {
		return nil, err
	}
	if c.users, err = tx.Users(); err != nil {
		return nil, err
	}
	c.in, err = tx.UserTeams()
	return c, err
}

// find gives a team by its id, and who is in it today.
func (c *teamBook) find(id tenant.TeamID) (t tenant.Team, members []tenant.UserID, err error) {
	i := slices.IndexFunc(c.teams, func(t tenant.Team) bool { return t.ID == id })
	if i < 0 {
		return t, nil, fault.New(fault.NotFound, "there is no team %d", id)
	}
	for _, u := range c.users {
		if slices.ContainsFunc(c.in[u.ID], func(m tenant.Membership) bool { return m.Team == id && m.Holds(c.day) }) {
			members = append(members, u.ID)
		}
	}
	return c.teams[i], members, nil
}

func (c *teamBook) put(tx *store.Tx, o *PutTeam, t *tenant.Team) (err error) {
	var old tenant.Team
	var had []tenant.UserID
	if t.ID != 0 {
		if old, had, err = c.find(t.ID); err != nil {
			return err
		}
		if o.Was != "" && o.Was != TeamMark(old, had) {
			return ErrStale
		}
	}
	if err := c.check(t); err != nil {
		return err
	}
	if old != *t {
		if err := tx.PutTeam(t); err != nil {
			return err
		}
	}
	wanted := map[tenant.UserID][]tenant.TeamID{}
	for _, u := range c.users {
		in := slices.Contains(o.Members, u.ID)
		if in == slices.Contains(had, u.ID) {
			continue
		}
		for _, m := range c.in[u.ID] {
			if m.Team != t.ID && m.Holds(c.day) {
				wanted[u.ID] = append(wanted[u.ID], m.Team)
			}
		}
		if in {
			wanted[u.ID] = append(wanted[u.ID], t.ID)
		} else if wanted[u.ID] == nil {
			wanted[u.ID] = []tenant.TeamID{}
		}
	}
	moved, err := tx.SetTeamsOfUsers(wanted, c.day)
	if err != nil || len(moved) == 0 && old == *t {
		return err
	}
	did := o.Did
	did.What, did.About, did.After = "team.add", t.Name, c.text(*t, o.Members)
	if old.ID != 0 {
		did.What, did.Before = "team.change", c.text(old, had)
	}
	return tx.Log(did)
}

// check notes what cannot be a team's name.
func (c *teamBook) check(t *tenant.Team) error {
	wrong := fault.Input{Field: "name", Value: fault.Cut(t.Name)}
	wrong.Reason = whyNoName("team", t.Name, c.teams, func(o tenant.Team) bool { return o.ID != t.ID && o.Name == t.Name })
	if wrong.Reason == "" && strings.Contains(t.Name, ";") {
		wrong.Reason, wrong.Advice = "holds a semicolon", "in files, semicolons stand between the names of teams"
	}
	if wrong.Reason == "" {
		return nil
	}
	return fault.Inputs{wrong}
}

// text is a team as the activity tells of it.
func (c *teamBook) text(t tenant.Team, members []tenant.UserID) string {
	names := usernames(c.users, members)
	if len(names) == 0 {
		return t.Name + ", nobody"
	}
	return t.Name + ", members " + strings.Join(names, "; ")
}

// DropTeam deletes a team that never had anybody. One that had is emptied from
// today on and stays, with its name and days, for the reports of those days;
// emptied tells which. A team that is not there is NotFound.
func (a *App) DropTeam(ctx context.Context, id tenant.ID, team tenant.TeamID, did store.Activity) (emptied bool, err error) {
	err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		c, err := openTeams(tx)
		if err != nil {
			return err
		}
		old, had, err := c.find(team)
		if err != nil {
			return err
		}
		err = tx.DropTeam(team)
		if emptied = fault.Is(err, fault.Conflict); emptied {
			return c.put(tx, &PutTeam{Team: old, Did: did}, &old)
		}
		if err != nil {
			return err
		}
		did.What, did.About, did.Before = "team.drop", old.Name, c.text(old, had)
		return tx.Log(did)
	})
	return emptied, fault.Wrap("drop team", err)
}
