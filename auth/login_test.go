package auth_test

import (
	"context"
	"slices"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

func TestAddLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		ctx := t.Context()
		acme, _, _ := h.tenant("acme", "anna", tenant.Admin)
		bolt, cleo, _ := h.tenant("bolt", "cleo", tenant.Admin)
		bob := tenant.User{Username: "bob", Email: "bob@acme.example", Role: tenant.Finance}
		h.put(acme.ID, &bob)
		anna := h.in("anna", annaPassword).person()
		olga := h.in("olga@example.com", operatorPassword).person()
		for _, c := range []struct {
			why  string
			by   *auth.Person
			n    auth.Login
			want fault.Kind
		}{
			{"nobody", nil, auth.Login{Tenant: acme.ID, User: bob.ID}, fault.Denied},
			{"another tenant", anna, auth.Login{Tenant: bolt.ID, User: cleo.ID, Email: "x@example.com"}, fault.NotFound},
			{"an operator, by a tenant's administrator", anna, auth.Login{Name: "Eve", Email: "eve@example.com"}, fault.NotFound},
			{"no such user", anna, auth.Login{Tenant: acme.ID, User: 99}, fault.NotFound},
			{"no user", anna, auth.Login{Tenant: acme.ID, Email: "x@example.com"}, fault.Invalid},
			{"a weak password", anna, auth.Login{Tenant: acme.ID, User: bob.ID, Password: "bob bob bob bob"}, fault.Invalid},
			{"a bad address", anna, auth.Login{Tenant: acme.ID, User: bob.ID, Email: "Bob <bob@acme.example>"}, fault.Invalid},
			{"an address that is taken", anna, auth.Login{Tenant: acme.ID, User: bob.ID, Email: "CLEO@bolt.example"}, fault.Conflict},
			{"no such tenant", olga, auth.Login{Tenant: 99, User: 1}, fault.NotFound},
			{"an operator without a name", olga, auth.Login{Email: "otto@example.com"}, fault.Invalid},
		} {
			if id, err := h.AddLogin(ctx, c.by, c.n); !fault.Is(err, c.want) || id != 0 {
				t.Errorf("%s: %d, %v", c.why, id, err)
			}
		}
		id, err := h.AddLogin(ctx, anna, auth.Login{Tenant: acme.ID, User: bob.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.AddLogin(ctx, anna, auth.Login{Tenant: acme.ID, User: bob.ID, Email: "other@example.com"}); !fault.Is(err, fault.Conflict) {
			t.Error("twice:", err)
		}
		ls, err := h.Logins(ctx, anna)
		if err != nil || len(ls) != 2 || ls[1].ID != id || ls[1].Ready || ls[1].Off || ls[1].Email != "bob@acme.example" || ls[1].Role != tenant.Finance || !ls[0].Ready || ls[0].SignedIn != h.now() {
			t.Errorf("%+v, %v", ls, err)
		}
		// The first password comes by a link.
		token, err := h.NewReset(ctx, anna, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Reset(ctx, token, "nine lamps burn low"); err != nil {
			t.Fatal(err)
		}
		bobs := h.in("bob@acme.example", "nine lamps burn low").person()
		if _, err := h.Logins(ctx, bobs); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if _, err := h.AddLogin(ctx, bobs, auth.Login{Tenant: acme.ID, User: bob.ID}); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if _, err := h.AddLogin(ctx, olga, auth.Login{Name: "Otto", Email: "otto@example.com", Password: operatorPassword}); err != nil {
			t.Fatal(err)
		}
		if p := h.in("otto@example.com", operatorPassword).person(); !p.Operator || p.Name != "Otto" {
			t.Errorf("%+v", p)
		}
	})
}

func TestChangeLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		acme, _, anna := h.tenant("acme", "anna", tenant.Admin)
		bob := h.user(acme.ID, &tenant.User{Username: "bob", Role: tenant.Analyst})
		annas, bobs := h.in("anna", annaPassword), h.in("bob", annaPassword)
		off, on, email, wrong, taken := true, false, "Robert@acme.example", "robert", "anna@acme.example"
		for _, c := range []struct {
			by    *auth.Person
			login int64
			c     auth.Change
			want  fault.Kind
		}{
			{annas.person(), anna, auth.Change{Off: &off}, fault.Conflict},
			{annas.person(), bob, auth.Change{Email: &wrong}, fault.Invalid},
			{annas.person(), bob, auth.Change{Email: &taken}, fault.Conflict},
			{bobs.person(), bob, auth.Change{Email: &email}, fault.Denied},
			{bobs.person(), anna, auth.Change{Off: &off}, fault.Denied},
			{nil, anna, auth.Change{Off: &off}, fault.Denied},
		} {
			if err := h.ChangeLogin(ctx, c.by, c.login, c.c); !fault.Is(err, c.want) {
				t.Errorf("%+v changes %d: %v", c.by, c.login, err)
			}
		}
		for _, c := range []auth.Change{{Email: &email}, {}, {Off: &off}, {Off: &on}} {
			if err := h.ChangeLogin(ctx, annas.person(), bob, c); err != nil {
				t.Error(err)
			}
		}
		if bobs.person() != nil {
			t.Error("the session outlives the login")
		}
		h.in("robert@acme.example", annaPassword)
		var rows []store.Activity
		if err := h.store.View(ctx, acme.ID, func(tx *store.Tx) (err error) {
			rows, err = tx.Activities(store.ActivityFilter{What: "login.change"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(rows) != 3 || rows[2].After != "bob, robert@acme.example, on" || rows[1].After != "bob, robert@acme.example, off" || rows[2].Who != "ANNA <anna@acme.example>" {
			t.Errorf("%+v", rows)
		}
	})
}

func TestTheLastOperatorStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		ctx, off, program := t.Context(), true, auth.Program("test")
		olga := h.in("olga@example.com", operatorPassword)
		otto, err := h.AddLogin(ctx, program, auth.Login{Name: "Otto", Email: "otto@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		login := olga.person().Login
		if err := h.ChangeLogin(ctx, program, login, auth.Change{Off: &off}); !fault.Is(err, fault.Conflict) {
			t.Error("the other one has no password yet:", err)
		}
		if olga.person() == nil {
			t.Error("the session ended all the same")
		}
		if err := h.ChangeLogin(ctx, olga.person(), otto, auth.Change{Off: &off}); err != nil {
			t.Error(err)
		}
		if _, err := h.AddLogin(ctx, program, auth.Login{Name: "Ida", Email: "ida@example.com", Password: operatorPassword}); err != nil {
			t.Fatal(err)
		}
		if err := h.ChangeLogin(ctx, program, login, auth.Change{Off: &off}); err != nil || olga.person() != nil {
			t.Error(err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		acme, _, _ := h.tenant("acme", "anna", tenant.Agent)
		b, other := h.in("anna", annaPassword), h.in("anna", annaPassword)
		change := func(b *browser, current, password string) (err error) {
			b.ask(func(ctx context.Context) { err = h.ChangePassword(ctx, current, password) })
			return err
		}
		const fresh = "a kettle sings at dawn"
		if err := change(b, "wrong", fresh); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := change(b, annaPassword, "short"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := change(h.browser(), annaPassword, fresh); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		before := b.cookie()
		if err := change(b, annaPassword, fresh); err != nil {
			t.Fatal(err)
		}
		if b.person() == nil || b.cookie().Value == before.Value || other.person() != nil || h.with(before).person() != nil {
			t.Error("one session should stay, with another token")
		}
		if err := other.signIn("anna", annaPassword); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		h.in("anna", fresh)
		want := []string{"login.add", "login.enter", "login.enter", "login.password", "login.refuse", "login.enter"}
		if got := h.done(acme.ID); !slices.Equal(got, want) {
			t.Errorf("activity %q, want %q", got, want)
		}
		for i := range 11 {
			if err := change(b, "wrong", fresh); i == 10 && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		}
	})
}

func TestProgram(t *testing.T) {
	p := auth.Program("demo")
	if !p.Operator || p.In() != tenant.System || !p.May(access.Operate) || p.Did("x.y", "z").Who != "demo" {
		t.Errorf("%+v", p)
	}
	var nobody *auth.Person
	if nobody.May(access.ViewOwnUsage) {
		t.Error("nobody may do something")
	}
	if auth.From(t.Context()) != nil {
		t.Error("somebody is there without a request")
	}
}
