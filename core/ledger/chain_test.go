package ledger_test

import (
	"errors"
	"iter"
	"maps"
	"math"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
)

func walk(es []ledger.Entry, end error) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, e := range es {
			if !yield(e, nil) {
				return
			}
		}
		if end != nil {
			yield(ledger.Entry{}, end)
		}
	}
}

func TestVerify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var es []ledger.Entry
		kept := ledger.NewChain(5)
		for range rapid.IntRange(1, 6).Draw(t, "entries") {
			e := drawEntry(t).Seal(kept.Head)
			if err := kept.Append(&e); err != nil {
				t.Fatal(err)
			}
			es = append(es, e)
		}
		c, err := ledger.Verify(5, walk(es, nil))
		if err != nil || c.Head != kept.Head || !maps.Equal(c.Balances, kept.Balances) {
			t.Fatalf("%v: %v, want %v", err, c, kept)
		}
		k := rapid.IntRange(0, len(es)-1).Draw(t, "broken")
		if rapid.Bool().Draw(t, "drop") {
			if k == len(es)-1 {
				return // a chain that ends early is whole: the stored head tells
			}
			es = append(es[:k], es[k+1:]...)
		} else {
			es[k].Cause.Ref++
		}
		c, err = ledger.Verify(5, walk(es, nil))
		var b *ledger.Break
		if !errors.As(err, &b) || b.Position != int64(k)+1 || c.Head.ID != int64(k) || !fault.Is(err, fault.Internal) {
			t.Fatalf("broken at %d: %v", k, err)
		}
	})
}

func TestVerifyPassesOnTheWalksError(t *testing.T) {
	lost := errors.New("connection lost")
	if _, err := ledger.Verify(1, walk(nil, lost)); !errors.Is(err, lost) {
		t.Error(err)
	}
}

func TestPostIsAllOrNothing(t *testing.T) {
	b := ledger.Balances{{Account: ledger.Unbilled, Currency: "USD"}: math.MaxInt64}
	e, err := ledger.NewEntry(at, day, cause, []ledger.Line{usd("receivable", "-5"), usd("unbilled", "5")})
	if err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(b)
	if err := b.Post(&e); !fault.Is(err, fault.Invalid) || !maps.Equal(b, before) {
		t.Errorf("%v: %v", err, b)
	}
}

func TestNormalSide(t *testing.T) {
	b := make(ledger.Balances)
	e, err := ledger.NewEntry(at, day, cause, []ledger.Line{usd("unbilled", "5"), usd("revenue:voice", "-5")})
	if err == nil {
		err = b.Post(&e)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range b.Lines() {
		if v := b.Normal(ledger.Place{Account: l.Account, Currency: l.Currency}); v.String() != "5" {
			t.Errorf("%s: %s", l.Account, v)
		}
	}
}
