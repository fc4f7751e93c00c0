package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

type userCommands struct {
	List userList `cmd:"" help:"List the users of a tenant."`
	Add  userAdd  `cmd:"" help:"Add a user."`
	Set  userSet  `cmd:"" help:"Change a user; what is not given stays as it is."`
}

// userList lists users.
type userList struct {
	tenantFlag
	State string `placeholder:"STATE" help:"Only those of a state: active, deactivated or unconfirmed (met in call records, never set up)."`
	output
}

func (c *userList) Run(s *session) error {
	wanted, err := tenant.ParseState(c.State)
	if err != nil {
		return &usageError{err}
	}
	_, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	list := table.Table{Name: "users", Title: "Users of " + t.Name, Columns: text("Username", "Name", "E-mail", "Teams", "State", "Role", "Extension")}
	err = s.store.View(s.ctx, t.ID, func(tx *store.Tx) error {
		users, err := tx.Users()
		if err != nil {
			return err
		}
		teams, err := teamsToday(tx, &t)
		for i := range users {
			u := &users[i]
			if c.State != "" && u.State != wanted {
				continue
			}
			list.Rows = append(list.Rows, table.Row{table.String(u.Username), table.String(u.Display), table.String(u.Email),
				table.String(strings.Join(teams[u.ID], ", ")), table.String(u.State.String()), table.String(u.Role.String()), table.String(u.Extension)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.write(s, list)
}

// teamsToday are the names of each user's teams on the account's billing day.
func teamsToday(tx *store.Tx, t *tenant.Tenant) (map[tenant.UserID][]string, error) {
	zone, err := when.LoadZone(t.Zone)
	if err != nil {
		return nil, err
	}
	teams, err := tx.Teams()
	if err != nil {
		return nil, err
	}
	names := map[tenant.TeamID]string{}
	for _, team := range teams {
		names[team.ID] = team.Name
	}
	members, err := tx.UserTeams()
	today := zone.Day(tx.Now - t.Cutoff)
	of := map[tenant.UserID][]string{}
	for user, ms := range members {
		for _, m := range ms {
			if m.Holds(today) {
				of[user] = append(of[user], names[m.Team])
			}
		}
		slices.Sort(of[user])
	}
	return of, err
}

// userFields are the flags of what a user is.
type userFields struct {
	Email     *string `placeholder:"ADDRESS" help:"E-mail address."`
	Name      *string `placeholder:"NAME" help:"Name that reports show."`
	Teams     *string `placeholder:"A;B" help:"Teams, separated by semicolons, from today on; new ones are made."`
	State     *string `placeholder:"STATE" help:"active or deactivated."`
	Role      *string `placeholder:"ROLE" help:"agent, analyst, supervisor, finance or admin."`
	Extension *string `placeholder:"DIGITS" help:"Extension."`
}

// keep takes the user in as a file of one line would be: one way in, one set of
// checks.
func (f *userFields) keep(s *session, a *app.App, username, owner string) (*app.TableImported, error) {
	heading, row := []string{"username"}, []string{username}
	for _, field := range []struct {
		name  string
		value *string
	}{{"email", f.Email}, {"display_name", f.Name}, {"teams", f.Teams}, {"state", f.State}, {"role", f.Role}, {"extension", f.Extension}} {
		if field.value != nil {
			heading, row = append(heading, field.name), append(row, *field.value)
		}
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.WriteAll([][]string{heading, row}); err != nil {
		return nil, err
	}
	done, err := a.ImportUsers(s.ctx, app.ImportTable{Path: "command line", Input: &file, Tenant: owner, Did: auth.Program("command line").Did("users.import", "")})
	var inputs fault.Inputs
	if errors.As(err, &inputs) {
		for i := range inputs {
			inputs[i].File, inputs[i].Line, inputs[i].Column = "", 0, 0
		}
		err = &usageError{inputs}
	}
	return done, err
}

// user finds one; ok is false where there is none.
func (s *session) user(t *tenant.Tenant, username string) (u tenant.User, ok bool, err error) {
	err = s.store.View(s.ctx, t.ID, func(tx *store.Tx) error {
		users, err := tx.Users()
		for i := range users {
			if users[i].Username == username {
				u, ok = users[i], true
			}
		}
		return err
	})
	return u, ok, err
}

// userAdd adds a user.
type userAdd struct {
	Username string `arg:"" help:"As call records name the agent; unique."`
	tenantFlag
	userFields
}

func (c *userAdd) Run(s *session) error {
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	u, there, err := s.user(&t, c.Username)
	if err != nil {
		return err
	}
	if there && u.State != tenant.Unconfirmed {
		return fault.New(fault.Conflict, "%s has a user %s: tollkeeper user set changes one", t.Name, c.Username)
	}
	if _, err := c.keep(s, a, c.Username, c.Tenant); err != nil {
		return err
	}
	s.printf("user %s of %s added\n", c.Username, t.Name)
	return nil
}

// userSet changes a user.
type userSet struct {
	Username string `arg:"" help:"The user."`
	tenantFlag
	userFields
}

func (c *userSet) Run(s *session) error {
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	if _, there, err := s.user(&t, c.Username); err != nil {
		return err
	} else if !there {
		return fault.New(fault.NotFound, "%s has no user %q: tollkeeper user list --tenant %s", t.Name, c.Username, quoteArg(t.Name))
	}
	done, err := c.keep(s, a, c.Username, c.Tenant)
	if err != nil {
		return err
	}
	if done.Changed == 0 {
		s.printf("user %s of %s is so already\n", c.Username, t.Name)
		return nil
	}
	s.printf("user %s of %s changed\n", c.Username, t.Name)
	return nil
}
