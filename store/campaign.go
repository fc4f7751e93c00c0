package store

import (
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
)

// Campaigns lists the tenant's campaigns by code.
func (tx *Tx) Campaigns() ([]tenant.Campaign, error) {
	return tx.campaigns(`SELECT id, code, name, state FROM campaign WHERE tenant_id = $1 ORDER BY code`, tx.id())
}

// campaigns runs a query of campaigns.
func (tx *Tx) campaigns(query string, args ...any) (cs []tenant.Campaign, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var id, state int64
		var c tenant.Campaign
		if err := scan(&id, &c.Code, &c.Name, &state); err != nil {
			return err
		}
		c.ID, c.State = tenant.CampaignID(id), tenant.State(state)
		cs = append(cs, c)
		return nil
	}, query, args...)
	return cs, err
}

// PutCampaign keeps a campaign: a new one where c.ID is zero, which it fills in.
func (tx *Tx) PutCampaign(c *tenant.Campaign) error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.ID == 0 {
		id, err := tx.nextID("campaign")
		if err != nil {
			return err
		}
		c.ID = tenant.CampaignID(id)
	}
	if err := tx.exec(`INSERT INTO campaign (tenant_id, id, code, name, state, code_folded, name_folded) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, id) DO UPDATE SET code = excluded.code, name = excluded.name, state = excluded.state,
		code_folded = excluded.code_folded, name_folded = excluded.name_folded`,
		tx.id(), int64(c.ID), c.Code, c.Name, int64(c.State), FoldName(c.Code), FoldName(c.Name)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// Units lists the tenant's billing units by name.
func (tx *Tx) Units() (us []tenant.Unit, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var id int64
		var u tenant.Unit
		if err := scan(&id, &u.Name); err != nil {
			return err
		}
		u.ID = tenant.UnitID(id)
		us = append(us, u)
		return nil
	}, `SELECT id, name FROM unit WHERE tenant_id = $1 ORDER BY name`, tx.id())
	return us, err
}

// PutUnit keeps a billing unit: a new one where u.ID is zero, which it fills in.
func (tx *Tx) PutUnit(u *tenant.Unit) error {
	if err := tenant.CheckName("billing unit", u.Name); err != nil {
		return err
	}
	if u.ID == 0 {
		id, err := tx.nextID("unit")
		if err != nil {
			return err
		}
		u.ID = tenant.UnitID(id)
	}
	if err := tx.exec(`INSERT INTO unit (tenant_id, id, name) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name`, tx.id(), int64(u.ID), u.Name); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// UserUnits gives the billing units of every user that is in any.
func (tx *Tx) UserUnits() (map[tenant.UserID][]tenant.UnitID, error) {
	us := map[tenant.UserID][]tenant.UnitID{}
	err := tx.each(func(scan func(...any) error) error {
		var user, unit int64
		if err := scan(&user, &unit); err != nil {
			return err
		}
		us[tenant.UserID(user)] = append(us[tenant.UserID(user)], tenant.UnitID(unit))
		return nil
	}, `SELECT member_id, unit_id FROM unit_member WHERE tenant_id = $1 ORDER BY member_id, unit_id`, tx.id())
	return us, err
}

// AddUserToUnit puts a user into a billing unit; again is no change.
func (tx *Tx) AddUserToUnit(user tenant.UserID, unit tenant.UnitID) error {
	if err := tx.exec(`INSERT INTO unit_member (tenant_id, member_id, unit_id) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, member_id, unit_id) DO NOTHING`, tx.id(), int64(user), int64(unit)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// DropUserFromUnit takes a user out of a billing unit; again is no change.
func (tx *Tx) DropUserFromUnit(user tenant.UserID, unit tenant.UnitID) error {
	if err := tx.exec(`DELETE FROM unit_member WHERE tenant_id = $1 AND member_id = $2 AND unit_id = $3`, tx.id(), int64(user), int64(unit)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// Numbers lists the tenant's own numbers in their order.
func (tx *Tx) Numbers() (ns []tenant.Number, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var unit, campaign int64
		var digits string
		if err := scan(&digits, &unit, &campaign); err != nil {
			return err
		}
		n, err := phone.Parse(digits)
		ns = append(ns, tenant.Number{Number: n, Unit: tenant.UnitID(unit), Campaign: tenant.CampaignID(campaign)})
		return err
	}, `SELECT number, unit_id, campaign_id FROM number WHERE tenant_id = $1 ORDER BY number`, tx.id())
	return ns, err
}

// PutNumber keeps one of the tenant's own numbers, new or changed.
func (tx *Tx) PutNumber(n tenant.Number) error {
	if err := tx.exec(`INSERT INTO number (tenant_id, number, unit_id, campaign_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, number) DO UPDATE SET unit_id = excluded.unit_id, campaign_id = excluded.campaign_id`,
		tx.id(), n.Number.String(), int64(n.Unit), int64(n.Campaign)); err != nil {
		return err
	}
	return tx.bumpDirectory()
}

// DropNumber takes one of the tenant's own numbers out, and tells whether it
// was there. Calls keep theirs.
func (tx *Tx) DropNumber(n phone.Number) (bool, error) {
	had, err := tx.found(`DELETE FROM number WHERE tenant_id = $1 AND number = $2 RETURNING unit_id`, tx.id(), n.String())
	if err != nil || !had {
		return had, err
	}
	return true, tx.bumpDirectory()
}
