package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"tollkeeper/api"
	"tollkeeper/auth"
	"tollkeeper/config"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// ofWhom are real ids of one tenant by the names that they have in routes.
type ofWhom map[string]string

var pathValue = regexp.MustCompile(`\{(\w+)(\.\.\.)?\}`)

// fill puts ids into a route's path. A name without a sample ends the test.
func (o ofWhom) fill(t *testing.T, path string) string {
	t.Helper()
	return pathValue.ReplaceAllStringFunc(path, func(name string) string {
		id, known := o[strings.Trim(name, "{.}")]
		if !known {
			t.Fatalf("%s has the path value %s: add a real one of each tenant to samples in api/door_test.go", path, name)
		}
		return id
	})
}

// samples are ids of a tenant for every path value there is.
func (s *service) samples(id tenant.ID) ofWhom {
	s.t.Helper()
	var calls listed
	s.get(s.key(id, access.ViewCalls), "/v1/calls?from=2026-05-01&to=2026-07-31&limit=1", &calls)
	return ofWhom{"id": calls.Calls[0].ID, "name": "billing"}
}

// bodies are what a route is sent that wants something; without one it gets
// nothing, and must say so.
var bodies = map[string]string{"POST /v1/usage": record}

// needs are parameters without which a route cannot answer.
func needs(path string) string {
	if strings.HasPrefix(path, "/v1/reports/") {
		return "?from=2026-06-01&to=2026-06-30"
	}
	return ""
}

func and(path, parameter string) string {
	if strings.Contains(path, "?") {
		return path + "&" + parameter
	}
	return path + "?" + parameter
}

// TestEveryDoor crosses every route with everybody: nobody, keys of each single
// scope, logins of each role, an operator, and all with another tenant's ids.
func TestEveryDoor(t *testing.T) {
	each(t, func(s *service) {
		mine, other := s.tenant(0).ID, s.tenant(1).ID
		ids := map[tenant.ID]ofWhom{mine: s.samples(mine), other: s.samples(other)}
		keys := map[access.Privilege]string{}
		for _, p := range access.Scopes() {
			keys[p] = s.key(mine, p)
		}
		all := s.key(mine, access.Scopes()...)
		operator := s.key(tenant.System, append(access.Scopes(), access.Operate)...)
		for _, d := range api.Doors() {
			what := d.Method + " " + d.Path
			body := bodies[what]
			own, theirs := ids[mine].fill(s.t, d.Path)+needs(d.Path), ids[other].fill(s.t, d.Path)+needs(d.Path)
			ask := func(who, key, path string) *httptest.ResponseRecorder {
				w := s.send(key, d.Method, path, body)
				if w.Code >= 500 {
					s.t.Errorf("%s: %s: %d %s", who, path, w.Code, w.Body)
				}
				return w
			}
			wantProblem(s.t, what+" without a key", ask("nobody", "", own), 401, "unauthenticated")
			wantProblem(s.t, what+" with a bad key", ask("nobody", "tk_12345678_x", own), 401, "unauthenticated")
			for p, key := range keys {
				w := ask(p.String(), key, own)
				if may := access.Of(p).HasAny(d.Need...); may == (w.Code == 403) || w.Code == 401 {
					s.t.Errorf("%s with a key for %s: %d %s", what, p, w.Code, w.Body)
				}
			}
			if w := ask("all scopes", all, own); w.Code == 401 || w.Code == 403 || d.Method == "GET" && d.Path != "/v1/reports/{name}" && w.Code != 200 {
				s.t.Errorf("%s with every scope: %d %s", what, w.Code, w.Body)
			}
			if theirs != own {
				wantProblem(s.t, what+" of another tenant", ask("all scopes", all, theirs), 404, "not_found")
			}
			// A route that is about a tenant takes an operator's word whose; that of
			// another tenant's key is none.
			if w := ask("all scopes", all, and(own, "tenant="+itoa(other))); w.Code != 404 && w.Code != 422 {
				s.t.Errorf("%s says that it is another tenant: %d %s", what, w.Code, w.Body)
			}
			if w := ask("operator", operator, and(theirs, "tenant="+itoa(other))); w.Code == 401 || w.Code == 403 {
				s.t.Errorf("%s as operator: %d %s", what, w.Code, w.Body)
			}
		}
	})
}

