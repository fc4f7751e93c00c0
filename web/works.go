package web

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// works is what runs in the background for people who may look at other pages
// meanwhile. It is forgotten when the program ends; what was committed is not.
type works struct {
	mu  sync.Mutex
	all []*work // the oldest first
}

// worksKept is how many works there are at most, with finished ones that are
// remembered.
const worksKept = 200

// errManyWorks is told where none of those may be forgotten.
var errManyWorks = fault.New(fault.Busy, "too many imports and other works are running at once: wait until some are done")

// work is one long task of a tenant.
type work struct {
	ID     string
	Tenant tenant.ID
	Title  string
	Back   string // where it was started
	once   string // names the form that started it; empty: none

	mu       sync.Mutex
	progress app.Progress
	result   any
	err      error
	done     bool
	changed  chan struct{} // closed and made anew whenever something changed
}

// state is how a work stands at one moment.
type workState struct {
	app.Progress
	Result any
	Err    error
	Done   bool
	next   <-chan struct{} // closed at the next change
}

// begin makes a work that run is to be called for, or end. Where one was begun
// under the same name, it gives that one and false; "" is no name.
func (s *Site) begin(once string, t tenant.ID, title, back string) (w *work, first bool, err error) {
	w = &work{ID: rand.Text(), Tenant: t, Title: title, Back: back, once: once, changed: make(chan struct{})}
	known, err := s.works.add(w)
	if known != nil {
		return known, false, nil
	}
	return w, true, err
}

// run does the work in the background. It is not the request's: only the end of
// the site ends it.
func (s *Site) run(w *work, do func(context.Context, app.Report) (any, error)) {
	s.running.Go(func() {
		w.end(do(s.lifetime, func(p app.Progress) { w.tell(func() { w.progress = p }) }))
	})
}

func (w *work) end(result any, err error) {
	w.tell(func() { w.result, w.err, w.done = result, err, true })
}

// add keeps w, unless one of the same name is known, which it gives. For room it
// forgets the oldest that is done.
func (ws *works) add(w *work) (known *work, err error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, old := range ws.all {
		if w.once != "" && old.once == w.once && old.Tenant == w.Tenant {
			return old, nil
		}
	}
	if len(ws.all) >= worksKept {
		done := slices.IndexFunc(ws.all, func(old *work) bool { return old.state().Done })
		if done < 0 {
			return nil, errManyWorks
		}
		ws.all = slices.Delete(ws.all, done, done+1)
	}
	ws.all = append(ws.all, w)
	return nil, nil
}

// find gives a tenant's work.
func (ws *works) find(t tenant.ID, id string) (*work, error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if w.ID == id && w.Tenant == t {
			return w, nil
		}
	}
	return nil, fault.New(fault.NotFound, "this work is no longer known here; what it did stands in the list of imports")
}

// running lists a tenant's works that are not done.
func (ws *works) running(t tenant.ID) (rs []*work) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if w.Tenant == t && !w.state().Done {
			rs = append(rs, w)
		}
	}
	return rs
}

func (w *work) tell(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *work) state() workState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return workState{w.progress, w.result, w.err, w.done, w.changed}
}

// percent is how far it has come, or −1.
func (st *workState) percent() int {
	if st.Total <= 0 {
		return -1
	}
	return int(min(100, st.Progress.Done*100/st.Total))
}

// text says how far it has come.
func (st *workState) text() string {
	switch {
	case st.Records > 0:
		return plural(st.Records, "record")
	case st.Unit == "bytes" && st.Total > 0:
		return byteSize(st.Progress.Done) + " of " + byteSize(st.Total)
	}
	return ""
}
