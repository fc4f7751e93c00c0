package ledger

import (
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

// Balances are what entries add up to, by account and currency. What is zero is
// absent, so that equal books have equal maps (maps.Equal). Make one with make.
type Balances map[Place]money.Amount

// Place is where a balance stands.
type Place struct {
	Account  Account
	Currency money.Currency
}

// Post adds the lines of e, all of them or, on an overflow, none.
func (b Balances) Post(e *Entry) error {
	sums := make([]money.Amount, len(e.Lines))
	for i, l := range e.Lines {
		sum, err := b[l.place()].Add(l.Amount)
		if err != nil {
			return fault.Wrap("post to "+l.Account.String(), err)
		}
		sums[i] = sum
	}
	for i, l := range e.Lines {
		if sums[i] == 0 {
			delete(b, l.place())
		} else {
			b[l.place()] = sums[i]
		}
	}
	return nil
}

func (l Line) place() Place { return Place{l.Account, l.Currency} }

// Normal is the balance of an account as people say it: positive on the
// account's own side, so that revenue and receivable are both above zero.
func (b Balances) Normal(p Place) money.Amount {
	if p.Account.Side() == Credit {
		return -b[p]
	}
	return b[p]
}

// Lines are the balances in order of account and currency.
func (b Balances) Lines() []Line {
	lines := make([]Line, 0, len(b))
	for p, a := range b {
		lines = append(lines, Line{p.Account, p.Currency, a})
	}
	slices.SortFunc(lines, Line.compare)
	return lines
}
