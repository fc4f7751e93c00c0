package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// agree opens the page that says what a form would do, and sends what it holds.
func (v *visitor) agree(path string) (asked, done answer) {
	v.c.t.Helper()
	asked = v.get(path)
	if asked.status != http.StatusOK {
		v.c.t.Fatalf("%s: %d\n%s", path, asked.status, asked.body)
	}
	at, _, _ := strings.Cut(path, "?")
	return asked, v.post(at, asked.hidden())
}

// hidden are the hidden fields of a page's forms.
func (a answer) hidden() url.Values {
	sent := url.Values{}
	for _, e := range a.find("input", "type", "hidden") {
		sent.Set(e.attrs["name"], strings.NewReplacer("&#43;", "+", "&amp;", "&").Replace(e.attrs["value"]))
	}
	return sent
}

// lines are what a page that asks says would happen.
func (a answer) lines() string {
	var texts []string
	for _, e := range a.find("li", "dir", "auto") {
		texts = append(texts, e.text)
	}
	return strings.Join(texts, "\n")
}

// heldBy are the assignments that a tenant sees, in words.
func (c *center) heldBy(id tenant.ID) (texts []string) {
	c.t.Helper()
	must(c.t, c.app.Store().View(c.t.Context(), id, func(tx *store.Tx) error {
		held, err := app.HeldCards(tx)
		for i := range held {
			h := &held[i]
			texts = append(texts, fmt.Sprintf("%s: %s %s %s..%s", h.Name, h.Place(), h.Kind, h.Period.From, h.Period.To))
		}
		return err
	}))
	return texts
}

// TestAssignCard assigns cards to every kind of place by the pages, each once
// however often it is sent, and the activity and the card's page say so.
func TestAssignCard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		id := c.tenants[0].ID
		v, at := c.signedIn(c.users[id][tenant.Admin].Email), tenantAt(c.tenants[0])
		ids := ofWhom{}
		c.directorySamples(c.tenants[0], ids, nil)
		publish(t, v, at, "own", "prefix,rate\n44,0.01\n", nil)
		if a := v.get(at + "/cards/own/1"); !strings.Contains(a.body, "It holds for no calls yet") || len(a.find("a", "href", at+"/cards/own/1/assign")) != 1 {
			t.Errorf("a card that holds nowhere: %s", a.body)
		}
		for _, one := range []struct {
			card, query string
			says        string // a sentence of the page before
			held        string // the last assignment afterwards
		}{
			{"own/1", "calls=center", "“own” is asked for calls of the whole center, whenever they were answered.", "own: the whole center  .."},
			{"system/1", "calls=center&from=2026-08-01T18:00", "“own”, which is assigned to these calls always, is asked only for calls answered before.", "retail: the whole center  2026-08-01T18:00:00Z.."},
			{"own/1", "calls=center&from=2026-07-20T18:00&kind=dialer", "dialer calls of the whole center, answered from 2026-07-20 18:00 on.", "own: the whole center dialer 2026-07-20T18:00:00Z.."},
			{"system/1", "calls=center&kind=dialer&from=2026-07-10T18:00", "and before 2026-07-20 18:00, when the assignment of “own” begins.", "retail: the whole center dialer 2026-07-10T18:00:00Z..2026-07-20T18:00:00Z"},
			{"own/1", "calls=unit-" + ids["unit"], "calls of billing unit unit 0, whenever", "own: billing unit unit 0  .."},
			// A card can be for calls of before it was published: they may come late.
			{"own/1", "calls=unit-" + ids["unit"] + "&kind=manual&from=2020-01-01T18:00", "answered from 2020-01-01 18:00 on.", "own: billing unit unit 0 manual 2020-01-01T19:00:00Z.."},
			{"own/1", "calls=campaign-" + ids["campaign"] + "&kind=internal", "Internal calls cost nothing as long as", "own: campaign campaign 0 internal .."},
		} {
			one.query = strings.ReplaceAll(one.query, "T18:00", "T"+local(c.tenants[0].Zone))
			one.says = strings.ReplaceAll(one.says, " 18:00", " "+local(c.tenants[0].Zone))
			path := at + "/cards/" + one.card + "/assign?see=1&" + one.query
			before := c.heldBy(id)
			asked, done := v.agree(path)
			if !strings.Contains(asked.lines(), one.says) || !strings.Contains(asked.lines(), "keep their charges") || !strings.Contains(asked.lines(), "Suspense") {
				t.Errorf("%s says:\n%s\nwant %s", one.query, asked.lines(), one.says)
			}
			page, _, _ := strings.Cut(path, "/assign")
			for range 2 { // sent twice
				if done.status != http.StatusSeeOther || done.header.Get("Location") != page {
					t.Errorf("%s: %d to %s\n%s", one.query, done.status, done.header.Get("Location"), done.body)
				}
				done = v.post(page+"/assign", asked.hidden())
			}
			now := c.heldBy(id)
			if len(now) != len(before)+1 || now[len(now)-1] != one.held {
				t.Errorf("%s: holds %q, want one more, %s", one.query, now, one.held)
			}
			if a := v.get(page); len(a.find("div", "role", "status")) != 1 || !strings.Contains(a.body, "can be tried again") {
				t.Errorf("%s: the card's page does not say so\n%s", one.query, a.body)
			}
			rows := 0
			for _, row := range c.activity(id, "card.assign") {
				if rows++; rows == 1 && !strings.Contains(row.Who, c.users[id][tenant.Admin].Email) {
					t.Errorf("the activity has %+v", row)
				}
			}
			if rows != len(now)-1 { // the sample's own was not assigned by a person
				t.Errorf("%s: %d rows of activity for %d assignments", one.query, rows, len(now)-1)
			}
		}
	})
}

