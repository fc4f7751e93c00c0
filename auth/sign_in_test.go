package auth_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		tn, u, login := h.tenant("acme", "anna", tenant.Finance)
		b := h.browser()
		if p := b.person(); p != nil {
			t.Fatalf("nobody is %+v", p)
		}
		if err := b.signIn("ANNA@acme.example ", annaPassword); err != nil {
			t.Fatal(err)
		}
		p := b.person()
		if p == nil || p.Login != login || p.Tenant != tn.ID || p.User != u.ID || p.Name != "ANNA" || p.Operator ||
			p.Can != access.OfRole(tenant.Finance) || p.In() != tn.ID || p.Address != "127.0.0.1" {
			t.Fatalf("signed in as %+v", p)
		}
		b.signOut()
		if p := b.person(); p != nil {
			t.Fatalf("signed out and still %+v", p)
		}
		b.signOut() // nobody: no error
		o := h.in("olga@example.com", operatorPassword)
		if p := o.person(); p == nil || !p.Operator || !p.May(access.Operate) || p.In() != tenant.System {
			t.Fatalf("the operator is %+v", p)
		}
		// Another person in the same browser.
		if err := o.signIn("anna", annaPassword); err != nil || o.person().Login != login {
			t.Fatal(err, o.person())
		}
		if got, want := h.done(tn.ID), []string{"login.add", "login.enter", "login.leave", "login.enter"}; !slices.Equal(got, want) {
			t.Errorf("the tenant's activity is %q, want %q", got, want)
		}
		if got, want := h.done(tenant.System), []string{"link.make", "login.add", "login.enter", "login.leave"}; !slices.Equal(got, want) {
			t.Errorf("the system's activity is %q, want %q", got, want)
		}
	})
}

func TestRefusalsAreAlike(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		tn, _, _ := h.tenant("acme", "anna", tenant.Admin)
		h.user(tn.ID, &tenant.User{Username: "dora", Email: "dora@acme.example", State: tenant.Deactivated})
		h.user(tn.ID, &tenant.User{Username: "uwe", State: tenant.Unconfirmed})
		fresh := tenant.User{Username: "fred"}
		h.put(tn.ID, &fresh)
		if _, err := h.AddLogin(t.Context(), auth.Program("test"), auth.Login{Tenant: tn.ID, User: fresh.ID}); err != nil {
			t.Fatal(err)
		}
		h.tenant("bolt", "same", tenant.Agent)
		h.tenant("cape", "same", tenant.Agent)
		texts := map[string]bool{}
		for _, c := range []struct{ name, password string }{
			{"anna@acme.example", "wrong wrong wrong"},
			{"anna@acme.example", ""},
			{"anna@acme.example", annaPassword + " "},
			{"anna@acme.example", strings.Repeat("x", auth.MaxPassword+1)},
			{"nobody@acme.example", annaPassword},
			{"dora", annaPassword},
			{"uwe", annaPassword},
			{"fred", ""},
			{"same", annaPassword},
			{"acme/same", annaPassword},
			{"", annaPassword},
			{"", ""},
			{"\x00\xff", annaPassword},
			{strings.Repeat("long", 9999), annaPassword},
		} {
			err := h.browser().signIn(c.name, c.password)
			if !fault.Is(err, fault.Denied) {
				t.Errorf("%.40q, %.40q: %v", c.name, c.password, err)
				continue
			}
			texts[err.Error()] = true
		}
		if len(texts) != 1 {
			t.Errorf("the answers differ: %v", texts)
		}
		if n := strings.Count(strings.Join(h.done(tn.ID), " "), "login.refuse"); n != 7 {
			t.Errorf("%d refusals in the tenant's activity, want 7", n)
		}
		if n := strings.Count(strings.Join(h.done(tenant.System), " "), "login.refuse"); n != 7 {
			t.Errorf("%d refusals in the system's activity, want 7", n)
		}
		// Where a username is several people's, the tenant's name tells whose.
		if b := h.in("Cape/Same", annaPassword); b.person() == nil {
			t.Error("nobody came in by tenant and username")
		}
		// A tenant's name may hold a slash.
		h.tenant("a/b", "zoe", tenant.Agent)
		h.in("a/b/zoe", annaPassword)
	})
}

