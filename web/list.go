package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// listPage is what list.html shows: something that a tenant has, as a table, and
// the form by which a file of it is taken in.
type listPage struct {
	Name    string // "users", in addresses
	At      string // the list's address
	New     string // address of the form that adds one; empty: none
	About   string
	Columns string // of the file that can be imported
	Heads   []string
	Rows    []listRow
	Search  string
	Found   int // of All
	All     int
	May     bool // import
	Empty   empty
	Good    string
	Link    string // a one-time link that was just made
	Problem string
	Inputs  fault.Inputs
}

// listRow is a line of the list. Login is of users who can be given a link.
type listRow struct {
	Cells []cellView
	Login string // address of the action that makes a link; empty: none
	Edit  string // address of the form that changes it; empty: none
}

// listShown is how many lines a list shows; the search finds the others.
const listShown = 500

func (p *listPage) add(r listRow) {
	p.All++
	var text strings.Builder
	for _, c := range r.Cells {
		text.WriteString(c.Plain + "\n")
	}
	if !strings.Contains(strings.ToLower(text.String()), strings.ToLower(p.Search)) {
		return
	}
	p.Found++
	if len(p.Rows) < listShown {
		p.Rows = append(p.Rows, r)
	}
}

// taken is a list that a file can be taken into.
type taken struct {
	take func(*app.App, context.Context, app.ImportTable) (*app.TableImported, error)
	show func(*Site, http.ResponseWriter, *visit, *listPage, int) error
}

// lists are those lists by their name in addresses; another name has none.
func lists(name string) (l taken, ok bool) {
	switch name {
	case "users":
		return taken{(*app.App).ImportUsers, (*Site).showUsers}, true
	case "campaigns":
		return taken{(*app.App).ImportCampaigns, (*Site).showCampaigns}, true
	case "numbers":
		return taken{(*app.App).ImportNumbers, (*Site).showNumbers}, true
	}
	return l, false
}

// listUpload is how many bytes a file of users, campaigns or numbers can have.
const listUpload = 64 << 20

// importList takes a file into a list, whole or not at all.
func (s *Site) importList(w http.ResponseWriter, v *visit) error {
	list, ok := lists(v.PathValue("list"))
	if !ok {
		return errNoPage
	}
	v.Body = http.MaxBytesReader(w, v.Body, listUpload)
	file, head, err := v.FormFile("file")
	if err != nil {
		return list.show(s, w, v, &listPage{Problem: "Choose a CSV file first."}, http.StatusUnprocessableEntity)
	}
	defer file.Close()
	done, err := list.take(s.app, v.Context(), app.ImportTable{Path: fileName(head.Filename), Input: file, Tenant: v.tenant.Name})
	if err != nil {
		p := &listPage{}
		var f form
		if !f.blame(err) {
			return err
		}
		if p.Inputs = inputsOf(err); len(p.Inputs) > 0 {
			p.Problem = "Nothing of the file was taken in: these have to be mended first."
		} else {
			p.Problem = f.Problem
		}
		return list.show(s, w, v, p, http.StatusUnprocessableEntity)
	}
	if err := s.did(v, v.PathValue("list")+".import", fileName(head.Filename)); err != nil {
		return err
	}
	good := plural(int64(done.Added), "line") + " added, " + plural(int64(done.Changed), "line") + " changed, " + plural(int64(done.Unchanged), "line") + " as before."
	if len(done.Made) > 0 {
		good += " Made on the way: " + strings.Join(done.Made, ", ") + "."
	}
	return list.show(s, w, v, &listPage{Good: good, Inputs: done.Warnings}, http.StatusOK)
}

func (s *Site) users(w http.ResponseWriter, v *visit) error {
	return s.showUsers(w, v, &listPage{Good: s.auth.Pop(v.Context(), "users")}, http.StatusOK)
}

