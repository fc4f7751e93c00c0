package web

import (
	"net/http"
	"net/url"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// activityPage is what activity.html shows: what people did in a tenant, or on
// the operator's page in the system, the newest first.
type activityPage struct {
	form
	Login    string // whose acts alone are shown; empty: everybody's
	Rows     []activityRow
	Pages    pager
	Reset    string
	CSV      string // address of all that the filters let through
	Filtered bool
	Zone     *when.Zone
	Empty    empty
}

// activityRow is one act.
type activityRow struct {
	store.Activity
	Title string // what was done, in words
	Only  string // address that shows acts of the same login; empty: it was nobody's
}

// activityOnPage is how many acts a page shows.
const activityOnPage = 100

// nouns are what acts are done to, as the log names them.
var nouns = []choice{
	{Value: "session.", Label: "Sessions"}, {Value: "login.", Label: "Logins"}, {Value: "link.", Label: "Links for passwords"}, {Value: "key.", Label: "API keys"},
	{Value: "tenant.", Label: "Tenants and settings"}, {Value: "user.", Label: "Users"}, {Value: "team.", Label: "Teams"}, {Value: "campaign.", Label: "Campaigns"}, {Value: "number.", Label: "Numbers"}, {Value: "unit.", Label: "Billing units"}, {Value: "users.", Label: "Lists of users"}, {Value: "campaigns.", Label: "Lists of campaigns"},
	{Value: "numbers.", Label: "Lists of numbers"}, {Value: "card.", Label: "Rate cards"}, {Value: "import.", Label: "Imports"}, {Value: "suspense.", Label: "Suspense"}, {Value: "report.", Label: "Reports"},
	{Value: "calls.", Label: "Files of calls"}, {Value: "activity.", Label: "Files of the activity"},
}

func (s *Site) activity(w http.ResponseWriter, v *visit) error {
	p := &activityPage{Zone: v.clockZone(), Pages: newestFirst(), Reset: v.place("activity")}
	f, err := p.read(v.URL.Query())
	if err != nil {
		if !p.blame(err) {
			return err
		}
		s.show(w, v.Request, p.status(), "activity", "Activity", p)
		return nil
	}
	f.Limit = activityOnPage + 1
	err = s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) error {
		as, err := tx.Activities(f)
		p.fill(v.URL, as)
		return err
	})
	if err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "activity", "Activity", p)
	return nil
}

// read makes a filter of the address; all mistakes come at once.
func (p *activityPage) read(q url.Values) (f store.ActivityFilter, err error) {
	p.Fields = []*field{
		{Name: "from", Label: "From", Value: q.Get("from"), Type: "date"},
		{Name: "to", Label: "To", Value: q.Get("to"), Type: "date"},
		{Name: "what", Label: "About", Value: q.Get("what"), Type: "select", Of: append([]choice{{Label: "Anything"}}, nouns...)},
	}
	p.Empty = empty{Title: "Nothing has happened yet", Text: "Whoever signs in, imports or changes something is named here."}
	var wrong fault.Inputs
	note := func(field string, err error, reason string) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(q.Get(field)), Reason: reason})
		}
	}
	if text := q.Get("from"); text != "" {
		d, err := when.ParseDay(text)
		if note("from", err, "not a day such as 2026-06-15"); err == nil {
			f.From = p.Zone.Start(d)
		}
	}
	if text := q.Get("to"); text != "" {
		d, err := when.ParseDay(text)
		if note("to", err, "not a day such as 2026-06-15"); err == nil {
			f.To = p.Zone.Start(d.Add(1))
		}
	}
	if f.From != 0 && f.To != 0 && f.To <= f.From {
		wrong = append(wrong, fault.Input{Field: "to", Value: q.Get("to"), Reason: "before the day it begins with"})
	}
	number := func(name string) (n int64) {
		text := q.Get(name)
		if text == "" {
			return 0
		}
		n, err := strconv.ParseInt(text, 10, 64)
		note(name, err, "nothing has this number")
		return n
	}
	f.Login, f.Below = number("login"), number("below")
	f.What = q.Get("what")
	if f.Login != 0 {
		p.Login = q.Get("login")
	}
	if p.Filtered = q.Get("from") != "" || q.Get("to") != "" || f.What != "" || p.Login != ""; p.Filtered {
		p.Empty = empty{"Nothing fits", "Nobody has done anything as the filters ask.", p.Reset, "All activity"}
	}
	return f, wrong.Err()
}

// fill makes rows of what was found, of which one more than a page tells that
// there is another page.
func (p *activityPage) fill(u *url.URL, as []store.Activity) {
	for i := range as[:min(activityOnPage, len(as))] {
		row := activityRow{Activity: as[i], Title: actTitle(as[i].What)}
		if row.Login != 0 {
			row.Only = withQuery(u, "below", "", "login", strconv.FormatInt(row.Login, 10))
		}
		p.Rows = append(p.Rows, row)
	}
	if len(as) > activityOnPage {
		p.Pages.After = withQuery(u, "below", strconv.FormatInt(p.Rows[activityOnPage-1].ID, 10))
	}
	q := u.Query()
	if q.Has("below") {
		p.Pages.First = withQuery(u, "below", "")
	}
	q.Del("below")
	p.CSV = queried(u.Path+"/activity.csv", q)
}
