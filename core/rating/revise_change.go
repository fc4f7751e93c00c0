package rating

import (
	"slices"

	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// Change is what a row of a deck does to a card, or what ends because no row
// of the deck names it.
type Change struct {
	Kind ChangeKind
	From when.Instant // when; zero: it has always held
	Old  *Row         // what would hold then without the deck; nil: nothing
	New  *DeckRow     // nil where Kind is Discontinued
}

// ChangeKind is what kind of change it is. The zero ChangeKind is Unchanged.
type ChangeKind uint8

// The kinds. A row with another rate and other terms too is an Increase or a
// Decrease.
const (
	Unchanged    ChangeKind = iota
	Added                   // nothing held there
	Increase                // a higher rate
	Decrease                // a lower rate
	TermsChanged            // the same rate with another fee, block, bound, name or end
	Discontinued            // nothing holds there any more
)

var changeNames = [...]string{"unchanged", "new", "increase", "decrease", "changed", "discontinued"}

// String is the kind's name, as previews show it.
func (k ChangeKind) String() string { return changeNames[k] }

// MarshalText is String.
func (k ChangeKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// compare tells what row d of the deck does, where row o of the card (-1: none)
// would hold without it.
func (r *revision) compare(o, d int32) Change {
	c := Change{Kind: Added, From: r.from(d), New: &r.deck[d]}
	if o < 0 {
		return c
	}
	c.Old = &r.old[o]
	switch a, b := c.Old, &c.New.Row; {
	case a.Blocked != b.Blocked:
		c.Kind = TermsChanged
	case b.Rate > a.Rate:
		c.Kind = Increase
	case b.Rate < a.Rate:
		c.Kind = Decrease
	case a.To != b.To || !sameTerms(a, b):
		c.Kind = TermsChanged
	default:
		c.Kind = Unchanged
	}
	return c
}

// sameTerms tells whether two rows of one key say the same, dates aside.
func sameTerms(a, b *Row) bool {
	return a.Rate == b.Rate && a.ConnectFee == b.ConnectFee &&
		a.Initial == b.Initial && a.Increment == b.Increment && a.Grace == b.Grace && a.Blocked == b.Blocked &&
		sameBound(a.MinCharge, b.MinCharge) && sameBound(a.MaxCharge, b.MaxCharge) &&
		a.Destination == b.Destination && a.UsageGroup == b.UsageGroup && a.CallType == b.CallType &&
		slices.Equal(a.Steps, b.Steps)
}

func sameBound(a, b *money.Amount) bool {
	return a == b || a != nil && b != nil && *a == *b
}