func (s *Site) showUsers(w http.ResponseWriter, v *visit, p *listPage, status int) error {
	p.Name, p.Search, p.May = "users", v.URL.Query().Get("search"), v.may(peoplers...)
	p.At = v.at("users")
	if p.May {
		p.New = v.at("users/new")
	}
	p.About = "Who makes and takes calls, in which teams, and who can sign in. Agents need no login."
	p.Columns = "username, display_name, email, role, state, extension, teams, unit"
	p.Heads = []string{"Name", "Username", "E-mail", "Role", "Teams", "State", "Signs in"}
	p.Empty = empty{Title: "No users yet", Text: "Import a CSV file of them, or import calls: agents that records name are listed here until you confirm them."}
	logins, err := s.auth.Logins(v.Context(), v.person)
	if err != nil {
		return err
	}
	byUser := map[tenant.UserID]string{}
	for _, l := range logins {
		byUser[l.User] = loginState(l.SignedIn, l.Ready, l.Off)
	}
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		n := &nameList{}
		var err error
		if n.Users, err = tx.Users(); err != nil {
			return err
		}
		if n.Teams, err = tx.Teams(); err != nil {
			return err
		}
		in, err := tx.UserTeams()
		if err != nil {
			return err
		}
		today := v.zone.Day(tx.Now)
		for i := range n.Users {
			u := &n.Users[i]
			row := listRow{Cells: []cellView{
				{Plain: u.Name()}, {Plain: u.Username}, {Plain: u.Email}, {Plain: u.Role.String()},
				{Plain: teamNames(n.Teams, in[u.ID], today)}, {Text: stateBadge(u.State)}, {Plain: byUser[u.ID]},
			}}
			if p.May {
				row.Edit = v.at("users/" + idText(u.ID) + "/edit")
			}
			if p.May && u.State == tenant.Active {
				row.Login = v.at("users/" + idText(u.ID) + "/link")
			}
			p.add(row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.show(w, v.Request, status, "list", "Users and teams", p)
	return nil
}

func loginState(last when.Instant, ready, off bool) string {
	switch {
	case off:
		return "locked out"
	case !ready:
		return "has a link"
	case last.IsZero():
		return "not yet"
	}
	return "last on " + last.UTCDay().String()
}

// teamNames lists the teams of memberships that hold on a day.
func teamNames(teams []tenant.Team, in []tenant.Membership, day when.Day) string {
	var names []string
	for _, t := range teams {
		if slices.ContainsFunc(in, func(m tenant.Membership) bool { return m.Team == t.ID && m.Holds(day) }) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ", ")
}

func stateBadge(s tenant.State) template.HTML {
	tone := map[tenant.State]string{tenant.Active: "tone-good", tenant.Deactivated: "tone-quiet", tenant.Unconfirmed: "tone-wait"}[s]
	return template.HTML(`<span class="badge ` + tone + `">` + s.String() + `</span>`)
}

func (s *Site) campaigns(w http.ResponseWriter, v *visit) error {
	return s.showCampaigns(w, v, &listPage{}, http.StatusOK)
}

func (s *Site) showCampaigns(w http.ResponseWriter, v *visit, p *listPage, status int) error {
	p.Name, p.Search, p.May = "campaigns", v.URL.Query().Get("search"), v.may(peoplers...)
	p.At = v.at("campaigns")
	p.About = "Runs of calls with a purpose of their own, as call records name them."
	p.Columns = "campaign, name, state, teams"
	p.Heads = []string{"Campaign", "Name", "Teams", "State"}
	p.Empty = empty{Title: "No campaigns yet", Text: "Import a CSV file of them, or import calls: campaigns that records name are listed here."}
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		all, err := tx.Campaigns()
		if err != nil {
			return err
		}
		teams, err := tx.Teams()
		if err != nil {
			return err
		}
		in, err := tx.CampaignTeams()
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b tenant.Campaign) int { return cmp.Compare(a.Code, b.Code) })
		for _, c := range all {
			p.add(listRow{Cells: []cellView{{Plain: c.Code}, {Plain: c.Name}, {Plain: teamNames(teams, in[c.ID], v.zone.Day(tx.Now))}, {Text: stateBadge(c.State)}}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.show(w, v.Request, status, "list", "Campaigns", p)
	return nil
}

func (s *Site) numbers(w http.ResponseWriter, v *visit) error {
	return s.showNumbers(w, v, &listPage{}, http.StatusOK)
}

func (s *Site) showNumbers(w http.ResponseWriter, v *visit, p *listPage, status int) error {
	p.Name, p.Search, p.May = "numbers", v.URL.Query().Get("search"), v.may(peoplers...)
	p.At = v.at("numbers")
	p.About = "The center's own numbers. A number is in at most one billing unit."
	p.Columns = "number, unit, campaign"
	p.Heads = []string{"Number", "Country", "Billing unit", "Campaign"}
	p.Empty = empty{Title: "No numbers yet", Text: "Import a CSV file of them, with a column number."}
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		all, err := tx.Numbers()
		if err != nil {
			return err
		}
		us, err := tx.Units()
		if err != nil {
			return err
		}
		cs, err := tx.Campaigns()
		if err != nil {
			return err
		}
		units, camps := map[tenant.UnitID]string{}, map[tenant.CampaignID]string{}
		for _, u := range us {
			units[u.ID] = u.Name
		}
		for _, c := range cs {
			camps[c.ID] = c.Code
		}
		for _, n := range all {
			p.add(listRow{Cells: []cellView{{Plain: "+" + n.Number.String()}, {Plain: countryOf(n.Number)}, {Plain: units[n.Unit]}, {Plain: camps[n.Campaign]}}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.show(w, v.Request, status, "list", "Numbers", p)
	return nil
}

// countryOf is the name of the country that a number belongs to.
func countryOf(n phone.Number) string { return phone.CountryOf(n).Name() }
