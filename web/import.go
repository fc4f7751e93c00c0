package web

import (
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/sheet"
)

// importPage is what import.html shows: what became of one file, for one tenant
// or, on the operator's page, for all.
type importPage struct {
	runRow
	Operator bool
	Shares   []shareRow // of each tenant; none on a tenant's own page
	Zone     *when.Zone
	Back     string
	Suspense string
	Outcomes []outcomeRow
	Refused  []app.RefusedLine
	Pages    pager  // of refused lines
	Reasons  string // address of the refused lines with their reasons as CSV
	Lines    string // address of the lines themselves; empty: not for this reader
	Waits    bool   // something of it went into suspense
	Raw      bool   // what stands in refused lines may be shown
}

// shareRow is one tenant's share of a file.
type shareRow struct {
	runRow
	At       string // the tenant's own page of it; empty: it is nobody's
	Suspense string
}

type outcomeRow struct {
	Name, Help string
	Count      int64
	Share      string
}

// refusedOnPage is how many refused lines a page shows.
const refusedOnPage = 100

// shares reads the import that the address names.
func (s *Site) shares(v *visit) ([]app.TenantRun, error) {
	id, err := strconv.ParseInt(v.PathValue("run"), 10, 64)
	if err != nil {
		return nil, errNoPage
	}
	if v.tenant != nil {
		return s.app.FindRun(v.Context(), []tenant.Tenant{*v.tenant}, id)
	}
	all, err := s.app.Everybody(v.Context())
	if err != nil {
		return nil, err
	}
	return s.app.FindRun(v.Context(), all, id)
}

func (s *Site) importRun(w http.ResponseWriter, v *visit) error {
	shares, err := s.shares(v)
	if err != nil {
		return err
	}
	p := &importPage{
		runRow: s.rowOf(v, shares[0]), Operator: v.tenant == nil, Zone: v.clockZone(), Back: v.place("imports"), Suspense: v.place("suspense"),
		Raw: v.may(callersOfNumbers...), Reasons: v.URL.Path + "/refused.csv",
	}
	if p.Raw {
		p.Lines = v.URL.Path + "/refused-lines"
	}
	for i := range shares {
		r := shareRow{runRow: s.rowOf(v, shares[i]), Suspense: "/operator/suspense?of=" + tenantText(shares[i].Tenant.ID)}
		if id := shares[i].Tenant.ID; id != tenant.System {
			r.At = tenantPath(id, "imports/"+strconv.FormatInt(r.ID, 10))
		}
		if p.Operator {
			p.Shares = append(p.Shares, r)
		}
		if i > 0 {
			p.Tally.Add(&r.Tally)
			p.Broken = p.Broken || r.Broken
		}
	}
	p.Records = p.Tally.Received()
	p.Waits = p.Tally[usage.WasSuspended]+p.Tally[usage.WasConflict] > 0
	for _, o := range usage.Outcomes() {
		p.Outcomes = append(p.Outcomes, outcomeRow{outcomeTitles[o].name, outcomeTitles[o].help, p.Tally[o], percent(p.Tally[o], p.Records)})
	}
	if err := s.readRefused(v, p, shares); err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "import", "Import of "+p.File, p)
	return nil
}

// readRefused reads the page of refused lines that the address asks for.
func (s *Site) readRefused(v *visit, p *importPage, shares []app.TenantRun) (err error) {
	after := readRunMark(v.URL.Query().Get("line")) // line-tenant
	var more bool
	p.Refused, more, err = s.app.ListRefused(v.Context(), shares, app.RefusedMark{Tenant: after.Tenant, Line: after.Run}, refusedOnPage)
	if err != nil {
		return err
	}
	p.Pages = pager{FirstText: "First lines", AfterText: "More lines"}
	if after.Run > 0 {
		p.Pages.First = withQuery(v.URL, "line", "") + "#refused"
	}
	if more {
		last := p.Refused[len(p.Refused)-1]
		p.Pages.After = withQuery(v.URL, "line", strconv.FormatInt(last.Line, 10)+"-"+tenantText(last.Tenant.ID)) + "#refused"
	}
	for i := range p.Refused {
		l := &p.Refused[i]
		switch {
		case !p.Raw:
			l.Value, l.Reason = "", fault.Unquoted(l.Reason) // they can hold a number
		case l.Value == "":
			l.Value = fault.Cut(strings.ToValidUTF8(string(l.Text), "\uFFFD"))
		}
		if l.Advice == app.MendRefused {
			l.Advice = "" // the page says so of all
		}
	}
	return nil
}

