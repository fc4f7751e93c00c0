package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// deckPreview is what deck_preview.html shows: all that a deck would do to a
// card.
type deckPreview struct {
	Card     string
	Base     int32 // revision of the card that it was worked out on; 0: the card is new
	File     string
	Layout   string
	Currency money.Currency
	Idle     bool // the card says all of it already
	Assigned string
	Guesses  []string
	Warnings fault.Inputs
	Waiting  int64
	Zone     *when.Zone
	kinds    []kindOfChange

	// Of one look at it.
	Counts  []changeCount
	Rows    []changeRow
	More    int64 // of the rows, that are not shown
	Problem string
	Back    string
	Again   string
	Action  string
}

// kindOfChange is the first rows that do the same, and how many there are.
type kindOfChange struct {
	kind  rating.ChangeKind
	count int64
	rows  []changeRow
}

// changeCount leads to the rows that do the same.
type changeCount struct {
	Title, Tone, Path string
	Count             int64
	Chosen            bool
}

// changeRow is what one row of a deck does, or what ends.
type changeRow struct {
	Title, Tone string
	Line        int64 // of the file; 0: it does not name it
	Row         *rating.Row
	Old, New    *rating.Row
	From        when.Instant
	Was, Is     string // terms, where they differ
}

// changesShown is how many rows of a kind are kept for showing.
const changesShown = 500

// changeOrder is how changes are shown: what costs somebody comes first.
var changeOrder = []rating.ChangeKind{rating.Increase, rating.Decrease, rating.Added, rating.TermsChanged, rating.Discontinued, rating.Unchanged}

// changeTitle names a kind as people read it.
func changeTitle(k rating.ChangeKind) (title, tone string) {
	switch k {
	case rating.Increase:
		return "Increase", "tone-wait"
	case rating.Decrease:
		return "Decrease", "tone-good"
	case rating.Added:
		return "New", "tone-good"
	case rating.TermsChanged:
		return "Other terms", "tone-wait"
	case rating.Discontinued:
		return "Discontinued", "tone-wait"
	}
	return "Unchanged", "tone-quiet"
}

// cardRevision is the revision that an owner's card of a name has; 0: there is
// no such card.
func (s *Site) cardRevision(v *visit, name string) (c store.Card, err error) {
	err = s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) (err error) {
		c, err = tx.FindCard(name, store.OwnerOf(v.owner()))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return c, err
}

// preview works out what a deck would do, for its page.
func (s *Site) preview(v *visit, d *keptDeck) error {
	base, err := s.cardRevision(v, d.ask.Card)
	if err != nil {
		return err
	}
	ask := d.ask
	ask.Preview = true
	done, err := s.app.ImportRates(v.Context(), ask, nil)
	if err != nil {
		return err
	}
	p := deckPreview{
		Card: d.ask.Card, Base: base.Revision, File: done.File, Layout: string(done.Layout), Currency: ask.Terms.Currency,
		Idle: done.Card.Revision == base.Revision, Guesses: done.Guesses, Warnings: done.Warnings, Waiting: done.Waiting, Zone: v.clockZone(),
	}
	if p.Currency == "" && v.tenant != nil {
		p.Currency = v.tenant.Currency
	}
	if base.Revision > 0 {
		held, err := s.app.FindCard(v.Context(), v.owner(), store.OwnerOf(v.owner()), base.ID)
		if err != nil {
			return err
		}
		p.Currency = held.Tariff.Card().Currency
	}
	if done.Assigned != nil {
		p.Assigned = "It would be asked for all calls that no other card is for."
		if done.Assigned.Already {
			p.Assigned = "It is asked for all calls that no other card is for, as before."
		}
	}
	p.gather(done)
	d.seen = p
	return nil
}

// gather counts changes by kind and keeps the first of each.
func (p *deckPreview) gather(done *app.RatesImported) {
	for _, k := range changeOrder {
		p.kinds = append(p.kinds, kindOfChange{kind: k})
	}
	for i := range done.Changes {
		c := &done.Changes[i]
		k := &p.kinds[slices.Index(changeOrder, c.Kind)]
		if k.count++; len(k.rows) >= changesShown {
			continue
		}
		row := changeRow{From: c.From}
		row.Title, row.Tone = changeTitle(c.Kind)
		if c.Old != nil {
			old := *c.Old // a copy, so that the whole card is not held
			row.Old, row.Row = &old, &old
		}
		if c.New != nil {
			now := c.New.Row
			row.New, row.Row, row.Line = &now, &now, c.New.Line
		}
		if row.New != nil {
			row.Is = termsOf(row.New)
		}
		if row.Old != nil && row.New != nil {
			if row.Was = termsOf(row.Old); row.Was == row.Is {
				row.Was = ""
			}
		}
		k.rows = append(k.rows, row)
	}
}

