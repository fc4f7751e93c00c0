package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/store"
)

// savedView is what _saved.html shows below a report's form: configurations
// kept under a name, and the form that keeps the one of this page.
type savedView struct {
	Rows       []savedRow
	Good       string
	Problem    string
	Name       string // as it was refused, to be mended
	Parameters string // of this page; empty: the report has not been run
	MaySave    bool
}

// Open tells whether the list is unfolded: it is there to choose from until a
// report is run, and tells what became of a change.
func (s *savedView) Open() bool {
	return s.Good != "" || s.Problem != "" || s.Parameters == "" && len(s.Rows) > 0
}

// Offers tells whether there is anything to see.
func (s *savedView) Offers() bool { return s.MaySave || len(s.Rows) > 0 }

// savedRow is one configuration.
type savedRow struct {
	store.SavedReport
	URL  string // runs it
	Mine bool
	Here bool // it is what the page shows
}

// savedOf lists what the visitor may run of the Billing report. ran tells that
// the page has a result, which can be kept.
func (s *Site) savedOf(v *visit, ran bool) (*savedView, error) {
	p := &savedView{MaySave: v.may(access.EditReports)}
	p.Good = s.auth.Pop(v.Context(), "saved")
	p.Problem = s.auth.Pop(v.Context(), "saved-problem")
	p.Name = s.auth.Pop(v.Context(), "saved-name")
	if ran {
		p.Parameters = runnable(v.URL.Query())
	}
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		all, err := tx.SavedReports(v.person.Login, "billing")
		p.Rows = nil // the transaction may be tried again
		for _, r := range all {
			p.Rows = append(p.Rows, savedRow{
				SavedReport: r, URL: v.at("reports/billing") + "?" + r.Parameters,
				Mine: r.Login == v.person.Login, Here: r.Parameters == p.Parameters,
			})
		}
		return err
	})
	return p, err
}

// runnable is a query that runs the report, in one spelling whatever the order
// in which a browser sent its fields. Which tab of a panel was open is left out.
func runnable(q url.Values) string {
	kept := url.Values{"run": {"1"}}
	for name, values := range q {
		if name != "run" && !strings.HasPrefix(name, "tab-") {
			kept[name] = values
		}
	}
	return kept.Encode()
}

// saveReport keeps the configuration of the page that the form stood on.
func (s *Site) saveReport(w http.ResponseWriter, v *visit) error {
	r := store.SavedReport{
		Report: "billing", Login: v.person.Login,
		Name: strings.TrimSpace(v.PostFormValue("name")), Shared: v.PostFormValue("shared") != "",
	}
	q, err := url.ParseQuery(v.PostFormValue("parameters"))
	if err != nil {
		return fault.Inputs{{Field: "parameters", Reason: "not the query of an address"}}
	}
	r.Parameters = runnable(q)
	var good string
	err = s.app.Store().Update(v.Context(), v.tenant.ID, store.Interactive, func(tx *store.Tx) (err error) {
		good, err = keepReport(tx, v, r)
		return err
	})
	var f form
	switch {
	case err == nil:
		s.auth.Put(v.Context(), "saved", good)
	case f.blame(err):
		s.auth.Put(v.Context(), "saved-problem", f.Problem)
		s.auth.Put(v.Context(), "saved-name", fault.Cut(r.Name))
	default:
		return err
	}
	http.Redirect(w, v.Request, v.at("reports/billing")+"?"+r.Parameters+"#saved", http.StatusSeeOther)
	return nil
}

// keepReport puts r in place of what its owner saved under that name, if there
// is any, and tells what it did. What stands there already, as after a form
// that was sent twice, changes nothing.
func keepReport(tx *store.Tx, v *visit, r store.SavedReport) (string, error) {
	all, err := tx.SavedReports(r.Login, r.Report)
	if err != nil {
		return "", err
	}
	good, row := "The configuration is saved as “"+r.Name+"”.", v.person.Did("report.save", r.Report+" "+r.Name)
	for _, old := range all {
		if old.Login != r.Login || old.Name != r.Name {
			continue
		}
		if old.Parameters == r.Parameters && old.Shared == r.Shared {
			return good, nil
		}
		r.ID, row.Before = old.ID, savedText(&old)
		good = "“" + r.Name + "” is changed to this configuration."
	}
	if err := tx.PutSavedReport(&r); err != nil {
		return "", err
	}
	row.After = savedText(&r)
	return good, tx.Log(row)
}

// savedText is a configuration as the activity tells it.
func savedText(r *store.SavedReport) string {
	if r.Shared {
		return "shared: " + r.Parameters
	}
	return "private: " + r.Parameters
}

// ownSaved is a configuration of the visitor's own.
func (s *Site) ownSaved(v *visit, id int64) (r store.SavedReport, err error) {
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		r, err = tx.SavedReport(v.person.Login, id)
		return err
	})
	if err == nil && r.Login != v.person.Login {
		err = fault.New(fault.NotFound, "there is no such saved report of yours")
	}
	return r, err
}

// dropSaved takes out a configuration of the visitor's own.
func (s *Site) dropSaved(w http.ResponseWriter, v *visit) error {
	id, err := strconv.ParseInt(v.PostFormValue("saved"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "there is no such saved report")
	}
	back := v.at("reports/billing") + "#saved"
	r, err := s.ownSaved(v, id)
	if err != nil {
		return err
	}
	if s.asks(w, v, "Delete “"+r.Name+"”?", &confirmPage{Lines: []string{"The saved configuration is gone then, also for those whom it is shared with."}, Do: "Delete it", Danger: true, Back: back}) {
		return nil
	}
	err = s.app.Store().Update(v.Context(), v.tenant.ID, store.Interactive, func(tx *store.Tx) (err error) {
		if r, err = tx.SavedReport(v.person.Login, id); err != nil {
			return err
		}
		if err := tx.DropSavedReport(v.person.Login, id); err != nil {
			return err
		}
		row := v.person.Did("report.drop", r.Report+" "+r.Name)
		row.Before = savedText(&r)
		return tx.Log(row)
	})
	if err != nil {
		return err
	}
	s.auth.Put(v.Context(), "saved", "“"+r.Name+"” is deleted.")
	http.Redirect(w, v.Request, back, http.StatusSeeOther)
	return nil
}
