package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// The columns of a file of users, by their place in userColumns.
const (
	userName = iota
	userEmail
	userDisplay
	userTeams
	userState
	userRole
	userExtension
)

var userColumns = []string{"username", "email", "display_name", "teams", "state", "role", "extension"}

// ImportUsers takes in a CSV file with the columns username, email,
// display_name, teams (separated by semicolons), state, role, extension. A user
// who was met in call records only becomes an active one. Empty cells of state
// and role leave what is there, other empty cells empty it. Teams are made on
// the way. All mistakes come at once as fault.Inputs, and then nothing is kept.
func (a *App) ImportUsers(ctx context.Context, o ImportTable) (*TableImported, error) {
	return a.importTable(ctx, "users", &o, userColumns, (*roster).users)
}

func (r *roster) users(tx *store.Tx) error {
	had, err := tx.Users()
	if err != nil {
		return err
	}
	byName := make(map[string]*tenant.User, len(had))
	for i := range had {
		byName[had[i].Username] = &had[i]
	}
	t := r.table
	users := make([]*tenant.User, len(t.rows))
	teams := make([][]string, len(t.rows))
	changes := make([]change, len(t.rows))
	seen := map[string]int64{}
	for i := range t.rows {
		row := &t.rows[i]
		t.once(seen, row, userName)
		old := byName[row.cells[userName]]
		users[i], changes[i] = t.user(row, old)
		if old != nil && old.ID == r.o.Self {
			t.staysIn(row, old, users[i])
		}
		teams[i] = t.teamNames(row, userTeams)
	}
	t.extensions(users, had)
	if err := t.err(); err != nil {
		return err
	}
	if err := t.follow(tx, users, byName); err != nil {
		return err
	}
	if err := r.keepUsers(tx, users, teams, changes); err != nil {
		return err
	}
	r.done.tally(changes)
	return nil
}

// user is the user that a row makes of old, which may be nil.
func (t *tableFile) user(row *tableRow, old *tenant.User) (*tenant.User, change) {
	u := &tenant.User{Username: row.cells[userName], State: tenant.Unconfirmed}
	if old != nil {
		*u = *old
	}
	if u.State == tenant.Unconfirmed {
		u.State = tenant.Active
	}
	for _, text := range []struct {
		column int
		into   *string
	}{{userEmail, &u.Email}, {userDisplay, &u.Display}, {userExtension, &u.Extension}} {
		if t.has(text.column) {
			*text.into = row.cells[text.column]
		}
	}
	var err error
	if s := row.cells[userState]; s != "" {
		if u.State, err = tenant.ParseState(strings.ToLower(s)); err != nil {
			t.wrong(row, userState, "is not a state", "want active, deactivated or unconfirmed")
		}
	}
	if s := row.cells[userRole]; s != "" {
		if u.Role, err = tenant.ParseRole(strings.ToLower(s)); err != nil {
			t.wrong(row, userRole, "is not a role", "want agent, analyst, supervisor, finance or admin")
		}
	}
	t.checkUser(row)
	switch {
	case old == nil:
		return u, added
	case *u != *old:
		return u, changed
	}
	return u, unchanged
}

// staysIn notes a mistake where somebody's own file would shut them out.
func (t *tableFile) staysIn(row *tableRow, old, u *tenant.User) {
	if old.Role != u.Role {
		t.wrong(row, userRole, "is not the role that you have: nobody changes their own", "ask another admin, or leave the line out")
	}
	if old.State != u.State {
		t.wrong(row, userState, "would deactivate yourself", "ask another admin, or leave the line out")
	}
}

// takenAddress is why a user cannot have an address.
const takenAddress = "somebody signs in with this address already"

// follow is followUser for the users of a file, whose mistakes it tells.
func (t *tableFile) follow(tx *store.Tx, users []*tenant.User, had map[string]*tenant.User) error {
	for i, u := range users {
		err := followUser(tx, had[u.Username], u)
		if fault.Is(err, fault.Conflict) {
			t.wrong(&t.rows[i], userEmail, takenAddress, "")
		} else if err != nil {
			return err
		}
	}
	return t.err()
}

