package web

import (
	"io"
	"net/http"
	"path"
	"strings"

	"tollkeeper/app"
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
	o := app.ExportCalls{Tenant: *v.tenant, CallFilter: ask.CallFilter, Order: ask.Order, Format: format, Numbers: app.NumbersFor(v.person.Can)}
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
	file := map[app.ExportFormat]string{app.CSV: csvFile, app.JSONLines: linesFile}[format]
	return s.download(w, v, file, name, func(to io.Writer) error {
		_, err := s.app.ExportCalls(v.Context(), o, to, nil)
		return err
	})
}
