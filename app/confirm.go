package app

import (
	"context"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// ConfirmUsers makes users active who were only met in call records: those of
// the ids, or all of them where there are none. Others stay as they are. The
// activity names them; it gives how many they were.
func (a *App) ConfirmUsers(ctx context.Context, id tenant.ID, ids []tenant.UserID, did store.Activity) (confirmed int, err error) {
	err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		all, err := tx.Users()
		if err != nil {
			return err
		}
		var put []*tenant.User
		var names []string
		for i := range all {
			if u := &all[i]; u.State == tenant.Unconfirmed && (len(ids) == 0 || slices.Contains(ids, u.ID)) {
				u.State = tenant.Active
				put, names = append(put, u), append(names, u.Username)
			}
		}
		if confirmed = len(put); confirmed == 0 {
			return nil
		}
		if err := tx.PutUsers(put); err != nil {
			return err
		}
		did.What, did.About, did.Before, did.After = "user.confirm", strings.Join(names, "; "), tenant.Unconfirmed.String(), tenant.Active.String()
		return tx.Log(did)
	})
	return confirmed, fault.Wrap("confirm users", err)
}

// ConfirmCampaigns is ConfirmUsers for campaigns.
func (a *App) ConfirmCampaigns(ctx context.Context, id tenant.ID, ids []tenant.CampaignID, did store.Activity) (confirmed int, err error) {
	err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		all, err := tx.Campaigns()
		if err != nil {
			return err
		}
		confirmed = 0
		var names []string
		for i := range all {
			c := &all[i]
			if c.State != tenant.Unconfirmed || len(ids) > 0 && !slices.Contains(ids, c.ID) {
				continue
			}
			c.State = tenant.Active
			if err := tx.PutCampaign(c); err != nil {
				return err
			}
			confirmed++
			names = append(names, c.Code)
		}
		if confirmed == 0 {
			return nil
		}
		did.What, did.About, did.Before, did.After = "campaign.confirm", strings.Join(names, "; "), tenant.Unconfirmed.String(), tenant.Active.String()
		return tx.Log(did)
	})
	return confirmed, fault.Wrap("confirm campaigns", err)
}
