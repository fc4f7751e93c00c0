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

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// importsPage is what imports.html shows.
type importsPage struct {
	Runs    []runRow
	More    int // that are not shown
	Formats []string
	Works   []workLine
	Zone    *when.Zone
	Account string
	Once    string // names this form, so that it starts one import however often it is sent
	Problem string
	Inputs  fault.Inputs
}

type runRow struct {
	store.Run
	Path    string
	Records int64
	Odd     int64 // suspended, conflicting and refused
	Broken  bool  // it did not come to its end
}

type workLine struct{ Title, Path string }

// runsShown is how many imports the page lists.
const runsShown = 100

func (s *Site) imports(w http.ResponseWriter, v *visit) error {
	return s.showImports(w, v, http.StatusOK, nil)
}

// showImports shows the page, with what is wrong with the file that was sent.
func (s *Site) showImports(w http.ResponseWriter, v *visit, status int, problem error) error {
	var runs []store.Run
	err := s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		runs, err = tx.Runs()
		return err
	})
	if err != nil {
		return err
	}
	p := &importsPage{Formats: cdr.Names(), Zone: v.zone, Account: v.tenant.Zone, Once: rand.Text(), More: max(0, len(runs)-runsShown)}
	if problem != nil {
		p.Inputs = inputsOf(problem)
		if p.Problem = sentence(problem); p.Problem == "" {
			p.Problem = "Nothing of the file was taken in. This has to be mended first:"
		}
	}
	for _, r := range runs[:min(runsShown, len(runs))] {
		p.Runs = append(p.Runs, rowOf(v, r))
	}
	for _, one := range s.works.running(v.tenant.ID) {
		p.Works = append(p.Works, workLine{one.Title, v.at("imports/work/" + one.ID)})
	}
	s.show(w, v.Request, status, "imports", "Imports", p)
	return nil
}

func rowOf(v *visit, r store.Run) runRow {
	return runRow{
		Run: r, Path: v.at("imports/" + strconv.FormatInt(r.ID, 10)), Records: r.Tally.Received(), Broken: r.Finished.IsZero(),
		Odd: r.Tally[usage.WasSuspended] + r.Tally[usage.WasConflict] + r.Tally[usage.WasRejected],
	}
}

// uploadLimit is how many bytes a file can have that comes by a form; larger
// ones are imported on the command line.
const uploadLimit = 8 << 30

// startImport keeps the file that was sent, piece by piece, and imports it in
// the background. A form that is sent twice, as by a double click, starts one
// import. One that is sent from two pages starts two, which do no harm: each
// record counts once, and both end well.
func (s *Site) startImport(w http.ResponseWriter, v *visit) error {
	o, once, err := s.receive(w, v)
	if err == nil {
		if err = looksLikeCalls(o); err != nil {
			err = errors.Join(err, dropUpload(o.Path))
		}
	}
	switch {
	case errors.Is(err, errNoRoom):
		return s.showImports(w, v, http.StatusInsufficientStorage, err)
	case fault.Is(err, fault.Invalid):
		return s.showImports(w, v, http.StatusUnprocessableEntity, err)
	case err != nil:
		return err
	}
	name := filepath.Base(o.Path)
	one, first := s.begin(onceOf(v, once), v.tenant.ID, "Import of "+name, v.at("imports"))
	if first {
		if err := s.did(v, "import.start", name); err != nil {
			one.end(nil, err)
			return errors.Join(err, dropUpload(o.Path))
		}
		s.run(one, func(ctx context.Context, tell app.Report) (any, error) {
			result, err := s.app.ImportCalls(ctx, o, tell)
			err = errors.Join(err, dropUpload(o.Path))
			if err != nil {
				s.log.WarnContext(ctx, "import failed", "tenant", v.tenant.ID, "error", err)
				return nil, err
			}
			return leadsTo(tenantPath(v.tenant.ID, "imports/"+strconv.FormatInt(result.Run, 10))), nil
		})
	} else if err := dropUpload(o.Path); err != nil {
		return err
	}
	http.Redirect(w, v.Request, v.at("imports/work/"+one.ID), http.StatusSeeOther)
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

// looksLikeCalls reads the beginning of a file as the import will, so that one
// that is something else is refused at once, in the words of the command line.
func looksLikeCalls(o app.ImportCalls) error {
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
	o.Tenant = strconv.FormatInt(int64(v.tenant.ID), 10)
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
		if zone := fields["zone"]; zone != "" {
			if o.Zone, err = when.LoadZone(zone); err != nil {
				return o, "", fault.Inputs{{Field: "zone", Value: fault.Cut(zone), Reason: "not a time zone of the IANA database", Advice: "give one such as Europe/London"}}
			}
		}
		o.Path, err = s.uploads.keep(part)
		return o, fields["once"], err
	}
	return o, "", fault.New(fault.Invalid, "choose a file of call records first")
}

// importPage is what import.html shows.
type importPage struct {
	runRow
	Zone     *when.Zone
	Back     string
	Suspense string
	Outcomes []outcomeRow
	Refused  []store.Rejected
	More     int
	Raw      bool // the text of refused lines may be shown
}

type outcomeRow struct {
	Name, Help string
	Count      int64
}

// refusedShown is how many refused lines a page shows.
const refusedShown = 200

func (s *Site) importRun(w http.ResponseWriter, v *visit) error {
	id, err := strconv.ParseInt(v.PathValue("run"), 10, 64)
	if err != nil {
		return errNoPage
	}
	p := &importPage{Zone: v.zone, Back: v.at("imports"), Suspense: v.at("suspense")}
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		runs, err := tx.Runs()
		if err != nil {
			return err
		}
		found := false
		for _, r := range runs {
			if r.ID == id {
				p.runRow, found = rowOf(v, r), true
			}
		}
		if !found {
			return fault.New(fault.NotFound, "there is no import %d", id)
		}
		p.Refused, err = tx.RejectedLines(p.Hash)
		return err
	})
	if err != nil {
		return err
	}
	p.More = max(0, len(p.Refused)-refusedShown)
	p.Refused = p.Refused[:min(refusedShown, len(p.Refused))]
	for _, o := range usage.Outcomes() {
		p.Outcomes = append(p.Outcomes, outcomeRow{outcomeTitles[o].name, outcomeTitles[o].help, p.Tally[o]})
	}
	s.show(w, v.Request, http.StatusOK, "import", "Import of "+p.File, p)
	return nil
}

// outcomeTitles say where a record can end.
var outcomeTitles = map[usage.Outcome]struct{ name, help string }{
	usage.WasRated:     {"Rated", "calls with a charge"},
	usage.WasZeroRated: {"Cost nothing", "calls that were not answered, or are free for another reason"},
	usage.WasSuspended: {"In suspense", "they wait for a card, a rate, or a correction"},
	usage.WasDuplicate: {"Known already", "the same record came before and counts once"},
	usage.WasConflict:  {"In conflict", "a record of the same name says something else; the first one stays charged"},
	usage.WasRejected:  {"Refused", "lines that could not be read as a record"},
}
