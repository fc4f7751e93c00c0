package auth

import (
	"context"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Session is somebody's being signed in with one browser.
type Session struct {
	ID      int64
	Began   when.Instant
	Seen    when.Instant // last, to the minute
	Ends    when.Instant // unless it is used before
	Address string
	Agent   string // as the browser calls itself
	Current bool   // the one that asks
}

// Sessions lists the sessions of a login that are not over, the last seen first:
// one's own, or with Edit Users those of others.
func (a *Auth) Sessions(ctx context.Context, by *Person, login int64) (ss []Session, err error) {
	l, err := a.reachOwn(ctx, by, login)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	err = a.store.View(ctx, l.Tenant, func(tx *store.Tx) error {
		all, err := tx.Sessions(l.ID)
		for i := range all {
			if s := &all[i]; !over(s, &l, now) {
				ss = append(ss, Session{ID: s.ID, Began: s.Created, Seen: s.Seen, Ends: min(s.Expires, s.Seen+idle(&l)),
					Address: s.Address, Agent: s.Agent, Current: s.ID == by.Session})
			}
		}
		return err
	})
	return ss, err
}

// Revoke ends a session of a login: one's own, or with Edit Users that of
// another. Its next request finds nobody.
func (a *Auth) Revoke(ctx context.Context, by *Person, login, session int64) error {
	l, err := a.reachOwn(ctx, by, login)
	if err != nil {
		return err
	}
	return a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		had, err := tx.EndSession(l.ID, session)
		if err != nil {
			return err
		}
		if !had {
			return fault.New(fault.NotFound, "there is no such session: it may have ended by itself")
		}
		return tx.Log(by.Did("session.revoke", personOf(&l).Name))
	})
}

// RevokeAll ends all sessions of a login but the one that asks: one's own
// elsewhere, or with Edit Users those of another.
func (a *Auth) RevokeAll(ctx context.Context, by *Person, login int64) error {
	l, err := a.reachOwn(ctx, by, login)
	if err != nil {
		return err
	}
	return a.store.Update(ctx, l.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := tx.EndSessions(l.ID, by.Session); err != nil {
			return err
		}
		return tx.Log(by.Did("session.revoke", "all of "+personOf(&l).Name))
	})
}
