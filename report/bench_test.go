package report_test

import (
	"testing"

	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// BenchmarkBilling is a month of a large tenant: 1.7 million calls of some 2,000
// agents, by roll-ups and, for another zone, by charges.
func BenchmarkBilling(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Clock: storetest.Clock})
	must(b, err)
	defer s.Close()
	own := fill(b, s, sample.New(sample.Options{Seed: 1, Tenants: 1, Calls: 1_700_000, First: 20260601, Days: 30, Clean: true}), 0)[0]
	billing, err := report.Find("billing")
	must(b, err)
	req := report.Request{Tenant: own, Days: when.Days{From: 20260601, To: 20260630}}
	for _, c := range []struct {
		name   string
		change func(*report.Request)
	}{
		{"all", func(*report.Request) {}},
		{"countries and teams", func(r *report.Request) {
			r.Countries, r.Teams = []string{"US", "GB", "DE"}, []string{"Sales", "Support"}
		}},
		{"another zone", func(r *report.Request) { r.Zone = "Asia/Tokyo" }},
	} {
		b.Run(c.name, func(b *testing.B) {
			req := req
			c.change(&req)
			for b.Loop() {
				_, err := billing.Run(b.Context(), s, req)
				must(b, err)
			}
		})
	}
}