// followUser has the login of a user whose address or username changes go with
// it, before the user is kept. An address that another login has is a Conflict.
func followUser(tx *store.Tx, old, u *tenant.User) error {
	if old == nil || old.Email == u.Email && old.Username == u.Username {
		return nil
	}
	l, err := tx.LoginOfUser(old.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if l.Email == store.FoldName(old.Email) {
		l.Email = u.Email
	}
	l.Username = u.Username
	return tx.PutLogin(&l)
}

// checkUser checks each cell for itself, so that the mistake has its column.
func (t *tableFile) checkUser(row *tableRow) {
	cells := tenant.User{Username: row.cells[userName], Email: row.cells[userEmail], Display: row.cells[userDisplay], Extension: row.cells[userExtension]}
	checkUserTexts(&cells, func(column int, _, reason, advice string) { t.wrong(row, column, reason, advice) })
}

// checkUserTexts tells what is wrong with the texts of a user that are not
// empty, by the columns that say them.
func checkUserTexts(u *tenant.User, wrong func(column int, value, reason, advice string)) {
	if u.Username != "" {
		if err := tenant.CheckName("user", u.Username); err != nil {
			wrong(userName, u.Username, err.Error(), "")
		}
	}
	if u.Display != "" {
		if err := tenant.CheckName("display name", u.Display); err != nil {
			wrong(userDisplay, u.Display, err.Error(), "")
		}
	}
	name, domain, _ := strings.Cut(u.Email, "@")
	if e := u.Email; e != "" && (name == "" || domain == "" || len(e) > 254 || strings.ContainsAny(e, " ,;<>\"") || strings.Contains(domain, "@")) {
		wrong(userEmail, e, "is not an e-mail address", "want name@example.com")
	}
	if e := u.Extension; strings.Trim(e, "0123456789") != "" || len(e) > tenant.MaxName {
		wrong(userExtension, e, "is not digits", "")
	}
}

// extensions notes a mistake where, after the import, two users would have one
// extension: calls find their agent by it.
func (t *tableFile) extensions(users []*tenant.User, had []tenant.User) {
	named := make(map[string]bool, len(users))
	for _, u := range users {
		named[u.Username] = true
	}
	others := map[string]*tenant.User{}
	for i := range had {
		if u := &had[i]; u.Extension != "" && !named[u.Username] {
			others[u.Extension] = u
		}
	}
	lines := map[string]int64{}
	for i, u := range users {
		row := &t.rows[i]
		if u.Extension == "" {
			continue
		}
		column := userExtension
		if !t.has(userExtension) {
			column = userName
		}
		if line, twice := lines[u.Extension]; twice && line != row.line {
			t.wrong(row, column, fmt.Sprintf("the extension %s stands on line %d too", u.Extension, line), "")
		} else if o := others[u.Extension]; o != nil {
			t.wrong(row, column, fmt.Sprintf("%s has the extension %s", o.Username, u.Extension), "list that user in the file too, with another extension or an empty cell")
		}
		lines[u.Extension] = row.line
	}
}

// keepUsers writes what has changed.
func (r *roster) keepUsers(tx *store.Tx, users []*tenant.User, teams [][]string, changes []change) error {
	var put []*tenant.User
	for i, u := range users {
		if changes[i] != unchanged {
			put = append(put, u)
		}
	}
	if err := tx.PutUsers(put); err != nil {
		return err
	}
	for _, u := range put {
		if u.State != tenant.Active {
			if err := tx.EndUserSessions(u.ID); err != nil {
				return err
			}
		}
	}
	if !r.table.has(userTeams) {
		return nil
	}
	wanted := make(map[tenant.UserID][]tenant.TeamID, len(users))
	for i, u := range users {
		ids, err := r.teamIDs(tx, teams[i])
		if err != nil {
			return err
		}
		wanted[u.ID] = ids
	}
	day, err := r.from(tx.Now)
	if err != nil {
		return err
	}
	moved, err := tx.SetTeamsOfUsers(wanted, day)
	if err != nil {
		return err
	}
	for i, u := range users {
		if _, found := slices.BinarySearch(moved, u.ID); found {
			changes[i] = max(changes[i], changed)
		}
	}
	return nil
}