// local is the time in a zone at which it is 18:00 in UTC, in summer.
func local(zone string) string {
	z, err := when.LoadZone(zone)
	if err != nil {
		return err.Error()
	}
	return when.MustParse("2026-08-01T18:00:00Z").In(z)[len("2026-08-01T"):len("2026-08-01T18:00")]
}

// activity are the rows of a tenant's activity about something, the last first.
func (c *center) activity(id tenant.ID, what string) (rows []store.Activity) {
	c.t.Helper()
	must(c.t, c.app.Store().View(c.t.Context(), id, func(tx *store.Tx) (err error) {
		rows, err = tx.Activities(store.ActivityFilter{What: what})
		return err
	}))
	return rows
}

// TestAssignWrongly says beside each field what cannot be, keeps what was typed,
// and changes nothing.
func TestAssignWrongly(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	id := c.tenants[0].ID
	publish(t, v, at, "own", "prefix,rate\n44,0.01\n", map[string]string{"assign": "all"})
	other := c.signedIn(c.users[c.tenants[1].ID][tenant.Admin].Email)
	publish(t, other, tenantAt(c.tenants[1]), "a", "prefix,rate\n44,0.01\n", nil)
	publish(t, other, tenantAt(c.tenants[1]), "b", "prefix,rate\n44,0.01\n", nil)
	held := strings.Join(c.heldBy(id), "\n")
	for _, one := range []struct {
		path, field, says string
	}{
		{"/cards/own/1/assign?see=1&calls=unit-99&from=2026-08-01T10:00", "calls", "That is not there any more: choose one of these"},
		{"/cards/own/1/assign?see=1", "calls", "Choose for which calls"},
		{"/cards/own/1/assign?see=1&calls=system", "calls", "not there any more"},
		{"/cards/own/1/assign?see=1&calls=center&kind=fax", "kind", "Choose one of these kinds"},
		{"/cards/own/1/assign?see=1&calls=center&from=soon", "from", "Not a date and time"},
		{"/cards/system/1/assign?see=1&calls=center", "from", "“own” is assigned to these calls, always. Say from which later time"},
		{"/cards/own/1/assign?see=1&calls=center", "", "is asked for these calls already, always"},
	} {
		path, query, _ := strings.Cut(one.path, "?")
		sent, err := url.ParseQuery(query)
		must(t, err)
		posted := url.Values{"was": {"x"}}
		for name := range sent {
			posted.Set(name, sent.Get(name))
		}
		for _, a := range []answer{v.get(at + one.path), v.post(at+path, posted)} {
			if one.field == "" && a.status == http.StatusSeeOther { // done already is done
				continue
			}
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, one.says) {
				t.Errorf("%s: %d, want 422 and %q\n%s", one.path, a.status, one.says, a.body)
			}
			if wrong := append(a.find("input", "aria-invalid", "true"), a.find("select", "aria-invalid", "true")...); one.field != "" && (len(wrong) != 1 || wrong[0].attrs["name"] != one.field) {
				t.Errorf("%s: beside %v, want %s", one.path, wrong, one.field)
			}
			if from := a.find("input", "name", "from"); len(from) != 1 || from[0].attrs["value"] != sent.Get("from") {
				t.Errorf("%s: what was typed is lost: %v", one.path, from)
			}
		}
	}
	for _, path := range []string{"/cards/own/2/assign", "/cards/own/9/assign", "/cards/own/1/end/9", "/cards/own/1/end/1", "/cards/own/1/end/x", "/cards/system/1/end/1"} {
		if a := v.get(at + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
		if a := v.post(at+path, url.Values{"calls": {"center"}, "was": {"x"}}); a.status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, a.status)
		}
	}
	// Nobody has seen what it would do: it is shown, and not done.
	if a := v.post(at+"/cards/own/1/assign", url.Values{"calls": {"center"}, "kind": {"dialer"}}); a.status != http.StatusOK || !strings.Contains(a.lines(), "dialer calls of the whole center") {
		t.Errorf("sent without having seen it: %d\n%s", a.status, a.body)
	}
	if now := strings.Join(c.heldBy(id), "\n"); now != held {
		t.Errorf("something has changed:\n%s\nwas\n%s", now, held)
	}
	finance := c.signedIn(c.users[id][tenant.Finance].Email)
	if a := finance.get(at + "/cards/own/1"); a.status != http.StatusOK || !strings.Contains(a.body, "the whole center") || strings.Contains(a.body, "/assign") || strings.Contains(a.body, "/end/") {
		t.Errorf("who may only view is offered more: %d\n%s", a.status, a.body)
	}
}

