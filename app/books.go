package app

import (
	"sync"

	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// books is what is cached of one tenant: whom records name, what prices hold,
// and which calls are known. Each part knows the version of the account that it
// was loaded at; a writer that locks the account finds out whether it is still
// the one.
type books struct {
	app    *App
	tenant tenant.Tenant
	zone   *when.Zone
	dialer *phone.Dialer

	mu      sync.Mutex // over all below
	account store.Account
	names   *directory
	prices  *rating.Book
	keys    *keys
}

func newBooks(a *App, t *tenant.Tenant) (*books, error) {
	zone, err := a.Zone(t.Zone)
	if err != nil {
		return nil, err
	}
	dialer, err := phone.NewDialer(t.DialPlan())
	if err != nil {
		return nil, err
	}
	return &books{app: a, tenant: *t, zone: zone, dialer: dialer}, nil
}

// load reads everything anew.
func (b *books) load(tx *store.Tx) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	if err := b.loadNames(tx); err != nil {
		return err
	}
	if err := b.loadPrices(tx, acct); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.account = acct
	b.keys, err = newKeys(tx)
	return err
}

// refresh brings what is cached up to the account that tx has locked, and tells
// whether anything had changed under a part that was made before.
func (b *books) refresh(tx *store.Tx) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	b.mu.Lock()
	had := b.account
	b.mu.Unlock()
	switch {
	case acct.Epoch != had.Epoch, acct.Segments < had.Segments && tx.Locked():
		return b.load(tx)
	case acct.Segments < had.Segments:
		return nil // a snapshot from before our own last commit
	}
	if acct.Cards != had.Cards {
		if err := b.loadPrices(tx, acct); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if acct.Segments > had.Segments {
		if err := b.keys.catchUp(tx, had.Segments); err != nil {
			return err
		}
	}
	b.account.Segments, b.account.Cards, b.account.Epoch, b.account.ClosedThrough = acct.Segments, acct.Cards, acct.Epoch, acct.ClosedThrough
	return nil
}

// sync is refresh for a view: names too are brought up to date.
func (b *books) sync(tx *store.Tx) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	if b.directory().version != acct.Directory {
		if err := b.loadNames(tx); err != nil {
			return err
		}
	}
	return b.refresh(tx)
}

// directory is whom and what records name, by the names they use.
type directory struct {
	version    int64
	users      map[string]tenant.UserID
	extensions map[string]tenant.UserID
	campaigns  map[string]tenant.CampaignID
	numbers    map[phone.Number]tenant.Number
	onlyUnit   map[tenant.UserID]tenant.UnitID // of users that are in just one
	queues     map[string]int32
	carriers   map[string]int32
	sources    map[string]int32
}

func (b *books) loadNames(tx *store.Tx) error {
	acct, err := tx.Account()
	if err != nil {
		return err
	}
	d := &directory{
		version: acct.Directory, users: map[string]tenant.UserID{}, extensions: map[string]tenant.UserID{},
		campaigns: map[string]tenant.CampaignID{}, numbers: map[phone.Number]tenant.Number{}, onlyUnit: map[tenant.UserID]tenant.UnitID{},
	}
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for _, u := range users {
		d.users[u.Username] = u.ID
		if u.Extension != "" {
			d.extensions[u.Extension] = u.ID
		}
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		d.campaigns[c.Code] = c.ID
	}
	numbers, err := tx.Numbers()
	if err != nil {
		return err
	}
	for _, n := range numbers {
		d.numbers[n.Number] = n
	}
	units, err := tx.UserUnits()
	if err != nil {
		return err
	}
	for u, in := range units {
		if len(in) == 1 {
			d.onlyUnit[u] = in[0]
		}
	}
	for kind, into := range map[store.LabelKind]*map[string]int32{
		store.QueueLabel: &d.queues, store.CarrierLabel: &d.carriers, store.SourceLabel: &d.sources,
	} {
		labels, err := tx.Labels(kind)
		if err != nil {
			return err
		}
		*into = make(map[string]int32, len(labels))
		for id, name := range labels {
			(*into)[name] = id
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names = d
	return nil
}

// directory gives the names as they are cached now. What is in it is not
// changed afterwards: new names make a new directory.
func (b *books) directory() *directory {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.names
}

// billedDay is the billing day of an instant.
func (b *books) billedDay(at when.Instant) when.Day { return b.zone.Day(at - b.tenant.Cutoff) }

// billedAt is when a call is charged: at its end where that lies in an open
// period, else when the file that brought it was first begun.
func billedAt(c *usage.Call, closedThrough, firstStart when.Instant) (at when.Instant, late bool) {
	if c.Ended >= closedThrough {
		return c.Ended, false
	}
	return firstStart, true
}

// dayCache finds billing days, remembering the last one: calls come in time
// order, mostly.
type dayCache struct {
	books    *books
	day      when.Day
	from, to when.Instant
}

func (d *dayCache) of(at when.Instant) when.Day {
	if at < d.from || at >= d.to {
		d.day = d.books.billedDay(at)
		cut := d.books.tenant.Cutoff
		d.from, d.to = d.books.zone.Start(d.day)+cut, d.books.zone.Start(d.day.Add(1))+cut
	}
	return d.day
}
