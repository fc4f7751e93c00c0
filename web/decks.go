package web

import (
	"crypto/rand"
	"slices"
	"sync"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// decks are the uploaded decks that somebody has looked at and may publish yet.
// They are bounded in number, size and age; the oldest go first.
type decks struct {
	mu  sync.Mutex
	all []*keptDeck // the oldest first
}

// Bounds of what is kept: all together, and of one session.
const (
	decksKept      = 20
	decksBytes     = 1 << 30
	decksOfSession = 3
	deckAge        = when.Hour
)

// keptDeck is an uploaded deck between its preview and its publication. Only
// the session that sent it sees it, on the pages of the same owner.
type keptDeck struct {
	id      string
	session int64
	owner   tenant.ID
	ask     app.ImportRates // its Path is the file that is kept
	bytes   int64
	at      when.Instant

	mu   sync.Mutex // held while it is published; over all below
	seen deckPreview
	done string // address of the card that it was published into; empty: not yet
}

func (d *keptDeck) drop() {
	_ = dropUpload(d.ask.Path) // what stays now goes with the directory of uploads
}

// add keeps a deck, and drops others until the bounds hold.
func (ds *decks) add(d *keptDeck) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d.id = rand.Text()
	ds.all = append(ds.all, d)
	own, bytes, count := 0, int64(0), 0
	for i := len(ds.all) - 1; i >= 0; i-- {
		old := ds.all[i]
		if old.session == d.session {
			own++
		}
		count++
		bytes += old.bytes
		if old != d && (count > decksKept || bytes > decksBytes || old.session == d.session && own > decksOfSession || d.at-old.at > deckAge) {
			old.drop()
			ds.all = slices.Delete(ds.all, i, i+1)
			count--
			bytes -= old.bytes
		}
	}
}

// find gives the deck of a name that the visitor's session has sent to this
// owner. Those that are too old are dropped on the way.
func (ds *decks) find(v *visit, id string, now when.Instant) (*keptDeck, error) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.all = slices.DeleteFunc(ds.all, func(d *keptDeck) bool {
		old := now-d.at > deckAge
		if old {
			d.drop()
		}
		return old
	})
	for _, d := range ds.all {
		if d.id == id && d.session == v.person.Session && d.owner == v.owner() {
			return d, nil
		}
	}
	return nil, fault.New(fault.NotFound, "this deck is no longer kept: upload it again")
}

// clear drops all.
func (ds *decks) clear() {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	for _, d := range ds.all {
		d.drop()
	}
	ds.all = nil
}
