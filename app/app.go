// Package app is what Tollkeeper does: its use cases, one file for each verb,
// over the books that a store keeps.
//
// It owns the order of things: read, dedupe, rate, encode, commit; what is
// cached between them; and what is told to whoever waits. It does not own the
// rules (core), the bytes (format), the SQL (store) or how people ask for it
// (cli, api, web).
//
//	a := app.New(s)
//	result, err := a.ImportCalls(ctx, app.ImportCalls{File: "march.csv", Tenant: "acme"}, progress)
package app

import (
	"context"
	"reflect"
	"sync"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// App is the use cases over one store. It is safe for concurrent use.
type App struct {
	store *store.Store

	mu      sync.Mutex
	ledgers map[tenant.ID]*books // what is cached of each tenant
	tariffs tariffs
	keys    keyBudget

	counters counters
	courtesy courtesy
	zones    when.Zones
}

// New makes the use cases over s.
func New(s *store.Store) *App {
	return &App{store: s, ledgers: map[tenant.ID]*books{}, keys: keyBudget{limit: keyBytes}}
}

// Store is the store underneath, for views.
func (a *App) Store() *store.Store { return a.store }

// Zone is when.LoadZone, which takes long, and is asked for with every page.
func (a *App) Zone(name string) (*when.Zone, error) { return a.zones.Load(name) }

// Progress is how far long work has come. Total is zero where it is not known.
type Progress struct {
	Stage   string // what is being done: "check", "import"
	Done    int64  // of Total, in Unit
	Total   int64
	Unit    string // "bytes", "segments", "rates"
	Records int64  // dealt with so far, where that differs
}

// Report is told of progress now and then; nil is not.
type Report func(Progress)

func (r Report) tell(p Progress) {
	if r != nil {
		r(p)
	}
}

// booksOf gives what is cached of a tenant, loading it the first time, and anew
// where somebody has changed the tenant's zone or dial plan meanwhile.
func (a *App) booksOf(ctx context.Context, t *tenant.Tenant) (*books, error) {
	a.mu.Lock()
	b := a.ledgers[t.ID]
	a.mu.Unlock()
	if b != nil && reflect.DeepEqual(b.tenant, *t) {
		return b, nil
	}
	b, err := newBooks(a, t)
	if err != nil {
		return nil, err
	}
	if err := a.store.View(ctx, t.ID, b.load); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if other := a.ledgers[t.ID]; other != nil && reflect.DeepEqual(other.tenant, *t) {
		return other, nil
	}
	a.ledgers[t.ID] = b
	return b, nil
}
