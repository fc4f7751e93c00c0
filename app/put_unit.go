package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// PutUnit says what one billing unit of a tenant is to be.
type PutUnit struct {
	Tenant  tenant.ID
	Unit    tenant.Unit     // one whose ID is zero is added
	Users   []tenant.UserID // all of them
	Numbers []phone.Number  // all of them
	Was     string          // UnitMark of what it was made from; empty: whatever it is by now
	Did     store.Activity  // who does it; PutUnit fills in the rest
}

// UnitMark stands for a billing unit with its users and numbers as they are.
func UnitMark(u tenant.Unit, users []tenant.UserID, numbers []phone.Number) string {
	return mark(u.Name, fmt.Sprint(slices.Sorted(slices.Values(users)), slices.Sorted(slices.Values(numbers))))
}

// PutUnit adds or changes a billing unit with its users and numbers, in one
// transaction that the tenant's activity tells of. A number that another unit
// has is refused with that unit's name. All mistakes come at once as
// fault.Inputs. A unit that is not there is NotFound, one that somebody else has
// changed ErrStale.
func (a *App) PutUnit(ctx context.Context, o PutUnit) (u tenant.Unit, err error) {
	err = a.store.Update(ctx, o.Tenant, store.Interactive, func(tx *store.Tx) error {
		u = o.Unit // a transaction may run more than once
		b, err := openUnits(tx)
		if err != nil {
			return err
		}
		return b.put(tx, &o, &u)
	})
	return u, fault.Wrap("put billing unit", err)
}

// unitBook is a tenant's billing units at work.
type unitBook struct {
	units   []tenant.Unit
	users   []tenant.User
	numbers []tenant.Number
	in      map[tenant.UserID][]tenant.UnitID
}

func openUnits(tx *store.Tx) (b *unitBook, err error) {
	b = &unitBook{}
	if b.units, err = tx.Units(); err != nil {
		return nil, err
	}
	if b.users, err = tx.Users(); err != nil {
		return nil, err
	}
	if b.numbers, err = tx.Numbers(); err != nil {
		return nil, err
	}
	b.in, err = tx.UserUnits()
	return b, err
}

// find gives a unit by its id with what is in it.
func (b *unitBook) find(id tenant.UnitID) (u tenant.Unit, users []tenant.UserID, numbers []phone.Number, err error) {
	i := slices.IndexFunc(b.units, func(u tenant.Unit) bool { return u.ID == id })
	if i < 0 {
		return u, nil, nil, fault.New(fault.NotFound, "there is no billing unit %d", id)
	}
	for _, one := range b.users {
		if slices.Contains(b.in[one.ID], id) {
			users = append(users, one.ID)
		}
	}
	for _, n := range b.numbers {
		if n.Unit == id {
			numbers = append(numbers, n.Number)
		}
	}
	return b.units[i], users, numbers, nil
}

func (b *unitBook) put(tx *store.Tx, o *PutUnit, u *tenant.Unit) (err error) {
	var old tenant.Unit
	var users []tenant.UserID
	var numbers []phone.Number
	if u.ID != 0 {
		if old, users, numbers, err = b.find(u.ID); err != nil {
			return err
		}
		if o.Was != "" && o.Was != UnitMark(old, users, numbers) {
			return ErrStale
		}
	}
	if err := b.check(u, o.Numbers); err != nil {
		return err
	}
	if old != *u {
		if err := tx.PutUnit(u); err != nil {
			return err
		}
	}
	before, after := b.text(old, users, numbers), b.text(*u, o.Users, o.Numbers)
	if before == after {
		return nil
	}
	if err := b.move(tx, u.ID, o, users); err != nil {
		return err
	}
	did := o.Did
	did.What, did.About, did.After = "unit.add", u.Name, after
	if old.ID != 0 {
		did.What, did.Before = "unit.change", before
	}
	return tx.Log(did)
}

// move puts users and numbers into a unit, and takes out who is not to be in it.
func (b *unitBook) move(tx *store.Tx, id tenant.UnitID, o *PutUnit, had []tenant.UserID) error {
	for _, one := range b.users {
		was, is := slices.Contains(had, one.ID), slices.Contains(o.Users, one.ID)
		var err error
		switch {
		case is && !was:
			err = tx.AddUserToUnit(one.ID, id)
		case was && !is:
			err = tx.DropUserFromUnit(one.ID, id)
		}
		if err != nil {
			return err
		}
	}
	var put []tenant.Number
	for _, n := range b.numbers {
		was, is := n.Unit == id, slices.Contains(o.Numbers, n.Number)
		if was == is {
			continue
		}
		if n.Unit = 0; is {
			n.Unit = id
		}
		put = append(put, n)
	}
	return tx.PutNumbers(put)
}

// check notes what cannot be, by field.
func (b *unitBook) check(u *tenant.Unit, numbers []phone.Number) error {
	var is fault.Inputs
	wrong := func(field, value, reason string) {
		is = append(is, fault.Input{Field: field, Value: fault.Cut(value), Reason: reason})
	}
	if why := whyNoName("billing unit", u.Name, b.units, func(o tenant.Unit) bool { return o.ID != u.ID && o.Name == u.Name }); why != "" {
		wrong("name", u.Name, why)
	}
	names := map[tenant.UnitID]string{}
	for _, o := range b.units {
		names[o.ID] = o.Name
	}
	for _, n := range b.numbers {
		if n.Unit != 0 && n.Unit != u.ID && slices.Contains(numbers, n.Number) {
			wrong("numbers", n.Number.String(), fmt.Sprintf("the number %s is in the billing unit %s", n.Number, names[n.Unit]))
		}
	}
	return is.Err()
}

// text is a unit as the activity tells of it.
func (b *unitBook) text(u tenant.Unit, users []tenant.UserID, numbers []phone.Number) string {
	who, which := usernames(b.users, users), []string(nil)
	for _, n := range b.numbers {
		if slices.Contains(numbers, n.Number) {
			which = append(which, n.Number.String())
		}
	}
	parts := []string{u.Name}
	if len(who) > 0 {
		parts = append(parts, "users "+strings.Join(who, "; "))
	}
	if len(which) > 0 {
		parts = append(parts, "numbers "+strings.Join(which, "; "))
	}
	return strings.Join(parts, ", ")
}
