package web

import (
	"errors"
	"io"
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
	Applies  []choice
	Assigns  []choice
	Orders   []choice
	Pers     []choice
	File     *field
	Mistakes fault.Inputs
	Back     string
	Action   string
}

// deckUpload is how many bytes a deck can have that comes by a form; larger
// ones are imported on the command line.
const deckUpload = 128 << 20

func newDeckPage(v *visit) *deckPage {
	p := &deckPage{Back: v.place("cards"), Action: v.place("cards/deck"), File: &field{Name: "file", Label: "File"}}
	p.Fields = []*field{
		{Name: "card", Label: "Rate card", Required: true, Autocomplete: "off", Help: "A new name makes a new card."},
		{Name: "currency", Label: "Currency", Autocomplete: "off", Help: "Three letters. Only a new card needs it; a card keeps its currency."},
		{Name: "zone", Label: "Time zone", Autocomplete: "off", Help: "Of dates in the file and of the card’s hours. Empty: as the card has it, else UTC."},
		{Name: "effective", Label: "In force from", Type: "datetime-local", Help: "Of rows without a date of their own. Empty: always for a new card, else the moment of publishing."},
	}
	p.choose(map[string]string{})
	return p
}

// choose fills the selects, with what was sent chosen.
func (p *deckPage) choose(sent map[string]string) {
	pick := func(name string, cs ...choice) []choice {
		for i := range cs {
			cs[i].Chosen = cs[i].Value == sent[name]
		}
		return cs
	}
	p.Applies = pick("apply", choice{Value: "replace", Label: "Prices it does not name end"}, choice{Value: "add", Label: "Prices it does not name stay"})
	p.Assigns = pick("assign", choice{Value: "", Label: "As it is"}, choice{Value: "all", Label: "All calls that no other card is for"})
	p.Orders = pick("order", choice{Value: "", Label: "Find out"}, choice{Value: "dmy", Label: "Day first"}, choice{Value: "mdy", Label: "Month first"})
	p.Pers = pick("per", choice{Value: "", Label: "Find out"}, choice{Value: "60", Label: "A minute"}, choice{Value: "6", Label: "Six seconds"}, choice{Value: "1", Label: "A second"})
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
	if p.File.Error != "" || len(p.Mistakes) > 0 {
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
	p.choose(sent)
	ask, wrong := p.ask(v, sent)
	ask.Path = path
	if err != nil {
		p.File.Error = sentence(err)
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
	if !p.refuse(err) {
		return errors.Join(err, dropUpload(path))
	}
	return errors.Join(s.showDeckForm(w, v, p), dropUpload(path))
}

// refuse shows why a deck cannot be: mistakes of the file by their lines, those
// of the form beside its fields. It is false for an error of ours.
func (p *deckPage) refuse(err error) bool {
	var of fault.Inputs
	for _, in := range inputsOf(err) {
		if in.File != "" || in.Line > 0 {
			p.Mistakes = append(p.Mistakes, in)
		} else {
			of = append(of, in)
		}
	}
	if len(p.Mistakes)+len(of) == 0 {
		return p.blame(err)
	}
	return len(of) == 0 || p.blame(of)
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
	if sent["apply"] == "add" {
		o.Apply = rating.Add
	}
	if sent["assign"] == "all" {
		o.Assign = &app.AssignTo{Scope: rating.System}
		if v.tenant != nil {
			o.Assign.Scope = rating.Tenant
		}
	}
	switch sent["order"] {
	case "dmy":
		o.Deck.DateOrder = "dmy"
	case "mdy":
		o.Deck.DateOrder = "mdy"
	}
	switch sent["per"] {
	case "60":
		o.Deck.Per = 60
	case "6":
		o.Deck.Per = 6
	case "1":
		o.Deck.Per = 1
	}
	return o, wrong
}

// receiveDeck reads the form, in which the file comes last, and keeps the file.
func (s *Site) receiveDeck(w http.ResponseWriter, v *visit) (path string, sent map[string]string, err error) {
	v.Body = http.MaxBytesReader(w, v.Body, deckUpload)
	sent = map[string]string{}
	parts, err := v.MultipartReader()
	if err != nil {
		return "", sent, fault.New(fault.Invalid, "the form did not come as one with a file")
	}
	const fieldsMost, fieldMost = 50, 1000
	for range fieldsMost {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", sent, uploadError(err)
		}
		if part.FormName() != "file" {
			text, err := io.ReadAll(io.LimitReader(part, fieldMost))
			if err != nil {
				return "", sent, uploadError(err)
			}
			sent[part.FormName()] = strings.ToValidUTF8(string(text), "�")
			continue
		}
		if part.FileName() == "" {
			break
		}
		path, err = s.uploads.keep(part)
		return path, sent, err
	}
	return "", sent, fault.New(fault.Invalid, "choose the file of a deck first")
}
