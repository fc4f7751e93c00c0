package app

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// Verified is what a check of the books looked at and found.
type Verified struct {
	Tenants  int       `json:"tenants"`
	Segments int64     `json:"segments"`
	Calls    int64     `json:"calls"`
	Rollups  int64     `json:"rollups"`  // rows of roll-ups
	Entries  int64     `json:"entries"`  // of ledgers
	Activity int64     `json:"activity"` // rows of who did what
	Rated    int64     `json:"rated"`    // charges that were computed again; zero unless asked for
	Findings []Finding `json:"findings"` // never nil
}

// Sound tells whether nothing was found.
func (v *Verified) Sound() bool { return len(v.Findings) == 0 }

// Finding is one thing that is wrong with the books.
type Finding struct {
	Tenant string `json:"tenant"` // its name; "system" for what belongs to none
	Check  string `json:"check"`  // ledger, activity, balances, revenue, segments, identities, rollups, conservation, raw or charges
	What   string `json:"what"`   // with both figures
	Where  string `json:"where"`  // the day, segment, run or entry
}

// String is a finding on one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", f.Tenant, f.Check, f.Where, f.What)
}

// findingsShown is how many findings of one check and tenant are told one by
// one; of the rest only their number is.
const findingsShown = 5

// verifiers is how many tenants are checked at once.
const verifiers = 2

// Verify checks that all books agree with themselves: every ledger with its
// chain, its balances and what charges add up to; every segment with its
// checksums and its parts; roll-ups with charges; counts of records with
// records; and the chain of who did what. What disagrees is a finding; an error means that checking itself was
// not possible.
//
// Each tenant is seen at one instant, while others write. Memory is bounded by
// roll-ups of a few days and, for identities, by sixteen million at a time: a
// tenant with more calls has its identities read once more for every further
// sixteen million.
//
// Where something cannot be read, it is the finding, and sums that would need
// it are not compared.
func (a *App) Verify(ctx context.Context, report Report) (*Verified, error) {
	return a.verify(ctx, stored, report)
}

// VerifyCharges is Verify, and rates every call again by the revision of the
// card that its charge names. Which card was chosen is not checked: assignments
// may have changed since.
func (a *App) VerifyCharges(ctx context.Context, report Report) (*Verified, error) {
	return a.verify(ctx, recomputed, report)
}

// verifyDepth is how charges are checked.
type verifyDepth uint8

const (
	stored     verifyDepth = iota // as they are
	recomputed                    // by rating their calls again
)

func (a *App) verify(ctx context.Context, depth verifyDepth, report Report) (*Verified, error) {
	ts, err := a.store.Tenants(ctx)
	if err != nil {
		return nil, fault.Wrap("verify", err)
	}
	ts = append([]tenant.Tenant{systemTenant}, ts...)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	outs := make([]*verifying, len(ts))
	p := &verifyProgress{report: report, total: int64(len(ts))}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(verifiers, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				v, err := a.verifyTenant(ctx, &ts[i], depth, p)
				if err != nil {
					cancel(err)
				}
				outs[i] = v
				p.tenantDone()
			}
		})
	}
	for i := range ts {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if ctx.Err() != nil {
		return nil, fault.Wrap("verify", context.Cause(ctx))
	}
	sum := &Verified{Tenants: len(ts) - 1, Findings: []Finding{}}
	for _, v := range outs {
		sum.add(v)
	}
	return sum, nil
}

// systemTenant is whom records belong to that name no tenant.
var systemTenant = tenant.Tenant{ID: tenant.System, Name: "system", Currency: "USD", Zone: "UTC"}

func (v *Verified) add(w *verifying) {
	o := &w.out
	v.Segments += o.Segments
	v.Calls += o.Calls
	v.Rollups += o.Rollups
	v.Entries += o.Entries
	v.Activity += o.Activity
	v.Rated += o.Rated
	v.Findings = append(v.Findings, o.Findings...)
	for _, check := range w.order {
		if more := w.found[check] - findingsShown; more > 0 {
			v.Findings = append(v.Findings, Finding{Tenant: w.books.tenant.Name, Check: check, What: fmt.Sprintf("%d more like these", more), Where: "elsewhere"})
		}
	}
}

// verifyProgress adds up what several tenants' checks report.
type verifyProgress struct {
	mu     sync.Mutex
	report Report
	done   int64
	total  int64
	calls  int64
}

func (p *verifyProgress) callsDone(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls += int64(n)
	p.tell()
}

func (p *verifyProgress) tenantDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.tell()
}

func (p *verifyProgress) tell() {
	p.report.tell(Progress{Stage: "verify", Done: p.done, Total: p.total, Unit: "tenants", Records: p.calls})
}

// verifying is the check of one tenant's books at work.
type verifying struct {
	app      *App
	books    *books
	tx       *store.Tx
	depth    verifyDepth
	progress *verifyProgress
	out      Verified
	found    map[string]int64
	order    []string // of checks, as they found something first
	damaged  bool     // something could not be read: sums over calls are not compared

	segments   verifySegments
	identities verifyIdentities
	rollups    verifyRollups
	ledger     verifyLedger
	rerate     verifyCharges
}

func (a *App) verifyTenant(ctx context.Context, t *tenant.Tenant, depth verifyDepth, p *verifyProgress) (*verifying, error) {
	b, err := newBooks(a, t)
	if err != nil {
		return nil, err
	}
	v := &verifying{app: a, books: b, depth: depth, progress: p, found: map[string]int64{}}
	err = a.store.View(ctx, t.ID, func(tx *store.Tx) error {
		v.tx = tx
		for _, check := range []func() error{v.checkLedger, v.checkActivity, v.checkRaw, v.checkSegments, v.checkIdentities, v.checkRevenue, v.checkConservation} {
			if err := check(); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return v, fault.Wrap(t.Name, err)
}

// find notes what is wrong.
func (v *verifying) find(check, where, what string, args ...any) {
	if v.found[check] == 0 {
		v.order = append(v.order, check)
	}
	if v.found[check]++; v.found[check] <= findingsShown {
		v.out.Findings = append(v.out.Findings, Finding{Tenant: v.books.tenant.Name, Check: check, What: fmt.Sprintf(what, args...), Where: where})
	}
}

// unreadable notes what cannot be read; sums that need it are not compared.
func (v *verifying) unreadable(check, where string, err error) {
	v.damaged = true
	v.find(check, where, "%v", err)
}

// readError is an error of getting at what is stored, not about it: it ends the
// check, where all else is a finding.
type readError struct{ err error }

func (e readError) Error() string { return e.err.Error() }

func (e readError) Unwrap() error { return e.err }

// reading marks err, unless it is nil.
func reading(err error) error {
	if err == nil {
		return nil
	}
	return readError{err}
}