// TestEndAssignment ends an assignment once; what is asked instead is told
// before.
func TestEndAssignment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		id := c.tenants[0].ID
		v, at := c.signedIn(c.users[id][tenant.Admin].Email), tenantAt(c.tenants[0])
		publish(t, v, at, "own", "prefix,rate\n44,0.01\n", map[string]string{"assign": "all"})
		ends := v.get(at+"/cards/own/1").find("a", "class", "btn btn-sm")
		end := ""
		for _, e := range ends {
			if strings.Contains(e.attrs["href"], "/end/") {
				end = e.attrs["href"]
			}
		}
		if a := v.get(end); a.status != http.StatusOK || !strings.Contains(a.body, "calls of the whole center, always") {
			t.Fatalf("%s: %d\n%s", end, a.status, a.body)
		}
		if a := v.get(end + "?see=1&at=soon"); a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-invalid", "true")) != 1 {
			t.Errorf("a time that is none: %d\n%s", a.status, a.body)
		}
		if a := v.post(end, nil); a.status != http.StatusOK || !strings.Contains(a.lines(), "no longer asked") {
			t.Errorf("sent without having seen it: %d\n%s", a.status, a.body)
		}
		asked, done := v.agree(end + "?see=1")
		if says := asked.lines(); !strings.Contains(says, "“own” is no longer asked for calls of the whole center answered at 2026-07-01 ") || !strings.Contains(says, "The card “retail” (all tenants) is asked instead.") {
			t.Errorf("says %s", says)
		}
		for range 2 { // sent twice
			if done.status != http.StatusSeeOther || done.header.Get("Location") != at+"/cards/own/1" {
				t.Errorf("%d to %s\n%s", done.status, done.header.Get("Location"), done.body)
			}
			done = v.post(end, asked.hidden())
		}
		if now := c.heldBy(id); now[len(now)-1] != "own: the whole center  ..2026-07-01T12:00:00Z" || len(c.activity(id, "card.end")) != 1 {
			t.Errorf("holds %q, activity %+v", now, c.activity(id, "card.end"))
		}
		sent := asked.hidden()
		sent.Set("at", "2026-07-02T12:00:00Z")
		if a := v.post(end, sent); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "already. Say an earlier time.") {
			t.Errorf("ended twice: %d\n%s", a.status, a.body)
		}
		if a := v.get(at + "/cards/system/1/assign?see=1&calls=center"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "“own” is assigned to these calls until 2026-07-01 ") {
			t.Errorf("a place that has had a card: %d\n%s", a.status, a.body)
		}
		if a := v.get(end); a.status != http.StatusSeeOther {
			t.Errorf("what is over can be ended: %d", a.status)
		}
		a := v.get(at + "/cards/own/1")
		if !strings.Contains(a.body, ">over<") || strings.Contains(a.body, "/end/") {
			t.Errorf("the card's page: %s", a.body)
		}
	})
}

