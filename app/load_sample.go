package app

import (
	"bytes"
	"context"
	"io"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/format/deck"
	"tollkeeper/sample"
)

// LoadSample puts a sample center's tenants, people, numbers, exchange rates and
// cards into empty books: all that its calls need to be rated, but not the
// calls.
func (a *App) LoadSample(ctx context.Context, c *sample.Center, report Report) error {
	tenants := c.Tenants()
	for i := range tenants {
		t := &tenants[i]
		if err := a.store.AddTenant(ctx, &t.Tenant); err != nil {
			return fault.Wrap("load the sample", err)
		}
	}
	if _, err := a.ImportFX(ctx, ImportTable{Path: "fx.csv", Input: bytes.NewReader(c.FX())}); err != nil {
		return fault.Wrap("load the sample", err)
	}
	if err := a.loadSampleCards(ctx, c, report); err != nil {
		return fault.Wrap("load the sample", err)
	}
	for i := range tenants {
		if err := a.loadSampleTenant(ctx, &tenants[i]); err != nil {
			return fault.Wrap("load the sample", err)
		}
		report.tell(Progress{Stage: "tenants", Done: int64(i + 1), Total: int64(len(tenants)), Unit: "tenants"})
	}
	return nil
}

// loadSampleCards publishes the operator's retail card.
func (a *App) loadSampleCards(ctx context.Context, c *sample.Center, report Report) error {
	card := c.Card()
	r, w := io.Pipe()
	go func() { w.CloseWithError(c.Deck(w)) }()
	defer r.Close()
	_, err := a.ImportRates(ctx, ImportRates{
		Path: "retail.csv", Input: r, Card: card.Name, Deck: deck.Options{Layout: deck.Own}, Assign: &AssignTo{Scope: rating.System},
		Terms: CardTerms{Currency: card.Currency, Zone: card.Zone, Decimals: &card.Rounding.Decimals, Mode: &card.Rounding.Mode, AMDFee: &card.AMDFee, Bands: card.Bands},
	}, report)
	return err
}

func (a *App) loadSampleTenant(ctx context.Context, t *sample.Tenant) error {
	for _, f := range []struct {
		name string
		data []byte
		take func(context.Context, ImportTable) (*TableImported, error)
	}{{"users.csv", t.Users(), a.ImportUsers}, {"campaigns.csv", t.Campaigns(), a.ImportCampaigns}, {"numbers.csv", t.Numbers(), a.ImportNumbers}} {
		if _, err := f.take(ctx, ImportTable{Path: f.name, Input: bytes.NewReader(f.data), Tenant: t.Name}); err != nil {
			return err
		}
	}
	return nil
}
