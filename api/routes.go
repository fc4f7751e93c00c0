package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tollkeeper/core/access"
	"tollkeeper/report"
)

// route is one address below /v1. Need lists privileges of which one is enough.
type route struct {
	huma.Operation
	need []access.Privilege
	add  func(*server, huma.API, huma.Operation)
}

// Who may what.
var (
	senders   = []access.Privilege{access.EditIntegrations}
	callers   = []access.Privilege{access.ViewCalls, access.ViewReports}
	reporters = []access.Privilege{access.ViewReports}
)

// routes is every address there is.
func routes() []route {
	all := []route{
		{huma.Operation{Method: http.MethodPost, Path: "/v1/usage", OperationID: "send-usage", Summary: "Send call records", Tags: []string{"Usage"},
			Description: sendUsageAbout, RequestBody: usageBody}, senders, handle((*server).sendUsage)},
		{huma.Operation{Method: http.MethodGet, Path: "/v1/calls", OperationID: "list-calls", Summary: "List calls, newest first", Tags: []string{"Calls"},
			Description: listCallsAbout}, callers, handle((*server).listCalls)},
		{huma.Operation{Method: http.MethodGet, Path: "/v1/calls/{id}", OperationID: "explain-call", Summary: "Explain what a call costs", Tags: []string{"Calls"},
			Description: explainCallAbout}, callers, handle((*server).explainCall)},
		{huma.Operation{Method: http.MethodGet, Path: "/v1/exports/calls", OperationID: "export-calls", Summary: "All calls of a filter as one file", Tags: []string{"Calls"},
			Description: exportCallsAbout, Responses: exportResponses()}, callers, handle((*server).exportCalls)},
		{huma.Operation{Method: http.MethodGet, Path: "/v1/reports", OperationID: "list-reports", Summary: "List the reports", Tags: []string{"Reports"}},
			reporters, handle((*server).listReports)},
		{huma.Operation{Method: http.MethodGet, Path: "/v1/reports/{name}", OperationID: "run-report", Summary: "Run a report", Hidden: true},
			reporters, handle((*server).noReport)},
	}
	for _, r := range report.All() {
		all = append(all, route{huma.Operation{Method: http.MethodGet, Path: "/v1/reports/" + r.Name, OperationID: "report-" + r.Name,
			Summary: r.Title, Description: r.About, Tags: []string{"Reports"}, Responses: reportResponses()}, reporters, addReport(r)})
	}
	return all
}

// add puts a route behind its door.
func (s *server) add(h huma.API, r route) {
	r.Errors = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	r.Middlewares = huma.Middlewares{s.admit(r.need)}
	if r.Method == http.MethodPost {
		r.Errors = append(r.Errors, http.StatusConflict)
		r.Parameters = append(r.Parameters, onceParameter())
		r.Middlewares = append(r.Middlewares, s.once)
	}
	r.add(s, h, r.Operation)
}
