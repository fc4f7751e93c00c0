package store

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// PutUsers is PutUser for many: it asks for the next id and tells other writers
// once.
func (tx *Tx) PutUsers(us []*tenant.User) error {
	if len(us) == 0 {
		return nil
	}
	id, err := tx.nextID("member")
	if err != nil {
		return err
	}
	rows := make([][]any, len(us))
	for i, u := range us {
		if err := u.Check(); err != nil {
			return err
		}
		if u.ID == 0 {
			u.ID = tenant.UserID(id)
			id++
		}
		rows[i] = tx.memberRow(u)
	}
	if err := tx.putRows("member", memberKey, memberValues, rows); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// PutNumbers is PutNumber for many.
func (tx *Tx) PutNumbers(ns []tenant.Number) error {
	if len(ns) == 0 {
		return nil
	}
	rows := make([][]any, len(ns))
	for i, n := range ns {
		rows[i] = []any{tx.id(), n.Number.String(), int64(n.Unit), int64(n.Campaign)}
	}
	if err := tx.putRows("number", []string{"tenant_id", "number"}, []string{"unit_id", "campaign_id"}, rows); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// rowsAtOnce is how many rows go into one statement.
const rowsAtOnce = 64

// putRows inserts rows, or changes the values of those whose key is there. No
// key may occur twice.
func (tx *Tx) putRows(table string, key, values []string, rows [][]any) error {
	set := make([]string, len(values))
	for i, v := range values {
		set[i] = v + " = excluded." + v
	}
	columns := slices.Concat(key, values)
	conflict := " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ")
	for len(rows) > 0 {
		n := 1 // the odd ones one by one, so that there are but two texts to prepare
		if len(rows) >= rowsAtOnce {
			n = rowsAtOnce
		}
		if err := tx.exec(insertRows(table, columns, n)+conflict, slices.Concat(rows[:n]...)...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// SetTeamsOfUsers makes teams[u] the teams of each user u from day on:
// memberships that go on are kept, others end the day before, new ones begin on
// day; the first of somebody hold for all time before as well. It tells for
// which users that changed anything.
func (tx *Tx) SetTeamsOfUsers(teams map[tenant.UserID][]tenant.TeamID, day when.Day) (changed []tenant.UserID, err error) {
	had, err := tx.UserTeams()
	if err != nil {
		return nil, err
	}
	return setTeamsOf(tx, "team_member", "member_id", had, teams, day)
}

// SetTeamsOfCampaigns is SetTeamsOfUsers for campaigns.
func (tx *Tx) SetTeamsOfCampaigns(teams map[tenant.CampaignID][]tenant.TeamID, day when.Day) (changed []tenant.CampaignID, err error) {
	had, err := tx.CampaignTeams()
	if err != nil {
		return nil, err
	}
	return setTeamsOf(tx, "team_campaign", "campaign_id", had, teams, day)
}

func setTeamsOf[ID ~int32](tx *Tx, table, column string, had map[ID][]tenant.Membership, teams map[ID][]tenant.TeamID, day when.Day) (changed []ID, err error) {
	for _, who := range slices.Sorted(maps.Keys(teams)) {
		drop, put := teamsFrom(had[who], teams[who], day)
		if len(drop)+len(put) == 0 {
			continue
		}
		changed = append(changed, who)
		for _, m := range drop {
			if err := tx.exec(`DELETE FROM `+table+` WHERE tenant_id = $1 AND `+column+` = $2 AND team_id = $3 AND from_day = $4`,
				tx.id(), int64(who), int64(m.Team), int64(m.From)); err != nil {
				return nil, err
			}
		}
		for _, m := range put {
			if err := tx.exec(`INSERT INTO `+table+` (tenant_id, `+column+`, team_id, from_day, to_day) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (tenant_id, `+column+`, team_id, from_day) DO UPDATE SET to_day = excluded.to_day`,
				tx.id(), int64(who), int64(m.Team), int64(m.From), int64(m.To)); err != nil {
				return nil, err
			}
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, tx.bumpDirectory()
}

// teamsFrom is how memberships change so that from day on they are those in
// teams, and before it what they were: memberships to be taken out, and those
// to be put in or to get another end. Where there were none at all the first
// ones hold for all time before as well.
func teamsFrom(had []tenant.Membership, teams []tenant.TeamID, day when.Day) (drop, put []tenant.Membership) {
	if len(had) == 0 {
		day = 0
	}
	wanted := map[tenant.TeamID]bool{}
	for _, t := range teams {
		wanted[t] = true
	}
	byBegin := slices.SortedFunc(slices.Values(had), func(a, b tenant.Membership) int { return cmp.Compare(a.From, b.From) })
	for _, m := range byBegin {
		last := m.To
		switch {
		case m.To != 0 && m.To.Add(1) < day: // past, and does not lead up to day
			continue
		case m.From >= day && (m.From > day || !wanted[m.Team]): // begins later, or must not begin
			drop = append(drop, m)
			continue
		case wanted[m.Team]:
			last = 0
			delete(wanted, m.Team)
		case m.To == 0 || m.To >= day:
			last = day.Add(-1)
		}
		if last != m.To {
			m.To = last
			put = append(put, m)
		}
	}
	for _, t := range teams {
		if wanted[t] {
			delete(wanted, t)
			put = append(put, tenant.Membership{Team: t, From: day})
		}
	}
	return drop, put
}
