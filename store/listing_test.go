package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// awkward are names that a list has to find and sort whatever is in them.
var awkward = []string{
	"Ämilie", "ämilie", "AMILIE", "Zoë", "zoe", "Straße", "STRASSE", "50% off", "50 off", "a_b", "aXb", `back\slash`, `back\\slash`,
	"O'Brien", `"Quoted"`, "<b>bold</b>", "مركز", "שלום", "☎️ line", "👩‍💻", "İstanbul", "istanbul", "\u212aelvin", "Σίσυφος", "ΣΊΣΥΦΟΣ", "中文", "a, b", "\ufffd", "ﬁnd",
}

// asked are texts that are looked for among them.
var asked = []string{
	"", " ", "ä", "Ä", "MILIE", "ß", "SS", "%", "_", "a_b", `\`, `\\`, "'", `"`, "<B>", "رك", "שלום", "☎", "👩", "i", "İ", "k", "σί", "Σ", "文", ",", "A, B", "agent", "IN", "0", "17",
	"Sales, Supp", "ales", "@EXAMPLE", "nobody at all", "\x00", "a\x00b", "\xff", "\ufffd", "  ämilie ", "$1", "NULL", strings.Repeat("x", 5000),
}

// directory is what the slow twins look at.
type directory struct {
	users     []tenant.User
	campaigns []tenant.Campaign
	teams     []tenant.Team
	userIn    map[tenant.UserID][]tenant.Membership
	campIn    map[tenant.CampaignID][]tenant.Membership
	logins    map[tenant.UserID]bool
}

// awkwardDirectory fills the books with such names, and reads them.
func awkwardDirectory(t *testing.T, s *store.Store, id tenant.ID) (d directory) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	update(t, s, id, func(tx *store.Tx) error {
		teams := slices.Concat([]string{"Sales", "Support", "zest"}, awkward[:12])
		for _, name := range teams {
			if err := tx.PutTeam(&tenant.Team{Name: name}); err != nil {
				return err
			}
		}
		some := func() (ids []tenant.TeamID) {
			for range r.IntN(4) {
				ids = append(ids, tenant.TeamID(1+r.IntN(len(teams))))
			}
			return ids
		}
		var us []*tenant.User
		for i := range 4 * len(awkward) {
			u := &tenant.User{Username: fmt.Sprintf("%s %02d", awkward[i%len(awkward)], r.IntN(40)*100+i), Role: tenant.Role(r.IntN(5)), State: tenant.State(r.IntN(3))}
			if r.IntN(2) > 0 {
				u.Display = awkward[r.IntN(len(awkward))]
			}
			if r.IntN(2) > 0 {
				u.Email = strings.ReplaceAll(awkward[r.IntN(len(awkward))], " ", ".") + "@Example.com"
			}
			if r.IntN(2) > 0 {
				u.Extension = fmt.Sprint(r.IntN(20))
			}
			us = append(us, u)
		}
		if err := tx.PutUsers(us[2:]); err != nil {
			return err
		}
		for i, u := range us {
			if i < 2 { // those that are put in one by one, and changed
				u.Display = "before"
				if err := tx.PutUser(u); err != nil {
					return err
				}
				u.Display = awkward[i]
				if err := tx.PutUser(u); err != nil {
					return err
				}
			}
			for _, day := range []when.Day{today.Add(-9), today.Add(-1), today, today.Add(1)} {
				if err := setUserTeams(tx, u.ID, day, some()...); err != nil {
					return err
				}
			}
			if r.IntN(3) == 0 {
				if err := tx.PutLogin(&store.Login{User: u.ID, Username: u.Username}); err != nil {
					return err
				}
			}
		}
		for i, code := range awkward {
			c := tenant.Campaign{Code: code, State: tenant.State(r.IntN(3))}
			if r.IntN(2) > 0 {
				c.Name = awkward[(i*7)%len(awkward)]
			}
			if err := tx.PutCampaign(&c); err != nil {
				return err
			}
			for _, day := range []when.Day{today.Add(-9), today} {
				if err := setCampaignTeams(tx, c.ID, day, some()...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	view(t, s, id, func(tx *store.Tx) (err error) { return d.read(tx) })
	return d
}

func (d *directory) read(tx *store.Tx) (err error) {
	if d.users, err = tx.Users(); err != nil {
		return err
	}
	if d.campaigns, err = tx.Campaigns(); err != nil {
		return err
	}
	if d.teams, err = tx.Teams(); err != nil {
		return err
	}
	if d.userIn, err = tx.UserTeams(); err != nil {
		return err
	}
	if d.campIn, err = tx.CampaignTeams(); err != nil {
		return err
	}
	logins, err := tx.Logins()
	d.logins = map[tenant.UserID]bool{}
	for _, l := range logins {
		d.logins[l.User] = true
	}
	return err
}

// line is a line of a list as the slow twin sees it: what stands in it, and for
// each column what it is sorted by.
type line struct {
	id    int32
	state tenant.State
	cells []string
	order func(by uint8) (int64, string)
}

// teamsOf names the teams that hold on the day.
func (d *directory) teamsOf(in []tenant.Membership) string {
	var names []string
	for _, t := range d.teams {
		if slices.ContainsFunc(in, func(m tenant.Membership) bool { return m.Team == t.ID && m.Holds(today) }) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ", ")
}

// slowly looks for lines one by one, as a list without SQL would.
func slowly(lines []line, l store.Listing, by uint8) (ids []int32) {
	lines = slices.DeleteFunc(slices.Clone(lines), func(x line) bool {
		text := strings.ToLower(strings.TrimSpace(l.Text))
		return len(l.States) > 0 && !slices.Contains(l.States, x.state) || !strings.Contains(strings.ToLower(strings.Join(x.cells, "\n")), text)
	})
	slices.SortStableFunc(lines, func(a, b line) int {
		x, xs := a.order(by)
		y, ys := b.order(by)
		order := cmp.Or(cmp.Compare(x, y), cmp.Compare(strings.ToLower(xs), strings.ToLower(ys)))
		if l.Down {
			return -order
		}
		return order
	})
	for _, x := range lines {
		ids = append(ids, x.id)
	}
	return ids
}

// page is the part of a list that is wanted.
func page(ids []int32, l store.Listing) []int32 {
	ids = ids[min(l.Skip, len(ids)):]
	if l.Limit > 0 {
		ids = ids[:min(l.Limit, len(ids))]
	}
	return ids
}

// listings are ways to ask for a list by a text.
func listings(text string) (ls []store.Listing) {
	for i, states := range [][]tenant.State{nil, {tenant.Active}, {tenant.Deactivated, tenant.Unconfirmed}} {
		l := store.Listing{Day: today, Text: text, States: states}
		ls = append(ls, l)
		l.Down, l.Skip, l.Limit = true, 3*i, 7
		ls = append(ls, l)
	}
	return ls
}

// TestFindUsers compares the list with what looking at them one by one finds.
func TestFindUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, add(t, s, "other"), "other", 3)
		d := awkwardDirectory(t, s, acme)
		view(t, s, acme, func(tx *store.Tx) error {
			found := 0
			for i, text := range asked {
				for by := store.UsersByName; by <= store.UsersByLogin; by++ {
					for n, l := range listings(text) {
						f := store.UserFilter{Listing: l, By: by}
						if (i+n)%3 == 0 {
							f.Team = tenant.TeamID(1 + (i+int(by))%len(d.teams))
						}
						if (i+n)%4 == 0 {
							f.Roles = []tenant.Role{tenant.Role(i % 5), tenant.Admin}
						}
						want := d.slowUsers(f)
						found += len(want)
						us, err := tx.FindUsers(f)
						if err != nil {
							return fmt.Errorf("%+v: %w", f, err)
						}
						ids := make([]int32, len(us))
						for i := range us {
							ids[i] = int32(us[i].ID)
						}
						if !slices.Equal(ids, page(want, l)) {
							t.Errorf("%+v: users %d, want %d", f, ids, page(want, l))
						}
						if n, err := tx.CountUsers(f); err != nil || n != len(want) {
							t.Errorf("%+v: %d users, want %d; %v", f, n, len(want), err)
						}
					}
				}
			}
			if found < 1000 {
				t.Errorf("only %d are found in all: the questions are too hard", found)
			}
			return nil
		})
	})
}

