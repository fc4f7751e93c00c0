package store_test

import (
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestSavedReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := addTenants(t, s, "acme", "bolt")
		const anna, bob = 1, 2
		own := store.SavedReport{Report: "billing", Name: "mine", Login: anna, Parameters: "period=202606"}
		shared := store.SavedReport{Report: "billing", Name: "month", Login: anna, Shared: true}
		other := store.SavedReport{Report: "usage", Name: "mine", Login: bob}
		update(t, s, ids[0], func(tx *store.Tx) error {
			for _, r := range []*store.SavedReport{&own, &shared, &other} {
				if err := tx.PutSavedReport(r); err != nil {
					return err
				}
			}
			return nil
		})
		names := func(i int, login int64, report string) string {
			var all []string
			view(t, s, ids[i], func(tx *store.Tx) error {
				rs, err := tx.SavedReports(login, report)
				for _, r := range rs {
					all = append(all, r.Report+" "+r.Name)
				}
				return err
			})
			return strings.Join(all, ", ")
		}
		for _, c := range []struct {
			tenant int
			login  int64
			report string
			want   string
		}{
			{0, anna, "billing", "billing mine, billing month"},
			{0, bob, "billing", "billing month"},
			{0, bob, "", "usage mine, billing month"},
			{1, anna, "", ""},
		} {
			if got := names(c.tenant, c.login, c.report); got != c.want {
				t.Errorf("login %d of tenant %d sees %q of %q, want %q", c.login, c.tenant, got, c.report, c.want)
			}
		}
		for _, c := range []struct {
			why  string
			want fault.Kind
			do   func(tx *store.Tx) error
		}{
			{"a name twice", fault.Conflict, func(tx *store.Tx) error {
				return tx.PutSavedReport(&store.SavedReport{Report: "billing", Name: "mine", Login: anna})
			}},
			{"no name", fault.Invalid, func(tx *store.Tx) error { return tx.PutSavedReport(&store.SavedReport{Report: "billing", Login: anna}) }},
			{"not text", fault.Invalid, func(tx *store.Tx) error {
				return tx.PutSavedReport(&store.SavedReport{Report: "billing", Name: "x", Login: anna, Parameters: "\x00"})
			}},
			{"change another's", fault.NotFound, func(tx *store.Tx) error {
				r := shared
				r.Login = bob
				return tx.PutSavedReport(&r)
			}},
			{"drop another's", fault.NotFound, func(tx *store.Tx) error { return tx.DropSavedReport(bob, shared.ID) }},
			{"see another's", fault.NotFound, func(tx *store.Tx) error { _, err := tx.SavedReport(bob, own.ID); return err }},
			{"run what is shared", 0, func(tx *store.Tx) error { _, err := tx.SavedReport(bob, shared.ID); return err }},
			{"share one", 0, func(tx *store.Tx) error {
				own.Shared, own.Name = true, "ours"
				return tx.PutSavedReport(&own)
			}},
			{"drop one's own", 0, func(tx *store.Tx) error { return tx.DropSavedReport(anna, shared.ID) }},
		} {
			err := s.Update(t.Context(), ids[0], store.Interactive, c.do)
			if (err == nil) != (c.want == 0) || fault.KindOf(err) != c.want {
				t.Errorf("%s: %v", c.why, err)
			}
		}
		if got := names(0, bob, "billing"); got != "billing ours" {
			t.Errorf("Bob sees %q", got)
		}
		if err := s.Update(t.Context(), ids[1], store.Interactive, func(tx *store.Tx) error { return tx.DropSavedReport(anna, own.ID) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("another tenant drops it: %v", err)
		}
	})
}
