package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
	"tollkeeper/store"
)

// cardBase is a card as it stood when the work on its next revision began.
type cardBase struct {
	card    store.Card   // Revision 0: there is none yet
	content *rating.Card // nil: there is none yet
}

// draft is a revision that is ready to be published.
type draft struct {
	base    *cardBase
	card    *rating.Card
	changes []rating.Change
	packed  store.Revision
	idle    bool // it says what base says
}

// errStale is that the card got another revision while this one was made.
var errStale = fault.New(fault.Conflict, "somebody else has published this card at the same time: try again")

// base reads the card's newest revision.
func (imp *ratesImport) base(ctx context.Context) (*cardBase, error) {
	b := new(cardBase)
	err := imp.app.store.View(ctx, imp.owner.ID, func(tx *store.Tx) (err error) {
		if b.card, err = imp.find(tx); err != nil || b.card.Revision == 0 {
			return err
		}
		b.content, err = loadCard(tx, b.card.Ref())
		return err
	})
	return b, err
}

// find looks the card up; its Revision is 0 where it is new.
func (imp *ratesImport) find(tx *store.Tx) (store.Card, error) {
	card, err := tx.FindCard(imp.o.Card, store.OwnerOf(imp.owner.ID))
	if fault.Is(err, fault.NotFound) {
		return store.Card{Name: imp.o.Card, Own: imp.owner.ID != tenant.System}, nil
	}
	return card, err
}

// effective is from when rows without a date hold.
func (imp *ratesImport) effective(base *cardBase) when.Instant {
	switch {
	case imp.o.Effective != nil:
		return *imp.o.Effective
	case base.content == nil:
		return 0
	}
	return imp.now
}

// draft makes the next revision: what it cannot make has all its mistakes as
// the error. A card that does not compile never leaves here.
func (imp *ratesImport) draft(base *cardBase) (*draft, error) {
	card, err := imp.o.Terms.apply(base.content, imp.o.Card, imp.owner.Currency)
	if err != nil {
		return nil, allOf(err, imp.deck.Mistakes)
	}
	imp.report.tell(Progress{Stage: "check", Total: int64(len(imp.deck.Rows)), Unit: "rates"})
	var old []rating.Row
	if base.content != nil {
		old = base.content.Rates
	}
	rows, changes, wrong := rating.Revise(old, imp.deck.Rows, imp.o.Apply, imp.effective(base))
	card.Rates = rows
	if err := imp.mistakes(card, wrong); err != nil {
		return nil, err
	}
	d := &draft{base: base, card: card, changes: changes, idle: base.content != nil && sameHead(base.content, card)}
	for i := range changes {
		d.idle = d.idle && changes[i].Kind == rating.Unchanged
	}
	if !d.idle {
		d.packed, err = packCard(card)
	}
	return d, err
}

func sameHead(a, b *rating.Card) bool {
	x, y := *a, *b
	x.Rates, y.Rates = nil, nil
	return reflect.DeepEqual(x, y)
}

// allOf puts mistakes of the deck behind an error about the card's terms, so
// that they too are told at once.
func allOf(err error, mistakes fault.Inputs) error {
	var terms fault.Inputs
	if errors.As(err, &terms) {
		return slices.Concat(terms, mistakes)
	}
	return err
}

// mistakes is everything that is wrong with the deck and with the card that it
// would make: wrong is what Revise found, with lines of the deck.
func (imp *ratesImport) mistakes(card *rating.Card, wrong fault.Inputs) error {
	var whole fault.Inputs
	if len(imp.deck.Mistakes)+len(wrong) == 0 {
		if len(card.Rates) > deck.MaxRows {
			return fault.Inputs{{File: imp.file, Reason: fmt.Sprintf("with what the card has had it would be %d rows, more than %d", len(card.Rates), deck.MaxRows),
				Advice: "begin a new card and assign that one"}}
		}
		_, err := rating.Compile(card)
		if err == nil {
			return nil
		}
		if !errors.As(err, &whole) {
			return err
		}
	}
	alone := *card // the deck as a card by itself, so that mistakes have its lines
	alone.Rates = make([]rating.Row, len(imp.deck.Rows))
	for i := range imp.deck.Rows {
		alone.Rates[i] = imp.deck.Rows[i].Row
	}
	found, _ := alone.Check()
	all := &collected{file: imp.file}
	all.add(imp.deck.Mistakes, func(m *fault.Input) bool { return true })
	all.add(wrong, func(m *fault.Input) bool { return true })
	all.add(found, func(m *fault.Input) bool {
		if m.Line > 0 {
			m.Line = imp.deck.Rows[m.Line-1].Line
		}
		return m.Field != "prefix" // rows that overlap: the deck's reader and Revise tell by lines
	})
	if len(all.list) == 0 { // what the card has had does not go with its new terms
		for i := range whole {
			whole[i].Reason += fmt.Sprintf(" (row %d of the card as it would be)", whole[i].Line)
			whole[i].Line = 0
		}
		return whole.Err()
	}
	if imp.deck.Further > 0 {
		all.list = append(all.list, fault.Input{File: imp.file, Reason: fmt.Sprintf("and %d more", imp.deck.Further)})
	}
	return all.list.Err()
}

