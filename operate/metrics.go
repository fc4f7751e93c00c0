package operate

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// figures are those that are noted as they happen; the others are read when
// somebody asks.
type figures struct {
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge

	batchRequests, batchRecords, batchTenants, batchSeconds prometheus.Histogram
}

// times is how histograms of time are divided, in seconds.
var times = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// sizes is how histograms of counts are: by powers of two, up to 8192.
var sizes = prometheus.ExponentialBuckets(1, 2, 14)

func newFigures() figures {
	return figures{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tollkeeper_request_seconds", Help: "How long requests took, by route, method and class of status.", Buckets: times,
		}, []string{"route", "method", "status"}),
		inFlight:      gauge("tollkeeper_requests_in_flight", "Requests that are being answered.", nil),
		batchRequests: histogram("tollkeeper_live_batch_requests", "Requests that were committed together.", sizes),
		batchRecords:  histogram("tollkeeper_live_batch_records", "Records that were committed together.", sizes),
		batchTenants:  histogram("tollkeeper_live_batch_tenants", "Tenants whose records were committed together.", sizes),
		batchSeconds:  histogram("tollkeeper_live_batch_seconds", "From a batch's first request to its commit.", times),
	}
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
}

func gauge(name, help string, labels prometheus.Labels) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels})
}

// Live notes a batch of the live intake.
func (w *Watch) Live(b app.LiveBatch) {
	w.figures.batchRequests.Observe(float64(b.Requests))
	w.figures.batchRecords.Observe(float64(b.Records))
	w.figures.batchTenants.Observe(float64(b.Tenants))
	w.figures.batchSeconds.Observe(seconds(b.Took))
}

func seconds(took when.Instant) float64 { return float64(took) / float64(when.Second) }

// register is all that /metrics tells, in a registry of this Watch's own, so
// that there may be many in a process.
func (w *Watch) register() *prometheus.Registry {
	f, r := &w.figures, prometheus.NewRegistry()
	r.MustRegister(f.requests, f.inFlight, f.batchRequests, f.batchRecords, f.batchTenants, f.batchSeconds,
		w.counter("tollkeeper_imports_total", "Files whose import ended.", prometheus.Labels{"result": "done"}, func(n app.Counts) int64 { return n.Imports }),
		w.counter("tollkeeper_imports_total", "Files whose import ended.", prometheus.Labels{"result": "failed"}, func(n app.Counts) int64 { return n.Failed }),
		&databaseSize{w, prometheus.NewDesc("tollkeeper_database_bytes", "What the database takes up.", nil, nil)},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, o := range usage.Outcomes() {
		r.MustRegister(w.counter("tollkeeper_records_total", "Records of files and of the live intake, by where they ended.",
			prometheus.Labels{"outcome": o.String()}, func(n app.Counts) int64 { return n.Records[o] }))
	}
	version := gauge("tollkeeper_build_info", "The program's version.", prometheus.Labels{"version": w.Version})
	version.Set(1)
	r.MustRegister(version)
	return r
}

// counter shows one of the figures that the use cases count themselves.
func (w *Watch) counter(name, help string, labels prometheus.Labels, of func(app.Counts) int64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels},
		func() float64 { return float64(of(w.App.Counts())) })
}

// sizeWithin is how long the database may take to tell its size.
const sizeWithin = 5 * time.Second

// databaseSize asks the database how large it is. It is no GaugeFunc because
// that has to know: where the database does not answer, there is no figure.
type databaseSize struct {
	watch *Watch
	desc  *prometheus.Desc
}

// Describe is of prometheus.Collector.
func (d *databaseSize) Describe(to chan<- *prometheus.Desc) { to <- d.desc }

// Collect is of prometheus.Collector.
func (d *databaseSize) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), sizeWithin)
	defer cancel()
	size, err := d.watch.App.Store().Size(ctx)
	if err != nil {
		d.watch.Log.WarnContext(ctx, "the database does not tell its size", "error", err)
		return
	}
	to <- prometheus.MustNewConstMetric(d.desc, prometheus.GaugeValue, float64(size))
}

// metrics answers with all figures, as Prometheus reads them. What cannot be
// gathered is logged and left out.
func (w *Watch) metrics() http.Handler {
	all := promhttp.HandlerFor(w.register(), promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(w.Log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
	})
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Cache-Control", "no-store")
		all.ServeHTTP(out, r)
	})
}