// TestAssignChanged shows again what would happen where somebody else was
// faster, and does it only then.
func TestAssignChanged(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	id := c.tenants[0].ID
	publish(t, v, at, "own", "prefix,rate\n44,0.01\n", nil)
	path := at + "/cards/own/1/assign"
	asked := v.get(path + "?see=1&calls=center&from=2026-08-01T10:00")
	c.assigned(app.AssignCard{Tenant: c.tenants[0].Name, Card: "retail", To: app.AssignTo{Scope: rating.Tenant}})
	a := v.post(path, asked.hidden())
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Somebody has changed which cards are asked") || !strings.Contains(a.lines(), "“retail”, which is assigned to these calls always") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if now := c.heldBy(id); strings.HasPrefix(now[len(now)-1], "own") {
		t.Errorf("it was done all the same: %q", now)
	}
	if a := v.post(path, a.hidden()); a.status != http.StatusSeeOther {
		t.Errorf("agreed to again: %d\n%s", a.status, a.body)
	}
}

// TestOperatorAssigns assigns the operator's card to all tenants, and inside a
// tenant on its pages, which its activity tells of.
func TestOperatorAssigns(t *testing.T) {
	c, _, at := one(t, tenant.Admin)
	operator := c.signedIn("operator@example.com")
	publish(t, operator, "/operator", "night", "prefix,rate\n44,0.01\n", map[string]string{"currency": "USD"})
	card := "/cards/system/2"
	if a := operator.get("/operator" + card + "/assign?see=1"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "“retail” is assigned to these calls, always") {
		t.Errorf("the place is taken: %d\n%s", a.status, a.body)
	}
	asked, done := operator.agree("/operator" + card + "/assign?see=1&kind=callback")
	if done.status != http.StatusSeeOther || !strings.Contains(asked.lines(), "callback calls of all tenants") || !strings.Contains(asked.lines(), "for each tenant") {
		t.Errorf("%d: %s", done.status, asked.lines())
	}
	if rows := c.activity(tenant.System, "card.assign"); len(rows) != 1 || !strings.Contains(rows[0].Who, "operator") || rows[0].About != "night for all tenants, callback calls" {
		t.Errorf("the operator's activity: %+v", rows)
	}
	_, done = operator.agree(at + card + "/assign?see=1&calls=center")
	if rows := c.activity(c.tenants[0].ID, "card.assign"); done.status != http.StatusSeeOther || len(rows) != 1 || !strings.Contains(rows[0].Who, ", operator") {
		t.Errorf("%d, the tenant's activity: %+v", done.status, rows)
	}
	operator.get(at + card) // which says what was done
	page := operator.get("/operator" + card)
	if !strings.Contains(page.body, "all tenants") || !strings.Contains(page.body, usage.Callback.String()[1:]) || strings.Contains(page.body, "the whole center") {
		t.Errorf("the operator's page: %s", page.body)
	}
	a := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email).get(at + card)
	if got := strings.Count(a.body, card+"/end/"); got != 1 || !strings.Contains(a.body, "the operator") {
		t.Errorf("a tenant ends %d of the two, want its own\n%s", got, a.body)
	}
}
