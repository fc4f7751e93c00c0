package usage

import "tollkeeper/core/fault"

// Reason says why a call is zero rated, or why a record waits in suspense.
// The zero Reason is none: the call is rated.
type Reason uint8

// The reasons. Numbers are stored: new ones go at the end.
const (
	NoReason Reason = iota

	// Zero rated: no second is charged.
	NotAnswered
	ZeroLength
	Grace
	Bundle
	BillingOff
	InternalCall
	OtherLeg // another leg of the same call is the one that is paid for

	// Suspended by rating: the call is kept and rated again when the cause is gone.
	NoCard
	NoRate
	NoFX
	Blocked
	Overflow // an amount larger than can be held

	// Suspended before rating: the record cannot be a call yet.
	NoTenant
	UnknownNumber
	BadNumber
	AmbiguousTime
	BadTime
	NegativeDuration
	TooLong
	InFuture
	BadValue
	Conflict // the same identity came with other content; the first stays charged

	reasonEnd
)

var reasonNames = [reasonEnd]string{
	"", "not_answered", "zero_length", "grace", "bundle", "billing_off", "internal", "other_leg",
	"no_card", "no_rate", "no_fx", "blocked", "overflow",
	"no_tenant", "unknown_number", "bad_number", "ambiguous_time", "bad_time",
	"negative_duration", "too_long", "in_future", "bad_value", "conflict",
}

// String is the reason's name; none is "".
func (r Reason) String() string { return reasonNames[r] }

// ParseReason reads a reason's name; empty is none.
func ParseReason(s string) (Reason, error) {
	for i, name := range reasonNames {
		if s == name {
			return Reason(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a reason", fault.Cut(s))
}

// Advice is what to do about a suspended record of this reason.
func (r Reason) Advice() string {
	switch r {
	case NoTenant:
		return "name the tenant with --tenant or in a column tenant"
	case NoCard:
		return "assign a rate card: import rates FILE --card NAME --scope tenant"
	case NoRate:
		return "import a rate for the number, then run: suspense --rerun"
	case NoFX:
		return "import the exchange rate: import fx FILE, then run: suspense --rerun"
	case Blocked:
		return "the card blocks this number; unblock the row if the call was meant"
	case Overflow:
		return "the amount is larger than can be held: look at the card's rates"
	case UnknownNumber, BadNumber:
		return "set the tenant's country or dial plan, then run: suspense --rerun"
	case AmbiguousTime:
		return "the local time occurs twice that night: give the switch's zone as UTC or its epoch ids"
	case BadTime, NegativeDuration, InFuture:
		return "look at the switch's clock and the --zone of the import"
	case TooLong:
		return "the call is longer than 24 hours: look at the record"
	case BadValue:
		return "the record holds a word that is not known here: look at the record"
	case Conflict:
		return "look at both records; where the first one is right, close it with: suspense --dismiss conflict"
	}
	return ""
}

// Outcome is where a record of the input ended; each ends in exactly one.
type Outcome uint8

// The outcomes, in the order conservation shows them.
const (
	WasRated Outcome = iota
	WasZeroRated
	WasSuspended
	WasDuplicate
	WasConflict
	WasRejected
	outcomeEnd
)

var outcomeNames = [outcomeEnd]string{"rated", "zero_rated", "suspended", "duplicate", "conflict", "rejected"}

// String is the outcome's name.
func (o Outcome) String() string { return outcomeNames[o] }

// Outcomes lists all outcomes.
func Outcomes() []Outcome {
	return []Outcome{WasRated, WasZeroRated, WasSuspended, WasDuplicate, WasConflict, WasRejected}
}

// Tally counts records by outcome.
type Tally [outcomeEnd]int64

// Received is how many records there were: the sum of all outcomes.
func (t *Tally) Received() int64 {
	var n int64
	for _, v := range t {
		n += v
	}
	return n
}

// Add adds another tally.
func (t *Tally) Add(o *Tally) {
	for i, v := range o {
		t[i] += v
	}
}
