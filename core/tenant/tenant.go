// Package tenant is who is billed and what they have: tenants, users, teams,
// campaigns, billing units and numbers.
//
// It owns these nouns, their ids and their checks. It does not own how they are
// kept (store), what they may do (access), or what they pay (rating, plan).
//
//	t := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London"}
//	err := t.Check()
package tenant

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/when"
)

// ID names a tenant. Zero is the system itself: what belongs to the operator
// and holds for every tenant.
type ID int64

// System is the tenant of what belongs to no tenant.
const System ID = 0

// The ids of a tenant's things count from 1 within the tenant; zero is none.
// They are small on purpose: every call holds several of them.
type (
	UserID     int32
	TeamID     int32
	CampaignID int32
	UnitID     int32
	QueueID    int32
	CarrierID  int32
	SourceID   int32
)

// Tenant is one contact center with its account.
type Tenant struct {
	ID       ID             `json:"id"`
	Name     string         `json:"name"` // unique, without blanks at the ends
	Currency money.Currency `json:"currency"`
	Zone     string         `json:"zone"`           // IANA zone of its billing days
	Country  phone.Country  `json:"country"`        // home of its dial plan; zero: numbers must be E.164
	Cutoff   when.Instant   `json:"cutoff"`         // how long after midnight a billing day begins; below 24 h
	Plan     *phone.Plan    `json:"plan,omitempty"` // its own dial plan; nil: the country's
}

// Check refuses what cannot be billed.
func (t *Tenant) Check() error {
	if err := CheckName("tenant", t.Name); err != nil {
		return err
	}
	if strings.Trim(t.Name, "0123456789") == "" {
		return fault.New(fault.Invalid, "tenant %q: a name of digits only would be taken for an id", t.Name)
	}
	if _, err := money.ParseCurrency(string(t.Currency)); err != nil {
		return err
	}
	if t.Cutoff < 0 || t.Cutoff >= when.DayLength {
		return fault.New(fault.Invalid, "a billing day's cut-off must lie within the day")
	}
	_, err := when.LoadZone(t.Zone)
	return err
}

// DialPlan is the plan by which the tenant's numbers are read.
func (t *Tenant) DialPlan() phone.Plan {
	if t.Plan != nil {
		return *t.Plan
	}
	return phone.PlanFor(t.Country)
}

// MaxName is how many characters a name may have.
const MaxName = 200

// CheckName refuses an empty or overlong name, blanks at its ends, and control
// characters. Anything else is a name: quotes, emoji, right-to-left text.
func CheckName(what, name string) error {
	switch {
	case name == "":
		return fault.New(fault.Invalid, "%s: the name is empty", what)
	case !utf8.ValidString(name):
		return fault.New(fault.Invalid, "%s %q: the name is not valid UTF-8", what, fault.Cut(name))
	case utf8.RuneCountInString(name) > MaxName:
		return fault.New(fault.Invalid, "%s %q: the name is longer than %d characters", what, fault.Cut(name), MaxName)
	case strings.TrimSpace(name) != name:
		return fault.New(fault.Invalid, "%s %q: the name begins or ends with a blank", what, fault.Cut(name))
	case strings.ContainsFunc(name, unicode.IsControl):
		return fault.New(fault.Invalid, "%s %q: the name holds a control character", what, fault.Cut(name))
	}
	return nil
}
