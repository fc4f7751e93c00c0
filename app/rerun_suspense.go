package app

import (
	"context"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// Rerun is what trying suspended records again came to.
type Rerun struct {
	Rated *Rerated    `json:"rated"` // of calls that waited for a card or a rate
	Read  usage.Tally `json:"-"`     // of records that could not be calls
	Still int64       `json:"still"` // records and calls that wait on
}

// Settled is how many calls and records no longer wait.
func (r *Rerun) Settled() int64 {
	n := r.Rated.Settled
	for _, o := range usage.Outcomes() {
		if o != usage.WasSuspended {
			n += r.Read[o]
		}
	}
	return n
}

// RerunSuspense tries everything that waits for a tenant again: records are read
// anew from their text, calls are rated anew. Conflicts wait for a person. Where
// something waits, the activity tells before it begins who does it; without Who
// in did the caller tells it.
func (a *App) RerunSuspense(ctx context.Context, id tenant.ID, did store.Activity, report Report) (*Rerun, error) {
	groups, err := a.Suspense(ctx, id)
	if err == nil && len(groups) > 0 && did.Who != "" {
		did.What, did.About = "suspense.rerun", "everything that waits"
		err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error { return tx.Log(did) })
	}
	if err != nil {
		return nil, fault.Wrap("re-run suspense", err)
	}
	return a.RerunCause(ctx, id, usage.NoReason, report)
}

// RerunCause is RerunSuspense of what waits for one reason; zero: for any.
func (a *App) RerunCause(ctx context.Context, id tenant.ID, reason usage.Reason, report Report) (*Rerun, error) {
	out := &Rerun{Rated: new(Rerated)}
	var err error
	if reason == usage.NoReason || reason >= usage.NoTenant {
		if out.Read, err = a.readAgain(ctx, id, reason, report); err != nil {
			return nil, fault.Wrap("re-run suspense", err)
		}
	}
	if id != tenant.System && reason < usage.NoTenant {
		if out.Rated, err = a.Rerate(ctx, Rerate{Tenant: id, Suspended: true, Reason: reason, Post: true}, report); err != nil {
			return nil, fault.Wrap("re-run suspense", err)
		}
	}
	groups, err := a.Suspense(ctx, id)
	for _, g := range groups {
		out.Still += g.Records
	}
	return out, err
}

// RerunAll is RerunCause of several tenants, one after the other: the system's
// records first, which can become theirs. An error ends it; what was done for
// those before stays.
func (a *App) RerunAll(ctx context.Context, of []tenant.Tenant, reason usage.Reason, report Report) (settled, still int64, err error) {
	for i := range of {
		report.tell(Progress{Stage: "rerun", Done: int64(i), Total: int64(len(of)), Unit: "tenants", Records: settled})
		r, err := a.RerunCause(ctx, of[i].ID, reason, nil)
		if err != nil {
			return settled, still, fault.Wrap(of[i].Name, err)
		}
		settled, still = settled+r.Settled(), still+r.Still
	}
	return settled, still, nil
}

// readAgain reads suspended records from their text. What can be a call now
// goes the way of an import, as a run of its own that counts it; what cannot
// stays as it is and is not counted again.
func (a *App) readAgain(ctx context.Context, id tenant.ID, reason usage.Reason, report Report) (total usage.Tally, err error) {
	byRun := map[int64][]store.Suspense{}
	runs := map[int64]store.Run{}
	if err := a.store.View(ctx, id, func(tx *store.Tx) error {
		waiting, err := tx.OpenSuspense()
		if err != nil {
			return err
		}
		for _, s := range waiting {
			if !CanRerun(s.Reason) || reason != usage.NoReason && s.Reason != reason {
				continue
			}
			if _, ok := runs[s.Run]; !ok {
				if runs[s.Run], err = tx.Run(s.Run); err != nil {
					return err
				}
			}
			byRun[s.Run] = append(byRun[s.Run], s)
		}
		return nil
	}); err != nil || len(byRun) == 0 {
		return total, err
	}
	t := systemTenant
	if id != tenant.System {
		if t, err = a.store.FindTenant(ctx, itoa(int64(id))); err != nil {
			return total, err
		}
	}
	for _, run := range sortedRuns(byRun) {
		r := runs[run]
		tally, err := a.readRunAgain(ctx, &t, &r, byRun[run], report)
		if err != nil {
			return total, err
		}
		total.Add(&tally)
	}
	return total, nil
}

