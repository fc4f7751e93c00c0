package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tollkeeper/api"
	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
	"tollkeeper/report"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// service is the API over the books of a sample center.
type service struct {
	t       *testing.T
	store   *store.Store
	center  *sample.Center
	app     *app.App
	auth    *auth.Auth
	handler http.Handler
}

// each runs f once an engine, over two tenants whose calls are in the books.
func each(t *testing.T, f func(s *service)) {
	storetest.Each(t, func(t *testing.T, books *store.Store) {
		o := sample.Demo()
		o.Calls, o.DeckRows = 1500, 1000
		s := &service{t: t, store: books, center: sample.New(o), app: app.New(books)}
		if err := s.app.LoadSample(t.Context(), s.center, nil); err != nil {
			t.Fatal(err)
		}
		s.auth = auth.New(books, auth.Options{Clock: storetest.Clock, Memory: 64})
		live := s.app.GoLive(nil)
		t.Cleanup(func() {
			if err := live.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		s.handler = api.New(api.Options{App: s.app, Auth: s.auth, Live: live, Clock: storetest.Clock, Version: "test"})
		for i, x := range s.center.Tenants()[:2] {
			var b bytes.Buffer
			if err := s.center.Tenants()[i].Calls(&b); err != nil {
				t.Fatal(err)
			}
			if _, err := s.app.ImportCalls(t.Context(), app.ImportCalls{Path: "calls.csv", Input: &b, Tenant: x.Name, Source: "pbx"}, nil); err != nil {
				t.Fatal(err)
			}
		}
		f(s)
	})
}

// tenant is one of the center's tenants.
func (s *service) tenant(i int) tenant.Tenant {
	s.t.Helper()
	x, err := s.store.FindTenant(s.t.Context(), s.center.Tenants()[i].Name)
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// key makes an API key of a tenant, or with the system's id an operator's.
func (s *service) key(id tenant.ID, scopes ...access.Privilege) string {
	s.t.Helper()
	by := auth.Program("test")
	by.ActingIn = id
	secret, _, err := s.auth.NewKey(s.t.Context(), by, fmt.Sprint("key ", len(scopes)), access.Of(scopes...), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// send sends a request and gives the answer.
func (s *service) send(key, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// get is send, with the answer read into v; any other status than 200 ends the
// test.
func (s *service) get(key, path string, v any) {
	s.t.Helper()
	w := s.send(key, "GET", path, "")
	if w.Code != 200 {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		s.t.Fatalf("%s: %v\n%s", path, err, w.Body)
	}
}

type problem struct {
	Type   string
	Status int
	Detail string
	Errors []struct{ Field, Reason string }
}

// wantProblem insists on a problem of a kind.
func wantProblem(t *testing.T, what string, w *httptest.ResponseRecorder, status int, kind string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Status != status || p.Type != "urn:tollkeeper:problem:"+kind ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: %d %s %s, want %d %s\n%s", what, w.Code, w.Header().Get("Content-Type"), p.Type, status, kind, w.Body)
	}
	return p
}

const record = `{"call_id":"live 1","called":"+442079460123","started_at":"2026-06-01T10:00:00Z","answered_at":"2026-06-01T10:00:05Z","ended_at":"2026-06-01T10:01:05Z","kind":"manual"}`

type usageAnswer struct {
	Counts struct {
		Received, Rated, Suspended, Duplicate, Conflict, Rejected int64
		ZeroRated                                                 int64 `json:"zero_rated"`
	}
	Records []struct {
		Line                                         int64
		Outcome, Reason, Call, Day, Amount, Currency string
		Mistake                                      *struct{ Field, Reason string }
	}
	More int64
}

func (s *service) usage(key, path, body string, headers ...string) (a usageAnswer) {
	s.t.Helper()
	w := s.send(key, "POST", path, body, headers...)
	if w.Code != 200 {
		s.t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		s.t.Fatal(err)
	}
	return a
}

func TestUsage(t *testing.T) {
	each(t, func(s *service) {
		key := s.key(s.tenant(0).ID, access.EditIntegrations, access.ViewCalls)
		const jsonl = "application/x-ndjson"
		a := s.usage(key, "/v1/usage", record, "Content-Type", jsonl, "Idempotency-Key", "1")
		if a.Counts.Rated != 1 || len(a.Records) != 1 || a.Records[0].Amount == "" || a.Records[0].Day != "2026-06-01" {
			s.t.Fatalf("%+v", a)
		}
		if b := s.usage(key, "/v1/usage", record, "Content-Type", jsonl, "Idempotency-Key", "2"); b.Counts.Duplicate != 1 || b.Records[0].Call != a.Records[0].Call {
			s.t.Errorf("%+v", b)
		}
		var x struct {
			Amount string
			Steps  []struct{ Name string }
		}
		s.get(key, "/v1/calls/"+a.Records[0].Call, &x)
		if x.Amount != a.Records[0].Amount || len(x.Steps) == 0 {
			s.t.Errorf("%+v", x)
		}
		s.get(key, "/v1/calls/live%201?day=2026-06-01", &x)

		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		header := "call_id,called,started_at,answered_at,ended_at,kind\n"
		fmt.Fprint(w, header)
		for i := range 3000 {
			fmt.Fprintf(w, "bulk %d,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z,manual\n", i%2999)
		}
		fmt.Fprint(w, ",,\nlast,+442079460123,yesterday,,2026-06-01T10:01:05Z,manual\n")
		if err := w.Close(); err != nil {
			s.t.Fatal(err)
		}
		c := s.usage(key, "/v1/usage?source=other", z.String(), "Content-Type", "text/csv", "Content-Encoding", "gzip")
		if c.Counts.Received != 3002 || c.Counts.Rated != 2999 || c.Counts.Duplicate != 1 || len(c.Records) != 2 ||
			c.Records[0].Line != 3002 || c.Records[0].Outcome != "rejected" || c.Records[1].Outcome != "suspended" || c.Records[1].Mistake == nil {
			s.t.Errorf("%+v", c)
		}
		wantProblem(s.t, "no records", s.send(key, "POST", "/v1/usage", "what is this"), 400, "invalid")
		wantProblem(s.t, "cut short", s.send(key, "POST", "/v1/usage", z.String()[:z.Len()/2]), 400, "invalid")
		v, err := s.app.Verify(s.t.Context(), nil)
		if err != nil || !v.Sound() {
			s.t.Errorf("%v %v", err, v)
		}
	})
}

type listed struct {
	Calls          []listedCall
	Next, Previous string
}

type listedCall struct {
	ID, Day, Agent, Campaign, Country, Called, Calling, Outcome, Amount, Currency string

	Started string `json:"started_at"`
}

func TestCalls(t *testing.T) {
	each(t, func(s *service) {
		key := s.key(s.tenant(0).ID, access.ViewCalls)
		const month = "/v1/calls?from=2026-05-01&to=2026-07-31"
		var all, page listed
		s.get(key, month+"&limit=1000", &all)
		if len(all.Calls) < 100 {
			s.t.Fatalf("%d calls", len(all.Calls))
		}
		if !slices.IsSortedFunc(all.Calls, func(a, b listedCall) int {
			return strings.Compare(b.Started, a.Started)
		}) {
			s.t.Error("not the newest first")
		}
		var ids []string
		for after := ""; ; after = page.Next {
			page = listed{}
			s.get(key, month+"&limit=77&after="+after, &page)
			for _, c := range page.Calls {
				ids = append(ids, c.ID)
			}
			if page.Next == "" || len(ids) > len(all.Calls) {
				break
			}
		}
		for i, c := range all.Calls {
			if ids[i] != c.ID {
				s.t.Fatalf("page by page the calls are others from %d on", i)
			}
		}
		first := all.Calls[slices.IndexFunc(all.Calls, func(c listedCall) bool {
			return c.Agent != "" && c.Campaign != "" && c.Country != "" && c.Outcome == "rated"
		})]
		s.get(key, month+"&agent="+first.Agent+"&campaign="+first.Campaign+"&country="+first.Country+"&outcome=rated", &page)
		if len(page.Calls) == 0 {
			s.t.Error("no call of those filters")
		}
		for _, c := range page.Calls {
			if c.Agent != first.Agent || c.Campaign != first.Campaign || c.Country != first.Country || c.Outcome != "rated" {
				s.t.Errorf("%+v", c)
			}
		}
		filtered(s, key, month, all.Calls)
		blind := s.key(s.tenant(0).ID, access.ViewReports)
		s.get(blind, month, &page)
		for _, c := range page.Calls {
			if c.Called != "" && !strings.HasSuffix(c.Called, "xxxx") {
				s.t.Fatalf("a number is shown: %q", c.Called)
			}
		}
		if w := s.send(blind, "GET", "/v1/calls/"+first.ID, ""); w.Code != 200 || strings.Contains(w.Body.String(), strings.TrimPrefix(first.Called, "+")) {
			s.t.Errorf("%d %s", w.Code, w.Body)
		}
		p := wantProblem(s.t, "mistakes", s.send(blind, "GET", "/v1/calls?agent=nobody%20there&country=XXX&number=44&from=soon&to=2026-06-01", ""), 400, "invalid")
		if len(p.Errors) != 4 {
			s.t.Errorf("%+v", p.Errors)
		}
		wantProblem(s.t, "limit", s.send(key, "GET", "/v1/calls?limit=5000", ""), 422, "invalid")
		wantProblem(s.t, "a parameter that is none", s.send(key, "GET", "/v1/calls?agents=x", ""), 422, "invalid")
		wantProblem(s.t, "no such call", s.send(key, "GET", "/v1/calls/"+strings.Repeat("0", 32), ""), 404, "not_found")
	})
}

// filtered asks by several filters at once and goes forward and back.
func filtered(s *service, key, month string, all []listedCall) {
	s.t.Helper()
	const filter = "&kind=manual&kind=dialer&outcome=rated&direction=outbound&length_from=0:30&amount_from=0.001&amount_to=50&disposition=answered&limit=9"
	var first, second, back, oldest listed
	s.get(key, month+filter, &first)
	s.get(key, month+filter+"&after="+first.Next, &second)
	s.get(key, month+filter+"&before="+second.Previous, &back)
	if len(first.Calls) != 9 || len(second.Calls) == 0 || !slices.Equal(first.Calls, back.Calls) || first.Previous != "" {
		s.t.Errorf("%d calls, then %d, then back %d", len(first.Calls), len(second.Calls), len(back.Calls))
	}
	s.get(key, month+"&order=oldest&limit=1", &oldest)
	if len(oldest.Calls) != 1 || len(all) < 1000 && oldest.Calls[0] != all[len(all)-1] {
		s.t.Errorf("the oldest is %+v", oldest.Calls)
	}
	w := s.send(key, "GET", strings.Replace(month, "/v1/calls", "/v1/exports/calls", 1)+filter[:strings.Index(filter, "&limit")]+"&column=call&column=called&format=jsonl", "")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/x-ndjson" || lines[0] != `{"call":"`+first.Calls[0].ID+`","called":"`+first.Calls[0].Called+`"}` {
		s.t.Errorf("%d %s %.200s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	p := wantProblem(s.t, "mistakes of an export", s.send(key, "GET", "/v1/exports/calls?column=price&column=call", ""), 400, "invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "column" {
		s.t.Errorf("%+v", p.Errors)
	}
	p = wantProblem(s.t, "mistakes of a filter", s.send(key, "GET", month+"&outcome=odd&number=x&length_from=long&amount_from=2&amount_to=1&time_from=9", ""), 400, "invalid")
	if len(p.Errors) != 5 || p.Errors[0].Field != "outcome" {
		s.t.Errorf("%+v", p.Errors)
	}
	var x struct {
		Facts struct{ Called, Agent, Outcome string }
	}
	s.get(key, "/v1/calls/"+first.Calls[0].ID, &x)
	if f := first.Calls[0]; x.Facts.Called != f.Called || x.Facts.Agent != f.Agent || x.Facts.Outcome != f.Outcome {
		s.t.Errorf("%+v, listed as %+v", x.Facts, f)
	}
}

func TestReports(t *testing.T) {
	each(t, func(s *service) {
		x := s.tenant(0)
		key := s.key(x.ID, access.ViewReports)
		var list struct {
			Reports []struct {
				Name, Path string
				Parameters []struct{ Name string }
			}
		}
		s.get(key, "/v1/reports", &list)
		if len(list.Reports) != len(report.All()) || list.Reports[0].Name != "billing" || len(list.Reports[0].Parameters) == 0 {
			s.t.Errorf("%+v", list)
		}
		const path = "/v1/reports/billing?from=2026-06-01&to=2026-06-30&countries=GB,US"
		var r struct {
			Report, Currency, From string
			Filters                []string
			Tables                 []struct {
				Name    string
				Columns []struct{ Name string }
				Rows    [][]any
				Totals  []any
			}
		}
		s.get(key, path, &r)
		if r.Report != "billing" || r.From != "2026-06-01" || len(r.Tables) != 3 || len(r.Tables[0].Rows) == 0 || len(r.Filters) != 1 {
			s.t.Fatalf("%+v", r)
		}
		for _, w := range []*httptest.ResponseRecorder{s.send(key, "GET", path+"&format=csv&table=manual", ""), s.send(key, "GET", path+"&table=manual", "", "Accept", "text/csv")} {
			rows, err := csv.NewReader(w.Body).ReadAll()
			if err != nil || len(rows) != len(r.Tables[0].Rows)+2 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
				s.t.Errorf("%v: %d rows, %s", err, len(rows), w.Header())
			}
		}
		wantProblem(s.t, "no such report", s.send(key, "GET", "/v1/reports/none", ""), 404, "not_found")
		wantProblem(s.t, "no such table", s.send(key, "GET", path+"&table=none", ""), 400, "invalid")
		wantProblem(s.t, "no days", s.send(key, "GET", "/v1/reports/billing", ""), 422, "invalid")
		wantProblem(s.t, "no such team", s.send(key, "GET", path+"&teams=nobody", ""), 400, "invalid")
	})
}

// TestDoor asks every address without a key, with a bad one, with one that may
// not, and with another tenant's.
func TestDoor(t *testing.T) {
	each(t, func(s *service) {
		mine, other := s.tenant(0), s.tenant(1)
		var theirs listed
		s.get(s.key(other.ID, access.ViewCalls), "/v1/calls?from=2026-05-01&to=2026-07-31&limit=1", &theirs)
		full := s.key(mine.ID, access.Scopes()...)
		weak := s.key(mine.ID, access.ViewRates)
		operator := s.key(tenant.System, access.Operate, access.ViewCalls, access.ViewReports, access.EditIntegrations)
		half := s.key(tenant.System, access.ViewCalls, access.ViewReports, access.EditIntegrations)
		paths := 0
		for method, path := range addresses(s.t, s) {
			paths++
			path = strings.ReplaceAll(path, "{id}", theirs.Calls[0].ID)
			if strings.HasPrefix(path, "/v1/reports/") {
				path += "?from=2026-06-01&to=2026-06-30"
			}
			with := func(parameter string) string {
				if strings.Contains(path, "?") {
					return path + "&" + parameter
				}
				return path + "?" + parameter
			}
			body := ""
			if method[0] == 'P' {
				body = record
			}
			method, _, _ = strings.Cut(method, " ")
			if w := s.send("", method, path, body); w.Header().Get("WWW-Authenticate") == "" {
				s.t.Errorf("%s: %v", path, w.Header())
			}
			wantProblem(s.t, path+" without a key", s.send("", method, path, body), 401, "unauthenticated")
			wantProblem(s.t, path+" with a bad key", s.send("tk_12345678_x", method, path, body), 401, "unauthenticated")
			wantProblem(s.t, path+" with a key that may not", s.send(weak, method, path, body), 403, "denied")
			if path == "/v1/reports" {
				continue
			}
			wantProblem(s.t, path+" of another tenant", s.send(full, method, with("tenant="+itoa(other.ID)), body), 404, "not_found")
			wantProblem(s.t, path+" of no tenant", s.send(full, method, with("tenant=none"), body), 404, "not_found")
			wantProblem(s.t, path+" of nobody", s.send(operator, method, path, body), 400, "invalid")
			wantProblem(s.t, path+" by a key of the system that may not operate", s.send(half, method, with("tenant="+itoa(other.ID)), body), 404, "not_found")
			if w := s.send(operator, method, with("tenant="+itoa(other.ID)), body); w.Code != 200 {
				s.t.Errorf("%s as operator: %d %s", path, w.Code, w.Body)
			}
		}
		if paths < 5 {
			s.t.Errorf("%d addresses", paths)
		}
		wantProblem(s.t, "another tenant's call", s.send(full, "GET", "/v1/calls/"+theirs.Calls[0].ID, ""), 404, "not_found")
		wantProblem(s.t, "nothing", s.send(full, "GET", "/v1/nothing", ""), 404, "not_found")
	})
}

func itoa(id tenant.ID) string { return fmt.Sprint(int64(id)) }

// document is the description that programs read.
type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Parameters  []struct{ Name, In string }
		Responses   map[string]any
	}
}

func describedBy(t *testing.T, s *service) (d document) {
	t.Helper()
	s.get("", "/openapi.json", &d)
	return d
}

// addresses is every operation of the description, "GET /v1/calls", with its
// path.
func addresses(t *testing.T, s *service) map[string]string {
	all := map[string]string{}
	for path, methods := range describedBy(t, s).Paths {
		for method := range methods {
			all[strings.ToUpper(method)+" "+path] = path
		}
	}
	return all
}

func TestDescription(t *testing.T) {
	each(t, func(s *service) {
		d := describedBy(s.t, s)
		if !strings.HasPrefix(d.OpenAPI, "3.1") {
			s.t.Error(d.OpenAPI)
		}
		var names []string
		for _, p := range d.Paths["/v1/reports/billing"]["get"].Parameters {
			names = append(names, p.Name)
		}
		for _, p := range []string{"from", "to", "countries", "format", "tenant"} {
			if !slices.Contains(names, p) {
				s.t.Errorf("billing has no parameter %s: %v", p, names)
			}
		}
		w := s.send("", "GET", "/docs", "")
		page := w.Body.String()
		for path := range d.Paths {
			if !strings.Contains(page, path) {
				s.t.Errorf("%s is not on the page", path)
			}
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
			s.t.Error(csp)
		}
		for _, foreign := range []string{"http://", "https://", "<script", "<style", " style=", "//unpkg"} {
			if strings.Contains(page, foreign) {
				s.t.Errorf("the page holds %s", foreign)
			}
		}
		if css := s.send("", "GET", "/docs/reference.css", ""); css.Code != 200 || !strings.HasPrefix(css.Header().Get("Content-Type"), "text/css") {
			s.t.Errorf("%d %v", css.Code, css.Header())
		}
	})
}
