package report_test

import (
	"fmt"
	"slices"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// sharesDiffer says where the shares of an answer do not come to what its tables
// hold; "" is nowhere.
func sharesDiffer(res *report.Result) string {
	if res.Empty != "" {
		if len(res.Shares) > 0 {
			return "an empty answer is shared out"
		}
		return ""
	}
	for _, share := range res.Shares {
		for i := range res.Tables {
			var sum int64
			for _, p := range share.Parts {
				sum += int64(p.Amounts[i])
			}
			if want := columnSum(&res.Tables[i], "Total"); sum != want {
				return fmt.Sprintf("%s of %s: %d, want %d", share.Title, share.Series[i], sum, want)
			}
		}
		for k, p := range share.Parts {
			var sum money.Amount
			for i, a := range p.Amounts {
				sum += a
				if has := hasColumn(&res.Tables[i], p.Country.String()); has && share.Name == "country" && int64(a) != columnSum(&res.Tables[i], p.Country.String()) {
					return fmt.Sprintf("%s in %s: %d, not what its column comes to", p.Name, share.Series[i], a)
				}
			}
			if sum != p.Total {
				return fmt.Sprintf("%s: the total is %d, the sum %d", p.Name, p.Total, sum)
			}
			if k > 0 && p.Total > share.Parts[k-1].Total {
				return fmt.Sprintf("%s stands below a cheaper part", p.Name)
			}
		}
	}
	return ""
}

func hasColumn(t *table.Table, name string) bool {
	return slices.ContainsFunc(t.Columns, func(c table.Column) bool { return c.Name == name })
}

func columnSum(t *table.Table, name string) (sum int64) {
	i := slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Name == name })
	for _, r := range t.Rows {
		sum += r[i].N
	}
	return sum
}

func TestShares(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		own := some(t, s)
		billing, err := report.Find("billing")
		must(t, err)
		for _, c := range []struct {
			name string
			req  report.Request
			want []string
		}{
			{"all of a day", report.Request{Days: when.Days{From: 20260602, To: 20260602}}, []string{
				"Spend by country: United Kingdom 72.1 0.35 0.006, United States 0.3 0.1 0",
				"Spend by team: Sales 72 0.35 0.003, Sales, EMEA 0.3 0 0, (no team) 0.1 0.1 0.003",
			}},
			{"one team", report.Request{Days: when.Days{From: 20260602, To: 20260602}, Teams: []string{"Sales, EMEA"}}, []string{
				"Spend by country: United States 0.3 0 0",
				"Spend by team: Sales, EMEA 0.3 0 0",
			}},
			{"an empty day", report.Request{Days: when.Days{From: 20260603, To: 20260603}}, nil},
		} {
			c.req.Tenant = own
			res, err := billing.Run(t.Context(), s, c.req)
			must(t, err)
			var got []string
			for _, share := range res.Shares {
				line := share.Title + ":"
				for i, p := range share.Parts {
					if i > 0 {
						line += ","
					}
					line += " " + p.Name
					for _, a := range p.Amounts {
						line += " " + a.String()
					}
				}
				got = append(got, line)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			if differ := sharesDiffer(res); differ != "" {
				t.Errorf("%s: %s", c.name, differ)
			}
		}
	})
}
