package operate_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/when"
	"tollkeeper/operate"
	"tollkeeper/store/storetest"
)

// watched is a watch over empty books, whose clock goes on by 3 ms each time it
// is looked at, with what it logs.
func watched(t *testing.T, engine string) (*operate.Watch, *bytes.Buffer) {
	t.Helper()
	s := storetest.Open(t, storetest.Place(t, engine))
	log, now := new(bytes.Buffer), storetest.Now
	return operate.New(operate.Options{
		App: app.New(s), Version: "1.2", Routes: []string{"/v1/usage", "/v1/calls/{id}", "/t/{tenant}/{page}"},
		Clock: func() when.Instant { now += 3 * when.Millisecond; return now },
		Log:   slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}), log
}

func get(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestMetrics(t *testing.T) {
	w, log := watched(t, "sqlite")
	h := w.Requests(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		if strings.HasSuffix(in.URL.Path, "secret") {
			out.WriteHeader(http.StatusNotFound)
		}
		operate.SetTenant(in.Context(), 7)
	}))
	for _, r := range [][2]string{{"POST", "/v1/usage"}, {"GET", "/v1/calls/442079460123"}, {"GET", "/v1/calls/secret"}, {"BREW", "/nowhere/at/all"}, {"GET", "/t/12/calls"}} {
		if id := get(h, r[0], r[1]).Header().Get("X-Request-Id"); len(id) != 12 {
			t.Errorf("%v: request %q", r, id)
		}
	}
	w.Live(app.LiveBatch{Requests: 3, Records: 40, Tenants: 2, Took: 7 * when.Millisecond})
	text := get(w.Admin(), "GET", "/metrics").Body.String()
	for _, line := range []string{
		`tollkeeper_request_seconds_count{method="GET",route="/v1/calls/{id}",status="2xx"} 1`,
		`tollkeeper_request_seconds_count{method="GET",route="/v1/calls/{id}",status="4xx"} 1`,
		`tollkeeper_request_seconds_bucket{method="POST",route="/v1/usage",status="2xx",le="0.0025"} 0`,
		`tollkeeper_request_seconds_bucket{method="POST",route="/v1/usage",status="2xx",le="0.005"} 1`,
		`tollkeeper_request_seconds_sum{method="POST",route="/v1/usage",status="2xx"} 0.003`,
		`tollkeeper_request_seconds_count{method="other",route="other",status="2xx"} 1`,
		`tollkeeper_live_batch_records_bucket{le="32"} 0`,
		`tollkeeper_live_batch_records_bucket{le="64"} 1`,
		`tollkeeper_live_batch_records_sum 40`,
		`tollkeeper_live_batch_seconds_sum 0.007`,
		`tollkeeper_requests_in_flight 0`,
		`tollkeeper_imports_total{result="done"} 0`,
		`tollkeeper_records_total{outcome="rejected"} 0`,
		`tollkeeper_build_info{version="1.2"} 1`,
		`# TYPE tollkeeper_request_seconds histogram`,
		`# TYPE tollkeeper_database_bytes gauge`,
		`# TYPE go_goroutines gauge`,
		`# TYPE process_start_time_seconds gauge`,
	} {
		if !strings.Contains(text, line+"\n") && !strings.HasPrefix(line, "# TYPE") || !strings.Contains(text, line) {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
	for _, secret := range []string{"442079460123", "secret", "nowhere"} {
		if strings.Contains(log.String(), secret) || strings.Contains(text, secret) {
			t.Errorf("%q is told", secret)
		}
	}
	if !strings.Contains(log.String(), "tenant=7") || !strings.Contains(log.String(), "route=/v1/calls/{id}") {
		t.Errorf("logged %s", log)
	}
}

// TestMetricsWithoutDatabase: a database that does not answer costs its own
// figure only.
func TestMetricsWithoutDatabase(t *testing.T) {
	w, log := watched(t, "postgres")
	if err := w.App.Store().Close(); err != nil {
		t.Fatal(err)
	}
	got := get(w.Admin(), "GET", "/metrics")
	if text := got.Body.String(); got.Code != http.StatusOK || strings.Contains(text, "tollkeeper_database_bytes") ||
		!strings.Contains(text, "tollkeeper_build_info") {
		t.Errorf("%d %s", got.Code, text)
	}
	if !strings.Contains(log.String(), "does not tell its size") {
		t.Errorf("logged %s", log)
	}
}

// TestReadyWithoutDatabase: the program runs, and cannot work.
func TestReadyWithoutDatabase(t *testing.T) {
	w, log := watched(t, "postgres") // whose store may be closed twice
	admin := w.Admin()
	if got := get(admin, "GET", "/readyz"); got.Code != http.StatusOK {
		t.Errorf("before: %d", got.Code)
	}
	if err := w.App.Store().Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(admin, "GET", "/readyz"); got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), "the books do not answer") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := get(admin, "GET", "/healthz"); got.Code != http.StatusOK {
		t.Errorf("the program runs: %d", got.Code)
	}
	if !strings.Contains(log.String(), "not ready") {
		t.Errorf("logged %s", log)
	}
}

func TestHealth(t *testing.T) {
	w, _ := watched(t, "sqlite")
	admin := w.Admin()
	for _, path := range []string{"/healthz", "/readyz", "/debug/pprof/"} {
		if got := get(admin, "GET", path); got.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	w.Stopping()
	if got := get(admin, "GET", "/readyz"); got.Code != http.StatusServiceUnavailable {
		t.Errorf("stopping: %d %s", got.Code, got.Body)
	}
	if got := get(admin, "GET", "/healthz"); got.Code != http.StatusOK {
		t.Errorf("stopping: %d %s", got.Code, got.Body)
	}
}
