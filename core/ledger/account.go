// Package ledger is the books of a tenant: entries whose lines add up to zero,
// chained by hashes so that a change of the past shows.
//
// It owns the accounts, the entry and its checks, reversal, balances, and the
// proof of a whole chain. It does not own when something is posted (app), how
// entries are kept (store), or the documents they belong to (invoice).
//
// Amounts are debits; credits are negative. Rating a batch of calls for 12.50
// puts 12.50 on unbilled and −12.50 on revenue:voice:
//
//	cause := ledger.Cause{Kind: ledger.Import, Ref: 17}
//	e, err := ledger.NewEntry(now, day, cause, []ledger.Line{
//		{Account: ledger.Unbilled, Currency: "USD", Amount: sum},
//		{Account: ledger.Revenue("voice"), Currency: "USD", Amount: -sum},
//	})
//	e = e.Seal(head) // gives it its number and its place in the chain
package ledger

import (
	"cmp"
	"strings"

	"tollkeeper/core/fault"
)

// Account names one account of a tenant's books. Accounts compare with ==; the
// zero Account is none, and no line may name it.
type Account struct {
	class class
	part  string // product, tax code or method; empty for the others
}

type class uint8

const (
	noClass class = iota
	receivable
	prepaid
	unbilled
	revenue
	taxes
	cash
	credit
	writeoff
	rounding
	fx
	classEnd
)

// Side is which side of an account makes it grow.
type Side uint8

// Debit accounts are what the operator has or has spent; Credit accounts are
// what it owes or has earned.
const (
	Debit Side = iota
	Credit
)

var classes = [classEnd]struct {
	name  string
	parts bool // has a part behind a colon
	side  Side
}{
	receivable: {"receivable", false, Debit},
	prepaid:    {"prepaid", false, Credit},
	unbilled:   {"unbilled", false, Debit},
	revenue:    {"revenue", true, Credit},
	taxes:      {"tax", true, Credit},
	cash:       {"cash", true, Debit},
	credit:     {"credit", false, Credit},
	writeoff:   {"writeoff", false, Debit},
	rounding:   {"rounding", false, Debit},
	fx:         {"fx", false, Debit},
}

// The accounts of which there is one each.
var (
	Receivable   = Account{class: receivable} // invoiced and not yet paid
	Prepaid      = Account{class: prepaid}    // paid before it is used
	Unbilled     = Account{class: unbilled}   // rated and not yet invoiced
	CreditHeld   = Account{class: credit}     // over-payments and credit notes not yet used
	WrittenOff   = Account{class: writeoff}   // invoiced and given up
	Rounding     = Account{class: rounding}   // between micros and the minor unit
	ExchangeDiff = Account{class: fx}         // between two days' rates of exchange
)

// Revenue is what a product (voice, amd, subscription, …) earned.
func Revenue(product string) Account { return Account{revenue, product} }

// Tax is what is owed to the state under a tax code.
func Tax(code string) Account { return Account{taxes, code} }

// Cash is what came in by a method of payment (bank, card, …).
func Cash(method string) Account { return Account{cash, method} }

// ParseAccount reads what String writes; the error is of kind Invalid.
func ParseAccount(s string) (Account, error) {
	name, part, colon := strings.Cut(s, ":")
	for c := receivable; c < classEnd; c++ {
		if classes[c].name == name && classes[c].parts == colon {
			a := Account{c, part}
			return a, a.Check()
		}
	}
	return Account{}, fault.New(fault.Invalid, "%q is not an account: want one such as receivable, revenue:voice or tax:VAT20", fault.Cut(s))
}

// MustParseAccount is ParseAccount for tests; it panics on an error.
func MustParseAccount(s string) Account {
	a, err := ParseAccount(s)
	if err != nil {
		panic(err)
	}
	return a
}

// maxPart is how many bytes a product, code or method has at most.
const maxPart = 40

// Check refuses none, and parts that are not 1 to 40 letters, digits, dots,
// dashes and underscores: Revenue, Tax and Cash take any text.
func (a Account) Check() error {
	if a.class == noClass || a.class >= classEnd {
		return fault.New(fault.Invalid, "a line names no account")
	}
	if !classes[a.class].parts {
		return nil
	}
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	if a.part == "" || len(a.part) > maxPart || strings.ContainsFunc(a.part, func(r rune) bool { return !plain(r) }) {
		return fault.New(fault.Invalid, "account %q: behind the colon want 1 to %d letters, digits, dots, dashes or underscores", fault.Cut(a.String()), maxPart)
	}
	return nil
}

// Side is the account's normal side.
func (a Account) Side() Side { return classes[a.class].side }

// Part is the product, tax code or method; empty for accounts without.
func (a Account) Part() string { return a.part }

// Is tells whether a belongs with b: the same account, or both revenue, both
// tax, or both cash.
func (a Account) Is(b Account) bool { return a.class == b.class }

// String is the account's name, such as revenue:voice; none is "".
func (a Account) String() string {
	if classes[a.class].parts {
		return classes[a.class].name + ":" + a.part
	}
	return classes[a.class].name
}

// MarshalText is String.
func (a Account) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what ParseAccount reads.
func (a *Account) UnmarshalText(b []byte) error {
	v, err := ParseAccount(string(b))
	if err == nil {
		*a = v
	}
	return err
}

// Compare orders accounts as a balance sheet lists them, then by part.
func (a Account) Compare(b Account) int {
	return cmp.Or(cmp.Compare(a.class, b.class), strings.Compare(a.part, b.part))
}
