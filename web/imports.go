package web

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// importsPage is what imports.html shows: a tenant's imports, or the operator's
// of all tenants.
type importsPage struct {
	Operator bool
	Rows     []runRow
	Formats  []choice
	Columns  []string // of our own layout
	Needed   []string // of them
	Owners   []choice // of a new file; none: it is the tenant's
	Filters  []*field // selects
	Filtered bool
	Pages    pager
	Reset    string
	Works    []workLine
	Zone     *when.Zone
	ZoneName string // of the form, as it was typed
	Account  string // the tenant's zone; empty: each has its own
	Zones    []choice
	Source   string // as it was typed
	Once     string // names this form, so that it starts one import however often it is sent
	Problem  string
	Inputs   fault.Inputs
	Empty    empty
}

type runRow struct {
	app.TenantRun
	Path    string
	Records int64
	Odd     int64 // suspended, conflicting and refused
	Broken  bool  // it did not come to its end, or has not yet
	Live    bool  // records of a program go on to come
}

type workLine struct{ Title, Path string }

// runsOnPage is how many imports a page lists.
const runsOnPage = 50

func (s *Site) imports(w http.ResponseWriter, v *visit) error {
	return s.showImports(w, v, http.StatusOK, &importsPage{}, app.ImportCalls{})
}

// showImports shows the page again as it was asked for: o is what was chosen for
// a file that could not be taken.
func (s *Site) showImports(w http.ResponseWriter, v *visit, status int, p *importsPage, o app.ImportCalls) error {
	q := v.URL.Query()
	p.Once, p.Pages = rand.Text(), newestFirst()
	if o.Zone != nil {
		p.ZoneName = o.Zone.Name()
	}
	p.Operator, p.Zone, p.Source, p.Reset = v.tenant == nil, v.clockZone(), o.Source, v.place("imports")
	ask := app.ListRuns{Limit: runsOnPage, After: readRunMark(q.Get("after"))}
	if err := s.readOwners(v, p, &ask, o.Tenant); err != nil {
		return err
	}
	for _, name := range cdr.Names() {
		p.Formats = append(p.Formats, choice{Value: name, Label: formatTitle(name), Chosen: name == o.Format})
	}
	p.Columns, p.Needed = cdr.Columns()
	p.Zones = zoneChoices()
	states, state := runStates(q.Get("state"))
	p.Filters, ask.State = append(p.Filters, states), state
	p.Filtered = ask.State != store.AnyRun || q.Get("of") != ""
	runs, more, err := s.app.ListRuns(v.Context(), ask)
	if err != nil {
		return err
	}
	for _, r := range runs {
		p.Rows = append(p.Rows, s.rowOf(v, r))
	}
	if more {
		last := runs[len(runs)-1]
		p.Pages.After = withQuery(v.URL, "after", strconv.FormatInt(last.ID, 10)+"-"+tenantText(last.Tenant.ID))
	}
	if q.Has("after") {
		p.Pages.First = withQuery(v.URL, "after", "")
	}
	p.Empty = empty{Title: "No imports yet", Text: "Choose a file above; its calls are rated at once."}
	if p.Filtered {
		p.Empty = empty{"Nothing fits", "There is no import as the filters ask.", p.Reset, "All imports"}
	}
	for _, one := range s.works.running(v.owner()) {
		p.Works = append(p.Works, workLine{one.Title, v.place("imports/work/" + one.ID)})
	}
	s.show(w, v.Request, status, "imports", "Imports", p)
	return nil
}

// readOwners fills in whose imports are listed: the tenant's, or those of the
// tenant that the operator filters by, or all. sent is whose a new file is.
func (s *Site) readOwners(v *visit, p *importsPage, ask *app.ListRuns, sent string) error {
	if v.tenant != nil {
		p.Account, ask.Of = v.tenant.Zone, []tenant.Tenant{*v.tenant}
		return nil
	}
	all, err := s.app.Everybody(v.Context())
	if err != nil {
		return err
	}
	of := &field{Name: "of", Label: "Tenant", Type: "select", Value: v.URL.Query().Get("of"), Of: []choice{{Label: "Any"}}}
	for _, t := range all {
		one := choice{Value: tenantText(t.ID), Label: ownerName(&t)}
		of.Of = append(of.Of, one)
		if one.Value == of.Value {
			ask.Of = []tenant.Tenant{t}
		}
		if t.ID != tenant.System {
			one.Chosen = one.Value == sent
			p.Owners = append(p.Owners, one)
		}
	}
	p.Filters = append(p.Filters, of)
	if of.Value == "" {
		ask.Of = all
	}
	return nil
}

