package bench

import (
	"bufio"
	"context"
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
	f, err := os.Create(m.path)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := m.center.Calls(w); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	r.month = m
	return m, f.Close()
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
	seconds, err := r.importMonth(ctx, a, app.ImportCalls{Path: m.path})
	if err != nil {
		return err
	}
	r.add(Figure{"import_sqlite", float64(m.calls) / seconds, "calls/s", r.limitOf("import_file"), "file to commit; limit: import_file"})
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
