package usage

import (
	"cmp"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
)

// Item is what a roll-up row charges for.
type Item uint8

// The items of a call.
const (
	Voice Item = iota
	Detection
)

var itemNames = [...]string{"voice", "amd"}

// String is the item's name.
func (i Item) String() string { return itemNames[i] }

// DeltaKey is what roll-ups are kept by, beside tenant, billing day and period.
type DeltaKey struct {
	Agent     tenant.UserID
	Campaign  tenant.CampaignID
	Unit      tenant.UnitID
	Country   phone.Country
	Item      Item
	Kind      Kind
	Direction Direction
}

// Compare orders keys, field by field.
func (k DeltaKey) Compare(o DeltaKey) int {
	return cmp.Or(
		cmp.Compare(k.Item, o.Item), cmp.Compare(k.Kind, o.Kind), cmp.Compare(k.Direction, o.Direction),
		cmp.Compare(k.Agent, o.Agent), cmp.Compare(k.Campaign, o.Campaign), cmp.Compare(k.Unit, o.Unit),
		cmp.Compare(k.Country, o.Country))
}

// Sums are what a roll-up row adds up. They can be negative: re-rating posts
// differences.
type Sums struct {
	Calls   int64 // all calls, suspended and unanswered ones too
	Charged int64 // calls with a charged second, or with an AMD charge for that item
	Seconds int64 // length of the calls
	Billed  int64 // billed seconds
	Paid    int64 // charged seconds
	Amount  money.Amount
	Cost    money.Amount

	// Answered counts the calls that somebody answered, whatever they cost: a
	// linked leg is one of Calls, so it is one of these too. Detection has none;
	// it is counted where its call is.
	Answered int64
	// Untold counts those of Calls of which a roll-up of before Answered was kept
	// does not say whether they were: they are in no rate.
	Untold int64
}

// Told is how many of Calls Answered is about.
func (s Sums) Told() int64 { return s.Calls - s.Untold }

// IsZero tells whether s changes nothing.
func (s Sums) IsZero() bool { return s == Sums{} }

// Delta is one roll-up row.
type Delta struct {
	Key  DeltaKey
	Sums Sums
}
