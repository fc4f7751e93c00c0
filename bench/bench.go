// Package bench measures Tollkeeper: what `tollkeeper bench` and `make bench`
// print, beside the bare limit that the same machine has for the same work.
//
// It owns the benchmarks and what they compare with. It does not own targets:
// those, and the figures of one machine on one day, are in doc/performance.md.
// Figures of one run can be compared with each other; those of two machines, or
// of two days on a busy one, cannot.
//
//	figures, err := bench.Run(ctx, bench.Options{Names: []string{"rate_100k"}})
package bench

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// Options say what to measure, and on how much.
type Options struct {
	Names    []string // of Names; none: all
	Calls    int      // of the month that is imported; 0: DefaultCalls
	Postgres string   // address of a server to use; empty: a private one is started
	Clock    when.Clock
	Dir      string // for files; empty: a temporary directory
	Report   app.Report
	Done     func(Figure) // told of every figure as soon as it is known; may be nil
}

// DefaultCalls is a month that is imported in some seconds.
const DefaultCalls = 1_000_000

// Figure is one measured value. Limit is the bare limit in the same unit: what
// the machine does for the same work without everything that makes it a product;
// zero where there is none.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Limit float64 `json:"limit"`
	What  string  `json:"-"` // what the value and the limit are
}

// benchmark measures one or more figures that are cheapest to measure together.
type benchmark struct {
	names []string
	run   func(*runner, context.Context) error
}

var benchmarks = []benchmark{
	{[]string{"rate_100k", "rate_100k_batch"}, func(r *runner, ctx context.Context) error { return r.rate(ctx, "rate_100k", 100_000) }},
	{[]string{"rate_1m", "rate_1m_batch"}, func(r *runner, ctx context.Context) error { return r.rate(ctx, "rate_1m", 1_000_000) }},
	{[]string{"compile_1m"}, (*runner).compile},
	{[]string{"import_file"}, (*runner).importFile},
	{[]string{"import_sqlite", "import_slowdown", "import_memory", "duplicates", "bytes_per_call", "report_billing", "calls_page_10m", "call_page_10m", "calls_page_none_10m", "export_calls", "rerate_preview", "verify", "bytes_per_call_compacted"}, (*runner).importSQLite},
	{[]string{"import_postgres"}, (*runner).importPostgres},
	{[]string{"live_calls", "live_p99_ms", "live_p99_import_ms"}, (*runner).liveSQLite},
	{[]string{"live_calls_postgres", "live_p99_postgres_ms", "live_p99_import_postgres_ms"}, (*runner).livePostgres},
	{[]string{"page_p95", "page_worst_p95"}, (*runner).pages},
}

// Names lists every figure there is.
func Names() (names []string) {
	for _, b := range benchmarks {
		names = append(names, b.names...)
	}
	return names
}

// Run measures, in the order of Names.
func Run(ctx context.Context, o Options) ([]Figure, error) {
	for _, n := range o.Names {
		if !slices.Contains(Names(), n) {
			return nil, fault.New(fault.NotFound, "there is no benchmark %q; there are %s", n, strings.Join(Names(), ", "))
		}
	}
	if o.Calls <= 0 {
		o.Calls = DefaultCalls
	}
	dir, err := os.MkdirTemp(o.Dir, "tollkeeper-bench-")
	if err != nil {
		return nil, fault.Wrap("bench", err)
	}
	defer os.RemoveAll(dir)
	r := &runner{Options: o, dir: dir}
	for _, b := range benchmarks {
		if !r.wants(b.names...) {
			continue
		}
		if err := b.run(r, ctx); err != nil {
			return r.figures, fault.Wrap("bench "+b.names[0], err)
		}
	}
	return r.figures, nil
}

// runner is a Run at work.
type runner struct {
	Options
	dir     string
	figures []Figure
	month   *month
}

func (r *runner) wants(names ...string) bool {
	return len(r.Names) == 0 || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(r.Names, n) })
}

// add notes a figure, if it was asked for.
func (r *runner) add(f Figure) {
	if !r.wants(f.Name) {
		return
	}
	r.figures = append(r.figures, f)
	if r.Done != nil {
		r.Done(f)
	}
}

// timed is how long f takes in seconds.
func (r *runner) timed(f func() error) (float64, error) {
	from := r.Clock()
	err := f()
	return max(float64(r.Clock()-from), 1) / float64(when.Second), err
}

// Format writes a value with its unit, for people.
func (f Figure) Format() (value, limit string) {
	return format(f.Value, f.Unit), format(f.Limit, f.Unit)
}

func format(v float64, unit string) string {
	switch {
	case v == 0:
		return "–"
	case unit == "%" || unit == "MB":
		return fmt.Sprintf("%.0f %s", v, unit)
	case unit == "s" || unit == "ms" || unit == "bytes":
		return fmt.Sprintf("%.4g %s", v, unit)
	case v >= 999_500:
		return fmt.Sprintf("%.2f M %s", v/1e6, unit)
	}
	return fmt.Sprintf("%.3g k %s", v/1e3, unit)
}