func (d *directory) slowUsers(f store.UserFilter) []int32 {
	var lines []line
	for i := range d.users {
		u := &d.users[i]
		isIn := slices.ContainsFunc(d.userIn[u.ID], func(m tenant.Membership) bool { return m.Team == f.Team && m.Holds(today) })
		if len(f.Roles) > 0 && !slices.Contains(f.Roles, u.Role) || f.Team != 0 && !isIn {
			continue
		}
		teams := d.teamsOf(d.userIn[u.ID])
		lines = append(lines, line{int32(u.ID), u.State, []string{u.Name(), u.Role.String(), teams, u.Username, u.Email, u.Extension}, func(by uint8) (int64, string) {
			switch store.UserOrder(by) {
			case store.UsersByUsername:
				return 0, u.Username
			case store.UsersByEmail:
				return 0, u.Email
			case store.UsersByExtension:
				return 0, u.Extension
			case store.UsersByRole:
				return 0, u.Role.String()
			case store.UsersByState:
				return int64(u.State), ""
			case store.UsersByTeams:
				return 0, teams
			case store.UsersByLogin:
				if u.State == tenant.Active && d.logins[u.ID] {
					return 1, ""
				}
				return 0, ""
			}
			return 0, u.Name()
		}})
	}
	return slowly(lines, f.Listing, uint8(f.By))
}

// TestFindCampaigns does the same for campaigns.
func TestFindCampaigns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		fill(t, s, add(t, s, "other"), "other", 3)
		d := awkwardDirectory(t, s, acme)
		var lines []line
		for i := range d.campaigns {
			c := &d.campaigns[i]
			teams := d.teamsOf(d.campIn[c.ID])
			lines = append(lines, line{int32(c.ID), c.State, []string{c.Code, c.Name, teams}, func(by uint8) (int64, string) {
				if by == uint8(store.CampaignsByState) {
					return int64(c.State), ""
				}
				return 0, []string{c.Code, c.Name, teams}[by]
			}})
		}
		view(t, s, acme, func(tx *store.Tx) error {
			for _, text := range asked {
				for by := store.CampaignsByCode; by <= store.CampaignsByState; by++ {
					for _, l := range listings(text) {
						f := store.CampaignFilter{Listing: l, By: by}
						want := slowly(lines, l, uint8(by))
						cs, err := tx.FindCampaigns(f)
						if err != nil {
							return fmt.Errorf("%+v: %w", f, err)
						}
						ids := make([]int32, len(cs))
						for i := range cs {
							ids[i] = int32(cs[i].ID)
						}
						if !slices.Equal(ids, page(want, l)) {
							t.Errorf("%+v: campaigns %d, want %d", f, ids, page(want, l))
						}
						if n, err := tx.CountCampaigns(f); err != nil || n != len(want) {
							t.Errorf("%+v: %d campaigns, want %d; %v", f, n, len(want), err)
						}
					}
				}
			}
			return nil
		})
	})
}
