package operate

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"tollkeeper/core/tenant"
)

// request is what is known of one while it is answered.
type request struct {
	id     string
	tenant atomic.Int64
}

type requestKey struct{}

// SetTenant notes whose things a request is about, for the log.
func SetTenant(ctx context.Context, id tenant.ID) {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		r.tenant.Store(int64(id))
	}
}

// Requests measures and logs every request that next answers. Each has a number,
// which the answer bears as X-Request-Id and every line of the log about it as
// request.
func (w *Watch) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		r := &request{id: rand.Text()[:12]}
		out.Header().Set("X-Request-Id", r.id)
		from := w.Clock()
		w.figures.inFlight.Inc()
		seen := &answer{ResponseWriter: out, status: http.StatusOK}
		defer func() {
			took := w.Clock() - from
			w.figures.inFlight.Dec()
			route := w.route(in)
			class := strconv.Itoa(seen.status/100) + "xx"
			w.figures.requests.WithLabelValues(route, method(in.Method), class).Observe(seconds(took))
			level := slog.LevelInfo
			if quiet(route, seen.status) {
				level = slog.LevelDebug
			}
			ctx := in.Context()
			if !w.Log.Enabled(ctx, level) {
				return
			}
			w.Log.LogAttrs(ctx, level, "request", slog.String("request", r.id), slog.String("method", method(in.Method)), slog.String("route", route),
				slog.Int("status", seen.status), slog.Int64("micros", int64(took)), slog.Int64("bytes", seen.bytes), slog.Int64("tenant", r.whose(in)))
		}()
		next.ServeHTTP(seen, in.WithContext(context.WithValue(in.Context(), requestKey{}, r)))
	})
}

// whose is the tenant that the request turned out to be about, else the one in
// its address; zero: none that is known.
func (r *request) whose(in *http.Request) int64 {
	if id := r.tenant.Load(); id != 0 {
		return id
	}
	rest, of := strings.CutPrefix(in.URL.Path, "/t/")
	if !of {
		return 0
	}
	name, _, _ := strings.Cut(rest, "/")
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// quiet tells requests of which there are too many to log when all is well.
func quiet(route string, status int) bool {
	return status < http.StatusBadRequest && (strings.HasSuffix(route, "/v1/usage") || strings.HasPrefix(route, "/static") || strings.HasSuffix(route, "z"))
}

// route is the pattern that a request belongs to, so that there are few of them
// whatever is asked for.
func (w *Watch) route(r *http.Request) string {
	_, pattern := w.routes.Handler(r)
	if pattern == "" {
		return "other"
	}
	return pattern
}

// method keeps invented methods out of the metrics.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// answer notes what is answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	began  bool
}

func (a *answer) WriteHeader(status int) {
	if !a.began && status >= http.StatusOK { // 1xx come before the answer
		a.status, a.began = status, true
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.began = true
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is underneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush sends what has been written so far, for streams.
func (a *answer) Flush() {
	if f, ok := a.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
