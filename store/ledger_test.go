package store_test

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// entry moves an amount from one account to another.
func entry(t testing.TB, ref int64, amount money.Amount, to, from ledger.Account) ledger.Entry {
	t.Helper()
	e, err := ledger.NewEntry(storetest.Now, today, ledger.Cause{Kind: ledger.Adjustment, Ref: ref, Text: "because of ' ☎️"}, []ledger.Line{
		{Account: to, Currency: "USD", Amount: amount}, {Account: from, Currency: "USD", Amount: -amount},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestPost posts one by one and many at once; what is read is what was sealed.
func TestPost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		voice := ledger.Revenue("voice")
		var want []ledger.Entry
		head := ledger.Genesis(acme)
		for _, batch := range [][]ledger.Entry{
			{}, {entry(t, 1, 5, ledger.Unbilled, voice)},
			{entry(t, 2, 7, ledger.Unbilled, voice), entry(t, 3, 7, voice, ledger.Unbilled), entry(t, 4, math.MaxInt64-5, ledger.Cash("bank"), ledger.Prepaid)},
			{entry(t, 5, 5, voice, ledger.Unbilled)}, // both are zero again
		} {
			update(t, s, acme, func(tx *store.Tx) error { return tx.Post(batch...) })
			for _, e := range batch {
				e = e.Seal(head)
				head = e.Head()
				want = append(want, e)
			}
		}
		view(t, s, acme, func(tx *store.Tx) error {
			got(t, tx, "entries", want, func(tx *store.Tx) (es []ledger.Entry, err error) {
				for e, err := range tx.Entries() {
					if err != nil {
						return nil, err
					}
					es = append(es, e)
				}
				return es, nil
			})
			got(t, tx, "balances", "[{prepaid USD -9223372036854.775802} {cash:bank USD 9223372036854.775802}]", func(tx *store.Tx) (string, error) {
				b, err := tx.Balances()
				return fmt.Sprint(b.Lines()), err
			})
			got(t, tx, "head", head, func(tx *store.Tx) (ledger.Head, error) {
				a, err := tx.Account()
				return a.Head, err
			})
			for stop := range len(want) { // a walk may end anywhere, and leaves the connection free
				n := 0
				for range tx.Entries() {
					if n++; n > stop {
						break
					}
				}
				got(t, tx, "the fourth entry", int64(4), func(tx *store.Tx) (int64, error) { return tx.EntryOf(ledger.Adjustment, 4) })
			}
			got(t, tx, "no entry", int64(0), func(tx *store.Tx) (int64, error) { return tx.EntryOf(ledger.Import, 4) })
			return nil
		})
	})
}

// TestPostRefused posts what cannot be, behind what can: nothing is posted,
// even where the caller goes on in the same transaction.
func TestPostRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		bank := ledger.Cash("bank")
		update(t, s, acme, func(tx *store.Tx) error { return tx.Post(entry(t, 1, math.MaxInt64-9, bank, ledger.Prepaid)) })
		before := dump(t, s, acme)
		unbalanced := entry(t, 2, 1, bank, ledger.Prepaid)
		unbalanced.Lines = unbalanced.Lines[:1]
		for name, bad := range map[string]ledger.Entry{
			"an overflow": entry(t, 3, 10, bank, ledger.Prepaid), "half an entry": unbalanced, "nothing": {},
		} {
			for _, heed := range []bool{true, false} {
				err := s.Update(t.Context(), acme, store.Interactive, func(tx *store.Tx) error {
					err := tx.Post(entry(t, 4, 9, ledger.Unbilled, ledger.Revenue("voice")), bad)
					if err == nil {
						t.Errorf("%s is posted", name)
					}
					if heed {
						return err
					}
					return nil
				})
				if heed == (err == nil) {
					t.Errorf("%s: %v", name, err)
				}
				after := dump(t, s, acme)
				same(t, name, after, before)
			}
		}
	})
}

// TestLedgerTwin posts entries by chance, and keeps the same books with big
// integers beside.
func TestLedgerTwin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			acme := add(t, s, fmt.Sprint("tenant ", round))
			twin, posted := map[ledger.Place]*big.Int{}, int64(0)
			for range rapid.IntRange(1, 4).Draw(r, "posts") {
				batch := rapid.SliceOfN(rapid.Custom(someEntry), 1, 4).Draw(r, "batch")
				err := s.Update(t.Context(), acme, store.Interactive, func(tx *store.Tx) error { return tx.Post(batch...) })
				after, fits := sums(twin, batch)
				if fits != (err == nil) || err != nil && !fault.Is(err, fault.Invalid) {
					r.Fatalf("it fits is %v, but: %v (%s)", fits, err, fault.KindOf(err))
				}
				if fits {
					twin, posted = after, posted+int64(len(batch))
				}
			}
			view(t, s, acme, func(tx *store.Tx) error {
				chain, err := ledger.Verify(acme, tx.Entries())
				if err != nil || chain.Head.ID != posted {
					r.Fatalf("%d posted, %d read: %v", posted, chain.Head.ID, err)
				}
				balances, err := tx.Balances()
				want := ledger.Balances{}
				for p, n := range twin {
					if n.Sign() != 0 {
						want[p] = money.Amount(n.Int64())
					}
				}
				if err != nil || !maps.Equal(want, balances) {
					r.Fatalf("the balances are %v, want %v; %v", balances.Lines(), want.Lines(), err)
				}
				if !maps.Equal(chain.Balances, balances) {
					r.Fatalf("the entries add up to %v, the balances are %v", chain.Balances.Lines(), balances.Lines())
				}
				return nil
			})
		})
	})
}

// someEntry moves amounts, small and enormous, among a few places.
func someEntry(r *rapid.T) ledger.Entry {
	places := []ledger.Account{ledger.Unbilled, ledger.Revenue("voice"), ledger.Cash("bank"), ledger.Tax("VAT20")}
	var lines []ledger.Line
	for range rapid.IntRange(1, 3).Draw(r, "moves") {
		two := rapid.SliceOfNDistinct(rapid.SampledFrom(places), 2, 2, func(a ledger.Account) string { return a.String() }).Draw(r, "accounts")
		currency := rapid.SampledFrom([]money.Currency{"USD", "EUR"}).Draw(r, "currency")
		amount := money.Amount(rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(math.MaxInt64/4, math.MaxInt64/3)).Draw(r, "amount"))
		lines = append(lines, ledger.Line{Account: two[0], Currency: currency, Amount: amount}, ledger.Line{Account: two[1], Currency: currency, Amount: -amount})
	}
	e, err := ledger.NewEntry(storetest.Now, today, ledger.Cause{Kind: ledger.Import, Ref: 1}, lines)
	if err != nil { // the moves cancel each other, or do not fit
		e, err = ledger.NewEntry(storetest.Now, today, ledger.Cause{Kind: ledger.Import, Ref: 1}, lines[:2])
	}
	if err != nil {
		r.Fatal(err)
	}
	return e
}

// sums is twin with entries added, and whether every sum on the way fits.
func sums(twin map[ledger.Place]*big.Int, es []ledger.Entry) (after map[ledger.Place]*big.Int, fits bool) {
	after, fits = map[ledger.Place]*big.Int{}, true
	for p, n := range twin {
		after[p] = new(big.Int).Set(n)
	}
	for _, e := range es {
		for _, l := range e.Lines {
			p := ledger.Place{Account: l.Account, Currency: l.Currency}
			if after[p] == nil {
				after[p] = new(big.Int)
			}
			after[p].Add(after[p], big.NewInt(int64(l.Amount)))
			fits = fits && after[p].IsInt64()
		}
	}
	return after, fits
}
