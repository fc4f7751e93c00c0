package app

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// OpenCard is a rate card at its newest revision, to be looked at.
type OpenCard struct {
	store.Card
	Tariff *rating.Tariff // its rows, which must not be changed
}

// FindCard opens the card of a number that a tenant (or the system) sees: its
// own, or the system's. Another is NotFound.
func (a *App) FindCard(ctx context.Context, owner tenant.ID, whose store.CardOwner, id int32) (*OpenCard, error) {
	var c *OpenCard
	err := a.store.View(ctx, owner, func(tx *store.Tx) error {
		one, err := cardOf(tx, whose, id)
		if err != nil {
			return err
		}
		c = &OpenCard{Card: one}
		c.Tariff, err = a.tariff(tx, one.Ref())
		return err
	})
	if err != nil {
		return nil, fault.Wrap("find card", err)
	}
	return c, nil
}

// cardOf is the card of a number, at its newest revision.
func cardOf(tx *store.Tx, whose store.CardOwner, id int32) (store.Card, error) {
	cards, err := tx.Cards()
	if err != nil {
		return store.Card{}, err
	}
	for _, one := range cards {
		if one.ID == id && one.Own == (whose == store.TenantCard) {
			return one, nil
		}
	}
	return store.Card{}, fault.New(fault.NotFound, "there is no such rate card")
}
