package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/format/sheet"
)

// waitingFile is the address of the records that wait for a reason, as CSV; of is
// whose, on the operator's page of one tenant.
func waitingFile(v *visit, reason usage.Reason, of string) string {
	q := url.Values{"cause": {reason.String()}}
	if of != "" {
		q.Set("of", of)
	}
	return queried(v.place("suspense/records.csv"), q)
}

// waitingExport writes the records that wait and are no calls yet, whole and with
// the line of the file that they came in, so that they can be looked at and mended.
// The calls among what waits are exported from their list.
func (s *Site) waitingExport(w http.ResponseWriter, v *visit) error {
	q := v.URL.Query()
	reason, err := suspendedReason(q.Get("cause"))
	if err != nil {
		return err
	}
	all, _, err := s.waitingFor(v, q)
	if err != nil {
		return err
	}
	if err := s.did(v, "suspense.export", q.Get("cause")); err != nil {
		return err
	}
	return s.download(w, v, csvFile, "suspense.csv", func(to io.Writer) error { return s.writeWaiting(to, v, all, reason) })
}

func (s *Site) writeWaiting(w io.Writer, v *visit, all []app.TenantSuspense, reason usage.Reason) error {
	t := table.Table{Name: "suspense", Zone: v.clockZone(), Columns: []table.Column{
		{Name: "tenant"}, {Name: "cause"}, {Name: "why"}, {Name: "file"}, {Name: "import", Kind: table.Count}, {Name: "line", Kind: table.Count},
		{Name: "day", Kind: table.Day}, {Name: "call"},
	}}
	raw := v.may(callersOfNumbers...)
	if raw {
		t.Columns = append(t.Columns, table.Column{Name: "record"})
	}
	out := sheet.NewCSVWriter(w, t)
	for i := range all {
		whose := ""
		if all[i].Tenant.ID != tenant.System {
			whose = all[i].Tenant.Name
		}
		err := s.app.EachWaiting(v.Context(), all[i].Tenant.ID, reason, func(r *app.WaitingRecord) error {
			why, call := r.Detail, ""
			if !raw {
				why = fault.Unquoted(why)
			}
			if r.Reason == usage.Conflict {
				call = r.Identity.String()
			}
			row := table.Row{
				table.String(whose), table.String(causeTitle(r.Reason)), table.String(why), table.String(r.File), table.Number(r.Run), table.Number(r.Line),
				table.Date(r.Day), table.String(call),
			}
			if raw {
				row = append(row, table.String(strings.ToValidUTF8(string(r.Text), "\uFFFD")))
			}
			return out.Write(row)
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}
