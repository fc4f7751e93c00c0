package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
	"tollkeeper/web"
)

// ofWhom are real ids of one tenant by the names that they have in routes.
type ofWhom map[string]string

var pathValue = regexp.MustCompile(`\{(\w+|\$)\}`)

// fill puts ids into a route's path. A name without a sample ends the test.
func (o ofWhom) fill(t *testing.T, path string) string {
	t.Helper()
	return pathValue.ReplaceAllStringFunc(path, func(name string) string {
		id, known := o[strings.Trim(name, "{}")]
		if !known {
			t.Fatalf("%s has the path value %s: add a real one of each tenant to samples in web/routes_test.go", path, name)
		}
		return id
	})
}

// constant are path values that are the same for every tenant: words, not ids.
var constant = []string{"file", "lines", "list", "owner", "day", "$"}

// samples makes a thing of each kind for a tenant and gives their ids. Numbers
// are such that no thing in not has them, so that a thing of another tenant is
// asked for by a number that is none of one's own.
func (c *center) samples(t tenant.Tenant, not ofWhom) ofWhom {
	c.t.Helper()
	admin := c.signedIn(c.users[t.ID][tenant.Admin].Email)
	at := fmt.Sprintf("/t/%d", t.ID)
	ids := ofWhom{"tenant": strconv.Itoa(int(t.ID)), "file": "billing.csv", "lines": "refused.csv", "list": "users", "owner": "own", "$": ""}
	last := func(a answer) string {
		c.t.Helper()
		to := a.header.Get("Location")
		if a.status != http.StatusSeeOther {
			c.t.Fatalf("%d\n%s", a.status, a.body)
		}
		return to[strings.LastIndexByte(to, '/')+1:]
	}
	card := ""
	for n := 0; ids["card"] == "" || ids["card"] == not["card"]; n++ {
		card = "card " + strconv.Itoa(n)
		ids["card"] = last(publish(c.t, admin, at, card, "prefix,rate\n44,0.01\n", nil))
	}
	for n := 0; ids["assignment"] == "" || ids["assignment"] == not["assignment"]; n++ {
		ids["assignment"] = c.assigned(app.AssignCard{Tenant: ids["tenant"], Card: card, To: app.AssignTo{Scope: rating.Tenant, Kind: usage.Kinds()[n]}})
	}
	ids["deck"] = last(send(admin, at, "card 0", "prefix,rate\n44,0.02\n", nil))
	calls := admin.get(at + "/calls?from=2026-06-01&to=2026-06-30")
	link := regexp.MustCompile(at + `/calls/([^/"?]+)/([^/"?]+)`).FindStringSubmatch(calls.body)
	if link == nil {
		c.t.Fatalf("no calls\n%s", calls.body)
	}
	ids["day"], ids["call"] = link[1], link[2]
	for n := 0; ids["run"] == "" || ids["run"] == not["run"]; n++ {
		a := admin.upload(at+"/imports", "more.csv", fmt.Appendf(nil, "call_id,called,started_at,answered_at,ended_at,kind\nx%d,+442079460123,2026-06-01T10:00:00Z,,2026-06-01T10:01:05Z,manual\n", n), nil)
		ids["work"] = last(a)
		if a := admin.get(at + "/imports/work/" + ids["work"] + "/events"); !strings.Contains(a.body, `"done":true`) { // waits for it
			c.t.Fatalf("the import does not end: %s", a.body)
		}
		ids["run"] = last(admin.get(at + "/imports/work/" + ids["work"]))
	}
	must(c.t, c.app.Store().Update(c.t.Context(), t.ID, store.Interactive, func(tx *store.Tx) error {
		u := tenant.User{Username: "sample", Role: tenant.Agent, State: tenant.Active}
		highest, _ := strconv.Atoi(not["user"]) // it was the last that was made; "" is none
		for n := 0; int(u.ID) <= highest; n++ {
			u.ID, u.Username, u.Email = 0, fmt.Sprint("sample ", n), fmt.Sprintf("sample%d@%d.example", n, t.ID)
			if err := tx.PutUser(&u); err != nil {
				return err
			}
		}
		ids["user"] = strconv.Itoa(int(u.ID))
		return nil
	}))
	c.directorySamples(t, ids, not)
	return ids
}

// assigned assigns a card and gives the assignment's number.
func (c *center) assigned(o app.AssignCard) string {
	c.t.Helper()
	o.Did = auth.Program("test").Did("card.assign", "")
	done, err := c.app.AssignCard(c.t.Context(), o)
	must(c.t, err)
	return strconv.Itoa(int(done.ID))
}

