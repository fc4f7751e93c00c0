package app

import (
	"context"
	"slices"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// newNames are names that records use and the directory does not have.
type newNames struct {
	users, campaigns         map[string]bool
	queues, carriers, source map[string]bool
}

func (n *newNames) empty() bool {
	return len(n.users)+len(n.campaigns)+len(n.queues)+len(n.carriers)+len(n.source) == 0
}

func note(into *map[string]bool, name []byte) {
	if *into == nil {
		*into = map[string]bool{}
	}
	(*into)[string(name)] = true
}

// makeNames puts what records named on the way into the books: users and
// campaigns as unconfirmed, so that they are listed and bear no fees until
// somebody confirms them. Names come in the order of their letters, so that the
// same file makes the same ids.
func (a *App) makeNames(ctx context.Context, wanted map[*books]*newNames) error {
	var units []store.Unit
	all := make([]*books, 0, len(wanted))
	for b := range wanted {
		all = append(all, b)
	}
	slices.SortFunc(all, func(x, y *books) int { return int(x.tenant.ID - y.tenant.ID) })
	for _, b := range all {
		n := wanted[b]
		units = append(units, store.Unit{Tenant: b.tenant.ID, Do: func(tx *store.Tx) error { return b.makeNames(tx, n) }})
	}
	for _, err := range a.store.Group(ctx, units) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *books) makeNames(tx *store.Tx, n *newNames) error {
	if err := b.loadNames(tx); err != nil { // another process may have made them
		return err
	}
	d := b.directory()
	for _, name := range sorted(n.users) {
		if _, ok := d.users[name]; !ok {
			if err := tx.PutUser(&tenant.User{Username: name, State: tenant.Unconfirmed}); err != nil {
				return err
			}
		}
	}
	for _, code := range sorted(n.campaigns) {
		if _, ok := d.campaigns[code]; !ok {
			if err := tx.PutCampaign(&tenant.Campaign{Code: code, State: tenant.Unconfirmed}); err != nil {
				return err
			}
		}
	}
	for _, l := range []struct {
		kind  store.LabelKind
		names map[string]bool
	}{{store.QueueLabel, n.queues}, {store.CarrierLabel, n.carriers}, {store.SourceLabel, n.source}} {
		for _, name := range sorted(l.names) {
			if _, err := tx.PutLabel(l.kind, name); err != nil {
				return err
			}
		}
	}
	return b.loadNames(tx)
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
