package usage

import (
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// Status is what rating made of a call. The zero Status is Zero rated.
type Status uint8

// A call is charged, costs nothing for a stated reason, or waits in suspense.
const (
	ZeroRated Status = iota
	Rated
	Suspended
)

var statusNames = [...]string{"zero_rated", "rated", "suspended"}

// String is the status's name.
func (s Status) String() string { return statusNames[s] }

// Charge is what rating made of one call: the latest revision counts. Amounts
// are in the account's currency.
type Charge struct {
	BilledAt   when.Instant // when it counts: the end, or the import's start for a late record
	Amount     money.Amount // of the voice charge
	AMD        money.Amount // of answering machine detection, its own item
	Cost       money.Amount // what the carrier takes, where known
	FX         money.Factor // card currency to account currency; One where they are the same
	Card       CardRef      // revision of the card whose row was taken; zero: none
	Assignment int32        // the assignment that named the card; zero: none
	Row        int32        // row of that revision, from 0; −1: none
	Billed     int32        // seconds after grace, minimum and increments
	Bundle     int32        // of those, seconds a bundle covered
	Discount   int32        // of the contract, in ten-thousandths of a percent
	Status     Status
	Reason     Reason
}

// Charged is how many of the billed seconds cost money.
func (c *Charge) Charged() int32 { return c.Billed - c.Bundle }

// CardRef names a revision of a rate card: the card's id, whose it is, and
// the revision. Zero is none.
type CardRef int64

// NewCardRef names revision rev (from 1) of card id (from 1, below 2^23);
// own tells a tenant's card from one of the system's.
func NewCardRef(id, rev int32, own bool) CardRef {
	r := CardRef(rev)<<24 | CardRef(id)<<1
	if own {
		r |= 1
	}
	return r
}

// Card is the card's id.
func (r CardRef) Card() int32 { return int32(r>>1) & (1<<23 - 1) }

// Revision is the card's revision.
func (r CardRef) Revision() int32 { return int32(r >> 24) }

// Own tells whether the card is the tenant's own, not the system's.
func (r CardRef) Own() bool { return r&1 == 1 }
