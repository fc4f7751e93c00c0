package auth_test

import (
	"slices"
	"strings"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		acme, _, _ := h.tenant("acme", "anna", tenant.Admin)
		h.tenant("bolt", "cleo", tenant.Admin)
		anna, cleo := h.in("anna", annaPassword).person(), h.in("cleo", annaPassword).person()
		secret, k, err := h.NewKey(ctx, anna, "switch", access.Of(access.ViewCalls), h.now()+when.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, k.Prefix+"_") || len(secret) < 50 || k.By != anna.Login || k.Used != 0 {
			t.Errorf("%q, %+v", secret, k)
		}
		p, err := h.ByKey(ctx, secret)
		if err != nil || p.Key != k.ID || p.Tenant != acme.ID || p.Can != access.Of(access.ViewCalls) || p.Operator || p.Login != 0 || p.Name != "API key switch" {
			t.Fatalf("%+v, %v", p, err)
		}
		wrong := "a"
		if strings.HasSuffix(secret, wrong) {
			wrong = "b"
		}
		for _, s := range []string{"", "tk_", secret[:len(secret)-1], secret + "x", k.Prefix, k.Prefix + "_", secret[:len(secret)-1] + wrong,
			strings.ToUpper(secret), "tk_00000000_" + secret[12:], k.Prefix[:8] + "\x00\xff\xfe" + secret[11:], strings.Repeat("tk_", 9999)} {
			if p, err := h.ByKey(ctx, s); !fault.Is(err, fault.Denied) || p != nil {
				t.Errorf("%.60q: %+v, %v", s, p, err)
			}
		}
		used := func() when.Instant {
			ks, err := h.Keys(ctx, anna)
			if err != nil || len(ks) != 1 {
				t.Fatal(ks, err)
			}
			return ks[0].Used
		}
		first := h.now()
		for _, c := range []struct{ after, want when.Instant }{{0, 0}, {when.Minute - 1, 0}, {1, when.Minute}} {
			h.later(c.after)
			if _, err := h.ByKey(ctx, secret); err != nil || used() != first+c.want {
				t.Errorf("used %d µs after, want %d; %v", used()-first, c.want, err)
			}
		}
		if ks, err := h.Keys(ctx, cleo); err != nil || len(ks) != 0 {
			t.Errorf("another tenant sees %+v, %v", ks, err)
		}
		if err := h.RevokeKey(ctx, cleo, k.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		h.later(when.Hour)
		if _, err := h.ByKey(ctx, secret); !fault.Is(err, fault.Denied) {
			t.Error("expired:", err)
		}
		forever, k2, err := h.NewKey(ctx, anna, "dialler", access.Of(access.ViewCalls, access.EditUsers), 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.RevokeKey(ctx, anna, k2.ID); err != nil {
				t.Error(err)
			}
		}
		if _, err := h.ByKey(ctx, forever); !fault.Is(err, fault.Denied) {
			t.Error("revoked:", err)
		}
		got := slices.Compact(h.done(acme.ID))
		if want := []string{"login.add", "login.enter", "key.add", "key.refuse", "key.add", "key.revoke", "key.refuse"}; !slices.Equal(got, want) {
			t.Errorf("activity %q, want %q", got, want)
		}
	})
}

// TestKeysOfTwoProcesses revokes a key in one process while another lets it in.
func TestKeysOfTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, _, _ = h.tenant("acme", "anna", tenant.Admin)
		anna := h.in("anna", annaPassword).person()
		other := auth.New(h.store, auth.Options{Clock: h.now, Memory: 64})
		secret, k, err := h.NewKey(t.Context(), anna, "switch", access.Of(access.ViewCalls), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []*auth.Auth{h.Auth, other, h.Auth, other} {
			if p, err := a.ByKey(t.Context(), secret); err != nil || p.Key != k.ID {
				t.Fatal(p, err)
			}
		}
		if err := h.RevokeKey(t.Context(), anna, k.ID); err != nil {
			t.Fatal(err)
		}
		if p, err := h.ByKey(t.Context(), secret); !fault.Is(err, fault.Denied) {
			t.Errorf("where it was revoked: %+v, %v", p, err)
		}
		h.later(when.Second)
		if p, err := other.ByKey(t.Context(), secret); !fault.Is(err, fault.Denied) {
			t.Errorf("a second later in the other process: %+v, %v", p, err)
		}
	})
}

