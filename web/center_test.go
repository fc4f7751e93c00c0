package web_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
	"tollkeeper/web"
)

// center is a site over the books of a sample contact center.
type center struct {
	t       *testing.T
	app     *app.App
	auth    *auth.Auth
	site    *web.Site
	now     *atomic.Int64 // microseconds that the clock is ahead of storetest's
	uploads string        // directory
	at      string
	tenants []tenant.Tenant
	calls   []byte                                    // the file of all tenants
	users   map[tenant.ID]map[tenant.Role]tenant.User // one of each role
}

const password = "mauve heron on a gate"

// newCenter fills a store with two tenants and their calls of June 2026, with a
// login for each role of each tenant, and an operator's.
func newCenter(t *testing.T, s *store.Store) *center {
	t.Helper()
	c := bareCenter(t, s)
	c.fill()
	return c
}

// bareCenter is a site over empty books.
func bareCenter(t *testing.T, s *store.Store) *center {
	t.Helper()
	c := &center{t: t, app: app.New(s), users: map[tenant.ID]map[tenant.Role]tenant.User{}, now: new(atomic.Int64), uploads: t.TempDir()}
	clock := func() when.Instant { return storetest.Now + when.Instant(c.now.Load()) }
	c.auth = auth.New(s, auth.Options{Clock: clock, Memory: 64})
	site, err := web.New(web.Options{App: c.app, Auth: c.auth, Clock: clock, Version: "test", Uploads: c.uploads})
	if err != nil {
		t.Fatal(err)
	}
	c.site = site
	server := httptest.NewServer(site)
	t.Cleanup(func() { site.Close(); server.Close() })
	c.at = server.URL
	return c
}

func (c *center) fill() {
	t, ctx := c.t, context.Background()
	t.Helper()
	full := sample.New(sample.Options{Seed: 1, Tenants: 2, Calls: 3000, First: when.DayOf(2026, 6, 1), Days: 30, DeckRows: 400})
	must(t, c.app.LoadSample(ctx, full, nil))
	var calls bytes.Buffer
	must(t, full.Calls(&calls))
	c.calls = bytes.Clone(calls.Bytes())
	_, err := c.app.ImportCalls(ctx, app.ImportCalls{Path: "calls.csv", Input: &calls}, nil)
	must(t, err)
	c.tenants, err = c.app.Store().Tenants(ctx)
	must(t, err)
	for _, tt := range c.tenants {
		c.users[tt.ID] = map[tenant.Role]tenant.User{}
		must(t, c.app.Store().Update(ctx, tt.ID, store.Interactive, func(tx *store.Tx) error {
			us, err := tx.Users()
			if err != nil {
				return err
			}
			role := tenant.Agent
			for i := range us {
				if u := &us[i]; u.State == tenant.Active && role <= tenant.Admin {
					u.Role, u.Email = role, role.String()+"@"+strconv.Itoa(int(tt.ID))+".example"
					if err := tx.PutUser(u); err != nil {
						return err
					}
					c.users[tt.ID][role] = *u
					role++
				}
			}
			return nil
		}))
		for _, u := range c.users[tt.ID] {
			c.login(tt.ID, u.ID)
		}
	}
	c.operator()
}

// operator lets an operator sign in.
func (c *center) operator() {
	c.t.Helper()
	_, err := c.auth.AddLogin(context.Background(), auth.Program("test"), auth.Login{Name: "Olga Operator", Email: "operator@example.com", Password: password})
	must(c.t, err)
}

// login lets a user sign in.
func (c *center) login(id tenant.ID, u tenant.UserID) {
	c.t.Helper()
	_, err := c.auth.AddLogin(context.Background(), auth.Program("test"), auth.Login{Tenant: id, User: u, Password: password})
	must(c.t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// visitor is a browser without script.
type visitor struct {
	c      *center
	client *http.Client
}

func (c *center) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	must(c.t, err)
	return &visitor{c, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a visitor whom the site knows, by e-mail address.
func (c *center) signedIn(email string) *visitor {
	c.t.Helper()
	v := c.visitor()
	if p := v.post("/sign-in", url.Values{"name": {email}, "password": {password}}); p.status != http.StatusSeeOther {
		c.t.Fatalf("%s cannot sign in: %d %s", email, p.status, p.body)
	}
	return v
}

// answer is a page as it came.
type answer struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) get(path string) answer { return v.do(http.MethodGet, path, "", nil) }

func (v *visitor) post(path string, form url.Values) answer {
	return v.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// do sends a request with headers, "Name", "value", ….
func (v *visitor) do(method, path, kind string, body io.Reader, headers ...string) answer {
	v.c.t.Helper()
	r, err := http.NewRequest(method, v.c.at+path, body)
	must(v.c.t, err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := v.client.Do(r)
	must(v.c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(v.c.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

// part asks for a part of a page, as the site's script does.
func (v *visitor) part(path, target string) answer {
	v.c.t.Helper()
	return v.do(http.MethodGet, path, "", nil, "HX-Request", "true", "HX-Target", target)
}

// element is a tag of a page with its attributes.
type element struct {
	name  string
	attrs map[string]string
	text  string // up to the next tag
}

var (
	tagPattern  = regexp.MustCompile(`(?s)<([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:=(?:"[^"]*"|'[^']*'))?)*)\s*/?>([^<]*)`)
	attrPattern = regexp.MustCompile(`(?s)([a-zA-Z][a-zA-Z0-9:-]*)(?:=(?:"([^"]*)"|'([^']*)'))?`)
)

// elements lists the tags of a page: enough of HTML for pages that we write
// ourselves, whose attributes are always quoted.
func (a answer) elements() (es []element) {
	for _, m := range tagPattern.FindAllStringSubmatch(a.body, -1) {
		e := element{name: m[1], attrs: map[string]string{}, text: strings.TrimSpace(m[3])}
		for _, at := range attrPattern.FindAllStringSubmatch(m[2], -1) {
			e.attrs[at[1]] = at[2] + at[3]
		}
		es = append(es, e)
	}
	return es
}

// find lists the elements of a name that have an attribute with a value.
func (a answer) find(name, attr, value string) (found []element) {
	for _, e := range a.elements() {
		if v, has := e.attrs[attr]; e.name == name && (attr == "" || has && v == value) {
			found = append(found, e)
		}
	}
	return found
}
