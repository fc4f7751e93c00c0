package app

import (
	"context"
	"fmt"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// PutNumber says what one of a tenant's own numbers is to be.
type PutNumber struct {
	Tenant   tenant.ID
	New      string       // as it is dialled or in E.164; empty: Number is there and changes
	Number   phone.Number // of a change
	Unit     tenant.UnitID
	Campaign tenant.CampaignID
	Was      string         // NumberMark of what it was made from; empty: whatever it is by now
	Did      store.Activity // who does it; PutNumber fills in the rest
}

// NumberMark stands for a number with its unit and campaign as they are.
func NumberMark(n tenant.Number) string { return mark(fmt.Sprint(n.Number, n.Unit, n.Campaign)) }

// PutNumber adds or changes a number, in one transaction that the tenant's
// activity tells of. A number is in one billing unit at most: one that is in a
// unit is taken out before another gets it. All mistakes come at once as
// fault.Inputs, by the columns of ImportNumbers. A number to change that is not
// there is NotFound, one that somebody else has changed ErrStale.
func (a *App) PutNumber(ctx context.Context, o PutNumber) (n tenant.Number, err error) {
	err = a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		n, err = putNumber(tx, &o)
		return err
	})
	return n, fault.Wrap("put number", err)
}

func putNumber(tx *store.Tx, o *PutNumber) (n tenant.Number, err error) {
	had, err := loadOwnNumbers(tx)
	if err != nil {
		return n, err
	}
	n = tenant.Number{Number: o.Number, Unit: o.Unit, Campaign: o.Campaign}
	var is fault.Inputs
	wrong := func(column int, value, reason, advice string) {
		is = append(is, fault.Input{Field: numberColumns[column], Value: fault.Cut(value), Reason: reason, Advice: advice})
	}
	old, there := had.numbers[o.Number]
	if o.New != "" || o.Number == 0 {
		t, err := tx.Self()
		if err != nil {
			return n, err
		}
		dialer, err := phone.NewDialer(t.DialPlan())
		if err != nil {
			return n, err
		}
		var reason, advice string
		if n.Number, reason, advice = readNumber(o.New, dialer); reason != "" {
			wrong(numberDigits, o.New, reason, advice)
		}
		if old, there = had.numbers[n.Number]; there {
			reason = "the number " + n.Number.String() + " is there already"
			if old.Unit != 0 {
				reason += ", in the billing unit " + had.unitNames[old.Unit]
			}
			wrong(numberDigits, o.New, reason, "")
		}
	} else if !there {
		return n, fault.New(fault.NotFound, "the number %s is not one of the center's", o.Number)
	} else if o.Was != "" && o.Was != NumberMark(old) {
		return n, ErrStale
	}
	if _, known := had.unitNames[n.Unit]; n.Unit != 0 && !known {
		wrong(numberUnit, "", "there is no such billing unit", "")
	} else if there && old.Unit != 0 && n.Unit != 0 && old.Unit != n.Unit {
		wrong(numberUnit, "", "the number is in the billing unit "+had.unitNames[old.Unit], "choose none and save first, then give it to the other unit")
	}
	if n.Campaign != 0 && had.campaignCode(n.Campaign) == "" {
		wrong(numberCampaign, "", "there is no such campaign", "")
	}
	if err := is.Err(); err != nil || there && old == n {
		return n, err
	}
	if err := tx.PutNumber(n); err != nil {
		return n, err
	}
	did := o.Did
	did.What, did.About, did.After = "number.add", n.Number.String(), had.text(n)
	if there {
		did.What, did.Before = "number.change", had.text(old)
	}
	return n, tx.Log(did)
}

// DropNumber takes a number out of the center's own, in one transaction that the
// activity tells of. Calls and what they were charged stay. A number that is not
// there is NotFound.
func (a *App) DropNumber(ctx context.Context, id tenant.ID, n phone.Number, did store.Activity) error {
	return fault.Wrap("drop number", a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		had, err := loadOwnNumbers(tx)
		if err != nil {
			return err
		}
		there, err := tx.DropNumber(n)
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, "the number %s is not one of the center's", n)
		}
		did.What, did.About, did.Before = "number.drop", n.String(), had.text(had.numbers[n])
		return tx.Log(did)
	}))
}

func (o *ownNumbers) campaignCode(id tenant.CampaignID) string {
	for code, one := range o.campaigns {
		if one == id {
			return code
		}
	}
	return ""
}

// text is a number as the activity tells of it.
func (o *ownNumbers) text(n tenant.Number) string {
	text := n.Number.String()
	if n.Unit != 0 {
		text += ", billing unit " + o.unitNames[n.Unit]
	}
	if n.Campaign != 0 {
		text += ", campaign " + o.campaignCode(n.Campaign)
	}
	return text
}

// readNumber reads digits as a tenant dials them, or tells why they are no
// number of its own and what to do.
func readNumber(text string, dialer *phone.Dialer) (n phone.Number, reason, advice string) {
	const write = "write it with its country code, such as +442079460000"
	if text == "" {
		return 0, "is required", ""
	}
	n, class, why := dialer.Normalize([]byte(text))
	switch class {
	case phone.E164, phone.ShortCode:
		return n, "", ""
	case phone.Extension:
		return 0, "is an extension by the dial plan", write
	case phone.Anonymous:
		return 0, "is not a number", ""
	}
	return 0, why.String(), write
}
