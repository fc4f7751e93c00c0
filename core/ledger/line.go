package ledger

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

// Line is one side of an entry: an amount on an account.
type Line struct {
	Account  Account        `json:"account"`
	Currency money.Currency `json:"currency"`
	Amount   money.Amount   `json:"amount"` // debit; a credit is negative; never zero
}

// Check refuses a line that says nothing or names what is not there. The
// smallest amount of all is refused too, because it cannot be reversed.
func (l Line) Check() error {
	if err := l.Account.Check(); err != nil {
		return err
	}
	if _, err := money.ParseCurrency(string(l.Currency)); err != nil {
		return fault.Wrap("account "+l.Account.String(), err)
	}
	if l.Amount == 0 || l.Amount == math.MinInt64 {
		return fault.New(fault.Invalid, "account %s: a line of %s %s cannot be posted", l.Account, l.Amount, l.Currency)
	}
	return nil
}

func (l Line) compare(m Line) int {
	return cmp.Or(l.Account.Compare(m.Account), strings.Compare(string(l.Currency), string(m.Currency)))
}

// canonical is lines in order of account and currency, with lines of the same
// two merged into one; those that cancel each other are gone. lines stay as
// they are.
func canonical(lines []Line) ([]Line, error) {
	for _, l := range lines {
		if err := l.Check(); err != nil {
			return nil, err
		}
	}
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, Line.compare)
	out := sorted[:0]
	for _, l := range sorted {
		n := len(out)
		if n == 0 || out[n-1].compare(l) != 0 {
			out = append(out, l)
			continue
		}
		sum, err := out[n-1].Amount.Add(l.Amount)
		if err != nil {
			return nil, fault.Wrap("account "+l.Account.String(), err)
		}
		out[n-1].Amount = sum
	}
	return slices.DeleteFunc(out, func(l Line) bool { return l.Amount == 0 }), nil
}

// checkLines insists on what an entry's lines must be: two or more, canonical,
// and adding up to zero in every currency.
func checkLines(lines []Line) error {
	if len(lines) < 2 {
		return fault.New(fault.Invalid, "an entry needs at least two lines, this has %d", len(lines))
	}
	var currencies []money.Currency
	for i, l := range lines {
		if err := l.Check(); err != nil {
			return err
		}
		if i > 0 && lines[i-1].compare(l) >= 0 {
			return fault.New(fault.Invalid, "the lines of an entry are not in order: %s after %s", l.Account, lines[i-1].Account)
		}
		if !slices.Contains(currencies, l.Currency) {
			currencies = append(currencies, l.Currency)
		}
	}
	for _, c := range currencies {
		sum, err := sumOf(lines, c)
		if err != nil {
			return fault.Wrap("add up "+string(c), err)
		}
		if sum != 0 {
			return fault.New(fault.Invalid, "the lines in %s add up to %s, not to zero", c, sum)
		}
	}
	return nil
}

func sumOf(lines []Line, c money.Currency) (sum money.Amount, err error) {
	for _, l := range lines {
		if l.Currency == c {
			if sum, err = sum.Add(l.Amount); err != nil {
				return 0, err
			}
		}
	}
	return sum, nil
}
