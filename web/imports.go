package web

import (
	"context"
	"crypto/rand"
	"errors"
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
	form     // of a new file; its file apart
	Operator bool
	Rows     []runRow
	Columns  []string // of our own layout
	Needed   []string // of them
	Filters  []*field // selects
	Filtered bool
	Pages    pager
	Reset    string
	Works    []workLine
	Zone     *when.Zone
	Once     string       // names this form, so that it starts one import however often it is sent
	Inputs   fault.Inputs // mistakes of the file
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
	return s.showImports(w, v, nil, nil)
}

// showImports shows the page: sent is what was chosen for a file that could not be
// taken, and wrong is why.
func (s *Site) showImports(w http.ResponseWriter, v *visit, sent map[string]string, wrong error) error {
	q := v.URL.Query()
	p := &importsPage{Once: rand.Text(), Pages: newestFirst(), Operator: v.tenant == nil, Zone: v.clockZone(), Reset: v.place("imports")}
	ask := app.ListRuns{Limit: runsOnPage, After: readRunMark(q.Get("after"))}
	if err := s.readOwners(v, p, &ask); err != nil {
		return err
	}
	p.offer(v, sent)
	status := p.refused(wrong)
	p.Columns, p.Needed = cdr.Columns()
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
// tenant that the operator filters by, or all. The operator says whose a new file
// is.
func (s *Site) readOwners(v *visit, p *importsPage, ask *app.ListRuns) error {
	if v.tenant != nil {
		ask.Of = []tenant.Tenant{*v.tenant}
		return nil
	}
	all, err := s.app.Everybody(v.Context())
	if err != nil {
		return err
	}
	of := &field{Name: "of", Label: "Tenant", Type: "select", Value: v.URL.Query().Get("of"), Of: []choice{{Label: "Any"}}}
	whose := &field{Name: "tenant", Label: "Whose calls", Type: "select", Of: []choice{{Label: "Of several tenants"}}}
	for _, t := range all {
		one := choice{Value: tenantText(t.ID), Label: ownerName(&t)}
		of.Of = append(of.Of, one)
		if one.Value == of.Value {
			ask.Of = []tenant.Tenant{t}
		}
		if t.ID != tenant.System {
			whose.Of = append(whose.Of, one)
		}
	}
	p.Fields = append(p.Fields, whose)
	p.Filters = append(p.Filters, of)
	if of.Value == "" {
		ask.Of = all
	}
	return nil
}

// offer adds the fields of a new file that all have, and fills in what was sent.
func (p *importsPage) offer(v *visit, sent map[string]string) {
	format := &field{Name: "format", Label: "Format", Type: "select", Of: []choice{{Label: "Find out"}}}
	for _, name := range cdr.Names() {
		format.Of = append(format.Of, choice{Value: name, Label: formatTitle(name)})
	}
	zone := &field{Name: "zone", Label: "Time zone of its local times", Autocomplete: "off", Placeholder: "the tenant's", Of: zoneChoices()}
	if v.tenant != nil {
		zone.Placeholder = v.tenant.Zone
	}
	p.Fields = append(p.Fields, format, &field{Name: "source", Label: "Name of the switch", Autocomplete: "off", Placeholder: "as its format"}, zone)
	for _, one := range p.Fields {
		one.Value = sent[one.Name]
	}
}

// refused tells why a file could not be taken, and gives the page's status.
func (p *importsPage) refused(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, errNoRoom):
		p.Problem = sentence(err)
		return http.StatusInsufficientStorage
	}
	p.Inputs, _ = p.refuse(err) // only what is for the reader comes here
	if len(p.Inputs) > 0 {
		p.Problem = "Nothing of the file was taken in. This has to be mended first:"
	}
	return http.StatusUnprocessableEntity
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
	o, sent, err := s.receive(w, v)
	owner := v.owner() // whose activity tells of it
	if err == nil {
		if owner, err = s.checkUpload(v, &o); err != nil {
			err = errors.Join(err, dropUpload(o.Path))
		}
	}
	if errors.Is(err, errNoRoom) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return s.showImports(w, v, sent, err)
	} else if err != nil {
		return err
	}
	name := filepath.Base(o.Path)
	one, first, err := s.begin(onceOf(v, sent["once"]), v.owner(), "Import of "+name, v.place("imports"))
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

// receive reads the form. The file goes to a directory of its own, so that it
// keeps its name.
func (s *Site) receive(w http.ResponseWriter, v *visit) (o app.ImportCalls, sent map[string]string, err error) {
	v.Body = http.MaxBytesReader(w, v.Body, uploadLimit)
	sent, file, err := formWithFile(v)
	if errors.Is(err, errNoFile) {
		err = fault.New(fault.Invalid, "choose a file of call records first")
	}
	if err != nil {
		return o, sent, err
	}
	o.Source, o.Format = sent["source"], sent["format"]
	if v.tenant != nil {
		o.Tenant = tenantText(v.tenant.ID)
	} else {
		o.Tenant = sent["tenant"] // empty: each record names its own
	}
	if zone := sent["zone"]; zone != "" {
		if o.Zone, err = when.LoadZone(zoneNamed(zone)); err != nil {
			return o, sent, fault.Inputs{{Field: "zone", Value: fault.Cut(zone), Reason: "not a time zone of the IANA database", Advice: "give one such as Europe/London"}}
		}
	}
	o.Path, err = s.uploads.keep(file)
	return o, sent, err
}