// directorySamples makes a team, a campaign, a number and a billing unit of a
// tenant, whose ids or digits no other tenant has.
func (c *center) directorySamples(t tenant.Tenant, ids, not ofWhom) {
	c.t.Helper()
	each := func(name string, one func(tx *store.Tx, n int) (int, error)) {
		for n := 0; ids[name] == "" || ids[name] == not[name]; n++ {
			must(c.t, c.app.Store().Update(c.t.Context(), t.ID, store.Interactive, func(tx *store.Tx) error {
				id, err := one(tx, n)
				ids[name] = strconv.Itoa(id)
				return err
			}))
		}
	}
	each("team", func(tx *store.Tx, n int) (int, error) {
		x := tenant.Team{Name: fmt.Sprint("team ", n)}
		err := tx.PutTeam(&x)
		return int(x.ID), err
	})
	each("campaign", func(tx *store.Tx, n int) (int, error) {
		x := tenant.Campaign{Code: fmt.Sprint("campaign ", n)}
		err := tx.PutCampaign(&x)
		return int(x.ID), err
	})
	each("unit", func(tx *store.Tx, n int) (int, error) {
		x := tenant.Unit{Name: fmt.Sprint("unit ", n)}
		err := tx.PutUnit(&x)
		return int(x.ID), err
	})
	each("number", func(tx *store.Tx, n int) (int, error) {
		digits := 442079460100 + 10*int(t.ID) + n
		return digits, tx.PutNumber(tenant.Number{Number: phone.MustParse("+" + strconv.Itoa(digits))})
	})
}

// again puts back what a visitor before may have removed.
func (c *center) again(t tenant.ID, ids ofWhom) {
	c.t.Helper()
	team, err := strconv.Atoi(ids["team"])
	must(c.t, err)
	must(c.t, c.app.Store().Update(c.t.Context(), t, store.Interactive, func(tx *store.Tx) error {
		if err := tx.PutNumber(tenant.Number{Number: phone.MustParse("+" + ids["number"])}); err != nil {
			return err
		}
		return tx.PutTeam(&tenant.Team{ID: tenant.TeamID(team), Name: "team again"})
	}))
}

// ofSystem makes things of the operator's own.
func (c *center) ofSystem() ofWhom {
	c.t.Helper()
	operator := c.signedIn("operator@example.com")
	done := publish(c.t, operator, "/operator", "wholesale", "prefix,rate\n44,0.01\n", map[string]string{"currency": "USD"}).header.Get("Location")
	deck := send(operator, "/operator", "wholesale", "prefix,rate\n44,0.02\n", nil).header.Get("Location")
	mixed := operator.upload("/operator/imports", "all.csv", []byte("tenant,call_id,called,started_at,answered_at,ended_at,kind\nnobody's,1,+442079460123,2026-06-01T10:00:00Z,,2026-06-01T10:01:05Z,manual\n"), nil).header.Get("Location")
	if a := operator.get(mixed + "/events"); !strings.Contains(a.body, `"done":true`) { // waits for it
		c.t.Fatalf("the operator's import does not end: %s", a.body)
	}
	run := operator.get(mixed).header.Get("Location")
	last := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	logins, err := c.auth.Logins(c.t.Context(), auth.Program("test"))
	must(c.t, err)
	assignment := c.assigned(app.AssignCard{Card: "wholesale", To: app.AssignTo{Kind: usage.Callback}})
	return ofWhom{"assignment": assignment, "id": strconv.Itoa(int(c.tenants[0].ID)), "login": strconv.FormatInt(logins[0].ID, 10), "owner": "system", "lines": "refused.csv", "card": last(done), "deck": last(deck), "work": last(mixed), "run": last(run)}
}

// someone is a visitor of the matrix.
type someone struct {
	name     string
	email    string // empty: nobody
	can      access.Set
	operator bool
}

// everybody are a user of each role of a tenant, an operator and nobody.
func (c *center) everybody(id tenant.ID) []someone {
	all := []someone{{name: "nobody"}, {"operator", "operator@example.com", access.Operator(), true}}
	for role, u := range c.users[id] {
		all = append(all, someone{role.String(), u.Email, access.OfRole(role), false})
	}
	return all
}

func (c *center) as(s *someone) *visitor {
	if s.email == "" {
		return c.visitor()
	}
	return c.signedIn(s.email)
}

// ask makes the request of a door: a POST brings an empty form.
func (v *visitor) ask(method, path string) answer {
	if method == http.MethodPost {
		return v.post(path, url.Values{})
	}
	return v.get(path)
}