// ownerName is how a page names whose records something is about.
func ownerName(t *tenant.Tenant) string {
	if t.ID == tenant.System {
		return "No tenant"
	}
	return t.Name
}

// runStates is the choice of states to filter by, and the chosen one.
func runStates(chosen string) (f *field, state store.RunState) {
	f = &field{Name: "state", Label: "State", Type: "select", Value: chosen, Of: []choice{{Label: "Any"}}}
	for _, one := range []struct {
		value, label string
		state        store.RunState
	}{{"finished", "Done", store.RunFinished}, {"open", "Not finished", store.RunOpen}, {"odd", "Records not in order", store.RunOdd}} {
		if one.value == chosen {
			state = one.state
		}
		f.Of = append(f.Of, choice{Value: one.value, Label: one.label})
	}
	return f, state
}

// readRunMark reads "run-tenant"; what it cannot read is the beginning.
func readRunMark(s string) (m app.RunMark) {
	run, id, _ := strings.Cut(s, "-")
	n, err1 := strconv.ParseInt(run, 10, 64)
	t, err2 := strconv.ParseInt(id, 10, 32)
	if err1 != nil || err2 != nil || n <= 0 || t < 0 {
		return app.RunMark{}
	}
	return app.RunMark{Run: n, Tenant: tenant.ID(t)}
}

func (s *Site) rowOf(v *visit, r app.TenantRun) runRow {
	live := r.Streaming(s.clock())
	return runRow{
		TenantRun: r, Path: v.place("imports/" + strconv.FormatInt(r.ID, 10)), Records: r.Tally.Received(), Broken: r.Finished.IsZero() && !live, Live: live,
		Odd: r.Tally[usage.WasSuspended] + r.Tally[usage.WasConflict] + r.Tally[usage.WasRejected],
	}
}

// formatTitles are the formats of call records in words of the site.
var formatTitles = map[string]string{
	"own": "Our own CSV", "jsonl": "JSON lines", "asterisk": "Asterisk Master.csv", "freeswitch-csv": "FreeSWITCH CSV", "freeswitch-json": "FreeSWITCH JSON",
}

func formatTitle(name string) string {
	if title, ok := formatTitles[name]; ok {
		return title
	}
	return name
}

// FormatTitle is how the page names the format of the file.
func (r *runRow) FormatTitle() string { return formatTitle(r.Format) }

// Owner is whose records they are.
func (r *runRow) Owner() string { return ownerName(&r.Tenant) }

// uploadLimit is how many bytes a file can have that comes by a form; larger
// ones are imported on the command line.
const uploadLimit = 8 << 30

// startImport keeps the file that was sent, piece by piece, and imports it in
// the background. A form that is sent twice, as by a double click, starts one
// import. One that is sent from two pages starts two, which do no harm: each
// record counts once, and both end well.
func (s *Site) startImport(w http.ResponseWriter, v *visit) error {
	o, once, err := s.receive(w, v)
	owner := v.owner() // whose activity tells of it
	if err == nil {
		if owner, err = s.checkUpload(v, &o); err != nil {
			err = errors.Join(err, dropUpload(o.Path))
		}
	}
	switch {
	case errors.Is(err, errNoRoom):
		return s.showImports(w, v, http.StatusInsufficientStorage, importsAfter(err), o)
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
		return s.showImports(w, v, http.StatusUnprocessableEntity, importsAfter(err), o)
	case err != nil:
		return err
	}
	name := filepath.Base(o.Path)
	one, first, err := s.begin(onceOf(v, once), v.owner(), "Import of "+name, v.place("imports"))
	if err != nil {
		return errors.Join(err, dropUpload(o.Path))
	}
	if !first {
		if err := dropUpload(o.Path); err != nil {
			return err
		}
		http.Redirect(w, v.Request, v.place("imports/work/"+one.ID), http.StatusSeeOther)
		return nil
	}
	if err := s.didIn(v, owner, "import.start", name); err != nil {
		one.end(nil, err)
		return errors.Join(err, dropUpload(o.Path))
	}
	s.run(one, func(ctx context.Context, tell app.Report) (any, error) {
		result, err := s.app.ImportCalls(ctx, o, tell)
		err = errors.Join(err, dropUpload(o.Path))
		if err != nil {
			s.log.WarnContext(ctx, "import failed", "tenant", owner, "error", err)
			return nil, err
		}
		return leadsTo(v.place("imports/" + strconv.FormatInt(result.Run, 10))), nil
	})
	http.Redirect(w, v.Request, v.place("imports/work/"+one.ID), http.StatusSeeOther)
	return nil
}

