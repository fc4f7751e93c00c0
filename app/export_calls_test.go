package app_test

import (
	"bytes"
	"encoding/csv"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestExportCalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := explained(t, s)
		acme, err := s.FindTenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		all := app.ExportCalls{Tenant: acme, CallFilter: app.CallFilter{Zone: when.UTC}, Order: app.AsKept}
		for days, want := range map[when.Days]int64{
			store.AllDays: 5, {From: 20260601, To: 20260601}: 2, {From: 20260602, To: 20260602}: 3, {From: 20260603, To: 20260630}: 0,
		} {
			all.Days = days
			var b bytes.Buffer
			rows, err := a.ExportCalls(t.Context(), all, &b, nil)
			if err != nil || rows != want {
				t.Errorf("%v: %d %v", days, rows, err)
			}
			lines, err := csv.NewReader(&b).ReadAll()
			if err != nil || int64(len(lines)) != want+1 {
				t.Errorf("%v: %d lines, %v", days, len(lines), err)
			}
			for _, line := range lines[1:] {
				m := map[string]string{}
				for i, name := range lines[0] {
					m[name] = line[i]
				}
				if m["call"] != usage.NewIdentity("pbx", "a2", "").String() {
					continue
				}
				for name, want := range map[string]string{
					"agent": "'=1+1", "started_at": "2026-06-02T11:00:00+01:00", "called": "447700900123",
					"seconds": "62", "billed_s": "67", "charged_s": "67", "amount": "0.0335", "currency": "USD", "status": "rated", "day": "2026-06-02",
				} {
					if m[name] != want {
						t.Errorf("%s is %q, want %q", name, m[name], want)
					}
				}
			}
		}
	})
}