func TestActivityHoldsNoSecret(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		tn, _, login := h.tenant("acme", "anna", tenant.Admin)
		b := h.in("anna", annaPassword)
		if err := b.signIn("my secret pass phrase", "anna"); !fault.Is(err, fault.Denied) { // fields mixed up
			t.Fatal(err)
		}
		token, err := h.NewReset(t.Context(), auth.Program("test"), login)
		if err != nil {
			t.Fatal(err)
		}
		key, _, err := h.NewKey(t.Context(), b.person(), "switch", access.Of(access.ViewCalls), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Reset(t.Context(), token, "under a quiet pear tree"); err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, id := range []tenant.ID{tenant.System, tn.ID} {
			if err := h.store.View(t.Context(), id, func(tx *store.Tx) error {
				as, err := tx.Activities(store.ActivityFilter{})
				for _, a := range as {
					all.WriteString(strings.Join([]string{a.Who, a.What, a.About, a.Before, a.After}, "\n"))
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, secret := range []string{annaPassword, operatorPassword, "secret pass", "pear tree", token, key, "argon2id"} {
			if strings.Contains(all.String(), secret) {
				t.Errorf("the activity holds %q", secret)
			}
		}
	})
}

func TestTooManyAttempts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.tenant("acme", "anna", tenant.Admin)
		b := h.browser()
		for range 3 { // what is right does not count
			if err := b.signIn("anna", annaPassword); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"anna", "nobody"} { // known or not
			for i := range 10 {
				if err := b.signIn(name, "wrong"); !fault.Is(err, fault.Denied) {
					t.Fatal(i, err)
				}
			}
			err := b.signIn(name, annaPassword)
			if !fault.Is(err, fault.Busy) || auth.Wait(err) != 30 || !strings.Contains(err.Error(), "30 seconds") {
				t.Fatalf("%s: %v, wait %d", name, err, auth.Wait(err))
			}
		}
		b.ask(func(ctx context.Context) { // its owner, elsewhere
			if _, err := h.SignIn(ctx, "anna", annaPassword, "[2001:db8::1]:99"); err != nil {
				t.Error(err)
			}
		})
		h.later(30 * when.Second)
		if err := b.signIn("anna", "wrong"); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := b.signIn("anna", annaPassword); !fault.Is(err, fault.Busy) {
			t.Error(err)
		}
		h.later(30 * when.Second)
		if err := b.signIn("anna", annaPassword); err != nil {
			t.Error(err)
		}
	})
}

func TestCookie(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.tenant("acme", "anna", tenant.Admin)
		b := h.browser()
		cookies := func(do func(ctx context.Context)) []*http.Cookie { return b.ask(do).Cookies() }
		if cs := cookies(func(context.Context) {}); len(cs) != 0 {
			t.Errorf("nobody gets a cookie: %v", cs)
		}
		enter := func(ctx context.Context) {
			if _, err := h.SignIn(ctx, "anna", annaPassword, ""); err != nil {
				t.Error(err)
			}
		}
		cs := cookies(enter)
		if len(cs) != 1 {
			t.Fatal(cs)
		}
		if c := cs[0]; c.Name != "tollkeeper" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 0 || !c.Expires.IsZero() || len(c.Value) < 40 {
			t.Errorf("%+v", c)
		}
		if cs := cookies(func(context.Context) {}); len(cs) != 0 {
			t.Errorf("a request changes the cookie: %v", cs)
		}
		// Signing in again changes the token, and the old one holds no more.
		again := cookies(enter)
		if len(again) != 1 || again[0].Value == cs[0].Value {
			t.Fatal(again)
		}
		if p := h.with(cs[0]).person(); p != nil {
			t.Errorf("the token of before is %+v's", p)
		}
		thief := h.with(again[0])
		if thief.person() == nil {
			t.Fatal("the token is nobody's")
		}
		b.signOut()
		if p := thief.person(); p != nil {
			t.Errorf("the token of before signing out is %+v's", p)
		}
		if p := h.with(&http.Cookie{Name: "tollkeeper", Value: "made up"}).person(); p != nil {
			t.Errorf("a made up token is %+v's", p)
		}
	})
}

func TestSecureCookie(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Auth = auth.New(h.store, auth.Options{Clock: h.now, Memory: 64, Secure: true})
		h.serve()
		h.tenant("acme", "anna", tenant.Admin)
		cs := h.browser().ask(func(ctx context.Context) {
			if _, err := h.SignIn(ctx, "anna", annaPassword, ""); err != nil {
				t.Error(err)
			}
		}).Cookies()
		if len(cs) != 1 || !cs[0].Secure || cs[0].Name != "__Host-tollkeeper" || cs[0].Domain != "" || cs[0].Path != "/" {
			t.Error(cs)
		}
	})
}

// with is a browser that has a cookie already.
func (h *house) with(c *http.Cookie) *browser {
	b := h.browser()
	at, err := url.Parse(h.at)
	if err != nil {
		h.t.Fatal(err)
	}
	b.c.Jar.SetCookies(at, []*http.Cookie{c})
	return b
}
