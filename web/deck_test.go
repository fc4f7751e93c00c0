package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// send uploads a deck for a card and gives the answer.
func send(v *visitor, at, card, text string, fields map[string]string) answer {
	all := map[string]string{"card": card, "currency": "", "zone": "", "effective": "", "apply": "replace", "assign": ""}
	for name, value := range fields {
		all[name] = value
	}
	return v.upload(at+"/cards/deck", "deck.csv", []byte(text), all)
}

// publish uploads a deck, looks at it, and publishes it.
func publish(t *testing.T, v *visitor, at, card, text string, fields map[string]string) answer {
	t.Helper()
	a := send(v, at, card, text, fields)
	where := a.header.Get("Location")
	if a.status != http.StatusSeeOther {
		t.Fatalf("upload: %d\n%s", a.status, a.body)
	}
	if a := v.get(where); a.status != http.StatusOK {
		t.Fatalf("preview: %d\n%s", a.status, a.body)
	}
	done := v.post(where, nil)
	if done.status != http.StatusSeeOther {
		t.Fatalf("publish: %d\n%s", done.status, done.body)
	}
	return done
}

// badges are what the rows of a preview say that they do.
func badges(a answer) string {
	var texts []string
	for _, e := range a.find("span", "", "") {
		if strings.HasPrefix(e.attrs["class"], "badge tone") {
			texts = append(texts, e.text)
		}
	}
	return strings.Join(texts, "|")
}

// revisions counts the revisions of the first tenant's card.
func revisions(c *center, name string) (n int32) {
	must(c.t, c.app.Store().View(c.t.Context(), c.tenants[0].ID, func(tx *store.Tx) error {
		card, err := tx.FindCard(name, store.TenantCard)
		n = card.Revision
		return err
	}))
	return n
}

func TestDeck(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	done := publish(t, v, at, "retail", "prefix,destination,rate\n44,UK,0.01\n33,France,0.02\n49,Germany,0.03\n1,USA,0.05\n", map[string]string{"assign": "all"})
	if to := done.header.Get("Location"); to != at+"/cards/own/1" || !strings.Contains(v.get(to).body, "Published as revision 1") {
		t.Fatalf("to %q", to)
	}
	if a := v.get(at + "/cards"); !strings.Contains(a.body, "the whole center") {
		t.Errorf("not assigned\n%s", a.body)
	}

	a := send(v, at, "retail", "prefix,destination,rate\n44,UK,0.02\n33,France,0.01\n49,Germany,0.03\n39,<i>Italy</i>,0.04\n", nil)
	where := a.header.Get("Location")
	a = v.get(where)
	if got := badges(a); got != "Increase|Decrease|New|Discontinued" || !strings.Contains(a.body, "&lt;i&gt;Italy") || strings.Contains(a.body, "<i>") {
		t.Errorf("what it would do: %s\n%s", got, a.body)
	}
	strict(t, where, a)
	if got := badges(v.get(where + "?kind=unchanged")); got != "Unchanged" {
		t.Errorf("what stays: %q", got)
	}
	if n := revisions(c, "retail"); n != 1 {
		t.Errorf("a preview published revision %d", n)
	}
	other := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email)
	if a := other.get(where); a.status != http.StatusNotFound {
		t.Errorf("another session sees the deck: %d", a.status)
	}
	if a := other.post(where, nil); a.status != http.StatusNotFound {
		t.Errorf("another session publishes the deck: %d", a.status)
	}

	var both sync.WaitGroup
	answers := make([]answer, 4)
	for i := range answers {
		both.Go(func() { answers[i] = v.post(where, nil) })
	}
	both.Wait()
	for _, a := range answers {
		if a.status != http.StatusSeeOther || a.header.Get("Location") != at+"/cards/own/1" {
			t.Errorf("published: %d to %q", a.status, a.header.Get("Location"))
		}
	}
	if n := revisions(c, "retail"); n != 2 {
		t.Errorf("pressed four times: revision %d", n)
	}
	if a := v.get(where); a.header.Get("Location") != at+"/cards/own/1" {
		t.Errorf("the preview of what is published: %d", a.status)
	}
	c.nothingLeft()
	if a := v.get(at + "/activity?what=card."); strings.Count(a.body, "card.publish") != 2 {
		t.Errorf("the activity tells of it otherwise\n%s", a.body)
	}
}

// TestDeckMeanwhile lets somebody else publish between preview and publication.
func TestDeckMeanwhile(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	first := send(v, at, "retail", "prefix,rate\n44,0.02\n", nil).header.Get("Location")
	publish(t, v, at, "retail", "prefix,rate\n44,0.01\n", nil)
	a := v.post(first, nil)
	if a.status != http.StatusConflict || badges(a) != "Increase" || revisions(c, "retail") != 1 {
		t.Errorf("%d, %s\n%s", a.status, badges(a), a.body)
	}
	if a := v.post(first, nil); a.status != http.StatusSeeOther || revisions(c, "retail") != 2 {
		t.Errorf("looked at and published: %d, revision %d", a.status, revisions(c, "retail"))
	}
}