// TestRefusedKeysDoNotFillTheBooks tries a revoked key again and again.
func TestRefusedKeysDoNotFillTheBooks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		acme, _, _ := h.tenant("acme", "anna", tenant.Admin)
		anna := h.in("anna", annaPassword).person()
		secret, k, err := h.NewKey(t.Context(), anna, "switch", access.Of(access.ViewCalls), 0)
		if err == nil {
			err = h.RevokeKey(t.Context(), anna, k.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if _, err := h.ByKey(t.Context(), secret); !fault.Is(err, fault.Denied) {
				t.Fatal(err)
			}
		}
		if n := strings.Count(strings.Join(h.done(acme.ID), " "), "key.refuse"); n != 5 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestWhoMakesKeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		ctx := t.Context()
		acme, _, annasLogin := h.tenant("acme", "anna", tenant.Admin)
		h.user(acme.ID, &tenant.User{Username: "bob", Role: tenant.Finance})
		anna, bob := h.in("anna", annaPassword).person(), h.in("bob", annaPassword).person()
		olga := h.in("olga@example.com", operatorPassword).person()
		inside := *olga
		inside.ActingIn = acme.ID
		for _, c := range []struct {
			why    string
			by     *auth.Person
			name   string
			scopes access.Set
			after  when.Instant
			want   fault.Kind
		}{
			{"nobody", nil, "x", access.Of(access.ViewCalls), 0, fault.Denied},
			{"without the privilege", bob, "x", access.Of(access.ViewReports), 0, fault.Denied},
			{"the operator's", anna, "x", access.Of(access.Operate), 0, fault.Invalid},
			{"the operator's, inside a tenant", &inside, "x", access.Of(access.Operate), 0, fault.Invalid},
			{"nothing", anna, "x", 0, 0, fault.Invalid},
			{"what does not exist", anna, "x", 1 << 30, 0, fault.Invalid},
			{"no name", anna, "", access.Of(access.ViewCalls), 0, fault.Invalid},
			{"over already", anna, "x", access.Of(access.ViewCalls), -1, fault.Invalid},
		} {
			expires := c.after
			if expires != 0 {
				expires += h.now()
			}
			if secret, _, err := h.NewKey(ctx, c.by, c.name, c.scopes, expires); !fault.Is(err, c.want) || secret != "" {
				t.Errorf("%s: %v", c.why, err)
			}
		}
		if _, err := h.Keys(ctx, bob); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if err := h.RevokeKey(ctx, bob, 1); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		system, _, err := h.NewKey(ctx, olga, "provisioning", access.Of(access.Operate), 0)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := h.ByKey(ctx, system); err != nil || !p.Operator || p.In() != tenant.System || !p.May(access.Operate) {
			t.Errorf("%+v, %v", p, err)
		}
		// A key that looks after users is no way to an administrator's login.
		users, _, err := h.NewKey(ctx, anna, "users", access.Of(access.EditUsers), 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.ByKey(ctx, users)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.NewReset(ctx, p, annasLogin); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		root := tenant.User{Username: "root", Role: tenant.Admin}
		h.put(acme.ID, &root)
		if _, err := h.AddLogin(ctx, p, auth.Login{Tenant: acme.ID, User: root.ID}); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if ss, err := h.Sessions(ctx, p, annasLogin); !fault.Is(err, fault.Denied) {
			t.Error(ss, err)
		}
		agent := tenant.User{Username: "agent", Role: tenant.Agent}
		h.put(acme.ID, &agent)
		if _, err := h.AddLogin(ctx, p, auth.Login{Tenant: acme.ID, User: agent.ID}); err != nil {
			t.Error(err)
		}
	})
}