// importsAfter is the page with what is wrong with the file that was sent.
func importsAfter(err error) *importsPage {
	p := &importsPage{Inputs: inputsOf(err)}
	for _, in := range p.Inputs {
		if in.Field == "zone" {
			p.ZoneName = in.Value
		}
	}
	if p.Problem = sentence(err); p.Problem == "" {
		p.Problem = "Nothing of the file was taken in. This has to be mended first:"
	}
	return p
}

// onceOf is the name of a form that starts something once; only the session that
// it was shown to can name it.
func onceOf(v *visit, token string) string {
	if token == "" {
		return ""
	}
	return strconv.FormatInt(v.person.Session, 10) + " " + token
}

// checkUpload looks at a file that has come, and gives whose it is: the tenant's
// on whose page it was sent, the one that the operator chose, or the system's
// where each record names its own.
func (s *Site) checkUpload(v *visit, o *app.ImportCalls) (owner tenant.ID, err error) {
	owner = v.owner()
	if v.tenant == nil && o.Tenant != "" {
		t, err := s.app.Store().FindTenant(v.Context(), o.Tenant)
		if err != nil {
			return owner, err
		}
		owner = t.ID
	}
	return owner, looksLikeCalls(o)
}

// looksLikeCalls reads the beginning of a file as the import will, so that one
// that is something else is refused at once, in the words of the command line.
func looksLikeCalls(o *app.ImportCalls) error {
	f, err := os.Open(o.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := cdr.Open(f, cdr.Options{File: filepath.Base(o.Path), Format: o.Format, Zone: o.Zone})
	if err != nil {
		return err
	}
	if r.Format().Name == "empty" {
		return fault.New(fault.Invalid, "the file is empty: export it again, or choose another one")
	}
	if o.Tenant == "" && !r.Format().Tenants {
		// All of it would wait in suspense, and be nobody's.
		return fault.New(fault.Invalid, "no record of this file names its tenant: choose whose calls they are")
	}
	return nil
}

// receive reads the form. The file comes last in it and goes to a directory of
// its own, so that it keeps its name.
func (s *Site) receive(w http.ResponseWriter, v *visit) (o app.ImportCalls, once string, err error) {
	v.Body = http.MaxBytesReader(w, v.Body, uploadLimit)
	parts, err := v.MultipartReader()
	if err != nil {
		return o, "", fault.New(fault.Invalid, "the form did not come as one with a file")
	}
	if v.tenant != nil {
		o.Tenant = tenantText(v.tenant.ID)
	}
	fields := map[string]string{}
	const fieldsMost, fieldMost = 20, 1000
	for range fieldsMost {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return o, "", uploadError(err)
		}
		if part.FormName() != "file" {
			text, err := io.ReadAll(io.LimitReader(part, fieldMost))
			if err != nil {
				return o, "", uploadError(err)
			}
			fields[part.FormName()] = string(text)
			continue
		}
		if part.FileName() == "" {
			break
		}
		o.Source, o.Format = fields["source"], fields["format"]
		if v.tenant == nil {
			o.Tenant = fields["tenant"] // empty: each record names its own
		}
		if zone := fields["zone"]; zone != "" {
			if o.Zone, err = when.LoadZone(zoneNamed(zone)); err != nil {
				return o, "", fault.Inputs{{Field: "zone", Value: fault.Cut(zone), Reason: "not a time zone of the IANA database", Advice: "give one such as Europe/London"}}
			}
		}
		o.Path, err = s.uploads.keep(part)
		return o, fields["once"], err
	}
	return o, "", fault.New(fault.Invalid, "choose a file of call records first")
}