func sortedRuns(m map[int64][]store.Suspense) []int64 {
	runs := make([]int64, 0, len(m))
	for r := range m {
		runs = append(runs, r)
	}
	slices.Sort(runs)
	return runs
}

// readRunAgain reads again the records that one run left waiting.
func (a *App) readRunAgain(ctx context.Context, t *tenant.Tenant, r *store.Run, waiting []store.Suspense, report Report) (usage.Tally, error) {
	o := cdr.Options{File: r.File, Format: r.Format}
	if r.Zone != "" {
		var err error
		if o.Zone, err = when.LoadZone(r.Zone); err != nil {
			return usage.Tally{}, err
		}
	}
	imp := &importing{
		app: a, name: r.File, report: report, now: a.store.Now(), hash: r.Hash, again: r,
		byName: map[string]*share{}, shares: map[tenant.ID]*share{}, o: ImportCalls{Source: r.Source, Zone: o.Zone},
	}
	if err := a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) (err error) {
		imp.run, err = tx.NewRunID()
		return err
	}); err != nil {
		return usage.Tally{}, err
	}
	s, err := imp.share(ctx, t)
	if err != nil {
		return usage.Tally{}, err
	}
	if t.ID != tenant.System {
		imp.only = s
	}
	b := newBatch()
	settled, err := imp.takeAgain(ctx, b, r, waiting, o)
	if err != nil || len(settled) == 0 {
		return usage.Tally{}, err
	}
	if err := imp.nameAll(ctx, b); err != nil {
		return usage.Tally{}, err
	}
	for _, p := range b.parts {
		if err := imp.prepare(ctx, new(maker), p); err != nil {
			return usage.Tally{}, err
		}
		if p.share == imp.only {
			p.settles = settled
		}
	}
	if err := imp.commit(ctx, b); err != nil {
		return usage.Tally{}, err
	}
	if imp.only == nil {
		if err := a.settle(ctx, settled); err != nil {
			return usage.Tally{}, err
		}
		delete(imp.shares, tenant.System) // it has read nothing: there is no run to note
	}
	var tally usage.Tally
	for _, x := range imp.sorted() {
		tally.Add(&x.tally)
	}
	return tally, imp.finish(ctx)
}

// takeAgain puts the waiting records that can be calls now into b, and tells
// which they were.
func (imp *importing) takeAgain(ctx context.Context, b *batch, r *store.Run, waiting []store.Suspense, o cdr.Options) (settled []store.Suspense, err error) {
	for i := range waiting {
		o.Hint = waiting[i].Hint
		rec, err := cdr.ReadOne(r.Format, r.Header, waiting[i].Text, o)
		if err != nil {
			return nil, err
		}
		rec.Line = waiting[i].Line
		if rec.Reject != nil {
			continue
		}
		s, wrong, err := imp.owner(ctx, &rec)
		if err != nil {
			return nil, err
		}
		var c usage.Call
		if wrong != nil || s.books.tenant.ID == tenant.System || s.norm.call(&rec, &c).reason != usage.NoReason {
			continue
		}
		s.run.File, s.run.Hash = "suspense of "+r.File, [32]byte{}
		if err := imp.take(ctx, &rec, b); err != nil {
			return nil, err
		}
		settled = append(settled, waiting[i])
	}
	return settled, nil
}

// settle closes records that waited without a tenant and are calls of one now.
// Where this is broken off they are tried again and found to be duplicates.
func (a *App) settle(ctx context.Context, ss []store.Suspense) error {
	return a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error {
		for i := range ss {
			if err := tx.SettleSuspense(&ss[i], store.Resolved); err != nil {
				return err
			}
		}
		return nil
	})
}