// TestEveryDoorByBrowser asks with the session of a browser, of each role.
func TestEveryDoorByBrowser(t *testing.T) {
	each(t, func(s *service) {
		mine := s.tenant(0)
		ids := s.samples(mine.ID)
		for _, role := range []tenant.Role{tenant.Admin, tenant.Finance, tenant.Supervisor, tenant.Analyst, tenant.Agent} {
			cookie := s.signIn(mine, role)
			for _, d := range api.Doors() {
				r := httptest.NewRequest(d.Method, ids.fill(s.t, d.Path)+needs(d.Path), strings.NewReader(bodies[d.Method+" "+d.Path]))
				r.AddCookie(cookie)
				w := httptest.NewRecorder()
				s.handler.ServeHTTP(w, r)
				if may := access.OfRole(role).HasAny(d.Need...); may == (w.Code == 403) || w.Code == 401 || w.Code >= 500 {
					s.t.Errorf("%s: %s %s: %d %s", role, d.Method, d.Path, w.Code, w.Body)
				}
			}
		}
	})
}

// signIn makes a login for a user of a role and gives the cookie that it gets.
func (s *service) signIn(of tenant.Tenant, role tenant.Role) (cookie *http.Cookie) {
	s.t.Helper()
	const password = "mauve heron on a gate"
	u := tenant.User{Username: "test-" + role.String(), Email: fmt.Sprintf("test-%s@example.com", role), Display: "Test " + role.String(), Role: role, State: tenant.Active}
	by := auth.Program("test")
	by.ActingIn = of.ID
	if err := s.store.Update(s.t.Context(), of.ID, store.Interactive, func(tx *store.Tx) error { return tx.PutUser(&u) }); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.auth.AddLogin(s.t.Context(), by, auth.Login{Tenant: of.ID, User: u.ID, Password: password}); err != nil {
		s.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.auth.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := s.auth.SignIn(r.Context(), u.Email, password, "192.0.2.1:1"); err != nil {
			s.t.Fatal(err)
		}
	})).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	for _, c := range w.Result().Cookies() {
		cookie = c
	}
	if cookie == nil {
		s.t.Fatal("no cookie")
	}
	return cookie
}

// TestLimits asks too often, as a key and as a stranger.
func TestLimits(t *testing.T) {
	each(t, func(s *service) {
		now := storetest.Now
		h := api.New(api.Options{App: s.app, Auth: s.auth, Clock: func() when.Instant { return now }, Version: "test", Limits: api.Limits{
			Keys: config.Rate{Count: 3, Window: when.Minute}, Strangers: config.Rate{Count: 2, Window: when.Second}}})
		s.handler = h
		key, other := s.key(s.tenant(0).ID, access.ViewReports), s.key(s.tenant(0).ID, access.ViewReports)
		for left := 2; left >= 0; left-- {
			w := s.send(key, "GET", "/v1/reports", "")
			if w.Code != 200 || w.Header().Get("RateLimit-Policy") != `"key";q=3;w=60` || w.Header().Get("RateLimit") != fmt.Sprintf(`"key";r=%d;t=%d`, left, 60-20*left) {
				s.t.Errorf("%d %v", w.Code, w.Header())
			}
		}
		w := s.send(key, "GET", "/v1/reports", "")
		wantProblem(s.t, "one too many", w, 429, "limited")
		if w.Header().Get("Retry-After") != "20" {
			s.t.Errorf("%v", w.Header())
		}
		if w := s.send(other, "GET", "/v1/reports", ""); w.Code != 200 {
			s.t.Errorf("another key: %d", w.Code)
		}
		for _, path := range []string{"/openapi.json", "/v1/reports"} {
			if w := s.send("", "GET", path, ""); w.Code == 429 || !strings.HasPrefix(w.Header().Get("RateLimit"), `"address"`) {
				s.t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
		}
		for _, path := range []string{"/openapi.json", "/docs", "/docs/reference.css", "/v1/reports", "/v1/nothing"} {
			wantProblem(s.t, path, s.send("", "GET", path, ""), 429, "limited")
			wantProblem(s.t, path, s.send("tk_12345678_x", "GET", path, ""), 429, "limited")
		}
		if w := s.send(other, "GET", "/v1/reports", ""); w.Code != 200 {
			s.t.Errorf("a key from an address that asks too often without: %d", w.Code)
		}
		now += 20 * when.Second
		for _, who := range []string{key, ""} {
			if w := s.send(who, "GET", "/v1/reports", ""); w.Code == 429 {
				s.t.Errorf("after the wait: %d", w.Code)
			}
		}
	})
}
