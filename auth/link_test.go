package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

func TestSetUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		first, needed, err := h.SetUpLink(ctx)
		if err != nil || !needed || len(first) < 40 {
			t.Fatal(first, needed, err)
		}
		if l, err := h.Link(ctx, first); err != nil || !l.SetUp || l.Expires != h.now()+auth.LinkLifetime {
			t.Errorf("%+v, %v", l, err)
		}
		err = h.SetUp(ctx, first, auth.SetUpForm{Name: " ", Email: "olga", Password: ""})
		if !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		for _, field := range []string{"name", "email", "password"} {
			if !strings.Contains("\n"+err.Error(), "\n"+field) {
				t.Errorf("nothing about %s in %q", field, err)
			}
		}
		h.later(auth.LinkLifetime)
		olga := auth.SetUpForm{Name: "Olga", Email: "olga@example.com", Password: operatorPassword}
		if err := h.SetUp(ctx, first, olga); !fault.Is(err, fault.NotFound) {
			t.Error("too late:", err)
		}
		// Two programs have started, and two people are at it at once.
		var won atomic.Int64
		var wg sync.WaitGroup
		tokens := make([]string, 4)
		for i := range tokens {
			if tokens[i], needed, err = h.SetUpLink(ctx); err != nil || !needed {
				t.Fatal(needed, err)
			}
		}
		for i, token := range tokens {
			for j := range 2 {
				wg.Go(func() {
					f := olga
					f.Email = fmt.Sprintf("olga%d%d@example.com", i, j)
					switch err := h.SetUp(ctx, token, f); {
					case err == nil:
						won.Add(1)
					case !fault.Is(err, fault.NotFound):
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d first operators", won.Load())
		}
		if token, needed, err := h.SetUpLink(ctx); err != nil || needed || token != "" {
			t.Error(token, needed, err)
		}
	})
}

func TestReset(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		ctx := t.Context()
		tn, _, anna := h.tenant("acme", "anna", tenant.Admin)
		b := h.in("anna", annaPassword)
		token, err := h.NewReset(ctx, b.person(), anna)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := h.Link(ctx, token); err != nil || l.SetUp || l.Name != "ANNA" || l.Email != "anna@acme.example" {
			t.Errorf("%+v, %v", l, err)
		}
		if err := h.SetUp(ctx, token, auth.SetUpForm{Name: "Eve", Email: "eve@example.com", Password: operatorPassword}); !fault.Is(err, fault.NotFound) {
			t.Error("a reset link makes an operator:", err)
		}
		if err := h.Reset(ctx, token, "anna"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if b.person() == nil {
			t.Error("a mistake has ended the session")
		}
		// The link is still good, for one of many at once.
		var won atomic.Int64
		var good atomic.Value
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				password := fmt.Sprintf("%d cold plums in a bowl", i)
				switch err := h.Reset(ctx, token, password); {
				case err == nil:
					won.Add(1)
					good.Store(password)
				case !fault.Is(err, fault.NotFound):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d used one link", won.Load())
		}
		if b.person() != nil {
			t.Error("the session outlives the password")
		}
		if err := b.signIn("anna", annaPassword); !fault.Is(err, fault.Denied) {
			t.Error("the old password:", err)
		}
		if err := b.signIn("anna", good.Load().(string)); err != nil {
			t.Error("the winner's password:", err)
		}
		want := []string{"login.add", "login.enter", "link.make", "login.password", "login.refuse", "login.enter"}
		if got := h.done(tn.ID); !slices.Equal(got, want) {
			t.Errorf("activity %q, want %q", got, want)
		}
	})
}

func TestLinksEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, _, anna := h.tenant("acme", "anna", tenant.Admin)
		by := auth.Program("test")
		first, err := h.NewReset(ctx, by, anna)
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.NewReset(ctx, by, anna)
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{first, "", "nonsense", "\x00\xff", strings.Repeat("x", 9999)} {
			if err := h.Reset(ctx, token, operatorPassword); !fault.Is(err, fault.NotFound) {
				t.Errorf("%.20q: %v", token, err)
			}
		}
		h.later(auth.LinkLifetime - 1)
		if _, err := h.Link(ctx, second); err != nil {
			t.Error(err)
		}
		h.later(1)
		if _, err := h.Link(ctx, second); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := h.Reset(ctx, second, operatorPassword); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestWhoMakesResets crosses everybody with everybody's login.
func TestWhoMakesResets(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		acme, _, anna := h.tenant("acme", "anna", tenant.Admin)
		bob := h.user(acme.ID, &tenant.User{Username: "bob", Role: tenant.Finance})
		_, _, cleo := h.tenant("bolt", "cleo", tenant.Admin)
		olga := h.in("olga@example.com", operatorPassword).person()
		logins := []int64{anna, bob, cleo, olga.Login, 12345}
		const ok = fault.Internal
		for _, c := range []struct {
			by   *auth.Person
			want []fault.Kind
		}{
			{h.in("anna", annaPassword).person(), []fault.Kind{ok, ok, fault.NotFound, fault.NotFound, fault.NotFound}},
			{h.in("bob", annaPassword).person(), []fault.Kind{fault.Denied, fault.Denied, fault.NotFound, fault.NotFound, fault.NotFound}},
			{olga, []fault.Kind{ok, ok, ok, ok, fault.NotFound}},
			{nil, []fault.Kind{fault.Denied, fault.Denied, fault.Denied, fault.Denied, fault.Denied}},
		} {
			for i, login := range logins {
				token, err := h.NewReset(context.Background(), c.by, login)
				if fault.KindOf(err) != c.want[i] || (err == nil) != (c.want[i] == ok) || (token != "") != (err == nil) {
					t.Errorf("%+v, login %d: %v", c.by, i, err)
				}
			}
		}
	})
}
