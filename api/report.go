package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/format/sheet"
	"tollkeeper/report"
	"tollkeeper/store"
)

type reportsOutput struct{ Body reportsAnswer }

type reportsAnswer struct {
	Reports []reportEntry `json:"reports"`
}

// reportEntry is a report's declaration.
type reportEntry struct {
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	About      string            `json:"about"`
	Path       string            `json:"path"`
	Parameters []reportParameter `json:"parameters"`
}

type reportParameter struct {
	Name string `json:"name"`
	Help string `json:"help"`
}

func (s *server) listReports(context.Context, *struct{}) (*reportsOutput, error) {
	out := &reportsOutput{reportsAnswer{Reports: []reportEntry{}}}
	for _, r := range report.All() {
		e := reportEntry{Name: r.Name, Title: r.Title, About: r.About, Path: "/v1/reports/" + r.Name, Parameters: []reportParameter{}}
		for _, p := range r.Parameters {
			e.Parameters = append(e.Parameters, reportParameter{p.String(), p.Help()})
		}
		out.Body.Reports = append(out.Body.Reports, e)
	}
	return out, nil
}

type noReportInput struct {
	Name string `path:"name"`
}

// noReport answers for names that no report has.
func (s *server) noReport(_ context.Context, in *noReportInput) (*reportsOutput, error) {
	_, err := report.Find(in.Name)
	return nil, err
}

type reportInput struct {
	Whose
	From      string   `query:"from" doc:"First day, YYYY-MM-DD." required:"true"`
	To        string   `query:"to" doc:"Last day, included." required:"true"`
	Zone      string   `query:"zone"`
	Users     []string `query:"users"`
	Teams     []string `query:"teams"`
	Countries []string `query:"countries"`
	Table     []string `query:"table" doc:"Only these tables, by their short names."`
	Sort      string   `query:"sort" doc:"Order by a column, by its heading; with - in front the other way round."`
	Format    string   `query:"format" enum:",json,csv" doc:"Of the answer; without it by the header Accept, else JSON."`

	request huma.Context
}

// Resolve keeps the request, for its Accept.
func (in *reportInput) Resolve(ctx huma.Context) []error {
	in.request = ctx
	return nil
}

// parameterNames are the query parameters that belong to each of a report's.
var parameterNames = map[string]report.Parameter{
	"zone": report.Zone, "users": report.Users, "teams": report.Teams, "countries": report.Countries,
}

// addReport makes the route of one report from its declaration: only the
// parameters that it has are there.
func addReport(r *report.Report) func(*server, huma.API, huma.Operation) {
	run := func(s *server, ctx context.Context, in *reportInput) (*huma.StreamResponse, error) {
		return s.runReport(ctx, r, in)
	}
	return func(s *server, h huma.API, op huma.Operation) {
		handle(run)(s, h, op)
		get := h.OpenAPI().Paths[op.Path].Get
		get.Parameters = slices.DeleteFunc(get.Parameters, func(p *huma.Param) bool {
			of, is := parameterNames[p.Name]
			if is {
				p.Description = of.Help()
			}
			return is && !slices.Contains(r.Parameters, of)
		})
	}
}

// reportResponses describe an answer, which no type of ours does.
func reportResponses() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "The report", Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "The head of the report, and under tables each table with its columns, rows and totals. Amounts are decimal strings.", AdditionalProperties: true}},
		"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
}

// runReport answers with a report.
func (s *server) runReport(ctx context.Context, r *report.Report, in *reportInput) (*huma.StreamResponse, error) {
	t, err := s.tenant(ctx, in.Whose)
	if err != nil {
		return nil, err
	}
	days, err := when.ParseDays(in.From, in.To)
	if err != nil {
		return nil, fault.Inputs{{Field: "from", Value: fault.Cut(in.From + " to " + in.To), Reason: err.Error()}}
	}
	res, err := r.Run(ctx, s.App.Store(), report.Request{
		Tenant: t, Days: days, Zone: in.Zone, Users: in.Users, Teams: in.Teams, Countries: in.Countries, Sort: in.Sort,
	})
	if err != nil {
		return nil, err
	}
	if err := onlyTables(res, in.Table); err != nil {
		return nil, err
	}
	request, _ := humago.Unwrap(in.request)
	if in.Format == "csv" || in.Format == "" && prefersCSV(request) {
		return s.reportCSV(ctx, t.ID, res)
	}
	return reportJSON(res)
}

// prefersCSV tells whether a request asks for CSV before JSON.
func prefersCSV(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	csv, other := strings.Index(accept, "text/csv"), strings.Index(accept, "application/json")
	return csv >= 0 && (other < 0 || csv < other)
}

// onlyTables leaves the named tables; none named means all.
func onlyTables(res *report.Result, names []string) error {
	if len(names) == 0 {
		return nil
	}
	var there []string
	kept := res.Tables[:0:0]
	for i := range res.Tables {
		there = append(there, res.Tables[i].Name)
		if slices.Contains(names, res.Tables[i].Name) {
			kept = append(kept, res.Tables[i])
		}
	}
	for _, n := range names {
		if !slices.Contains(there, n) {
			return fault.Inputs{{Field: "table", Value: fault.Cut(n), Reason: "the report has no such table", Advice: "there is " + strings.Join(there, ", ")}}
		}
	}
	res.Tables = kept
	return nil
}

// reportCSV is a report as a file, which is an export and written down.
func (s *server) reportCSV(ctx context.Context, id tenant.ID, res *report.Result) (*huma.StreamResponse, error) {
	name := res.Report + "-" + res.Days.From.String() + "-" + res.Days.To.String()
	row := asking(ctx).Did("report.export", name+".csv")
	if err := s.App.Store().Update(ctx, id, store.Interactive, func(tx *store.Tx) error { return tx.Log(row) }); err != nil {
		return nil, err
	}
	return s.download(ctx, "text/csv; charset=utf-8", name+".csv", func(w io.Writer) error { return sheet.WriteCSV(w, res.Tables) }), nil
}

// reportHead is what stands above and below the tables.
type reportHead struct {
	Report   string         `json:"report"`
	Title    string         `json:"title"`
	Tenant   string         `json:"tenant"`
	From     when.Day       `json:"from"`
	To       when.Day       `json:"to"`
	Zone     string         `json:"zone"`
	Currency money.Currency `json:"currency"`
	DataAt   when.Instant   `json:"data_at"`
	Filters  []string       `json:"filters"`
	Notes    []string       `json:"notes"`
	Empty    string         `json:"empty,omitempty"`
}

// reportJSON is the head and the tables as one document.
func reportJSON(res *report.Result) (*huma.StreamResponse, error) {
	head := reportHead{Report: res.Report, Title: res.Title, Tenant: res.Tenant, From: res.Days.From, To: res.Days.To, Zone: res.Zone.Name(),
		Currency: res.Currency, DataAt: res.DataAt, Filters: []string{}, Notes: append([]string{}, res.Notes...), Empty: res.Empty}
	for _, f := range res.Filters {
		head.Filters = append(head.Filters, f.String())
	}
	text, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	tables := new(bytes.Buffer)
	if err := sheet.WriteJSON(tables, res.Tables); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "application/json")
		w := out.BodyWriter()
		// Both are objects: the members of the second go behind those of the first.
		for _, part := range [][]byte{text[:len(text)-1], {','}, tables.Bytes()[1:]} {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	}}, nil
}
