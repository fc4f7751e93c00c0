package web

import (
	"errors"
	"net/http"
	"os"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// deckPage is what deck.html shows: the form for a deck, and what is wrong with
// the one that was sent.
type deckPage struct {
	form
	Cards    []string // that there are; each leads to the form for it
	Mistakes fault.Inputs
	Back     string
	Action   string
}

// deckUpload is how many bytes a deck can have that comes by a form; larger
// ones are imported on the command line.
const deckUpload = 128 << 20

func newDeckPage(v *visit) *deckPage {
	p := &deckPage{Back: v.place("cards"), Action: v.place("cards/deck")}
	p.Fields = []*field{
		{Name: "card", Label: "Rate card", Required: true, Autocomplete: "off", Help: "A new name makes a new card."},
		{Name: "currency", Label: "Currency", Autocomplete: "off", Help: "Three letters. Only a new card needs it; a card keeps its currency."},
		{Name: "zone", Label: "Time zone", Autocomplete: "off", Help: "Of dates in the file and of the card’s hours. Empty: as the card has it, else UTC."},
		{Name: "effective", Label: "In force from", Type: "datetime-local", Help: "Of rows without a date of their own. Empty: always for a new card, else the moment of publishing."},
		{Name: "apply", Label: "What it does not name", Type: "select", Of: []choice{{Value: "replace", Label: "Its prices end"}, {Value: "add", Label: "Its prices stay"}}},
		{Name: "assign", Label: "The card is asked for", Type: "select", Of: []choice{{Label: "As it is"}, {Value: "all", Label: "All calls that no other card is for"}}},
		{Name: "order", Label: "Dates such as 03/04", Type: "select", Of: []choice{{Label: "Find out"}, {Value: "dmy", Label: "Day first"}, {Value: "mdy", Label: "Month first"}}},
		{Name: "per", Label: "A rate is for", Type: "select", Of: []choice{{Label: "Find out"}, {Value: "60", Label: "A minute"}, {Value: "6", Label: "Six seconds"}, {Value: "1", Label: "A second"}}},
		{Name: "file", Label: "File", Type: "file", Accept: ".csv,text/csv,.txt", Required: true}, // the last, so that what is sent before it is known
	}
	return p
}

func (s *Site) deckForm(w http.ResponseWriter, v *visit) error {
	p := newDeckPage(v)
	p.field("card").Value = v.URL.Query().Get("card")
	return s.showDeckForm(w, v, p)
}

func (s *Site) showDeckForm(w http.ResponseWriter, v *visit, p *deckPage) error {
	err := s.app.Store().View(v.Context(), v.owner(), func(tx *store.Tx) error {
		cards, err := tx.Cards()
		for _, c := range cards {
			if c.Own == (v.tenant != nil) {
				p.Cards = append(p.Cards, c.Name)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	status := p.status()
	if len(p.Mistakes) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, v.Request, status, "deck", "Upload a deck", p)
	return nil
}

// sendDeck keeps the file that was sent, works out what it would do, and leads
// to the page that shows it. Nothing is changed.
func (s *Site) sendDeck(w http.ResponseWriter, v *visit) error {
	p := newDeckPage(v)
	path, sent, err := s.receiveDeck(w, v)
	if err != nil && !fault.Is(err, fault.Invalid) && !errors.Is(err, errNoRoom) {
		return err
	}
	for _, one := range p.Fields {
		one.Value = strings.TrimSpace(sent[one.Name])
	}
	ask, wrong := p.ask(v, sent)
	ask.Path = path
	if err != nil {
		p.field("file").Error = sentence(err)
	}
	if err != nil || len(wrong) > 0 {
		p.blame(wrong.Err())
		return errors.Join(s.showDeckForm(w, v, p), dropUpload(path))
	}
	d := &keptDeck{session: v.person.Session, owner: v.owner(), ask: ask, at: s.clock()}
	st, err := os.Stat(path)
	if err == nil {
		d.bytes = st.Size()
		err = s.preview(v, d)
	}
	if err == nil {
		s.decks.add(d)
		http.Redirect(w, v.Request, v.place("cards/deck/"+d.id), http.StatusSeeOther)
		return nil
	}
	var known bool
	if p.Mistakes, known = p.refuse(err); !known {
		return errors.Join(err, dropUpload(path))
	}
	return errors.Join(s.showDeckForm(w, v, p), dropUpload(path))
}

// ask makes a request of the form; all of its mistakes come at once.
func (p *deckPage) ask(v *visit, sent map[string]string) (o app.ImportRates, wrong fault.Inputs) {
	note := func(field string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(sent[field]), Reason: sentence(err)})
		}
	}
	get := func(name string) string { return p.field(name).Value }
	var err error
	if v.tenant != nil {
		o.Tenant = tenantText(v.tenant.ID)
	}
	o.Card = get("card")
	note("card", tenant.CheckName("rate card", o.Card))
	if text := get("currency"); text != "" {
		o.Terms.Currency, err = money.ParseCurrency(strings.ToUpper(text))
		note("currency", err)
	}
	zone := v.clockZone()
	if o.Terms.Zone = get("zone"); o.Terms.Zone != "" {
		z, err := when.LoadZone(o.Terms.Zone)
		if note("zone", err); err == nil {
			zone = z
		}
	}
	if text := get("effective"); text != "" {
		from, err := readMoment(text, zone)
		note("effective", err)
		o.Effective = &from
	}
	if get("apply") == "add" {
		o.Apply = rating.Add
	}
	if get("assign") == "all" {
		o.Assign = &app.AssignTo{Scope: rating.System}
		if v.tenant != nil {
			o.Assign.Scope = rating.Tenant
		}
	}
	switch get("order") {
	case "dmy":
		o.Deck.DateOrder = "dmy"
	case "mdy":
		o.Deck.DateOrder = "mdy"
	}
	o.Deck.Per = max(0, int(p.number("per"))) // one that is not offered is found out too
	return o, wrong
}

// receiveDeck reads the form and keeps the file.
func (s *Site) receiveDeck(w http.ResponseWriter, v *visit) (path string, sent map[string]string, err error) {
	v.Body = http.MaxBytesReader(w, v.Body, deckUpload)
	sent, file, err := formWithFile(v)
	if errors.Is(err, errNoFile) {
		err = fault.New(fault.Invalid, "choose the file of a deck first")
	}
	if err != nil {
		return "", sent, err
	}
	path, err = s.uploads.keep(file)
	return path, sent, err
}
