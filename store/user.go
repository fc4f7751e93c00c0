package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Users lists the tenant's users by username.
func (tx *Tx) Users() ([]tenant.User, error) {
	return tx.users(`SELECT id, username, email, display, role, state, extension FROM member WHERE tenant_id = $1 ORDER BY username`, tx.id())
}

// users runs a query of users.
func (tx *Tx) users(query string, args ...any) (us []tenant.User, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var u tenant.User
		var id, role, state int64
		if err := scan(&id, &u.Username, &u.Email, &u.Display, &role, &state, &u.Extension); err != nil {
			return err
		}
		u.ID, u.Role, u.State = tenant.UserID(id), tenant.Role(role), tenant.State(state)
		us = append(us, u)
		return nil
	}, query, args...)
	return us, err
}

// memberKey and memberValues are the columns of memberRow.
var (
	memberKey    = []string{"tenant_id", "id"}
	memberValues = []string{"username", "email", "display", "role", "state", "extension", "name_folded", "username_folded", "email_folded"}
)

func (tx *Tx) memberRow(u *tenant.User) []any {
	return append([]any{tx.id(), int64(u.ID), u.Username, u.Email, u.Display, int64(u.Role), int64(u.State), u.Extension}, foldedUser(u)...)
}

// PutUser keeps a user: a new one where u.ID is zero, which it fills in.
func (tx *Tx) PutUser(u *tenant.User) error {
	if err := u.Check(); err != nil {
		return err
	}
	if u.ID == 0 {
		id, err := tx.nextID("member")
		if err != nil {
			return err
		}
		u.ID = tenant.UserID(id)
	}
	if err := tx.putRows("member", memberKey, memberValues, [][]any{tx.memberRow(u)}); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// EndUserSessions signs users out wherever they are signed in.
func (tx *Tx) EndUserSessions(ids ...tenant.UserID) error {
	for _, id := range ids {
		if err := tx.exec(`DELETE FROM session WHERE tenant_id = $1 AND login_id IN (SELECT id FROM login WHERE tenant_id = $1 AND member_id = $2 AND member_id <> 0)`,
			tx.id(), int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Teams lists the tenant's teams by name.
func (tx *Tx) Teams() (ts []tenant.Team, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var id int64
		var t tenant.Team
		if err := scan(&id, &t.Name); err != nil {
			return err
		}
		t.ID = tenant.TeamID(id)
		ts = append(ts, t)
		return nil
	}, `SELECT id, name FROM team WHERE tenant_id = $1 ORDER BY name`, tx.id())
	return ts, err
}

// PutTeam keeps a team: a new one where t.ID is zero, which it fills in.
func (tx *Tx) PutTeam(t *tenant.Team) error {
	if err := tenant.CheckName("team", t.Name); err != nil {
		return err
	}
	if t.ID == 0 {
		id, err := tx.nextID("team")
		if err != nil {
			return err
		}
		t.ID = tenant.TeamID(id)
	}
	if err := tx.exec(`INSERT INTO team (tenant_id, id, name, name_folded) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded`,
		tx.id(), int64(t.ID), t.Name, FoldName(t.Name)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// DropTeam takes out a team. One that anybody or any campaign has ever been in
// is a Conflict: what it was belongs to the reports of those days.
func (tx *Tx) DropTeam(id tenant.TeamID) error {
	for _, table := range []string{"team_member", "team_campaign"} {
		var n int64
		if err := tx.one([]any{&n}, `SELECT COUNT(*) FROM `+table+` WHERE tenant_id = $1 AND team_id = $2`, tx.id(), int64(id)); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "the team has a history, which reports of those days need: it can be emptied, not deleted")
		}
	}
	if err := tx.exec(`DELETE FROM team WHERE tenant_id = $1 AND id = $2`, tx.id(), int64(id)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// UserTeams gives the memberships of the users, by user; of everybody where
// none is named.
func (tx *Tx) UserTeams(of ...tenant.UserID) (map[tenant.UserID][]tenant.Membership, error) {
	return memberships(tx, "team_member", "member_id", of)
}

// CampaignTeams gives the memberships of the campaigns, by campaign; of all where
// none is named.
func (tx *Tx) CampaignTeams(of ...tenant.CampaignID) (map[tenant.CampaignID][]tenant.Membership, error) {
	return memberships(tx, "team_campaign", "campaign_id", of)
}

func memberships[ID ~int32](tx *Tx, table, column string, of []ID) (map[ID][]tenant.Membership, error) {
	q := new(asking)
	if len(of) > 0 {
		q.and(among(q, column, of))
	}
	ms := map[ID][]tenant.Membership{}
	err := tx.each(func(scan func(...any) error) error {
		var who, team, from, to int64
		if err := scan(&who, &team, &from, &to); err != nil {
			return err
		}
		ms[ID(who)] = append(ms[ID(who)], tenant.Membership{Team: tenant.TeamID(team), From: when.Day(from), To: when.Day(to)})
		return nil
	}, `SELECT `+column+`, team_id, from_day, to_day FROM `+table+` WHERE tenant_id = $1`+q.where.String()+` ORDER BY `+column+`, team_id, from_day`,
		append([]any{tx.id()}, q.args...)...)
	return ms, err
}
