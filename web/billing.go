package web

import (
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/format/sheet"
	"tollkeeper/report"
	"tollkeeper/store"
)

// billingPage is what billing.html shows: the form, and the answer once it has
// been asked.
type billingPage struct {
	Report    *report.Report
	Period    periodForm
	Zone      string
	Account   string // its zone
	Users     panel
	Countries panel
	Problem   string
	Inputs    fault.Inputs
	Asked     bool
	Result    *report.Result
	Tables    []tableView
	Charts    []chart // by country and by team
	Everybody bool    // no users and no teams are selected
	CSV, JSON string  // addresses of the exports of this view
	Edit      bool    // the form is open
	Saved     *savedView
}

// panel is an assignment panel, as _panel.html draws it.
type panel struct {
	Name, Title, Help, Error string
	Now                      string // what is chosen by now, where somebody else has changed it
	Lists                    []panelList
	Chosen                   int
}

// panelList is one tab of a panel.
type panelList struct {
	Name, Title string
	Field       string // of its boxes
	All         bool   // everything in it is chosen
	Chosen      int
	Options     []panelOption
	Empty       string
}

type panelOption struct {
	Value, Label, More string
	Flag               phone.Country // zero: none
	Checked            bool
}

// add puts a line into the list; all of them are checked where the list is.
func (l *panelList) add(o panelOption) {
	o.Checked = o.Checked || l.All
	if o.Checked {
		l.Chosen++
	}
	l.Options = append(l.Options, o)
}

func (p *panel) put(ls ...panelList) {
	for _, l := range ls {
		p.Lists = append(p.Lists, l)
		p.Chosen += l.Chosen
	}
}

func (s *Site) billing(w http.ResponseWriter, v *visit) error {
	p, req, err := s.billingForm(v)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.Asked && len(p.Inputs) == 0 && p.Users.Error == "" {
		res, err := p.Report.Run(v.Context(), s.app.Store(), req)
		switch {
		case fault.Is(err, fault.Invalid):
			p.fail(err)
		case err != nil:
			return err
		default:
			if err := p.answer(v, res); err != nil {
				return err
			}
		}
	}
	p.Edit = !p.Asked || p.Result == nil
	if p.Asked && p.Result == nil {
		status = http.StatusUnprocessableEntity
	}
	if p.Saved, err = s.savedOf(v, p.Result != nil); err != nil {
		return err
	}
	s.show(w, v.Request, status, "billing", p.Report.Title, p)
	return nil
}

// billingExport writes the current view, its sort and filters, as a file.
func (s *Site) billingExport(w http.ResponseWriter, v *visit) error {
	kind, known := map[string]string{"billing.csv": csvFile, "billing.json": jsonFile}[v.PathValue("file")]
	if !known {
		return errNoPage
	}
	p, req, err := s.billingForm(v)
	if err == nil {
		err = p.Inputs.Err()
	}
	if err != nil {
		return err
	}
	if p.Users.Error != "" {
		return fault.Inputs{{Field: "users", Reason: p.Users.Error}}
	}
	res, err := p.Report.Run(v.Context(), s.app.Store(), req)
	if err != nil {
		return err
	}
	if err := s.did(v, "report.export", p.Report.Name+" "+res.Days.From.String()+" "+res.Days.To.String()); err != nil {
		return err
	}
	sortTables(res.Tables, v.URL.Query())
	name := "billing-" + res.Days.From.String() + "-" + res.Days.To.String() + path.Ext(v.PathValue("file"))
	return s.download(w, v, kind, name, func(to io.Writer) error {
		if kind == jsonFile {
			return sheet.WriteJSON(to, res.Tables)
		}
		return sheet.WriteCSV(to, res.Tables)
	})
}

// did logs what the visitor did, in the tenant's activity or, on the operator's
// pages, in the system's.
func (s *Site) did(v *visit, what, about string) error { return s.didIn(v, v.owner(), what, about) }

// didIn logs it in the activity of a tenant that the page need not be about.
func (s *Site) didIn(v *visit, owner tenant.ID, what, about string) error {
	return s.app.Store().Update(v.Context(), owner, store.Interactive, func(tx *store.Tx) error {
		return tx.Log(v.person.Did(what, about))
	})
}