// TestEveryDoor crosses every route of the site with everybody, with their own
// tenant's ids and with another one's: the answer is what core/access says.
func TestEveryDoor(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			c := newCenter(t, storetest.Open(t, storetest.Place(t, engine)))
			mine := c.samples(c.tenants[0], nil)
			theirs := c.samples(c.tenants[1], mine)
			system := c.ofSystem()
			for _, who := range c.everybody(c.tenants[0].ID) {
				c.again(c.tenants[0].ID, mine)
				for _, d := range web.Doors() {
					m := matrix{t, c, &who, d, mine, theirs}
					if strings.Contains(d.Pattern, " /operator") {
						m.mine = system
					}
					m.own()
					m.others()
				}
			}
		})
	}
}

// matrix is one visitor at one door.
type matrix struct {
	t            *testing.T
	c            *center
	who          *someone
	door         web.Door
	mine, theirs ofWhom
}

func (m *matrix) errorf(path string, a answer, want string) {
	m.t.Helper()
	m.t.Errorf("%s: %s (%s): %d to %q, want %s: %s", m.who.name, m.door.Pattern, path, a.status, a.header.Get("Location"), want, a.heading())
}

// heading is what a page says that it is.
func (a answer) heading() (text string) {
	for _, e := range a.elements() {
		if e.name == "h1" || e.name == "title" {
			text += e.text + ". "
		}
	}
	return text
}

// refused tells whether an answer is the right refusal, where there is to be one.
func (m *matrix) refused(path string, a answer) bool {
	m.t.Helper()
	switch {
	case a.status >= 500:
		m.errorf(path, a, "no error of ours")
	case m.door.Need == nil:
		return false
	case m.who.email == "":
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/sign-in") {
			m.errorf(path, a, "to sign in")
		}
	case len(m.door.Need) > 0 && !m.who.can.HasAny(m.door.Need...):
		if a.status != http.StatusForbidden {
			m.errorf(path, a, "403")
		}
	default:
		return false
	}
	return true
}

// own asks for what belongs to the visitor's own tenant.
func (m *matrix) own() {
	m.t.Helper()
	method, pattern, _ := strings.Cut(m.door.Pattern, " ")
	path := m.mine.fill(m.t, pattern)
	v := m.c.as(m.who) // anew, since some doors end the session
	if method == http.MethodPost {
		if a := v.foreign(path); a.status != http.StatusForbidden {
			m.errorf(path, a, "403 for a page of another site")
		}
	}
	a := v.ask(method, path)
	if m.refused(path, a) {
		return
	}
	switch {
	case a.status == http.StatusForbidden:
		m.errorf(path, a, "not 403")
	case strings.HasPrefix(a.header.Get("Location"), "/sign-in") && m.who.email != "" && pattern != "/sign-out":
		m.errorf(path, a, "no signing in")
	case method == http.MethodGet && a.status >= 400 && !strings.Contains(pattern, "{deck}"): // a deck is the session's that sent it
		m.errorf(path, a, "the page")
	}
	strictHead(m.t, path, a)
}

// others asks for another tenant's page, and for another tenant's things on a
// page of one's own.
func (m *matrix) others() {
	m.t.Helper()
	method, pattern, _ := strings.Cut(m.door.Pattern, " ")
	if !strings.Contains(pattern, "{tenant}") {
		return
	}
	path := m.theirs.fill(m.t, pattern)
	a := m.c.as(m.who).ask(method, path)
	switch {
	case a.status >= 500:
		m.errorf(path, a, "no error of ours")
	case m.who.operator:
	case m.who.email == "":
		m.refused(path, a)
	case a.status != http.StatusNotFound:
		m.errorf(path, a, "404")
	}
	mixed := ofWhom{}
	foreign := false
	for name, id := range m.theirs {
		mixed[name] = id
		if name != "tenant" && !slices.Contains(constant, name) && strings.Contains(pattern, "{"+name+"}") {
			foreign = true
		}
	}
	if !foreign {
		return
	}
	mixed["tenant"] = m.mine["tenant"]
	path = mixed.fill(m.t, pattern)
	if a := m.c.as(m.who).ask(method, path); !m.refused(path, a) && a.status != http.StatusNotFound {
		m.errorf(path, a, "404 for another tenant's thing")
	}
}

// foreign is a POST that a page of another site makes a browser send.
func (v *visitor) foreign(path string) answer {
	v.c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, v.c.at+path, nil)
	must(v.c.t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://evil.example")
	res, err := v.client.Do(r)
	must(v.c.t, err)
	must(v.c.t, res.Body.Close())
	return answer{res.StatusCode, res.Header, ""}
}

// strictHead checks the headers that every answer has.
func strictHead(t *testing.T, path string, a answer) {
	t.Helper()
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if a.header.Get(name) != want {
			t.Errorf("%s: %s is %q", path, name, a.header.Get(name))
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("%s: policy %q", path, csp)
	}
}
