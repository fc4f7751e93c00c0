package bench

import (
	"context"
	"io"
	"path/filepath"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/store"
)

// books measures what is done with books that hold the month.
func (r *runner) books(ctx context.Context, s *store.Store, a *app.App, m *month) error {
	if err := r.size(ctx, s, "bytes_per_call"); err != nil {
		return err
	}
	largest, err := s.FindTenant(ctx, m.center.Tenants()[0].Name)
	if err != nil {
		return err
	}
	for _, f := range []func() error{
		func() error { return r.billing(ctx, m, largest) },
		func() error { return r.callsPage(ctx, a, m, largest) },
		func() error { return r.export(ctx, a, largest) },
		func() error { return r.rerate(ctx, a, largest) },
		func() error { return r.verify(ctx, a, m) },
		func() error { return r.compact(ctx, s, a) },
	} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// identityBytes is the least that a call can take: sixteen bytes of identity
// and eight of its content's hash, which no compression makes smaller.
const identityBytes = 24

// size measures what a call takes in the database without its original text.
func (r *runner) size(ctx context.Context, s *store.Store, name string) error {
	if !r.wants(name) {
		return nil
	}
	total, err := s.Size(ctx)
	if err != nil {
		return err
	}
	raw, err := s.RawSize(ctx)
	r.add(Figure{name, float64(total-raw) / float64(r.Calls), "bytes", identityBytes, "a call in the database but for its original text; limit: its hashes"})
	return err
}

// billing measures the Billing report with nothing in any cache: the books are
// opened anew and the system is told to forget the file.
func (r *runner) billing(ctx context.Context, m *month, t tenant.Tenant) error {
	if !r.wants("report_billing") {
		return nil
	}
	b, err := report.Find("billing")
	if err != nil {
		return err
	}
	dir := filepath.Join(r.dir, "sqlite")
	if err := forgetFile(filepath.Join(dir, store.FileName)); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Dir: dir, Clock: r.Clock})
	if err != nil {
		return err
	}
	defer s.Close()
	run := func() error {
		_, err := b.Run(ctx, s, report.Request{Tenant: t, Days: m.days})
		return err
	}
	cold, err := r.timed(run)
	if err != nil {
		return err
	}
	warm, err := r.timed(run)
	r.add(Figure{"report_billing", cold * 1000, "ms", warm * 1000, "a month of the largest tenant, cold; limit: the same again, warm"})
	return err
}

// export measures the call list of the largest tenant as CSV.
func (r *runner) export(ctx context.Context, a *app.App, t tenant.Tenant) error {
	if !r.wants("export_calls") {
		return nil
	}
	var rows int64
	seconds, err := r.timed(func() (err error) {
		rows, err = a.ExportCalls(ctx, app.ExportCalls{
			Tenant: t, CallFilter: app.CallFilter{Days: store.AllDays, Zone: when.UTC}, Order: app.AsKept,
		}, io.Discard, r.Report)
		return err
	})
	if err != nil {
		return err
	}
	read, err := r.timed(func() error { return r.readCalls(ctx, a.Store(), t.ID) })
	r.add(Figure{"export_calls", float64(rows) / seconds, "rows/s", float64(rows) / read, "the call list of the largest tenant as CSV; limit: reading the calls"})
	return err
}

// rerate measures the preview of rating the largest tenant's month again.
func (r *runner) rerate(ctx context.Context, a *app.App, t tenant.Tenant) error {
	if !r.wants("rerate_preview") {
		return nil
	}
	var done *app.Rerated
	seconds, err := r.timed(func() (err error) {
		done, err = a.Rerate(ctx, app.Rerate{Tenant: t.ID}, r.Report)
		return err
	})
	if err != nil {
		return err
	}
	read, err := r.timed(func() error { return r.readCalls(ctx, a.Store(), t.ID) })
	n := float64(done.Calls)
	r.add(Figure{"rerate_preview", n / seconds, "calls/s", n / read, "rating the largest tenant's month again, one core; limit: reading the calls"})
	return err
}

func (r *runner) readCalls(ctx context.Context, s *store.Store, id tenant.ID) error {
	return s.View(ctx, id, func(tx *store.Tx) error {
		return tx.Calls(store.AllDays, store.All, ignore)
	})
}

// verify measures checking all books.
func (r *runner) verify(ctx context.Context, a *app.App, m *month) error {
	if !r.wants("verify") {
		return nil
	}
	seconds, err := r.timed(func() error {
		_, err := a.Verify(ctx, r.Report)
		return err
	})
	r.add(Figure{"verify", float64(m.calls) / seconds, "calls/s", 0, "checking all that is kept of the month"})
	return err
}

// compact compacts the books and measures what a call takes then.
func (r *runner) compact(ctx context.Context, s *store.Store, a *app.App) error {
	if !r.wants("bytes_per_call_compacted") {
		return nil
	}
	if _, err := a.Compact(ctx, r.Report); err != nil {
		return err
	}
	if err := s.Shrink(ctx); err != nil {
		return err
	}
	return r.size(ctx, s, "bytes_per_call_compacted")
}

func ignore([]usage.Call, []usage.Charge) error { return nil }
