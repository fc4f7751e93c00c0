package auth_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// house is a place with an Auth at its door, and a clock that a test moves.
type house struct {
	*auth.Auth
	t     *testing.T
	store *store.Store
	clock *atomic.Int64
	at    string // address of its server
	// handler stands within the door; nil: none.
	handler func(http.Handler) http.Handler
	// do is what a request to the server does, once it is known who asks.
	do atomic.Pointer[func(ctx context.Context)]
}

// each opens a house on each engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			h := &house{t: t, clock: new(atomic.Int64)}
			h.clock.Store(int64(storetest.Now))
			place := storetest.Place(t, engine)
			place.Clock = h.now
			h.store = storetest.Open(t, place)
			h.Auth = auth.New(h.store, auth.Options{Clock: h.now, Memory: 64})
			h.serve()
			f(t, h)
		})
	}
}

// serve opens the house's door.
func (h *house) serve() {
	door := http.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { (*h.do.Load())(r.Context()) }))
	if h.handler != nil {
		door = h.handler(door)
	}
	server := httptest.NewServer(h.Handler(door))
	h.t.Cleanup(server.Close)
	h.at = server.URL
}

func (h *house) now() when.Instant { return when.Instant(h.clock.Load()) }

// later moves the clock.
func (h *house) later(d when.Instant) { h.clock.Add(int64(d)) }

// browser is somebody's, with its cookies.
type browser struct {
	h *house
	c *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h, &http.Client{Jar: jar}}
}

// ask has do done within a request of the browser.
func (b *browser) ask(do func(ctx context.Context)) *http.Response {
	b.h.t.Helper()
	b.h.do.Store(&do)
	r, err := b.c.Get(b.h.at)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Body.Close()
	return r
}

// person is who the browser's requests come from.
func (b *browser) person() (p *auth.Person) {
	b.h.t.Helper()
	b.ask(func(ctx context.Context) { p = auth.From(ctx) })
	return p
}

func (b *browser) signIn(name, password string) (err error) {
	b.h.t.Helper()
	b.ask(func(ctx context.Context) { _, err = b.h.SignIn(ctx, name, password, "192.0.2.7:1234") })
	return err
}

func (b *browser) signOut() {
	b.h.t.Helper()
	b.ask(func(ctx context.Context) {
		if err := b.h.SignOut(ctx); err != nil {
			b.h.t.Error(err)
		}
	})
}

// cookie is the session's.
func (b *browser) cookie() *http.Cookie {
	b.h.t.Helper()
	at, err := url.Parse(b.h.at)
	if err != nil {
		b.h.t.Fatal(err)
	}
	cs := b.c.Jar.Cookies(at)
	if len(cs) != 1 {
		b.h.t.Fatalf("%d cookies", len(cs))
	}
	return cs[0]
}

// in is a browser that somebody has signed in with.
func (h *house) in(name, password string) *browser {
	h.t.Helper()
	b := h.browser()
	if err := b.signIn(name, password); err != nil {
		h.t.Fatal(err)
	}
	return b
}

const (
	operatorPassword = "gravel under nine boots"
	annaPassword     = "seven herons wade east"
)

// setUp makes the first operator.
func (h *house) setUp() {
	h.t.Helper()
	token, needed, err := h.SetUpLink(h.t.Context())
	if err != nil || !needed {
		h.t.Fatal(needed, err)
	}
	if err := h.SetUp(h.t.Context(), token, auth.SetUpForm{Name: "Olga Keeper", Email: "olga@example.com", Password: operatorPassword}); err != nil {
		h.t.Fatal(err)
	}
}

// tenant makes a tenant with one user of a role, who has a login.
func (h *house) tenant(name, username string, role tenant.Role) (tenant.Tenant, tenant.User, int64) {
	h.t.Helper()
	ctx := h.t.Context()
	tn := tenant.Tenant{Name: name, Currency: "USD", Zone: "UTC"}
	if err := h.store.AddTenant(ctx, &tn); err != nil {
		h.t.Fatal(err)
	}
	u := tenant.User{Username: username, Display: strings.ToUpper(username), Email: username + "@" + name + ".example", Role: role}
	id := h.user(tn.ID, &u)
	return tn, u, id
}

// user keeps a tenant's user, who gets a login.
func (h *house) user(id tenant.ID, u *tenant.User) int64 {
	h.t.Helper()
	h.put(id, u)
	login, err := h.AddLogin(h.t.Context(), auth.Program("test"), auth.Login{Tenant: id, User: u.ID, Password: annaPassword})
	if err != nil {
		h.t.Fatal(err)
	}
	return login
}

func (h *house) put(id tenant.ID, u *tenant.User) {
	h.t.Helper()
	if err := h.store.Update(h.t.Context(), id, store.Interactive, func(tx *store.Tx) error { return tx.PutUser(u) }); err != nil {
		h.t.Fatal(err)
	}
}

// done lists what a tenant's activity tells, oldest first, and checks its chain.
func (h *house) done(id tenant.ID) (what []string) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), id, func(tx *store.Tx) error {
		if _, err := tx.VerifyActivity(); err != nil {
			return err
		}
		as, err := tx.Activities(store.ActivityFilter{})
		for _, a := range as {
			what = append([]string{a.What}, what...)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return what
}
