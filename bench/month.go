package bench

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"tollkeeper/app"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/pgtemp"
)

// month is a month of calls of 200 tenants in time order, as one file.
type month struct {
	center *sample.Center
	path   string
	days   when.Days
	calls  int
	now    when.Instant
}

const monthTenants = 200

func (r *runner) sampleMonth() (*month, error) {
	if r.month != nil {
		return r.month, nil
	}
	first := when.DayOf(2026, 6, 1)
	m := &month{
		center: sample.New(sample.Options{
			Seed: 1, Tenants: monthTenants, Calls: r.Calls, First: first, Days: 30, DeckRows: 100_000, Clean: true,
		}),
		path: filepath.Join(r.dir, "month.csv"), days: when.Days{From: first, To: first.Add(29)}, calls: r.Calls,
		now: when.MustParse("2026-07-02T00:00:00Z"),
	}
	if err := writeFile(m.path, m.center.Calls); err != nil {
		return nil, err
	}
	r.month = m
	return m, nil
}

// writeFile makes a file of what write writes.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(write(w), w.Flush(), f.Close()); err != nil {
		return err
	}
	return nil
}

// open opens empty books with everything but the calls.
func (r *runner) open(ctx context.Context, o store.Options) (*store.Store, *app.App, *month, error) {
	m, err := r.sampleMonth()
	if err != nil {
		return nil, nil, nil, err
	}
	o.Clock = func() when.Instant { return m.now }
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, nil, nil, err
	}
	a := app.New(s)
	if err := a.LoadSample(ctx, m.center, r.Report); err != nil {
		s.Close()
		return nil, nil, nil, err
	}
	return s, a, m, nil
}

// importMonth is how many seconds the month takes.
func (r *runner) importMonth(ctx context.Context, a *app.App, o app.ImportCalls) (float64, error) {
	return r.timed(func() error {
		_, err := a.ImportCalls(ctx, o, r.Report)
		return err
	})
}

// pace watches an import's progress: how much longer the last tenth of it took
// than the first.
type pace struct {
	r     *runner
	total int64
	began when.Instant
	first when.Instant // when the first tenth was done
	last  when.Instant // when the last tenth began
}

func (p *pace) report(now app.Progress) {
	at := p.r.Clock()
	switch {
	case now.Stage != "import":
		p.began = at
	case p.first == 0 && now.Records >= p.total/10:
		p.first = at
	case p.last == 0 && now.Records >= p.total-p.total/10:
		p.last = at
	}
	if p.r.Report != nil {
		p.r.Report(now)
	}
}

// slower is by how many percent.
func (p *pace) slower() float64 {
	first, last := float64(p.first-p.began), float64(p.r.Clock()-p.last)
	return (last/first - 1) * 100
}

// importFile measures the bare limit of the imports: the same pipeline writing
// the same bytes to a plain file. Its own limit is reading the records alone.
func (r *runner) importFile(ctx context.Context) error {
	s, a, m, err := r.open(ctx, store.Options{Dir: filepath.Join(r.dir, "plain")})
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := os.Create(filepath.Join(r.dir, "plain.bin"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	seconds, err := r.importMonth(ctx, a, app.ImportCalls{Path: m.path, Plain: func(blobs [][]byte) error {
		for _, b := range blobs {
			if _, err := f.Write(b); err != nil {
				return err
			}
		}
		return f.Sync()
	}})
	if err != nil {
		return err
	}
	limit, err := r.readMonth(m)
	r.add(Figure{"import_file", float64(m.calls) / seconds, "calls/s", limit, "the import's pipeline writing its bytes to a plain file; limit: reading the records"})
	return err
}

// readMonth is how many records a second can be read alone.
func (r *runner) readMonth(m *month) (float64, error) {
	seconds, err := r.timed(func() error {
		f, err := os.Open(m.path)
		if err != nil {
			return err
		}
		defer f.Close()
		in, err := cdr.Open(f, cdr.Options{File: m.path})
		if err != nil {
			return err
		}
		var b cdr.Batch
		for err == nil {
			err = in.ReadBatch(&b)
		}
		if err == io.EOF {
			return nil
		}
		return err
	})
	return float64(m.calls) / seconds, err
}

// limitOf is the value of a figure of this run, as the limit of another.
func (r *runner) limitOf(name string) float64 {
	for _, f := range r.figures {
		if f.Name == name {
			return f.Value
		}
	}
	return 0
}

func (r *runner) importSQLite(ctx context.Context) error {
	s, a, m, err := r.open(ctx, store.Options{Dir: filepath.Join(r.dir, "sqlite")})
	if err != nil {
		return err
	}
	defer s.Close()
	p := &pace{r: r, total: int64(m.calls), began: r.Clock()}
	seconds, err := r.timed(func() error {
		_, err := a.ImportCalls(ctx, app.ImportCalls{Path: m.path}, p.report)
		return err
	})
	if err != nil {
		return err
	}
	r.add(Figure{"import_sqlite", float64(m.calls) / seconds, "calls/s", r.limitOf("import_file"), "file to commit; limit: import_file"})
	r.add(Figure{"import_slowdown", p.slower(), "%", 0, "how much longer the last tenth took than the first"})
	r.add(Figure{"import_memory", peakMemory(), "MB", 0, "resident at most so far: run import_memory alone"})
	if r.wants("duplicates") {
		if seconds, err = r.importMonth(ctx, a, app.ImportCalls{Path: m.path}); err != nil {
			return err
		}
		limit, err := r.readMonth(m)
		if err != nil {
			return err
		}
		r.add(Figure{"duplicates", float64(m.calls) / seconds, "calls/s", limit, "the same file again; limit: reading the records"})
	}
	return r.books(ctx, s, a, m)
}

func (r *runner) importPostgres(ctx context.Context) error {
	url := r.Postgres
	if url == "" {
		server, err := pgtemp.Start(ctx, pgtemp.Options{})
		if err != nil {
			return err
		}
		defer server.Stop()
		url = server.DSN("")
	}
	s, a, m, err := r.open(ctx, store.Options{URL: url})
	if err != nil {
		return err
	}
	defer s.Close()
	seconds, err := r.importMonth(ctx, a, app.ImportCalls{Path: m.path})
	r.add(Figure{"import_postgres", float64(m.calls) / seconds, "calls/s", r.limitOf("import_file"), "file to commit; limit: import_file"})
	return err
}
