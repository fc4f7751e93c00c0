package store

import (
	"context"
	"encoding/json"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

const tenantColumns = `id, name, currency, zone, country, cutoff, dial_plan`

// AddTenant keeps a new tenant, opens its account, and fills in its id. A name
// that is taken is a Conflict.
func (s *Store) AddTenant(ctx context.Context, t *tenant.Tenant) error {
	return s.Update(ctx, tenant.System, Interactive, func(tx *Tx) error { return tx.AddTenant(t) })
}

// AddTenant is Store's AddTenant within a transaction of the system.
func (tx *Tx) AddTenant(t *tenant.Tenant) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	if err := t.Check(); err != nil {
		return err
	}
	if err := tx.nameIsFree(t); err != nil {
		return err
	}
	var id int64
	if err := tx.one([]any{&id}, `SELECT COALESCE(MAX(id), 0) + 1 FROM tenant`); err != nil {
		return err
	}
	t.ID = tenant.ID(id)
	plan, err := planText(t.Plan)
	if err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO tenant (`+tenantColumns+`, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, t.Name, string(t.Currency), t.Zone, t.Country.String(), int64(t.Cutoff), plan, int64(tx.Now)); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO account (tenant_id, writes, epoch, seg_version, card_version, directory_version, closed_through, prev_entry, prev_hash)
		VALUES ($1, 0, $2, 0, 0, 0, 0, 0, $3)`, id, newEpoch(), []byte{})
}

// nameIsFree is a Conflict where another tenant has t's name.
func (tx *Tx) nameIsFree(t *tenant.Tenant) error {
	other, err := tx.findTenant(`name = $1`, t.Name)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err == nil && other.ID != t.ID:
		return fault.New(fault.Conflict, "there is a tenant named %q already, with id %d", other.Name, other.ID)
	}
	return err
}

// SetTenant changes a tenant's country and dial plan, its name, and, while it
// has no charges, its zone, currency and cut-off.
func (s *Store) SetTenant(ctx context.Context, t *tenant.Tenant) error {
	return s.Update(ctx, t.ID, Interactive, func(tx *Tx) error { return tx.SetTenant(t) })
}

// SetTenant is Store's SetTenant within a transaction of that tenant.
func (tx *Tx) SetTenant(t *tenant.Tenant) error {
	if t.ID != tx.Tenant {
		return fault.New(fault.Internal, "tenant %d changes tenant %d", tx.Tenant, t.ID)
	}
	if err := t.Check(); err != nil {
		return err
	}
	old, err := tx.Self()
	if err != nil {
		return err
	}
	if err := tx.nameIsFree(t); err != nil {
		return err
	}
	moved := old.Zone != t.Zone || old.Currency != t.Currency || old.Cutoff != t.Cutoff
	if a, err := tx.Account(); err != nil {
		return err
	} else if moved && a.Segments > 0 {
		return fault.New(fault.Conflict, "tenant %s has charges in %s by the days of %s: neither can change under them", old.Name, old.Currency, old.Zone)
	}
	plan, err := planText(t.Plan)
	if err != nil {
		return err
	}
	if err := tx.exec(`UPDATE tenant SET name = $2, currency = $3, zone = $4, country = $5, cutoff = $6, dial_plan = $7 WHERE id = $1`,
		tx.id(), t.Name, string(t.Currency), t.Zone, t.Country.String(), int64(t.Cutoff), plan); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// Self is the tenant whose transaction it is.
func (tx *Tx) Self() (tenant.Tenant, error) { return tx.findTenant(`id = $1`, tx.id()) }

// TenantFacts is what a list of tenants tells beside their terms.
type TenantFacts struct {
	Created when.Instant
	Users   int64
	LastDay when.Day // UTC day of the newest call; zero: there is none
}

// TenantFacts gives the facts of every tenant. It is for the system's
// transactions.
func (tx *Tx) TenantFacts() (map[tenant.ID]TenantFacts, error) {
	if err := tx.asSystem(); err != nil {
		return nil, err
	}
	facts := map[tenant.ID]TenantFacts{}
	err := tx.each(func(scan func(...any) error) error {
		var id, created, users, last int64
		err := scan(&id, &created, &users, &last)
		facts[tenant.ID(id)] = TenantFacts{when.Instant(created), users, when.Day(last)}
		return err
	}, `SELECT t.id, t.created_at, COALESCE(m.n, 0), COALESCE(c.last_day, 0) FROM tenant t
		LEFT JOIN (SELECT tenant_id, COUNT(*) AS n FROM member WHERE tenant_id > $1 GROUP BY tenant_id) m ON m.tenant_id = t.id
		LEFT JOIN (SELECT tenant_id, MAX(day) AS last_day FROM call_seg WHERE tenant_id > $1 GROUP BY tenant_id) c ON c.tenant_id = t.id
		WHERE t.id > $1`, tx.id())
	return facts, err
}

// Tenants lists every tenant by name.
func (s *Store) Tenants(ctx context.Context) (ts []tenant.Tenant, err error) {
	err = s.View(ctx, tenant.System, func(tx *Tx) error {
		return tx.each(func(scan func(...any) error) error {
			t, err := scanTenant(scan)
			ts = append(ts, t)
			return err
		}, `SELECT `+tenantColumns+` FROM tenant WHERE id > $1 ORDER BY name`, tx.id())
	})
	return ts, err
}

// FindTenant looks a tenant up by its name, or by its id in digits.
func (s *Store) FindTenant(ctx context.Context, nameOrID string) (t tenant.Tenant, err error) {
	err = s.View(ctx, tenant.System, func(tx *Tx) error {
		if id, nerr := strconv.ParseInt(nameOrID, 10, 64); nerr == nil && id > 0 {
			t, err = tx.findTenant(`id = $1`, id)
		} else {
			t, err = tx.findTenant(`name = $1`, nameOrID)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return t, fault.New(fault.NotFound, "there is no tenant %q: list them with tenant list, or add it with tenant add", fault.Cut(nameOrID))
	}
	return t, err
}

func (tx *Tx) findTenant(where string, arg any) (t tenant.Tenant, err error) {
	err = fault.New(fault.NotFound, "there is no such tenant")
	eerr := tx.each(func(scan func(...any) error) error {
		t, err = scanTenant(scan)
		return err
	}, `SELECT `+tenantColumns+` FROM tenant WHERE id > 0 AND `+where, arg)
	if eerr != nil {
		return t, eerr
	}
	return t, err
}

func scanTenant(scan func(...any) error) (t tenant.Tenant, err error) {
	var id, cutoff int64
	var currency, country, plan string
	if err := scan(&id, &t.Name, &currency, &t.Zone, &country, &cutoff, &plan); err != nil {
		return t, err
	}
	t.ID, t.Currency, t.Cutoff = tenant.ID(id), money.Currency(currency), when.Instant(cutoff)
	if country != "" {
		if t.Country, err = phone.ParseCountry(country); err != nil {
			return t, err
		}
	}
	if plan != "" {
		t.Plan = new(phone.Plan)
		err = json.Unmarshal([]byte(plan), t.Plan)
	}
	return t, err
}

func planText(p *phone.Plan) (string, error) {
	if p == nil {
		return "", nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}
