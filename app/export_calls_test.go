package app_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
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

// A file holds what the list holds, page after page, in its order and columns.
func TestExportOfAView(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(1200)
		a := loaded(t, s, c)
		imported(t, a, c.Tenants()[0].Name, callsOf(t, c, 0))
		acme, err := s.FindTenant(t.Context(), c.Tenants()[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		for name, o := range map[string]app.ExportCalls{
			"newest":  {CallFilter: app.CallFilter{Days: june}},
			"oldest":  {CallFilter: app.CallFilter{Days: june, Kinds: []usage.Kind{usage.Manual, usage.Dialer}}, Order: app.OldestFirst},
			"masked":  {CallFilter: app.CallFilter{Days: june, Statuses: []usage.Status{usage.Rated}}, Numbers: app.NumbersMasked},
			"nothing": {CallFilter: app.CallFilter{Days: when.Days{From: 20200101, To: 20200131}}},
		} {
			o.Tenant, o.Format, o.Columns = acme, app.JSONLines, []string{"started_at", "call", "called", "total"}
			var file bytes.Buffer
			rows, err := a.ExportCalls(t.Context(), o, &file, nil)
			if err != nil {
				t.Fatal(name, err)
			}
			var want strings.Builder
			ask := app.ListCalls{Tenant: acme, CallFilter: o.CallFilter, Order: o.Order, Limit: 500}
			listed := int64(0)
			for more := true; more; more = ask.After != "" {
				p, err := a.ListCalls(t.Context(), ask)
				if err != nil {
					t.Fatal(name, err)
				}
				for i := range p.Calls {
					x := &p.Calls[i]
					called := x.Called.String()
					if o.Numbers == app.NumbersMasked && called != "" {
						called = called[:max(0, len(called)-4)] + "xxxx"[:min(4, len(called))]
					}
					zone, err := when.LoadZone(acme.Zone)
					if err != nil {
						t.Fatal(err)
					}
					want.WriteString(`{"started_at":"` + x.Started.In(zone) + `","call":"` + x.Identity.String() + `","called":"` + called + `","total":"` + (x.Charge.Amount + x.Charge.AMD).Format(4) + "\"}\n")
				}
				listed += int64(len(p.Calls))
				ask.After = p.Next
			}
			if file.String() != want.String() || rows != listed {
				t.Errorf("%s: %d rows, the list has %d; or others\n%.300s\nwant\n%.300s", name, rows, listed, file.String(), want.String())
			}
		}
		_, err = a.ExportCalls(t.Context(), app.ExportCalls{Tenant: acme, CallFilter: app.CallFilter{Days: june}, Columns: []string{"price", "call", "cost"}}, io.Discard, nil)
		var wrong fault.Inputs
		if !errors.As(err, &wrong) || len(wrong) != 2 {
			t.Errorf("columns that are none: %v", err)
		}
	})
}

// Every column has a name of its own, and the usual ones come first: files of
// years have them.
func TestCallColumns(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range app.CallColumns() {
		if seen[c.Name] || c.Name == "" || c.Title == "" {
			t.Errorf("column %q, %q", c.Name, c.Title)
		}
		seen[c.Name] = true
	}
	usual, err := app.FindCallColumns(nil)
	if err != nil || len(usual) != 27 || usual[0].Name != "call" || usual[26].Name != "reason" {
		t.Errorf("%d usual columns, %v", len(usual), err)
	}
}