// look is the page for a reader who wants one kind, or with "" all but what
// stays as it is.
func (p deckPreview) look(v *visit, d *keptDeck, kind string) *deckPreview {
	p.Back, p.Action = v.place("cards"), v.place("cards/deck/"+d.id)
	p.Again = v.place("cards/deck") + "?card=" + url.QueryEscape(p.Card)
	for i := range p.kinds {
		k := &p.kinds[i]
		if k.count == 0 {
			continue
		}
		name := k.kind.String()
		title, tone := changeTitle(k.kind)
		c := changeCount{Title: title, Tone: tone, Path: p.Action + "?kind=" + url.QueryEscape(name) + "#rows", Count: k.count, Chosen: kind == name}
		p.Counts = append(p.Counts, c)
		if c.Chosen || kind == "" && (k.kind != rating.Unchanged || p.Idle) {
			p.Rows = append(p.Rows, k.rows...)
			p.More += k.count - int64(len(k.rows))
		}
	}
	return &p
}

// withDeck does something with the deck that the address names, one visitor at a
// time. One that is published already leads to its card.
func (s *Site) withDeck(w http.ResponseWriter, v *visit, f func(*keptDeck) error) error {
	d, err := s.decks.find(v, v.PathValue("deck"), s.clock())
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done != "" {
		http.Redirect(w, v.Request, d.done, http.StatusSeeOther)
		return nil
	}
	return f(d)
}

func (s *Site) deckPreview(w http.ResponseWriter, v *visit) error {
	return s.withDeck(w, v, func(d *keptDeck) error { return s.showPreview(w, v, d, http.StatusOK, "") })
}

func (s *Site) showPreview(w http.ResponseWriter, v *visit, d *keptDeck, status int, problem string) error {
	p := d.seen.look(v, d, v.URL.Query().Get("kind"))
	p.Problem = problem
	s.show(w, v.Request, status, "deck_preview", "What "+p.File+" would do", p)
	return nil
}

// publishDeck publishes a deck that was looked at. However often it is asked
// for, it happens once: who asks again, even meanwhile, is led to the same card.
// It goes on to its end when the browser has gone, so that a button that is
// pressed twice does not stop what it began.
func (s *Site) publishDeck(w http.ResponseWriter, v *visit) error {
	return s.withDeck(w, v, func(d *keptDeck) error { return s.publish(w, v, d) })
}

func (s *Site) publish(w http.ResponseWriter, v *visit, d *keptDeck) error {
	v.Request = v.WithContext(context.WithoutCancel(v.Context()))
	ask, did := d.ask, v.person.Did("card.publish", "")
	ask.Base, ask.Did = &d.seen.Base, &did
	done, err := s.app.ImportRates(v.Context(), ask, nil)
	var moved *app.CardMoved
	if errors.As(err, &moved) {
		return s.publishedMeanwhile(w, v, d, moved)
	}
	if err != nil {
		var f form
		if !f.blame(err) {
			return err
		}
		return s.showPreview(w, v, d, http.StatusUnprocessableEntity, f.Problem)
	}
	d.done = v.cardPath(&done.Card)
	d.drop()
	said := "The card says all of this already: nothing had to be published."
	if done.Published {
		said = "Published as revision " + idText(done.Card.Revision) + ". Calls from now on are rated by it; those that were charged before stay as they are."
	}
	if done.Waiting > 0 {
		said += " " + plural(done.Waiting, "call") + " in suspense may be settled by it."
	}
	s.auth.Put(v.Context(), "card", said)
	http.Redirect(w, v.Request, d.done, http.StatusSeeOther)
	return nil
}

// publishedMeanwhile shows what the deck would do to the card as somebody else
// has made it since this page was looked at.
func (s *Site) publishedMeanwhile(w http.ResponseWriter, v *visit, d *keptDeck, moved *app.CardMoved) error {
	if err := s.preview(v, d); err != nil {
		return err
	}
	said := "Somebody else has published this card meanwhile: it is at revision " + idText(moved.Now.Revision) + ", of " + moved.Now.Note + ". "
	if d.seen.Idle {
		said += "It says all of this deck already, so there is nothing left to publish."
	} else {
		said += "Nothing of this deck was published. This is what it would do to the card now: look at it, then publish."
	}
	return s.showPreview(w, v, d, http.StatusConflict, said)
}
