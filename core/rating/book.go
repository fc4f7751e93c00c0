package rating

import (
	"math"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Book is all that decides the price of one tenant's calls: which card is asked
// when, the compiled cards, rates of exchange, and whether billing is on. It is
// immutable and safe for any number of goroutines; a change makes a new Book.
type Book struct {
	currency    money.Currency
	zone        *when.Zone
	off         timeline
	assignments []Assignment // as sortAssignments orders them
	cards       []cardInUse  // what assignments[i] names
	tariffs     int          // how many different tariffs there are
	campaigns   map[int32]slots
	units       map[int32]slots
	tenant      slots
	system      slots
	fx          *FX
}

// cardInUse is a card with what rating asks of it in this book.
type cardInUse struct {
	ref     usage.CardRef
	tariff  *Tariff
	slot    int32    // of the tariff, from 0, for grouping
	fee     bool     // it has an AMD fee
	foreign bool     // its currency is not the account's
	rates   []FXRate // from its currency to the account's, by day
}

// slots is a stretch of assignments, its end outside.
type slots struct{ from, to int32 }

// BookParts is what a Book is made of.
type BookParts struct {
	Currency    money.Currency // of the account
	Zone        *when.Zone     // of the account: its local days choose rates of exchange
	Assignments []Assignment   // the tenant's and the system's
	Cards       []BookCard     // at least those that are assigned
	FX          *FX            // nil: none
	Switches    []Switch       // the tenant's and the system's, each in the order they were made
}

// BookCard is a card at the revision that counts.
type BookCard struct {
	Ref    usage.CardRef
	Tariff *Tariff
}

// NewBook makes a Book. It fails where an assignment cannot be, where two
// overlap, or where a card that is assigned is not there.
func NewBook(p BookParts) (*Book, error) {
	if _, err := money.ParseCurrency(string(p.Currency)); err != nil || p.Zone == nil {
		return nil, fault.New(fault.Invalid, "a book needs the account's currency and zone")
	}
	if err := CheckAssignments(p.Assignments); err != nil {
		return nil, err
	}
	if len(p.Assignments) >= math.MaxInt32 {
		return nil, fault.New(fault.Invalid, "%d assignments are more than a book holds", len(p.Assignments))
	}
	b := &Book{
		currency: p.Currency, zone: p.Zone, fx: p.FX, off: newTimeline(p.Switches),
		assignments: append([]Assignment(nil), p.Assignments...),
		campaigns:   make(map[int32]slots), units: make(map[int32]slots),
	}
	sortAssignments(b.assignments)
	b.index()
	return b, b.bind(p.Cards)
}

// bind finds the card of each assignment.
func (b *Book) bind(cards []BookCard) error {
	type name struct {
		card int32
		own  bool
	}
	byName := make(map[name]cardInUse, len(cards))
	for i, c := range cards {
		n := name{c.Ref.Card(), c.Ref.Own()}
		if _, twice := byName[n]; twice || c.Tariff == nil {
			return fault.New(fault.Invalid, "card %d is there twice or not compiled", n.card)
		}
		currency := c.Tariff.Card().Currency
		byName[n] = cardInUse{
			ref: c.Ref, tariff: c.Tariff, slot: int32(i), fee: c.Tariff.AMDFee() != 0,
			foreign: currency != b.currency, rates: b.fx.between(currency, b.currency),
		}
	}
	b.tariffs = len(cards)
	for i := range b.assignments {
		a := &b.assignments[i]
		c, ok := byName[name{a.Card, a.Own}]
		if !ok {
			return fault.New(fault.NotFound, "assignment %d names card %d, which is not there", a.ID, a.Card)
		}
		b.cards = append(b.cards, c)
	}
	return nil
}

// index notes where the assignments of each place stand.
func (b *Book) index() {
	for i := 0; i < len(b.assignments); {
		at := b.assignments[i].place()
		s := slots{int32(i), int32(i)}
		for i < len(b.assignments) && b.assignments[i].place() == at {
			i++
		}
		s.to = int32(i)
		switch at.scope {
		case Campaign:
			b.campaigns[at.id] = s
		case Unit:
			b.units[at.id] = s
		case Tenant:
			b.tenant = s
		case System:
			b.system = s
		}
	}
}

// Currency is the account's currency, in which Rate gives amounts.
func (b *Book) Currency() money.Currency { return b.currency }

// dated is the instant at which assignments, switches and rates of exchange are
// read.
func (c *Call) dated() when.Instant {
	if c.Answered != 0 {
		return c.Answered
	}
	return c.Started
}

// assigned is where the assignments stand that a scope has for a call.
func (b *Book) assigned(s Scope, c *Call) slots {
	switch s {
	case Campaign:
		if c.Campaign != 0 && len(b.campaigns) > 0 {
			return b.campaigns[int32(c.Campaign)]
		}
	case Unit:
		if c.Unit != 0 && len(b.units) > 0 {
			return b.units[int32(c.Unit)]
		}
	case Tenant:
		return b.tenant
	case System:
		return b.system
	}
	return slots{}
}

// asking is how far the assignments have been asked for one call.
type asking struct {
	scope Scope
	rest  slots // of that scope's assignments
}

func (b *Book) begin(c *Call) asking { return asking{Campaign, b.assigned(Campaign, c)} }

// next is the next assignment that holds for c, the narrowest first; -1 when
// there is none left.
func (b *Book) next(s *asking, c *Call) int32 {
	at := c.dated()
	for {
		for i := s.rest.from; i < s.rest.to; i++ {
			a := &b.assignments[i]
			if (a.Kind == c.Kind || a.Kind == usage.NoKind) && a.Period.Contains(at) {
				s.rest.from = i + 1
				return i
			}
		}
		if s.scope == System {
			s.rest = slots{}
			return -1
		}
		s.scope--
		s.rest = b.assigned(s.scope, c)
	}
}

// coversInternal tells whether an assignment of kind internal holds for c.
func (b *Book) coversInternal(c *Call) bool {
	s := b.begin(c)
	for i := b.next(&s, c); i >= 0; i = b.next(&s, c) {
		if b.assignments[i].Kind == usage.Internal {
			return true
		}
	}
	return false
}
