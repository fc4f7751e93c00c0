package api

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/operate"
)

// personKey is where a request's context has who asks.
type personKey struct{}

// identify finds the session of a browser. A program that brings a key has
// none, and is spared looking for it.
func (s *server) identify(next http.Handler) http.Handler {
	browser := s.Auth.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || len(r.Cookies()) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		browser.ServeHTTP(w, r)
	})
}

// errStranger is somebody who is nobody.
var errStranger = fault.New(fault.Denied, "this needs an API key: send the header Authorization: Bearer tk_…")

// person is who asks: by key, else by session.
func (s *server) person(r *http.Request) (*auth.Person, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		if p := auth.From(r.Context()); p != nil {
			return p, nil
		}
		return nil, errStranger
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, errStranger
	}
	p, err := s.Auth.ByKey(r.Context(), strings.TrimSpace(secret))
	if fault.Is(err, fault.Denied) {
		return nil, &strange{err}
	} else if err != nil {
		return nil, err
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil && p.Address == "" {
		p.Address = host
	}
	return p, nil
}

// strange is a key that is not known: the same as none, with its own words.
type strange struct{ error }

func (e *strange) Unwrap() error { return e.error }

// admit is the door: here and nowhere else a route's privileges are asked.
func (s *server) admit(need []access.Privilege) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		p, err := s.person(r)
		if limit := s.allow(w, r, p); limit != nil {
			err = limit
		}
		if err == nil && !p.Can.HasAny(need...) {
			err = fault.New(fault.Denied, "that needs the privilege %s, which this key or login has not", need[0].Title())
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		operate.SetTenant(r.Context(), p.In())
		next(huma.WithValue(ctx, personKey{}, p))
	}
}

// asking is who asks, past the door.
func asking(ctx context.Context) *auth.Person { return ctx.Value(personKey{}).(*auth.Person) }

// Whose is the parameter by which an operator says whose things are meant.
type Whose struct {
	Tenant string `query:"tenant" doc:"For operators: whose, by name or id. A tenant's key needs none."`
}

// tenant is whose things a request is about. Another tenant's are not there at
// all for those who belong to one.
func (s *server) tenant(ctx context.Context, w Whose) (tenant.Tenant, error) {
	p := asking(ctx)
	if w.Tenant == "" {
		if p.In() == tenant.System {
			return tenant.Tenant{}, fault.Inputs{{Field: "tenant", Reason: "an operator has to say whose", Advice: "add ?tenant=NAME"}}
		}
		return s.App.Store().FindTenant(ctx, itoa(int64(p.In())))
	}
	t, err := s.App.Store().FindTenant(ctx, w.Tenant)
	if fault.Is(err, fault.NotFound) || err == nil && t.ID != p.In() && !(p.Operator && p.Can.Has(access.Operate)) {
		return tenant.Tenant{}, fault.New(fault.NotFound, "there is no tenant %q", fault.Cut(w.Tenant))
	}
	operate.SetTenant(ctx, t.ID)
	return t, err
}
