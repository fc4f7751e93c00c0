package report_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var june = when.Days{From: 20260601, To: 20260630}

type request = report.Request

// asked are the requests that goldens exist for, by report and by the file's
// name; users are the tenant's, by username.
func asked(name string, own tenant.Tenant, us []tenant.User) map[string]request {
	r := func(change func(*request)) request {
		req := request{Tenant: own, Days: june}
		change(&req)
		return req
	}
	switch name {
	case "billing":
		return map[string]request{
			"billing":           r(func(r *request) {}),
			"billing-countries": r(func(r *request) { r.Countries = []string{"us", "GB", "DE", "US"} }),
			"billing-teams":     r(func(r *request) { r.Teams = []string{"Retention"} }),
			"billing-users": r(func(r *request) {
				r.Users, r.Countries = []string{us[0].Username, us[1].Username, us[4].Username}, []string{"CA"}
				r.Sort = "-total"
			}),
			"billing-users-teams": r(func(r *request) { r.Users, r.Teams = []string{us[2].Username}, []string{"Sales", "Night desk"} }),
			"billing-zone": r(func(r *request) {
				r.Zone, r.Days, r.Countries = "Asia/Tokyo", when.Days{From: 20260610, To: 20260611}, []string{"FR", "US"}
			}),
			"billing-late":  r(func(r *request) { r.Days = when.Days{From: 20260701, To: 20260731} }),
			"billing-empty": r(func(r *request) { r.Days = when.Days{From: 20250101, To: 20250131} }),
		}
	}
	return nil
}

// TestGolden runs every report on both engines over the sample.
func TestGolden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tenants := fill(t, s, sample.New(small()), 0)
		unsettle(t, s, tenants[0])
		us := users(t, s, tenants[0])
		for _, r := range report.All() {
			requests := asked(r.Name, tenants[0], us)
			if len(requests) == 0 {
				t.Errorf("the report %s has no golden", r.Name)
			}
			for name, req := range requests {
				golden(t, s, r, name, req)
			}
			golden(t, s, r, r.Name+"-of-another", report.Request{Tenant: tenants[1], Days: june})
		}
	})
}

func golden(t *testing.T, s *store.Store, r *report.Report, name string, req report.Request) {
	t.Run(name, func(t *testing.T) {
		res, err := r.Run(t.Context(), s, req)
		must(t, err)
		got := text(res)
		path := filepath.Join("testdata", name+".csv")
		if *update {
			must(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		must(t, err)
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s differs from the golden (−want +got):\n%s", name, diff)
		}
	})
}

// text is a result as the goldens have it: a CSV with what stands above,
// between and below the tables in lines of one cell.
func text(res *report.Result) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := func(format string, args ...any) { w.Write([]string{fmt.Sprintf(format, args...)}) }
	line("# %s: %s, %s to %s, %s, %s, data at %s", res.Tenant, res.Title, res.Days.From, res.Days.To, res.Zone, res.Currency, res.DataAt)
	for _, f := range res.Filters {
		line("# %s", f)
	}
	if res.Empty != "" {
		line("# %s", res.Empty)
	}
	for _, t := range res.Tables {
		line("# %s (%s)", t.Title, t.Name)
		var cells []string
		for _, c := range t.Columns {
			cells = append(cells, c.Name)
		}
		w.Write(cells)
		for _, row := range append(append([]table.Row(nil), t.Rows...), t.Totals) {
			cells = nil
			for i, v := range row {
				cells = append(cells, cell(&t, i, v))
			}
			w.Write(cells)
		}
		for _, n := range t.Notes {
			line("# %s", n)
		}
	}
	for _, n := range res.Notes {
		line("# %s", n)
	}
	w.Flush()
	return b.Bytes()
}

func cell(t *table.Table, i int, v table.Value) string {
	if v.None {
		return ""
	}
	switch t.Columns[i].Kind {
	case table.Text:
		return v.S
	case table.Money:
		return money.Amount(v.N).Format(t.Decimals)
	}
	return fmt.Sprint(v.N)
}
