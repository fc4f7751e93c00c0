package app_test

import (
	"errors"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestQuote(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		importRates(t, a, retail(firstDeck))
		at := when.MustParse("2026-06-01T10:00:00Z")
		for _, c := range []struct {
			called  string
			seconds int32
			kind    usage.Kind
			status  usage.Status
			reason  usage.Reason
			amount  string
		}{
			{"+44 20 7946 0123", 60, usage.Manual, usage.Rated, usage.NoReason, "0.01"},
			{"020 7946 0123", 120, usage.NoKind, usage.Rated, usage.NoReason, "0.02"},
			{"07700 900123", 61, usage.Dialer, usage.Rated, usage.NoReason, "0.0305"},
			{"+81 50 1234 5678", 60, usage.Manual, usage.Suspended, usage.NoRate, "0"},
		} {
			q, err := a.Quote(t.Context(), app.Quote{Tenant: tn, Called: c.called, Answered: at, Seconds: c.seconds, Kind: c.kind})
			if err != nil {
				t.Errorf("%s: %v", c.called, err)
				continue
			}
			if got := q.Charge; got.Status != c.status || got.Reason != c.reason || got.Amount.String() != c.amount || q.Currency != "USD" {
				t.Errorf("%s: %+v", c.called, got)
			}
			if n := len(q.Steps); n < 3 || q.Steps[0].Name != "record" || q.Steps[n-1].Name != "charge" {
				t.Errorf("%s: steps %+v", c.called, q.Steps)
			}
		}
		_, err := a.Quote(t.Context(), app.Quote{Tenant: tn, Called: "12345678901234567890", Calling: "x", Seconds: app.MaxQuoteSeconds + 1})
		var wrong fault.Inputs
		if !errors.As(err, &wrong) || len(wrong) != 4 || wrong[0].Field != "called" || wrong[3].Field != "seconds" {
			t.Errorf("four mistakes: %v", err)
		}
	})
}

func TestOpenCard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		r := importRates(t, a, retail(firstDeck))
		c, err := a.FindCard(t.Context(), tn.ID, store.TenantCard, r.Card.ID)
		if err != nil || c.Name != "retail" || c.Tariff.Rows() != 3 || c.Revision != 1 {
			t.Fatalf("%+v, %v", c, err)
		}
		for _, other := range []struct {
			owner tenant.ID
			whose store.CardOwner
			id    int32
		}{{tn.ID, store.SystemCard, r.Card.ID}, {tn.ID, store.TenantCard, r.Card.ID + 1}, {tenant.System, store.SystemCard, r.Card.ID}, {tenant.System, store.TenantCard, r.Card.ID}} {
			if _, err := a.FindCard(t.Context(), other.owner, other.whose, other.id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: %v", other, err)
			}
		}
	})
}