// billingForm reads the address: the form as it is to be shown again, and the
// request that it makes.
func (s *Site) billingForm(v *visit) (*billingPage, report.Request, error) {
	q := v.URL.Query()
	r, err := report.Find("billing")
	if err != nil {
		return nil, report.Request{}, err
	}
	p := &billingPage{Report: r, Account: v.tenant.Zone, Zone: strings.TrimSpace(q.Get("zone")), Asked: q.Has("run")}
	if p.Period, err = s.readPeriod(v); fault.Is(err, fault.Invalid) {
		p.fail(err)
	} else if err != nil {
		return nil, report.Request{}, err
	}
	n, err := s.names(v)
	if err != nil {
		return nil, report.Request{}, err
	}
	req := report.Request{Tenant: *v.tenant, Days: p.Period.Days, Zone: p.Zone}
	p.choosePeople(q, n, &req)
	p.chooseCountries(q, &req)
	return p, req, nil
}

// choosePeople fills the panel of users, and what of it the request names. All
// lists at once are everybody, whom no list has to name.
func (p *billingPage) choosePeople(q url.Values, n *nameList, req *report.Request) {
	all := func(list string) bool { return !p.Asked && list != "teams" || slices.Contains(q["all"], list) }
	teams := panelList{Name: "teams", Title: "Teams", Field: "team", All: all("teams"), Empty: "There are no teams yet: import users with a column teams."}
	active := panelList{Name: "active", Title: "Active users", Field: "user", All: all("active"), Empty: "There are no active users."}
	gone := panelList{Name: "deactivated", Title: "Deactivated users", Field: "user", All: all("deactivated"), Empty: "No user is deactivated."}
	for _, t := range n.Teams {
		teams.add(panelOption{Value: t.Name, Label: t.Name, Checked: slices.Contains(q["team"], t.Name)})
	}
	for i := range n.Users {
		u := &n.Users[i]
		o := panelOption{Value: u.Username, Label: u.Name(), Checked: slices.Contains(q["user"], u.Username)}
		if u.Display != "" {
			o.More = u.Username
		}
		if u.State == tenant.Deactivated {
			gone.add(o)
			continue
		}
		if u.State == tenant.Unconfirmed {
			o.More = strings.TrimSpace(o.More + " · not confirmed")
		}
		active.add(o)
	}
	p.Users = panel{Name: "users", Title: "Assigned users", Help: "Whose calls are meant: teams as they were on each day, or users one by one."}
	p.Users.put(teams, active, gone)
	everybody := active.Chosen == len(active.Options) && gone.Chosen == len(gone.Options)
	if everybody && (p.Users.Chosen > 0 || len(n.Users) == 0) {
		return // everybody, and with them the calls that no agent took
	}
	for _, l := range p.Users.Lists {
		for _, o := range l.Options {
			switch {
			case !o.Checked:
			case l.Field == "team":
				req.Teams = append(req.Teams, o.Value)
			default:
				req.Users = append(req.Users, o.Value)
			}
		}
	}
	if p.Asked && p.Users.Chosen == 0 {
		p.Users.Error = "Choose at least one team or user, or all of them."
	}
}

func (p *billingPage) chooseCountries(q url.Values, req *report.Request) {
	l := panelList{Name: "countries", Title: "Countries", Field: "country", All: slices.Contains(q["all"], "countries")}
	for _, c := range phone.Countries() {
		chosen := slices.ContainsFunc(q["country"], func(code string) bool { return strings.EqualFold(code, c.String()) })
		l.add(panelOption{Value: c.String(), Label: c.Name(), More: c.String(), Flag: c, Checked: chosen})
		if chosen || l.All {
			req.Countries = append(req.Countries, c.String())
		}
	}
	slices.SortStableFunc(l.Options, func(a, b panelOption) int { return strings.Compare(a.Label, b.Label) })
	p.Countries = panel{Name: "countries", Title: "Assigned countries", Help: "Each becomes a column of its own; all others stand together in Other. Without any there is only the total."}
	p.Countries.put(l)
}

// fail puts mistakes above the form.
func (p *billingPage) fail(err error) {
	var f form
	if f.blame(err) {
		p.Problem += f.Problem
	}
}

// answer lays out the result.
func (p *billingPage) answer(v *visit, res *report.Result) error {
	q := v.URL.Query()
	sortTables(res.Tables, q)
	p.Result, p.Everybody = res, true
	for _, f := range res.Filters {
		p.Everybody = p.Everybody && f.Parameter != report.Users && f.Parameter != report.Teams
	}
	for i := range res.Tables {
		t := viewTable(&res.Tables[i], v.URL)
		t.Empty = "No charged call of this kind."
		p.Tables = append(p.Tables, t)
	}
	export := v.at("reports/billing/billing")
	p.CSV, p.JSON = queried(export+".csv", q), queried(export+".json", q)
	for i := range res.Shares {
		c, err := shareChart(&res.Shares[i], res)
		if err != nil {
			return err
		}
		p.Charts = append(p.Charts, c)
	}
	return nil
}
