package store

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Card is a rate card as it is kept: its name and its newest revision.
type Card struct {
	ID       int32
	Own      bool // the tenant's own; else the system's
	Name     string
	Revision int32
	Rates    int // rows of that revision
	Created  when.Instant
	Note     string // where the revision came from
}

// Ref names the card's newest revision.
func (c *Card) Ref() usage.CardRef { return usage.NewCardRef(c.ID, c.Revision, c.Own) }

// Revision is the content of one revision: the card's terms as JSON, and its
// rows in our own deck layout, compressed by whoever made it.
type Revision struct {
	Head string
	Data []byte
}

// Cards lists the tenant's own cards and the system's, by name, each at its
// newest revision.
func (tx *Tx) Cards() (cs []Card, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var c Card
		var owner, id, revision, rates, created int64
		if err := scan(&owner, &id, &c.Name, &revision, &rates, &created, &c.Note); err != nil {
			return err
		}
		c.ID, c.Own, c.Revision, c.Rates, c.Created = int32(id), owner != int64(tenant.System), int32(revision), int(rates), when.Instant(created)
		cs = append(cs, c)
		return nil
	}, `SELECT c.tenant_id, c.id, c.name, r.revision, r.rates, r.created_at, r.note
		FROM card c JOIN card_revision r ON r.tenant_id = c.tenant_id AND r.card_id = c.id
		WHERE c.tenant_id IN ($1, 0)
		AND r.revision = (SELECT MAX(m.revision) FROM card_revision m WHERE m.tenant_id = c.tenant_id AND m.card_id = c.id)
		ORDER BY c.name, c.tenant_id`, tx.id())
	return cs, err
}

// CardRevision reads one revision of a card.
func (tx *Tx) CardRevision(ref usage.CardRef) (r Revision, err error) {
	err = tx.one([]any{&r.Head, &r.Data}, `SELECT head, data FROM card_revision WHERE tenant_id = $1 AND card_id = $2 AND revision = $3`,
		tx.ownerOf(ref.Own()), int64(ref.Card()), int64(ref.Revision()))
	if err == errNoRow {
		err = fault.New(fault.NotFound, "there is no revision %d of card %d", ref.Revision(), ref.Card())
	}
	return r, err
}

func (tx *Tx) ownerOf(own bool) int64 {
	if own {
		return tx.id()
	}
	return int64(tenant.System)
}

