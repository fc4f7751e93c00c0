package app

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
)

// verifyLedger is what the ledger says calls have earned.
type verifyLedger struct {
	broken bool // the chain does not hold: nothing is compared with it
	earned map[int32]*periodSums
}

// checkLedger walks the chain and compares its end and its sums with what the
// account keeps.
func (v *verifying) checkLedger() error {
	acct, err := v.tx.Account()
	if err != nil {
		return err
	}
	v.ledger.earned = map[int32]*periodSums{}
	chain, err := ledger.Verify(v.books.tenant.ID, v.earnings(v.tx.Entries()))
	v.out.Entries = chain.Head.ID
	var broken *ledger.Break
	switch {
	case errors.As(err, &broken):
		v.ledger.broken = true
		v.find("ledger", fmt.Sprintf("entry %d", broken.ID), "%v", broken)
		return nil
	case err != nil:
		return err
	case chain.Head != acct.Head:
		v.ledger.broken = true
		v.find("ledger", fmt.Sprintf("entry %d", chain.Head.ID), "the last entry is %d with hash %s, the account names %d with hash %s",
			chain.Head.ID, chain.Head.Hash, acct.Head.ID, acct.Head.Hash)
		return nil
	}
	kept, err := v.tx.Balances()
	if err != nil {
		return err
	}
	places := map[ledger.Place]bool{}
	for p := range chain.Balances {
		places[p] = true
	}
	for p := range kept {
		places[p] = true
	}
	for _, p := range sortedPlaces(places) {
		if sum := chain.Balances[p]; sum != kept[p] {
			v.find("balances", p.Account.String(), "the balance is %s %s, the entries add up to %s", kept[p], p.Currency, sum)
		}
	}
	return nil
}

func sortedPlaces(set map[ledger.Place]bool) []ledger.Place {
	b := ledger.Balances{}
	for p := range set {
		b[p] = 1
	}
	places := make([]ledger.Place, 0, len(b))
	for _, l := range b.Lines() {
		places = append(places, ledger.Place{Account: l.Account, Currency: l.Currency})
	}
	return places
}

// earnings passes entries on and adds up what those of imports and re-ratings
// say calls have earned, by billing period.
func (v *verifying) earnings(entries iter.Seq2[ledger.Entry, error]) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for e, err := range entries {
			if err == nil && (e.Cause.Kind == ledger.Import || e.Cause.Kind == ledger.Rerate) {
				err = v.earn(&e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (v *verifying) earn(e *ledger.Entry) error {
	p := v.ledger.earned[e.Day.Month()]
	if p == nil {
		p = new(periodSums)
		v.ledger.earned[e.Day.Month()] = p
	}
	for _, l := range e.Lines {
		to := &p.voice
		switch l.Account {
		case ledger.Revenue("voice"):
		case ledger.Revenue("amd"):
			to = &p.detection
		default:
			continue
		}
		sum, err := to.Sub(l.Amount)
		if err != nil {
			return err
		}
		*to = sum
	}
	return nil
}

// checkRevenue compares the ledger with what charges add up to, by product and
// billing period.
func (v *verifying) checkRevenue() error {
	if v.ledger.broken || v.damaged {
		return nil
	}
	months := map[int32]bool{}
	for m := range v.ledger.earned {
		months[m] = true
	}
	for m := range v.rollups.charged {
		months[m] = true
	}
	sorted := make([]int32, 0, len(months))
	for m := range months {
		sorted = append(sorted, m)
	}
	slices.Sort(sorted)
	for _, m := range sorted {
		posted, charged := v.ledger.earned[m], v.rollups.charged[m]
		if posted == nil {
			posted = new(periodSums)
		}
		if charged == nil {
			charged = new(periodSums)
		}
		for _, p := range [...]struct {
			product         string
			posted, charged money.Amount
		}{{"voice", posted.voice, charged.voice}, {"amd", posted.detection, charged.detection}} {
			if p.posted != p.charged {
				v.find("revenue", fmt.Sprintf("%s in %s", p.product, monthName(m)), "the ledger has %s %s, the charges add up to %s",
					p.posted, v.books.tenant.Currency, p.charged)
			}
		}
	}
	return nil
}

// monthName is a period of yyyymm as people write it.
func monthName(m int32) string { return fmt.Sprintf("%04d-%02d", m/100, m%100) }