// refusedFile writes the refused lines: with their reasons as CSV, or as they
// came, below the heading of their file, to be mended and sent again.
func (s *Site) refusedFile(w http.ResponseWriter, v *visit) error {
	kind := v.PathValue("lines")
	if kind != "refused.csv" && (kind != "refused-lines" || !v.may(callersOfNumbers...)) {
		return errNoPage
	}
	shares, err := s.shares(v)
	if err != nil {
		return err
	}
	if err := s.did(v, "import.refused", shares[0].File); err != nil {
		return err
	}
	name, ext := refusedName(shares[0].File)
	if kind == "refused-lines" {
		return s.download(w, v, anyFile, name+"-refused"+ext, func(to io.Writer) error { return s.writeLines(to, v, shares) })
	}
	return s.download(w, v, csvFile, name+"-refused-reasons.csv", func(to io.Writer) error { return s.writeReasons(to, v, shares) })
}

// refusedName is a file's name without its packing, in two parts.
func refusedName(file string) (name, ext string) {
	for _, packed := range []string{".gz", ".zst"} {
		file = strings.TrimSuffix(file, packed)
	}
	ext = filepath.Ext(file)
	return strings.TrimSuffix(file, ext), ext
}

// everyRefused calls f with all refused lines, a page at a time.
func (s *Site) everyRefused(v *visit, shares []app.TenantRun, f func([]app.RefusedLine) error) error {
	var after app.RefusedMark
	for {
		lines, more, err := s.app.ListRefused(v.Context(), shares, after, 10*refusedOnPage)
		if err != nil {
			return err
		}
		if err := f(lines); err != nil || !more {
			return err
		}
		last := lines[len(lines)-1]
		after = app.RefusedMark{Tenant: last.Tenant.ID, Line: last.Line}
	}
}

func (s *Site) writeLines(w io.Writer, v *visit, shares []app.TenantRun) error {
	if head := shares[0].Header; len(head) > 0 {
		if _, err := w.Write(append(head[:len(head):len(head)], '\n')); err != nil {
			return err
		}
	}
	return s.everyRefused(v, shares, func(lines []app.RefusedLine) error {
		for i := range lines {
			if _, err := w.Write(append(lines[i].Text, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

// owner is the name of a line's tenant; empty: it has none.
func owner(l *app.RefusedLine) string {
	if l.Tenant.ID == tenant.System {
		return ""
	}
	return l.Tenant.Name
}

func (s *Site) writeReasons(w io.Writer, v *visit, shares []app.TenantRun) error {
	t := table.Table{Name: "refused", Columns: []table.Column{
		{Name: "tenant"}, {Name: "line", Kind: table.Count}, {Name: "column", Kind: table.Count}, {Name: "field"}, {Name: "reason"}, {Name: "advice"},
	}}
	raw := v.may(callersOfNumbers...)
	if raw {
		t.Columns = append(t.Columns, table.Column{Name: "value"}, table.Column{Name: "text"})
	}
	out := sheet.NewCSVWriter(w, t)
	err := s.everyRefused(v, shares, func(lines []app.RefusedLine) error {
		for i := range lines {
			l := &lines[i]
			if !raw {
				l.Reason = fault.Unquoted(l.Reason)
			}
			row := table.Row{table.String(owner(l)), table.Number(l.Line), table.Number(int64(l.Column)), table.String(l.Field), table.String(l.Reason), table.String(l.Advice)}
			if raw {
				row = append(row, table.String(l.Value), table.String(strings.ToValidUTF8(string(l.Text), "\uFFFD")))
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = out.Flush()
	}
	return err
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
