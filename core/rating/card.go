// Package rating is how a call becomes an amount.
//
// It owns rate cards and their checks, the compiled tariff, the one function
// that rates a call (quotes, imports, live calls and re-rating all call it),
// the choice of the card by scope, and the explanation of a charge. It does not
// own where cards are kept (store), the files they come in (format/deck), or
// what a customer pays besides calls (plan).
//
//	tariff, err := rating.Compile(card)
//	var c rating.Charge
//	tariff.Rate(&call, &c) // c.Amount in the card's currency
package rating

import (
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Card is a rate card: prices by prefix, and how they are applied.
type Card struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Currency  money.Currency `json:"currency"`
	Zone      string         `json:"time_zone"` // IANA zone in which bands are read; empty is UTC
	Rounding  money.Rounding `json:"rounding"`
	Spanning  Spanning       `json:"spanning"`
	GraceRule GraceRule      `json:"grace_rule"`
	Bands     []Band         `json:"bands"`
	AMDFee    money.Amount   `json:"amd_fee"`
	Rates     []Row          `json:"rates"`
}

// Row is one line of a rate card.
type Row struct {
	Direction   usage.Direction `json:"direction"`
	Prefix      phone.Prefix    `json:"prefix"`        // of the matched number; empty matches all
	Origin      phone.Prefix    `json:"origin_prefix"` // of the calling number; empty: any
	Band        string          `json:"band,omitempty"`
	Destination string          `json:"destination,omitempty"`
	Rate        money.Rate      `json:"rate"` // a minute
	ConnectFee  money.Amount    `json:"connect_fee"`
	Initial     int32           `json:"initial"`   // seconds billed at least; 1 or more
	Increment   int32           `json:"increment"` // seconds; 1 or more
	Grace       int32           `json:"grace,omitempty"`
	Steps       []Step          `json:"steps,omitempty"`
	MinCharge   *money.Amount   `json:"min_charge,omitempty"` // nil: no bound
	MaxCharge   *money.Amount   `json:"max_charge,omitempty"`
	Blocked     bool            `json:"blocked,omitempty"`
	UsageGroup  string          `json:"usage_group,omitempty"`
	CallType    string          `json:"call_type,omitempty"`
	From        when.Instant    `json:"effective_from,omitempty"` // inside; zero: always so far
	To          when.Instant    `json:"effective_to,omitempty"`   // outside; zero: no end
}

// Step is another rate and increment from a second of the call on.
type Step struct {
	From      int32      `json:"from"` // second of the call, above 0
	Rate      money.Rate `json:"rate"`
	Increment int32      `json:"increment"`
}

// Band is a named part of the week, and the holidays that belong to it.
type Band struct {
	Name     string        `json:"name"`
	Windows  []when.Window `json:"windows"`
	Holidays []when.Day    `json:"holidays"`
}

// Call is what rating looks at. The zero Call is unanswered and costs nothing.
type Call struct {
	Calling   phone.Number
	Called    phone.Number
	Started   when.Instant // read only where a call was not answered, for dates of assignments
	Answered  when.Instant // zero: not answered
	Ended     when.Instant
	Campaign  tenant.CampaignID
	Unit      tenant.UnitID
	Bundle    int32 // seconds a bundle still covers
	Discount  int32 // of the contract, in ten-thousandths of a percent as Percent counts: 0 to 1,000,000
	Kind      usage.Kind
	Direction usage.Direction
	AMD       usage.AMD
}
