// Package api is the way in for programs: HTTP, JSON and CSV, under /v1.
//
// It owns the list of routes with the privilege that each asks for, the shapes
// of requests and answers, which status and type an error becomes, and the
// description of all that (OpenAPI 3.1, and a page to read). It does not own who
// somebody is (auth), what they may do (core/access), or what is computed and
// decided (app, report): a handler translates.
//
//	h := api.New(api.Options{App: a, Auth: au, Live: live, Clock: clock, Version: "1.0"})
//	mux.Handle("/v1/", h)
//	mux.Handle("/openapi.json", h)
//	mux.Handle("/docs", h)
package api

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Options are what the API is made of; all are required but Limits, Kept and Log.
type Options struct {
	App     *app.App
	Auth    *auth.Auth
	Live    *app.Live
	Clock   when.Clock
	Version string
	Limits  Limits             // zero: none
	Kept    store.AnswerBounds // of answers for repeats; zero: as the description says
	Log     *slog.Logger       // nil: nothing is logged
}

// server is what the handlers share.
type server struct {
	Options
	keys, strangers *throttle
}

// New makes the handler of /v1, /openapi.json and /docs.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Kept == (store.AnswerBounds{}) {
		o.Kept = keptAnswers
	}
	s := &server{o, newThrottle("key", o.Limits.Keys, mostBuckets), newThrottle("address", o.Limits.Strangers, mostBuckets)}
	mux := http.NewServeMux()
	h := humago.New(mux, s.config())
	for _, r := range routes() {
		s.add(h, r)
	}
	describe(h)
	document, err := json.Marshal(h.OpenAPI())
	if err != nil {
		panic(err) // a mistake in the program: the document is made of our own types
	}
	reference := referencePage(h.OpenAPI())
	for path, file := range map[string]struct {
		kind string
		text []byte
	}{
		"/openapi.json":       {"application/vnd.oai.openapi+json;version=3.1", document},
		"/docs":               {"text/html; charset=utf-8", reference},
		"/docs/reference.css": {"text/css; charset=utf-8", styles},
	} {
		mux.HandleFunc("GET "+path, s.open(func(w http.ResponseWriter, _ *http.Request) { serve(w, file.kind, file.text) }))
	}
	mux.HandleFunc("/", s.open(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New(fault.NotFound, "there is nothing at %s %s: /docs lists what there is", r.Method, fault.Cut(r.URL.Path)))
	}))
	return guard(s.identify(mux))
}

// config is the framework without what it would bring along: its pages load
// from other hosts, and its answers carry a link to a schema each.
func (s *server) config() huma.Config {
	c := huma.DefaultConfig("Tollkeeper", s.Version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{ownProblem}
	c.Info.Description = about
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		keyScheme: {Type: "http", Scheme: "bearer", Description: "An API key: tk_…, made by tollkeeper key add or on the Integrations page."},
	}
	c.Security = []map[string][]string{{keyScheme: {}}}
	return c
}

const keyScheme = "key"

const about = "Call records in, calls, charges, explanations and reports out. " +
	"Amounts are decimal strings, instants RFC 3339, days YYYY-MM-DD. Errors are problem+json (RFC 9457) with a type that does not change. " +
	"Every answer tells how many requests may still come (RateLimit, RateLimit-Policy); one too many gets 429 with Retry-After and has done nothing. " +
	"A POST may bear an Idempotency-Key: the same request under the same key within 30 days gets the first answer again."

// policy lets the reference page load its style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard gives every answer its headers.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func serve(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(body) // whoever asked is gone, or has it
}
