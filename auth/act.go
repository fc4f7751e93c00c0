package auth

import (
	"context"
	"strconv"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// ActIn lets an operator enter a tenant, or with zero leave it. Both the
// tenant's activity and the system's tell of it. The session gets another token.
func (a *Auth) ActIn(ctx context.Context, id tenant.ID) error {
	v := visitOf(ctx)
	if v == nil || !v.person.May(access.Operate) {
		return fault.New(fault.Denied, "only an operator enters a tenant")
	}
	if had := v.session.Acting; had != 0 && had != id {
		if err := a.act(ctx, v, had, 0); err != nil {
			return err
		}
	}
	if id == v.session.Acting {
		return nil
	}
	return a.act(ctx, v, id, id)
}

// act enters a tenant, becoming it, or leaves it, becoming zero.
func (a *Auth) act(ctx context.Context, v *visit, id, becoming tenant.ID) error {
	t, err := a.store.FindTenant(ctx, strconv.FormatInt(int64(id), 10))
	if err != nil {
		return err
	}
	what := "tenant.enter"
	if becoming == 0 {
		what = "tenant.leave"
	}
	// The tenant learns of it first: nobody is to be in whom it does not know of.
	inside, outside := *v.person, *v.person
	inside.ActingIn, outside.ActingIn = id, 0
	if err := a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error { return tx.Log(inside.Did(what, t.Name)) }); err != nil {
		return err
	}
	had := v.session.Acting
	v.session.Acting = becoming
	v.also = func(tx *store.Tx) error { return tx.Log(outside.Did(what, t.Name)) }
	err = a.rotate(ctx)
	if err == nil {
		_, _, err = a.sessions.Commit(ctx)
	}
	v.also = nil
	if err != nil {
		v.session.Acting = had
		return err
	}
	v.identify()
	return nil
}
