package ledger

import (
	"fmt"
	"iter"

	"tollkeeper/core/tenant"
)

// Chain is a tenant's entries as far as they have been walked: where they
// stand and what they add up to.
type Chain struct {
	Head     Head
	Balances Balances
}

// NewChain is the chain of t before its first entry.
func NewChain(t tenant.ID) *Chain {
	return &Chain{Head: Genesis(t), Balances: make(Balances)}
}

// Append checks e as the next entry and adds it up. On an error, which is a
// *Break, the chain stays where it was.
func (c *Chain) Append(e *Entry) error {
	err := e.Check(c.Head)
	if err == nil {
		err = c.Balances.Post(e)
	}
	if err != nil {
		return &Break{Position: c.Head.ID + 1, ID: e.ID, Err: err}
	}
	c.Head = e.Head()
	return nil
}

// Verify walks the entries of t in the order of their numbers. It gives the
// chain up to its end, or up to the first break together with a *Break. An
// error of the walk itself is returned as it is.
func Verify(t tenant.ID, entries iter.Seq2[Entry, error]) (*Chain, error) {
	c := NewChain(t)
	for e, err := range entries {
		if err != nil {
			return c, err
		}
		if err := c.Append(&e); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Break is the first place where a chain does not hold.
type Break struct {
	Position int64 // of the entry in the walk, from 1
	ID       int64 // the number that the entry there bears
	Err      error // what is wrong with it
}

func (b *Break) Error() string {
	return fmt.Sprintf("the ledger breaks at position %d: %s", b.Position, b.Err)
}

// Unwrap gives what is wrong.
func (b *Break) Unwrap() error { return b.Err }
