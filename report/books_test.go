package report_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store"
)

// small is the center that the goldens are made of: two tenants, in different
// zones and currencies, so that a leak from one to the other shows.
func small() sample.Options {
	o := sample.Demo()
	o.Tenants, o.Calls, o.DeckRows = 2, 3000, 2000
	return o
}

// fill puts a center into an empty store as its files would come in, and gives
// the tenants as the store has them. Everything of before June is closed first,
// so that the sample's late records are billed when they come. Billing days
// begin so long after midnight as cutoff says.
func fill(t testing.TB, s *store.Store, c *sample.Center, cutoff when.Instant) []tenant.Tenant {
	t.Helper()
	a, ctx := app.New(s), t.Context()
	head, deck := c.Card(), file(t, c.Deck)
	_, err := a.ImportRates(ctx, app.ImportRates{
		Path: "deck.csv", Input: deck, Card: head.Name,
		Terms:  app.CardTerms{Currency: head.Currency, Zone: head.Zone, Decimals: &head.Rounding.Decimals, Mode: &head.Rounding.Mode, AMDFee: &head.AMDFee, Bands: head.Bands},
		Assign: &app.AssignTo{Scope: rating.System},
	}, nil)
	must(t, err)
	_, err = a.ImportFX(ctx, app.ImportTable{Path: "fx.csv", Input: bytes.NewReader(c.FX())})
	must(t, err)
	var tenants []tenant.Tenant
	for _, its := range c.Tenants() {
		own := its.Tenant
		own.Cutoff = cutoff
		must(t, s.AddTenant(ctx, &own))
		must(t, a.CloseThrough(ctx, own.ID, 20260531))
		for _, one := range []struct {
			take func(context.Context, app.ImportTable) (*app.TableImported, error)
			text []byte
		}{{a.ImportUsers, its.Users()}, {a.ImportCampaigns, its.Campaigns()}, {a.ImportNumbers, its.Numbers()}} {
			_, err := one.take(ctx, app.ImportTable{Input: bytes.NewReader(one.text), Tenant: own.Name})
			must(t, err)
		}
		_, err := a.ImportCalls(ctx, app.ImportCalls{Path: "calls.csv", Input: file(t, its.Calls), Tenant: own.Name, Source: "switch"}, nil)
		must(t, err)
		tenants = append(tenants, own)
	}
	return tenants
}

// unsettle makes the directory of a tenant one in which names do not tell
// people apart and teams change within the month: the first two users get the
// same name, and every third moves to Retention on June 17.
func unsettle(t testing.TB, s *store.Store, own tenant.Tenant) {
	t.Helper()
	us := users(t, s, own)
	text := "username,display_name\n" + us[0].Username + ",Alex Kim\n" + us[1].Username + ",Alex Kim\n"
	_, err := app.New(s).ImportUsers(t.Context(), app.ImportTable{Input: strings.NewReader(text), Tenant: own.Name})
	must(t, err)
	text = "username,teams\n"
	for i := 2; i < len(us); i += 3 {
		text += us[i].Username + ",Retention\n"
	}
	_, err = app.New(s).ImportUsers(t.Context(), app.ImportTable{Input: strings.NewReader(text), Tenant: own.Name, From: 20260617})
	must(t, err)
}

// users are a tenant's users by username.
func users(t testing.TB, s *store.Store, own tenant.Tenant) (us []tenant.User) {
	t.Helper()
	view(t, s, own, func(tx *store.Tx) (err error) {
		us, err = tx.Users()
		return err
	})
	return us
}

func view(t testing.TB, s *store.Store, own tenant.Tenant, f func(tx *store.Tx) error) {
	t.Helper()
	must(t, s.View(t.Context(), own.ID, f))
}

// file is what write writes.
func file(t testing.TB, write func(io.Writer) error) io.Reader {
	t.Helper()
	var b bytes.Buffer
	must(t, write(&b))
	return &b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
