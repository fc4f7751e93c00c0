package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/app"
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// operatorPage is what operator.html shows: all tenants in some billing days.
type operatorPage struct {
	*app.OperatorOverview
	Period    periodForm
	Earlier   when.Days // what the figures are compared with
	Stats     []stat
	Revenue   []revenueLine // one a currency: currencies never add up
	CostKnown bool          // of any currency
	Health    importHealth
	Silent    []silentTenant
	MoreQuiet int // silent tenants that are not named
	Charts    []chart
	Even      bool // the charts fill rows of two; else the first has a row of its own
	MoreMoney int  // currencies without a chart
	Table     tenantTable
}

// revenueLine is what came in in one currency, and where a carrier's prices are
// known what of it is left.
type revenueLine struct {
	app.CurrencyOverview
	Change change
	Known  bool
	Margin money.Amount
	Share  string // margin of revenue
}

// importHealth is how imports went in the last days.
type importHealth struct {
	Days     int
	Runs     int64
	Finished int64
	Open     int64 // running, or broken off
	Records  int64
	Shares   []healthShare
	Last     string // how long ago the newest began
}

type healthShare struct {
	Name  string
	Count int64
	Share string
}

type silentTenant struct {
	Name, Path string
	Days       int
}

const (
	healthDays  = 7 // over which imports are looked at
	silentNamed = 8 // silent tenants that are named
	moneyCharts = 4 // currencies that have a chart
)

func (s *Site) operatorOverview(w http.ResponseWriter, v *visit) error {
	p, err := s.readOperator(v)
	if err != nil {
		return err
	}
	for _, c := range p.Currencies {
		line := revenueLine{CurrencyOverview: c, Change: rise(int64(c.Total.Amount), int64(c.Before.Amount)), Known: c.Total.Cost != 0}
		if line.Known {
			if line.Margin, err = c.Total.Amount.Add(-c.Total.Cost); err != nil {
				return err
			}
			line.Share = percent(int64(line.Margin), int64(c.Total.Amount))
			p.CostKnown = true
		}
		p.Revenue = append(p.Revenue, line)
	}
	p.Stats = usageStats(&p.Total, &p.Before)
	if p.Charts, err = operatorCharts(p.OperatorOverview); err != nil {
		return err
	}
	p.Even = len(p.Charts)%2 == 0
	p.MoreMoney = max(0, len(p.Currencies)-moneyCharts)
	now := s.clock()
	p.Health = healthOf(p.OperatorOverview, now)
	for i := range p.Tenants {
		if t := &p.Tenants[i]; t.Silent > 0 {
			p.Silent = append(p.Silent, silentTenant{t.Name, tenantPath(t.ID, ""), t.Silent})
		}
	}
	slices.SortStableFunc(p.Silent, func(a, b silentTenant) int { return cmp.Compare(b.Days, a.Days) })
	p.MoreQuiet = max(0, len(p.Silent)-silentNamed)
	p.Silent = p.Silent[:min(silentNamed, len(p.Silent))]
	p.Table = tableOfTenants(p.Tenants, v.URL, now)
	s.show(w, v.Request, p.Period.status(), "operator", "Overview", p)
	return nil
}

// readOperator reads the days that are asked for. Where none are and all calls
// are of the past, it is the newest month that has some.
func (s *Site) readOperator(v *visit) (*operatorPage, error) {
	now := s.clock()
	since := now - healthDays*when.DayLength
	days := presetsOn(v.clockZone().Day(now), 0)[0].Days
	if v.URL.Query().Get("period") != "newest" {
		asked, err := s.periodOf(v, 0)
		if asked, err = asked.orDefault(err); err != nil {
			return nil, err
		}
		days = asked.Days
	}
	o, err := s.app.OperatorOverview(v.Context(), days, since)
	if err != nil {
		return nil, err
	}
	period, err := s.periodOf(v, o.Newest)
	if period, err = period.orDefault(err); err == nil && period.Days != days {
		o, err = s.app.OperatorOverview(v.Context(), period.Days, since)
	}
	return &operatorPage{OperatorOverview: o, Period: period, Earlier: app.DaysBefore(period.Days)}, err
}

func healthOf(o *app.OperatorOverview, now when.Instant) importHealth {
	st := &o.Standing
	h := importHealth{Days: healthDays, Runs: st.Runs, Open: st.Unfinished, Finished: st.Runs - st.Unfinished, Records: st.Tally.Received(), Last: ago(st.LastRun, now)}
	for _, o := range []usage.Outcome{usage.WasSuspended, usage.WasConflict, usage.WasRejected, usage.WasDuplicate} {
		h.Shares = append(h.Shares, healthShare{outcomeTitles[o].name, st.Tally[o], percent(st.Tally[o], h.Records)})
	}
	return h
}

// operatorCharts are calls, then the revenue of each currency by itself: a sum of
// two would be none, and one axis for both would say nothing of either.
func operatorCharts(o *app.OperatorOverview) ([]chart, error) {
	labels, of := columns(o.Days)
	dayOf := func(k int) int { return of(o.Days.From.Add(k)) }
	counts := make([]int64, len(labels))
	for k, n := range o.Calls {
		counts[dayOf(k)] += n
	}
	calls := chart{Title: "Calls by " + each(o.Days), Heads: []string{capitalWord(each(o.Days)), "Calls"}}
	f := &figures{Kind: "bars", Labels: labels, Series: []series{{Name: "Calls"}}}
	for i, n := range counts {
		f.Series[0].Values = append(f.Series[0].Values, float64(n))
		calls.Rows = append(calls.Rows, []string{labels[i], strconv.FormatInt(n, 10)})
	}
	calls.finish(f)
	all := []chart{calls}
	for _, c := range o.Currencies[:min(moneyCharts, len(o.Currencies))] {
		amounts := make([]money.Amount, len(labels))
		for k, a := range c.Daily {
			if err := add(&amounts[dayOf(k)], a); err != nil {
				return nil, err
			}
		}
		one := chart{Title: "Revenue by " + each(o.Days) + ", in " + string(c.Currency), Heads: []string{capitalWord(each(o.Days)), string(c.Currency)}}
		f := &figures{Kind: "bars", Unit: string(c.Currency), Digits: c.Currency.Digits(), Labels: labels, Series: []series{{Name: "Revenue"}}}
		for i, a := range amounts {
			f.Series[0].Values = append(f.Series[0].Values, drawn(a))
			one.Rows = append(one.Rows, []string{labels[i], a.Format(c.Currency.Digits())})
		}
		one.finish(f)
		all = append(all, one)
	}
	return all, nil
}

// Was is what came in in the period before.
func (l *revenueLine) Was() template.HTML { return cents(l.Before.Amount, l.Currency) }
