package store

import (
	"strings"

	"tollkeeper/core/tenant"
)

// UserOrder is what a list of users is sorted by; those who are the same in it
// stand by their usernames.
type UserOrder uint8

// The orders. By login, those who are active and have one are the last.
const (
	UsersByName UserOrder = iota
	UsersByUsername
	UsersByEmail
	UsersByExtension
	UsersByRole
	UsersByState
	UsersByTeams
	UsersByLogin
)

// UserFilter says which users are looked for, and in what order; its zero is all
// of them by name. The text of its listing is looked for in names, address,
// extension, role and teams.
type UserFilter struct {
	Listing
	Roles []tenant.Role // empty: any
	Team  tenant.TeamID // whose member they are on the day; zero: any
	By    UserOrder
}

func (f *UserFilter) ask() *asking {
	q := new(asking)
	if len(f.Roles) > 0 {
		q.and(among(q, "m.role", f.Roles))
	}
	if f.Team != 0 {
		day := q.arg(int64(f.Day))
		q.and(`EXISTS (SELECT 1 FROM team_member x WHERE x.tenant_id = $1 AND x.member_id = m.id AND x.team_id = ` + q.arg(int64(f.Team)) +
			` AND x.from_day <= ` + day + ` AND (x.to_day = 0 OR x.to_day >= ` + day + `))`)
	}
	var roles []tenant.Role
	for r := tenant.Agent; r <= tenant.Admin; r++ {
		if text := FoldName(f.Text); text != "" && strings.Contains(r.String(), text) {
			roles = append(roles, r)
		}
	}
	var others []string
	if len(roles) > 0 {
		others = append(others, among(q, "m.role", roles))
	}
	f.common(q, []string{"m.name_folded", "m.username_folded", "m.email_folded", "m.extension"}, "team_member", "member_id", others...)
	return q
}

// by is what the users are sorted by, and what has to be joined for it.
func (f *UserFilter) by(q *asking) (by, join string) {
	switch f.By {
	case UsersByUsername:
		return "m.username_folded", ""
	case UsersByEmail:
		return "m.email_folded", ""
	case UsersByExtension:
		return "m.extension", ""
	case UsersByRole:
		var names []string
		for r := tenant.Agent; r <= tenant.Admin; r++ {
			names = append(names, r.String())
		}
		return ranked("m.role", names), ""
	case UsersByState:
		return "m.state", ""
	case UsersByTeams:
		return "COALESCE(j.names, '')", ` LEFT JOIN ` + f.teamNames(q, "team_member", "member_id") + ` j ON j.who = m.id`
	case UsersByLogin:
		return `CASE WHEN m.state = 0 AND EXISTS (SELECT 1 FROM login l WHERE l.tenant_id = $1 AND l.member_id = m.id AND l.member_id <> 0) THEN 1 ELSE 0 END`, ""
	}
	return "m.name_folded", ""
}

// FindUsers lists users.
func (tx *Tx) FindUsers(f UserFilter) ([]tenant.User, error) {
	q := f.ask()
	by, join := f.by(q)
	end := f.order(q, by, "m.username")
	return tx.users(`SELECT m.id, m.username, m.email, m.display, m.role, m.state, m.extension FROM member m`+join+` WHERE m.tenant_id = $1`+q.where.String()+end,
		append([]any{tx.id()}, q.args...)...)
}

// CountUsers is how many there are, of whatever part of the list.
func (tx *Tx) CountUsers(f UserFilter) (n int, err error) {
	q := f.ask()
	err = tx.one([]any{&n}, `SELECT COUNT(*) FROM member m WHERE m.tenant_id = $1`+q.where.String(), append([]any{tx.id()}, q.args...)...)
	return n, err
}
