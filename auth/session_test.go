package auth_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		h.tenant("acme", "anna", tenant.Agent)
		for _, c := range []struct {
			name, password string
			idle, lifetime when.Instant
		}{
			{"olga@example.com", operatorPassword, auth.OperatorIdle, auth.OperatorLifetime},
			{"anna", annaPassword, auth.UserIdle, auth.UserLifetime},
		} {
			b := h.in(c.name, c.password)
			h.later(c.idle - 1)
			if b.person() == nil {
				t.Errorf("%s: gone before it was idle too long", c.name)
			}
			h.later(c.idle - 1) // since it was seen last
			if b.person() == nil {
				t.Errorf("%s: gone although it was used", c.name)
			}
			h.later(c.idle)
			if p := b.person(); p != nil {
				t.Errorf("%s: idle too long and still %+v", c.name, p)
			}
			b = h.in(c.name, c.password)
			for age := c.idle / 2; age < c.lifetime; age += c.idle / 2 {
				h.later(c.idle / 2)
				if b.person() == nil {
					t.Fatalf("%s: gone at the age of %d s", c.name, age/when.Second)
				}
			}
			h.later(c.idle / 2)
			if p := b.person(); p != nil {
				t.Errorf("%s: too old and still %+v", c.name, p)
			}
		}
	})
}

func TestSeenIsNotedOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.tenant("acme", "anna", tenant.Agent)
		b := h.in("anna", annaPassword)
		began := h.now()
		for _, c := range []struct{ after, want when.Instant }{
			{when.Minute - 1, 0}, {1, when.Minute}, {when.Minute - 1, when.Minute}, {2 * when.Minute, 4*when.Minute - 1},
		} {
			h.later(c.after)
			p := b.person()
			ss, err := h.Sessions(t.Context(), p, p.Login)
			if err != nil || len(ss) != 1 || ss[0].Seen-began != c.want || !ss[0].Current || ss[0].Began != began || ss[0].Agent != "Go-http-client/1.1" {
				t.Errorf("%+v, %v: want seen %d µs after", ss, err, c.want)
			}
		}
	})
}

func TestWhatIsTakenAwayIsGoneAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tn, u, login := h.tenant("acme", "anna", tenant.Admin)
		b := h.in("anna", annaPassword)
		before := b.cookie()
		u.Role = tenant.Analyst
		h.put(tn.ID, &u)
		if p := b.person(); p == nil || p.Can != access.OfRole(tenant.Analyst) || p.Role != tenant.Analyst {
			t.Fatalf("after the change of role: %+v", p)
		}
		if b.cookie().Value == before.Value {
			t.Error("privileges changed and the token did not")
		}
		if p := h.with(before).person(); p != nil {
			t.Errorf("the token of before the change is %+v's", p)
		}
		if now := b.cookie(); b.person() == nil || b.cookie().Value != now.Value {
			t.Error("the token changes each time")
		}
		u.State = tenant.Deactivated
		h.put(tn.ID, &u)
		if p := b.person(); p != nil {
			t.Errorf("deactivated and still %+v", p)
		}
		u.State = tenant.Active
		h.put(tn.ID, &u)
		if p := b.person(); p != nil {
			t.Errorf("active again: the session is back as %+v", p)
		}
		b = h.in("anna", annaPassword)
		off := true
		if err := h.ChangeLogin(t.Context(), auth.Program("test"), login, auth.Change{Off: &off}); err != nil {
			t.Fatal(err)
		}
		if p := b.person(); p != nil {
			t.Errorf("switched off and still %+v", p)
		}
		if err := b.signIn("anna", annaPassword); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
	})
}

func TestHandlerWithinHandler(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.tenant("acme", "anna", tenant.Agent)
		h.handler = h.Handler
		h.serve()
		b := h.in("anna", annaPassword)
		if p := b.person(); p == nil || p.Username != "anna" {
			t.Errorf("%+v", p)
		}
	})
}

func TestStill(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tn, u, _ := h.tenant("acme", "anna", tenant.Admin)
		b := h.in("anna", annaPassword)
		b.ask(func(ctx context.Context) {
			if still, err := h.Still(ctx); err != nil || !still {
				t.Error(still, err)
			}
			u.State = tenant.Deactivated
			h.put(tn.ID, &u)
			if still, err := h.Still(ctx); err != nil || still {
				t.Error("while the request lasted:", still, err)
			}
		})
		if still, err := h.Still(t.Context()); err != nil || still {
			t.Error("nobody:", still, err)
		}
	})
}