// collected are mistakes of one file, each place once, in the order of lines.
type collected struct {
	file string
	list fault.Inputs
	told map[mistaken]bool
}

type mistaken struct {
	line  int64
	field string
}

func (c *collected) add(found fault.Inputs, take func(*fault.Input) bool) {
	if c.told == nil {
		c.told = map[mistaken]bool{}
	}
	for _, m := range found {
		if !take(&m) || c.told[mistaken{m.Line, m.Field}] && m.Field != "" {
			continue
		}
		if m.Line > 0 {
			m.File = c.file
		}
		c.list = append(c.list, m)
	}
	for _, m := range c.list {
		c.told[mistaken{m.Line, m.Field}] = true
	}
	slices.SortStableFunc(c.list, func(x, y fault.Input) int { return cmp.Compare(x.Line, y.Line) })
}

// publish keeps the draft and its assignment in one transaction, or only looks
// what would become of them.
func (imp *ratesImport) publish(ctx context.Context, d *draft) (*RatesImported, error) {
	result := &RatesImported{
		File: imp.file, Layout: imp.deck.Layout, Changes: d.changes, Guesses: imp.deck.Guesses, Warnings: imp.deck.Warnings,
	}
	imp.report.tell(Progress{Stage: "publish", Total: int64(len(d.card.Rates)), Unit: "rates"})
	do := func(tx *store.Tx) error {
		card, err := imp.find(tx)
		if err != nil {
			return err
		}
		if imp.o.Base != nil && card.Revision != *imp.o.Base {
			return fault.New(fault.Conflict, "%w", &CardMoved{card})
		}
		if card.Revision != d.base.card.Revision {
			return errStale
		}
		if !d.idle {
			card.Rates, card.Note, card.Created = len(d.card.Rates), imp.file, tx.Now
			if imp.o.Preview {
				card.Revision++
			} else if err := tx.PublishCard(&card, d.packed); err != nil {
				return err
			}
		}
		result.Card, result.Published = card, !d.idle && !imp.o.Preview
		if result.Assigned, err = imp.assign(tx, d, &card); err != nil {
			return err
		}
		if err := imp.log(tx, result); err != nil {
			return err
		}
		return imp.warn(tx, d, result)
	}
	if imp.o.Preview {
		return result, imp.app.store.View(ctx, imp.owner.ID, do)
	}
	return result, imp.app.store.Update(ctx, imp.owner.ID, store.Interactive, do)
}

// log tells the activity of what has changed: of the revision and of the
// assignment each by itself.
func (imp *ratesImport) log(tx *store.Tx, r *RatesImported) error {
	if imp.o.Did == nil || imp.o.Preview {
		return nil
	}
	if r.Published {
		row := *imp.o.Did
		row.About = fmt.Sprintf("%s, revision %d, of %s", r.Card.Name, r.Card.Revision, imp.file)
		if err := tx.Log(row); err != nil {
			return err
		}
	}
	if r.Assigned == nil || r.Assigned.Already {
		return nil
	}
	return r.Assigned.log(tx, *imp.o.Did)
}

// assign ties the card to the scope that was asked for. A new card at a place
// that has none holds there always: its rows say from when.
func (imp *ratesImport) assign(tx *store.Tx, d *draft, card *store.Card) (*Assigned, error) {
	if imp.o.Assign == nil {
		return nil, nil
	}
	from := when.Instant(0)
	if imp.o.Effective != nil {
		from = *imp.o.Effective
	}
	if from != 0 && d.base.content == nil {
		if plan, err := planAssignment(tx, card, *imp.o.Assign, 0); err == nil {
			return plan, imp.keep(tx, plan)
		}
	}
	plan, err := planAssignment(tx, card, *imp.o.Assign, from)
	if err != nil {
		return nil, err
	}
	return plan, imp.keep(tx, plan)
}

func (imp *ratesImport) keep(tx *store.Tx, plan *Assigned) error {
	if imp.o.Preview {
		return nil
	}
	return plan.keep(tx)
}

// warn tells of a card in a currency that cannot be exchanged yet.
func (imp *ratesImport) warn(tx *store.Tx, d *draft, result *RatesImported) error {
	if imp.owner.ID == tenant.System || d.card.Currency == imp.owner.Currency {
		return nil
	}
	rates, err := tx.FXRates(imp.owner.Currency)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rates, func(r rating.FXRate) bool { return r.From == d.card.Currency }) {
		result.Warnings = append(slices.Clip(result.Warnings), fault.Input{Field: "currency", Value: string(d.card.Currency),
			Reason: fmt.Sprintf("there is no rate of exchange to %s: calls will wait for one", imp.owner.Currency), Advice: "add it with import fx"})
	}
	return nil
}