// TestDecksAtOnce lets two people publish what they have looked at, at the same
// moment: one succeeds, the other is told and has changed nothing.
func TestDecksAtOnce(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			c := newCenter(t, storetest.Open(t, storetest.Place(t, engine)))
			at := "/t/" + strconv.Itoa(int(c.tenants[0].ID))
			email := c.users[c.tenants[0].ID][tenant.Admin].Email
			publish(t, c.signedIn(email), at, "retail", "prefix,rate\n44,0.01\n", nil)
			for round := int32(1); round < 6; round++ {
				var both sync.WaitGroup
				var visitors [2]*visitor
				var decks [2]string
				answers := make([]answer, 2)
				for i := range answers {
					visitors[i] = c.signedIn(email)
					decks[i] = send(visitors[i], at, "retail", fmt.Sprintf("prefix,rate\n44,0.%d%d\n", round, i+1), nil).header.Get("Location")
				}
				for i := range answers {
					both.Go(func() { answers[i] = visitors[i].post(decks[i], nil) })
				}
				both.Wait()
				slices.SortFunc(answers, func(a, b answer) int { return a.status - b.status })
				if answers[0].status != http.StatusSeeOther || answers[1].status != http.StatusConflict {
					t.Fatalf("one succeeds and one does not: %d, %d", answers[0].status, answers[1].status)
				}
				if !strings.Contains(answers[1].body, "Somebody else has published this card meanwhile: it is at revision "+strconv.Itoa(int(round+1))) {
					t.Errorf("the other is told\n%s", answers[1].body)
				}
			}
		})
	}
}

// TestDecksEnd comes back to a deck too late.
func TestDecksEnd(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	deck := send(v, at, "retail", "prefix,rate\n44,0.01\n", nil).header.Get("Location")
	c.now.Add(int64(when.Hour + when.Minute))
	if a := v.get(deck); a.status != http.StatusNotFound {
		t.Errorf("%d", a.status)
	}
	c.nothingLeft()
}

func TestDeckMistakes(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := send(v, at, "retail", "prefix,rate\n44,cheap\n33x,0.02\n49,0.03\n", map[string]string{"zone": "Europe/Paris"})
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "deck.csv line 2") || !strings.Contains(a.body, "deck.csv line 3") {
		t.Errorf("two wrong lines: %d\n%s", a.status, a.body)
	}
	if zone := a.find("input", "name", "zone"); len(zone) != 1 || zone[0].attrs["value"] != "Europe/Paris" {
		t.Errorf("what was typed is gone: %v", zone)
	}
	a = send(v, at, " ", "prefix,rate\n44,0.01\n", map[string]string{"currency": "dollars", "zone": "Nowhere", "effective": "soon", "apply": "add"})
	if wrong := a.find("input", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 4 {
		t.Errorf("four wrong fields: %d, %d\n%s", a.status, len(wrong), a.body)
	}
	if chosen := a.find("option", "value", "add"); len(chosen) != 1 || !strings.Contains(a.body, `value="add" selected`) {
		t.Errorf("what was chosen is gone: %v", chosen)
	}
	if a := v.post(at+"/cards/deck", url.Values{"card": {"x"}}); a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-describedby", "e-file")) != 1 {
		t.Errorf("no file: %d\n%s", a.status, a.body)
	}
	if a := send(v, at, "x", "", nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty file: %d", a.status)
	}
	c.nothingLeft()
}

// TestDecksAreBounded sends more decks than one session can keep.
func TestDecksAreBounded(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	var sent []string
	for range 4 {
		sent = append(sent, send(v, at, "retail", "prefix,rate\n44,0.01\n", nil).header.Get("Location"))
	}
	for i, want := range []int{http.StatusNotFound, http.StatusOK, http.StatusOK, http.StatusOK} {
		if a := v.get(sent[i]); a.status != want {
			t.Errorf("deck %d: %d, want %d", i, a.status, want)
		}
	}
}

func TestOperatorsDeck(t *testing.T) {
	c, _, _ := one(t, tenant.Admin)
	v := c.signedIn("operator@example.com")
	if a := send(v, "/operator", "wholesale", "prefix,rate\n44,0.01\n", nil); a.status != http.StatusUnprocessableEntity || len(a.find("div", "id", "e-currency")) != 1 {
		t.Errorf("no currency: %d\n%s", a.status, a.body)
	}
	done := publish(t, v, "/operator", "wholesale", "prefix,rate\n44,0.01\n", map[string]string{"currency": "eur"})
	if a := v.get(done.header.Get("Location")); a.status != http.StatusOK || !strings.Contains(a.body, "EUR") {
		t.Errorf("%s: %d\n%s", done.header.Get("Location"), a.status, a.body)
	}
	if a := v.get("/operator/activity?what=card."); !strings.Contains(a.body, "wholesale, revision 1") {
		t.Errorf("%s", a.body)
	}
}
