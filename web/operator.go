package web

import (
	"net/http"

	"tollkeeper/app"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// operatorPage is what operator.html shows: the newest thirty days of each
// tenant's calls.
type operatorPage struct {
	Rows    []tenantRow
	Totals  []tenantTotal // one a currency: currencies never add up
	Calls   int64
	Waiting int64
}

type tenantRow struct {
	tenant.Tenant
	Path  string
	Usage *app.Overview
}

type tenantTotal struct {
	Currency money.Currency
	Amount   money.Amount
}

func (s *Site) operatorOverview(w http.ResponseWriter, v *visit) error {
	p, err := s.tenantUsage(v)
	if err != nil {
		return err
	}
	s.show(w, v.Request, http.StatusOK, "operator", "Overview", p)
	return nil
}

// tenantUsage adds up what each tenant used in the thirty days until now, or
// until its newest call where that is older.
func (s *Site) tenantUsage(v *visit) (*operatorPage, error) {
	ts, err := s.app.Store().Tenants(v.Context())
	if err != nil {
		return nil, err
	}
	p := &operatorPage{}
	for _, t := range ts {
		zone, err := when.LoadZone(t.Zone)
		if err != nil {
			return nil, err
		}
		newest, err := s.app.LastDay(v.Context(), t.ID)
		if err != nil {
			return nil, err
		}
		last := zone.Day(s.clock())
		if newest != 0 {
			last = min(last, newest.Add(1))
		}
		o, err := s.app.Overview(v.Context(), t, when.Days{From: last.Add(-29), To: last}, 0)
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, tenantRow{t, tenantPath(t.ID, ""), o})
		p.Calls += o.Total.Calls
		p.Waiting += o.Waiting
		if err := p.total(t.Currency, o.Total.Amount); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *operatorPage) total(c money.Currency, a money.Amount) (err error) {
	for i := range p.Totals {
		if p.Totals[i].Currency == c {
			p.Totals[i].Amount, err = p.Totals[i].Amount.Add(a)
			return err
		}
	}
	p.Totals = append(p.Totals, tenantTotal{c, a})
	return nil
}

// leaveTenant ends an operator's stay in a tenant.
func (s *Site) leaveTenant(w http.ResponseWriter, v *visit) error {
	if err := s.auth.ActIn(v.Context(), tenant.System); err != nil {
		return err
	}
	http.Redirect(w, v.Request, "/operator", http.StatusSeeOther)
	return nil
}