func TestRevoke(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		acme, _, anna := h.tenant("acme", "anna", tenant.Admin)
		bob := h.user(acme.ID, &tenant.User{Username: "bob", Role: tenant.Analyst})
		h.tenant("bolt", "cleo", tenant.Admin)
		annas, other := h.in("anna", annaPassword), h.in("anna", annaPassword)
		bobs, cleos, olgas := h.in("bob", annaPassword), h.in("cleo", annaPassword), h.in("olga@example.com", operatorPassword)
		var session int64
		for _, b := range []*browser{annas, bobs, cleos, olgas} {
			p := b.person()
			ss, err := h.Sessions(t.Context(), p, anna)
			switch {
			case p.Login == anna || p.Operator:
				if err != nil || len(ss) != 2 {
					t.Errorf("%s sees %d sessions, %v", p.Name, len(ss), err)
				}
				for _, s := range ss {
					if s.ID == other.person().Session {
						session = s.ID
					}
				}
			case p.Tenant == acme.ID:
				if !fault.Is(err, fault.Denied) {
					t.Errorf("%s sees %d sessions, %v", p.Name, len(ss), err)
				}
			case !fault.Is(err, fault.NotFound):
				t.Errorf("%s sees %d sessions, %v", p.Name, len(ss), err)
			}
		}
		if err := h.Revoke(t.Context(), bobs.person(), anna, session); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := h.Revoke(t.Context(), cleos.person(), anna, session); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := h.Revoke(t.Context(), nil, anna, session); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if other.person() == nil {
			t.Error("a refusal ended the session")
		}
		if err := h.Revoke(t.Context(), annas.person(), anna, session); err != nil {
			t.Error(err)
		}
		if other.person() != nil || annas.person() == nil {
			t.Error("the wrong session ended")
		}
		if err := h.Revoke(t.Context(), annas.person(), anna, session); !fault.Is(err, fault.NotFound) {
			t.Error("twice:", err)
		}
		if err := h.Revoke(t.Context(), annas.person(), bob, bobs.person().Session); err != nil || bobs.person() != nil {
			t.Error("an administrator ends a colleague's:", err)
		}
		if got := h.done(acme.ID); strings.Count(strings.Join(got, " "), "session.revoke") != 2 {
			t.Errorf("activity %q", got)
		}
	})
}

// TestRevokeAll ends all sessions of one login but the one that asks.
func TestRevokeAll(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		acme, _, anna := h.tenant("acme", "anna", tenant.Admin)
		bob := h.user(acme.ID, &tenant.User{Username: "bob", Role: tenant.Analyst})
		h.tenant("bolt", "cleo", tenant.Admin)
		annas, other, third := h.in("anna", annaPassword), h.in("anna", annaPassword), h.in("anna", annaPassword)
		bobs, cleos := h.in("bob", annaPassword), h.in("cleo", annaPassword)
		if err := h.RevokeAll(t.Context(), bobs.person(), anna); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := h.RevokeAll(t.Context(), cleos.person(), anna); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := h.RevokeAll(t.Context(), nil, anna); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := h.RevokeAll(t.Context(), annas.person(), anna); err != nil {
			t.Error(err)
		}
		if annas.person() == nil || other.person() != nil || third.person() != nil || bobs.person() == nil {
			t.Error("other sessions than one's own elsewhere have ended, or not all of those")
		}
		if err := h.RevokeAll(t.Context(), annas.person(), bob); err != nil || bobs.person() != nil {
			t.Error("an administrator ends all of a colleague's:", err)
		}
		if got := h.done(acme.ID); strings.Count(strings.Join(got, " "), "session.revoke") != 2 {
			t.Errorf("activity %q", got)
		}
	})
}

func TestActIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		acme, _, _ := h.tenant("acme", "anna", tenant.Admin)
		bolt, _, _ := h.tenant("bolt", "cleo", tenant.Admin)
		o := h.in("olga@example.com", operatorPassword)
		before := o.cookie()
		act := func(b *browser, id tenant.ID) (err error) {
			b.ask(func(ctx context.Context) {
				if err = h.ActIn(ctx, id); err == nil && auth.From(ctx).ActingIn != id {
					t.Error("the person does not act there yet")
				}
			})
			return err
		}
		if err := act(o, acme.ID); err != nil {
			t.Fatal(err)
		}
		if o.cookie().Value == before.Value {
			t.Error("the token is the same")
		}
		if p := o.person(); p.In() != acme.ID || p.Tenant != tenant.System || !p.Operator {
			t.Errorf("%+v", p)
		}
		if err := act(o, acme.ID); err != nil { // there already
			t.Fatal(err)
		}
		ls, err := h.Logins(t.Context(), o.person())
		if err != nil || len(ls) != 1 || ls[0].Username != "anna" {
			t.Errorf("%+v, %v", ls, err)
		}
		if err := act(o, bolt.ID); err != nil {
			t.Fatal(err)
		}
		if err := act(o, 99); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := act(o, tenant.System); err != nil || o.person().In() != tenant.System {
			t.Error(err, o.person())
		}
		if err := act(h.in("anna", annaPassword), bolt.ID); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := act(h.browser(), bolt.ID); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		both := []string{"tenant.enter", "tenant.leave"}
		for id, want := range map[tenant.ID][]string{
			acme.ID: append([]string{"login.add"}, append(both, "login.enter")...),
			bolt.ID: append([]string{"login.add"}, both...),
			0:       append([]string{"link.make", "login.add", "login.enter"}, append(both, both...)...),
		} {
			if got := h.done(id); !slices.Equal(got, want) {
				t.Errorf("activity of tenant %d: %q, want %q", id, got, want)
			}
		}
	})
}

func TestPutAndPop(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.tenant("acme", "anna", tenant.Agent)
		b := h.in("anna", annaPassword)
		b.ask(func(ctx context.Context) { h.Put(ctx, "notice", "saved") })
		for _, want := range []string{"saved", ""} {
			b.ask(func(ctx context.Context) {
				if got := h.Pop(ctx, "notice"); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		}
		nobody := h.browser()
		if r := nobody.ask(func(ctx context.Context) { h.Put(ctx, "notice", "saved") }); len(r.Cookies()) != 0 {
			t.Error("nobody has a session")
		}
		nobody.ask(func(ctx context.Context) {
			if got := h.Pop(ctx, "notice"); got != "" {
				t.Error(got)
			}
		})
	})
}
