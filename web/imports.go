package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
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
	Owners   []choice // of a new file; none: it is the tenant's
	Tenants  []choice // to filter by; none: there is but one
	States   []choice
	Filtered bool
	First    string // address of the newest; empty: this is it
	Next     string // address of what is older; empty: nothing is
	Reset    string
	Works    []workLine
	Zone     *when.Zone
	Account  string // the tenant's zone; empty: each has its own
	Source   string // as it was typed
	Problem  string
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
	p.Operator, p.Zone, p.Source, p.Reset = v.tenant == nil, v.clockZone(), o.Source, v.place("imports")
	ask := app.ListRuns{Limit: runsOnPage, After: readRunMark(q.Get("after"))}
	if err := s.readOwners(v, p, &ask, o.Tenant); err != nil {
		return err
	}
	for _, name := range cdr.Names() {
		p.Formats = append(p.Formats, choice{Value: name, Label: name, Chosen: name == o.Format})
	}
	p.States, ask.State = runStates(q.Get("state"))
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
		p.Next = withQuery(v.URL, "after", strconv.FormatInt(last.ID, 10)+"-"+strconv.FormatInt(int64(last.Tenant.ID), 10))
	}
	if q.Has("after") {
		p.First = withQuery(v.URL, "after", "")
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
	of := v.URL.Query().Get("of")
	for _, t := range all {
		id := strconv.FormatInt(int64(t.ID), 10)
		one := choice{Value: id, Label: ownerName(&t)}
		if t.ID != tenant.System {
			one.Chosen = id == sent
			p.Owners = append(p.Owners, one)
		}
		if one.Chosen = id == of; one.Chosen {
			ask.Of = []tenant.Tenant{t}
		}
		p.Tenants = append(p.Tenants, one)
	}
	if of == "" {
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

// runStates are the states to filter by, and the chosen one.
func runStates(chosen string) (cs []choice, state store.RunState) {
	for _, one := range []struct {
		value, label string
		state        store.RunState
	}{{"finished", "Done", store.RunFinished}, {"open", "Not finished", store.RunOpen}, {"odd", "Records not in order", store.RunOdd}} {
		if one.value == chosen {
			state = one.state
		}
		cs = append(cs, choice{Value: one.value, Label: one.label, Chosen: one.value == chosen})
	}
	return cs, state
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

// withQuery is an address with one value of its query changed; empty takes it out.
func withQuery(u *url.URL, name, value string) string {
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return u.Path
	}
	return u.Path + "?" + q.Encode()
}

func (s *Site) rowOf(v *visit, r app.TenantRun) runRow {
	live := r.Streaming(s.clock())
	return runRow{
		TenantRun: r, Path: v.place("imports/" + strconv.FormatInt(r.ID, 10)), Records: r.Tally.Received(), Broken: r.Finished.IsZero() && !live, Live: live,
		Odd: r.Tally[usage.WasSuspended] + r.Tally[usage.WasConflict] + r.Tally[usage.WasRejected],
	}
}

// Owner is whose records they are.
func (r *runRow) Owner() string { return ownerName(&r.Tenant) }

// uploadLimit is how many bytes a file can have that comes by a form; larger
// ones are imported on the command line.
const uploadLimit = 8 << 30

// startImport keeps the file that was sent, piece by piece, and imports it in
// the background.
func (s *Site) startImport(w http.ResponseWriter, v *visit) error {
	o, err := s.receive(w, v)
	if err == nil && v.tenant == nil && o.Tenant != "" {
		err = s.logFor(v, &o)
	} else if err == nil {
		err = s.did(v, "import.start", filepath.Base(o.Path))
	}
	if err != nil && o.Path != "" {
		err = errors.Join(err, os.RemoveAll(filepath.Dir(o.Path)))
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return s.showImports(w, v, http.StatusUnprocessableEntity, &importsPage{Problem: sentence(err)}, o)
	} else if err != nil {
		return err
	}
	name, owner := filepath.Base(o.Path), v.owner()
	one := s.start(owner, "Import of "+name, v.place("imports"), func(ctx context.Context, tell app.Report) (any, error) {
		result, err := s.app.ImportCalls(ctx, o, tell)
		err = errors.Join(err, os.RemoveAll(filepath.Dir(o.Path)))
		if err != nil {
			s.log.WarnContext(ctx, "import failed", "tenant", owner, "error", err)
			return nil, err
		}
		return leadsTo(v.place("imports/" + strconv.FormatInt(result.Run, 10))), nil
	})
	http.Redirect(w, v.Request, v.place("imports/work/"+one.ID), http.StatusSeeOther)
	return nil
}

// logFor notes an operator's import of one tenant's file in that tenant's
// activity; that there is no such tenant is told here.
func (s *Site) logFor(v *visit, o *app.ImportCalls) error {
	t, err := s.app.Store().FindTenant(v.Context(), o.Tenant)
	if err != nil {
		return err
	}
	return s.app.Store().Update(v.Context(), t.ID, store.Interactive, func(tx *store.Tx) error {
		return tx.Log(v.person.Did("import.start", filepath.Base(o.Path)))
	})
}

// receive reads the form. The file comes last in it and goes to a directory of
// its own, so that it keeps its name.
func (s *Site) receive(w http.ResponseWriter, v *visit) (o app.ImportCalls, err error) {
	v.Body = http.MaxBytesReader(w, v.Body, uploadLimit)
	parts, err := v.MultipartReader()
	if err != nil {
		return o, fault.New(fault.Invalid, "the form did not come as one with a file")
	}
	if v.tenant != nil {
		o.Tenant = strconv.FormatInt(int64(v.tenant.ID), 10)
	}
	fields := map[string]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return o, fault.New(fault.Invalid, "choose a file of call records first")
		} else if err != nil {
			return o, uploadError(err)
		}
		if part.FormName() != "file" {
			const most = 1000
			text, err := io.ReadAll(io.LimitReader(part, most))
			if err != nil {
				return o, uploadError(err)
			}
			fields[part.FormName()] = string(text)
			continue
		}
		if part.FileName() == "" {
			return o, fault.New(fault.Invalid, "choose a file of call records first")
		}
		o.Source, o.Format = fields["source"], fields["format"]
		if v.tenant == nil {
			o.Tenant = fields["tenant"] // empty: each record names its own
		}
		if zone := fields["zone"]; zone != "" {
			if o.Zone, err = when.LoadZone(zone); err != nil {
				return o, err
			}
		}
		o.Path, err = keep(part)
		return o, err
	}
}

// keep copies a part to a file of the same name and gives its path.
func keep(part *multipart.Part) (path string, err error) {
	dir, err := os.MkdirTemp("", "tollkeeper-upload-")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, fileName(part.FileName()))
	f, err := os.Create(path)
	if err == nil {
		_, err = io.Copy(f, part)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return "", errors.Join(uploadError(err), os.RemoveAll(dir))
	}
	return path, nil
}

// fileName is what a browser calls a file, as a name that a file here can have.
func fileName(s string) string {
	s = filepath.Base(filepath.Clean("/" + fault.Cut(s)))
	if s == "/" || s == "." || tenant.CheckName("file", s) != nil {
		return "calls"
	}
	return s
}

// uploadError tells a body that is too large or was cut short from our own
// trouble.
func uploadError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return fault.New(fault.Invalid, "the file came only in part; send it again")
}
