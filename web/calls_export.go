package web

import (
	"net/http"
	"path"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
)

// exportCalls writes the calls of the view, with its filters, order and columns,
// as a file: every page of it.
func (s *Site) exportCalls(w http.ResponseWriter, v *visit) error {
	kind := path.Ext(v.URL.Path)
	format, err := app.ParseExportFormat(strings.TrimPrefix(kind, "."))
	if err != nil {
		return errNoPage
	}
	p, ask, err := s.callsForm(v)
	if err != nil {
		return err
	}
	if ask == nil {
		return fault.New(fault.Invalid, "the filters of this address cannot be used: open the list and mend them there")
	}
	o := app.ExportCalls{Tenant: *v.tenant, CallFilter: ask.CallFilter, Order: ask.Order, Format: format, Numbers: app.NumbersMasked}
	if v.may(access.ViewCalls) {
		o.Numbers = app.NumbersShown
	}
	for _, c := range p.Columns.Shown() {
		o.Columns = append(o.Columns, c.Name)
	}
	name := "calls-" + ask.Days.From.String() + "-" + ask.Days.To.String() + kind
	about := name
	if q := callQuery(v.URL.Query()); len(p.Filter.Chips) > 0 {
		for _, other := range []string{"period", "from", "to", "order", "column", "number"} {
			q.Del(other) // a number looked for stays out of the log
		}
		about += " " + q.Encode()
	}
	if err := s.did(v, "calls.export", about); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", map[app.ExportFormat]string{app.CSV: "text/csv; charset=utf-8", app.JSONLines: "application/x-ndjson"}[format])
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	begun := &begunWriter{ResponseWriter: w}
	_, err = s.app.ExportCalls(v.Context(), o, begun, nil)
	if err != nil && begun.begun {
		// The file is on its way and its end cannot be taken back: the connection
		// is cut, so that whoever fetches it sees that it is not whole.
		s.log.WarnContext(v.Context(), "export cut off", "path", v.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// begunWriter knows whether anything was written.
type begunWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *begunWriter) Write(b []byte) (int, error) {
	w.begun = w.begun || len(b) > 0
	return w.ResponseWriter.Write(b)
}
