// Package access is what a person or a program may do: privileges, sets of
// them, and the basic roles that have them.
//
// It owns the table of privileges, as data. It does not own how somebody gets
// in (auth), nor which page or action asks for which privilege (web, api).
//
//	can := access.OfRole(tenant.Finance)
//	can.Has(access.EditBilling) // true
//	can.Has(access.EditRates)   // false
package access

import (
	"slices"

	"tollkeeper/core/fault"
)

// Privilege is one thing that somebody may do. The zero Privilege is
// ViewBilling; nobody has a privilege for being nobody, because the zero Set is
// empty.
type Privilege uint8

// The privileges. Their numbers are stored in sets: never change them, add at
// the end.
const (
	ViewBilling Privilege = iota
	EditBilling
	ViewUnits
	EditUnits
	ViewReports
	EditReports
	ViewSubscription
	EditSubscription
	ViewRates
	EditRates
	ViewCalls
	ViewUsers
	EditUsers
	ViewActivity
	EditIntegrations
	ViewOwnUsage
	Operate
	count
)

// row is one privilege as people and files name it, and whose it is.
type row struct {
	name  string
	title string
	gives string
	roles roles // the basic roles that have it of themselves
}

// table has a row for each privilege, by its number.
var table = [count]row{
	ViewBilling:      {"view_billing", "View Billing", "the Billing page", admin | finance},
	EditBilling:      {"edit_billing", "Edit Billing", "payment settings, payment methods and the account", admin | finance},
	ViewUnits:        {"view_billing_unit", "View Billing unit", "the Billing units tab", admin | finance | supervisor},
	EditUnits:        {"edit_billing_unit", "Edit Billing unit", "billing units with their users and numbers", admin | finance},
	ViewReports:      {"view_reports", "View Reports", "run and export reports", admin | finance | supervisor | analyst},
	EditReports:      {"edit_reports", "Edit Reports", "save and schedule reports", admin | finance | supervisor | analyst},
	ViewSubscription: {"view_subscription", "View Subscription", "usage reports and the plan", admin | finance},
	EditSubscription: {"edit_subscription", "Edit Subscription", "change the plan", admin | finance},
	ViewRates:        {"view_rates", "View Rates", "rate cards, decks and quotes", admin | finance},
	EditRates:        {"edit_rates", "Edit Rates", "import and publish rates, and rate calls again", admin},
	ViewCalls:        {"view_calls", "View Calls", "call records with their numbers, which are masked without it", admin | supervisor | analyst},
	ViewUsers:        {"view_users", "View Users", "users, teams and groups", admin},
	EditUsers:        {"edit_users", "Edit Users", "change users, teams and groups", admin},
	ViewActivity:     {"view_activity", "View Activity", "activity reports and the audit log", admin | finance},
	EditIntegrations: {"edit_integrations", "Edit Integrations", "API keys, webhooks and sources", admin},
	ViewOwnUsage:     {"view_own_usage", "View own usage", "a page with one's own usage", agent},
	Operate:          {"operate", "Operate", "the operator console: every tenant and the system itself", 0},
}

// All lists every privilege in the order of the table.
func All() []Privilege {
	ps := make([]Privilege, count)
	for i := range ps {
		ps[i] = Privilege(i)
	}
	return ps
}

// Scopes lists what an API key of a tenant can be given, in the order of the
// table: all but what means a person of their own, and the operator's.
func Scopes() []Privilege {
	return slices.DeleteFunc(All(), func(p Privilege) bool { return p == ViewOwnUsage || p == Operate })
}

// String is the name that files, forms and API keys use: "view_billing_unit".
func (p Privilege) String() string {
	if p >= count {
		return "unknown"
	}
	return table[p].name
}

// Title is the name that people read: "View Billing unit".
func (p Privilege) Title() string {
	if p >= count {
		return "Unknown"
	}
	return table[p].title
}

// Gives says in a few words what the privilege opens.
func (p Privilege) Gives() string {
	if p >= count {
		return ""
	}
	return table[p].gives
}

// Parse reads what String writes.
func Parse(s string) (Privilege, error) {
	for p := range count {
		if table[p].name == s {
			return p, nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a privilege; one is %q", fault.Cut(s), ViewReports)
}

// MarshalText is String.
func (p Privilege) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what Parse reads.
func (p *Privilege) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err == nil {
		*p = v
	}
	return err
}
