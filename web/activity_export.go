package web

import (
	"io"
	"net/http"

	"tollkeeper/core/table"
	"tollkeeper/core/when"
	"tollkeeper/format/sheet"
	"tollkeeper/store"
)

// activityExport writes all acts that the filters let through as CSV, the newest
// first. It goes through them a piece at a time, each piece by itself: acts are
// only ever added, at the end that was read first.
func (s *Site) activityExport(w http.ResponseWriter, v *visit) error {
	p := &activityPage{Zone: v.clockZone()}
	f, err := p.read(v.URL.Query())
	if err != nil {
		return err
	}
	if err := s.did(v, "activity.export", v.URL.RawQuery); err != nil {
		return err
	}
	return s.download(w, v, csvFile, "activity.csv", func(to io.Writer) error { return s.writeActivity(v, p.Zone, f, to) })
}

func (s *Site) writeActivity(v *visit, zone *when.Zone, f store.ActivityFilter, to io.Writer) error {
	out := sheet.NewCSVWriter(to, table.Table{Name: "activity", Zone: zone, Columns: []table.Column{
		{Name: "Number", Kind: table.Count}, {Name: "When", Kind: table.Instant}, {Name: "Who"}, {Name: "What"}, {Name: "About"},
		{Name: "Before"}, {Name: "After"}, {Name: "Address"},
	}})
	for {
		var as []store.Activity
		err := s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) (err error) {
			as, err = tx.Activities(f)
			return err
		})
		if err != nil {
			return err
		}
		for i := range as {
			a := &as[i]
			f.Below = a.ID
			row := table.Row{
				table.Number(a.ID), table.At(a.At), table.String(a.Who), table.String(a.What), table.String(a.About),
				table.String(a.Before), table.String(a.After), table.String(a.From),
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if len(as) < store.MaxActivities {
			return out.Flush()
		}
	}
}
