// Package operate is what whoever runs the program sees of it: health, metrics,
// profiles, and a line of the log for each request.
//
// It owns the metrics and their names, the admin port's addresses, the numbers
// of requests, and what the log says of one: never a name, a telephone number or
// an address below a page's. It does not own what is counted (app, store), how
// metrics are kept and written (Prometheus' own library), nor the servers (cli).
//
//	w := operate.New(operate.Options{App: a, Clock: clock, Log: log, Routes: routes})
//	server.Handler = w.Requests(site)
//	admin.Handler = w.Admin()
package operate

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Options are what is watched; all are required.
type Options struct {
	App     *app.App
	Clock   when.Clock
	Log     *slog.Logger
	Version string
	Routes  []string // patterns of http.ServeMux by which requests are told apart
}

// Watch watches a running program. It is safe for concurrent use.
type Watch struct {
	Options
	routes   *http.ServeMux
	figures  figures
	stopping atomic.Bool
}

// New makes a Watch.
func New(o Options) *Watch {
	w := &Watch{Options: o, routes: http.NewServeMux(), figures: newFigures()}
	for _, pattern := range o.Routes {
		w.routes.Handle(pattern, http.NotFoundHandler())
	}
	return w
}

// Stopping makes the program unready: whoever shares out requests sends it no
// more of them.
func (w *Watch) Stopping() { w.stopping.Store(true) }

// Admin is the handler of the admin port, which is not for everybody.
func (w *Watch) Admin() http.Handler {
	mux := http.NewServeMux()
	w.Health(mux)
	mux.Handle("GET /metrics", w.metrics())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// Health adds /healthz (the program runs) and /readyz (it can work: the books
// answer and it is not stopping).
func (w *Watch) Health(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { say(out, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(out http.ResponseWriter, r *http.Request) {
		switch err := w.ready(r.Context()); {
		case w.stopping.Load():
			say(out, http.StatusServiceUnavailable, "stopping")
		case err != nil:
			w.Log.WarnContext(r.Context(), "not ready", "error", err)
			say(out, http.StatusServiceUnavailable, "the books do not answer")
		default:
			say(out, http.StatusOK, "ready")
		}
	})
}

// readyWithin is how long the books may take to answer.
const readyWithin = 3 * time.Second

func (w *Watch) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return w.App.Store().View(ctx, tenant.System, func(tx *store.Tx) error {
		_, err := tx.Account()
		return err
	})
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // whoever asked is gone, or has it
}