// PublishCard keeps a new revision of the tenant's (or the system's) card of
// that name, makes the card where it is new, and tells every writer whose
// prices depend on it.
func (tx *Tx) PublishCard(c *Card, r Revision) error {
	if err := tenant.CheckName("rate card", c.Name); err != nil {
		return err
	}
	var id, last int64
	switch err := tx.one([]any{&id}, `SELECT id FROM card WHERE tenant_id = $1 AND name = $2`, tx.id(), c.Name); err {
	case nil:
		if err := tx.one([]any{&last}, `SELECT MAX(revision) FROM card_revision WHERE tenant_id = $1 AND card_id = $2`, tx.id(), id); err != nil {
			return err
		}
	case errNoRow:
		if id, err = tx.nextID("card"); err != nil {
			return err
		}
		if err := tx.exec(`INSERT INTO card (tenant_id, id, name) VALUES ($1, $2, $3)`, tx.id(), id, c.Name); err != nil {
			return err
		}
	default:
		return err
	}
	c.ID, c.Revision, c.Own, c.Created = int32(id), int32(last+1), tx.Tenant != tenant.System, tx.Now
	if err := tx.exec(`INSERT INTO card_revision (tenant_id, card_id, revision, created_at, rates, note, head, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.id(), id, last+1, int64(tx.Now), int64(c.Rates), c.Note, r.Head, r.Data); err != nil {
		return err
	}
	return tx.pricesChanged()
}

// pricesChanged tells the writers of this tenant, or of all of them where it is
// the system's, to load cards and assignments again.
func (tx *Tx) pricesChanged() error {
	if tx.Tenant == tenant.System {
		if err := tx.bumpAllCards(); err != nil {
			return err
		}
	}
	return tx.bumpCards()
}

// Assignments lists the tenant's assignments and the system's.
func (tx *Tx) Assignments() (as []rating.Assignment, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var id, scope, unit, campaign, kind, card, own, from, to int64
		if err := scan(&id, &scope, &unit, &campaign, &kind, &card, &own, &from, &to); err != nil {
			return err
		}
		as = append(as, rating.Assignment{
			ID: int32(id), Scope: rating.Scope(scope), Unit: tenant.UnitID(unit), Campaign: tenant.CampaignID(campaign),
			Kind: usage.Kind(kind), Card: int32(card), Own: own != 0,
			Period: when.Period{From: when.Instant(from), To: when.Instant(to)},
		})
		return nil
	}, `SELECT id, scope, unit_id, campaign_id, kind, card_id, card_own, from_at, to_at FROM assignment
		WHERE tenant_id IN ($1, 0) ORDER BY tenant_id, id`, tx.id())
	return as, err
}

// PutAssignment keeps a new assignment and fills in its id. The caller has
// checked it against the others.
func (tx *Tx) PutAssignment(a *rating.Assignment) error {
	// Ids are given over both the system's and the tenants' assignments, so
	// that one number names one assignment in every charge of a tenant.
	id, err := tx.nextID("assignment")
	if err != nil {
		return err
	}
	if tx.Tenant != tenant.System && id <= tenantAssignments {
		id = tenantAssignments + 1
	}
	a.ID = int32(id)
	own := int64(0)
	if a.Own {
		own = 1
	}
	if err := tx.exec(`INSERT INTO assignment (tenant_id, id, scope, unit_id, campaign_id, kind, card_id, card_own, from_at, to_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, tx.id(), id, int64(a.Scope), int64(a.Unit), int64(a.Campaign),
		int64(a.Kind), int64(a.Card), own, int64(a.Period.From), int64(a.Period.To)); err != nil {
		return err
	}
	return tx.pricesChanged()
}

// tenantAssignments is where the ids of tenants' assignments begin; the
// system's are below it.
const tenantAssignments = 1_000_000

// Switches lists the dated billing switch of the tenant and of the system.
func (tx *Tx) Switches() (ss []rating.Switch, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var owner, from, on int64
		if err := scan(&owner, &from, &on); err != nil {
			return err
		}
		ss = append(ss, rating.Switch{From: when.Instant(from), On: on != 0, System: owner == int64(tenant.System)})
		return nil
	}, `SELECT tenant_id, from_at, is_on FROM billing_switch WHERE tenant_id IN ($1, 0) ORDER BY tenant_id, from_at`, tx.id())
	return ss, err
}

// SwitchBilling turns billing on or off from an instant on, for the tenant or,
// in a transaction of the system, for all who have no switch of their own.
func (tx *Tx) SwitchBilling(s rating.Switch) error {
	on := int64(0)
	if s.On {
		on = 1
	}
	if err := tx.exec(`INSERT INTO billing_switch (tenant_id, from_at, is_on) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, from_at) DO UPDATE SET is_on = excluded.is_on`, tx.id(), int64(s.From), on); err != nil {
		return err
	}
	return tx.pricesChanged()
}

// FXRates lists every exchange rate into a currency; they are the system's.
func (tx *Tx) FXRates(quote money.Currency) (rs []rating.FXRate, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var base string
		var day, factor int64
		if err := scan(&base, &day, &factor); err != nil {
			return err
		}
		rs = append(rs, rating.FXRate{From: money.Currency(base), To: quote, Day: when.Day(day), Factor: money.Factor(factor)})
		return nil
	}, `SELECT base, day, factor FROM fx_rate WHERE tenant_id = 0 AND quote = $1 ORDER BY base, day`, string(quote))
	return rs, err
}

// PutFXRates keeps exchange rates, in a transaction of the system. A rate that
// is there with another value is a Conflict: charges may have been made of it.
func (tx *Tx) PutFXRates(rs []rating.FXRate) error {
	if err := tx.asSystem(); err != nil {
		return err
	}
	for _, r := range rs {
		var had int64
		err := tx.one([]any{&had}, `SELECT factor FROM fx_rate WHERE tenant_id = $1 AND base = $2 AND quote = $3 AND day = $4`,
			tx.id(), string(r.From), string(r.To), int64(r.Day))
		if err == nil && had != int64(r.Factor) {
			return fault.New(fault.Conflict, "%s to %s on %s is %s already, not %s", r.From, r.To, r.Day, money.Factor(had), r.Factor)
		} else if err == nil {
			continue
		} else if err != errNoRow {
			return err
		}
		if err := tx.exec(`INSERT INTO fx_rate (tenant_id, base, quote, day, factor) VALUES ($1, $2, $3, $4, $5)`,
			tx.id(), string(r.From), string(r.To), int64(r.Day), int64(r.Factor)); err != nil {
			return err
		}
	}
	return tx.pricesChanged()
}
