package api

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"tollkeeper/app"
	"tollkeeper/store"
)

const exportCallsAbout = "Every call that fits the filter, a line each, as CSV or JSON lines, streamed. The filters are those of /v1/calls. Instants are in the " +
	"account's zone; without View Calls numbers are masked. An answer that cannot be finished is cut off without its end, which every HTTP client reports: " +
	"what came to its end is whole. The export is written into the activity."

type callsExportInput struct {
	CallsFilter
	Order  string   `query:"order" enum:",newest,oldest,kept" doc:"newest, oldest, or kept: by UTC day, within it as they came, which is the quickest; without it the newest first."`
	Column []string `query:"column,explode" doc:"Columns in this order; without it call, day, started_at, answered_at, ended_at, kind, direction, calling, called, country, agent, campaign, queue, carrier, unit, source, disposition, amd, seconds, billed_s, charged_s, billed_at, amount, amd_amount, currency, status and reason. There are total, bundle_s, discount, recording_s, conversation, card and late besides."`
	Format string   `query:"format" enum:"csv,jsonl" default:"csv"`
}

// exportResponses describe the answer, which no type of ours does.
func exportResponses() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "The calls", Content: map[string]*huma.MediaType{
		"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}},
		"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Description: "An object a line, whose members are the columns. Amounts are decimal strings."}},
	}}}
}

func (s *server) exportCalls(ctx context.Context, in *callsExportInput) (*huma.StreamResponse, error) {
	t, err := s.tenant(ctx, in.Whose)
	if err != nil {
		return nil, err
	}
	o := app.ExportCalls{Tenant: t, Columns: in.Column, Order: orderOf(in.Order), Numbers: app.NumbersFor(asking(ctx).Can)}
	if in.Order == "kept" {
		o.Order = app.AsKept
	}
	if o.Format, err = app.ParseExportFormat(in.Format); err != nil {
		return nil, err
	}
	var n app.CallNames
	if err := s.App.Store().View(ctx, t.ID, n.Load); err != nil {
		return nil, err
	}
	if o.CallFilter, err = s.readFilter(ctx, t, &n, &in.CallsFilter); err != nil {
		return nil, err
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	name := "calls-" + o.Days.From.String() + "-" + o.Days.To.String() + "." + in.Format
	row := asking(ctx).Did("calls.export", name)
	if err := s.App.Store().Update(ctx, t.ID, store.Interactive, func(tx *store.Tx) error { return tx.Log(row) }); err != nil {
		return nil, err
	}
	kind := map[app.ExportFormat]string{app.CSV: "text/csv; charset=utf-8", app.JSONLines: "application/x-ndjson"}[o.Format]
	return s.download(ctx, kind, name, func(w io.Writer) error {
		_, err := s.App.ExportCalls(ctx, o, w, nil)
		return err
	}), nil
}
