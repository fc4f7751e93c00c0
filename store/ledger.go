package store

import (
	"iter"
	"maps"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// Post seals entries to the tenant's chain, keeps them, and brings the balances
// along: all of them or, where one does not balance or a balance overflows,
// none. Balances are computed here, not in SQL, whose engines differ on what
// happens when a sum overflows.
func (tx *Tx) Post(es ...ledger.Entry) error {
	if len(es) == 0 {
		return nil
	}
	balances, err := tx.Balances()
	if err != nil {
		return err
	}
	before := maps.Clone(balances)
	head := tx.acct.Head
	sealed := make([]ledger.Entry, len(es))
	for i := range es {
		e := es[i].Seal(head)
		if err := e.Check(head); err != nil {
			return err
		}
		if err := balances.Post(&e); err != nil {
			return err
		}
		sealed[i], head = e, e.Head()
	}
	for i := range sealed {
		if err := tx.putEntry(&sealed[i]); err != nil {
			return err
		}
	}
	for place := range before {
		if _, ok := balances[place]; !ok {
			balances[place] = 0
		}
	}
	for place, amount := range balances {
		if had, ok := before[place]; ok && had == amount {
			continue
		}
		if err := tx.exec(`INSERT INTO balance (tenant_id, account, currency, amount) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, account, currency) DO UPDATE SET amount = excluded.amount`,
			tx.id(), place.Account.String(), string(place.Currency), int64(amount)); err != nil {
			return err
		}
	}
	tx.acct.Head = head
	return tx.exec(`UPDATE account SET prev_entry = $2, prev_hash = $3 WHERE tenant_id = $1`, tx.id(), head.ID, head.Hash[:])
}

func (tx *Tx) putEntry(e *ledger.Entry) error {
	if err := tx.exec(`INSERT INTO entry (tenant_id, id, at, day, cause_kind, cause_ref, cause_text, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.id(), e.ID, int64(e.At), int64(e.Day), e.Cause.Kind.String(), e.Cause.Ref, e.Cause.Text, e.Prev[:], e.Hash[:]); err != nil {
		return err
	}
	for i, l := range e.Lines {
		if err := tx.exec(`INSERT INTO entry_line (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, $3, $4, $5, $6)`,
			tx.id(), e.ID, int64(i), l.Account.String(), string(l.Currency), int64(l.Amount)); err != nil {
			return err
		}
	}
	return nil
}

// Balances are the kept balances; verify compares them with the entries' sums.
func (tx *Tx) Balances() (ledger.Balances, error) {
	b := ledger.Balances{}
	err := tx.each(func(scan func(...any) error) error {
		var account, currency string
		var amount int64
		if err := scan(&account, &currency, &amount); err != nil {
			return err
		}
		a, err := ledger.ParseAccount(account)
		if amount != 0 {
			b[ledger.Place{Account: a, Currency: money.Currency(currency)}] = money.Amount(amount)
		}
		return err
	}, `SELECT account, currency, amount FROM balance WHERE tenant_id = $1`, tx.id())
	return b, err
}

// Entries walks the ledger in the order of its numbers.
func (tx *Tx) Entries() iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		var e ledger.Entry
		more := true
		err := tx.each(func(scan func(...any) error) error {
			next, line, err := scanEntry(scan)
			switch {
			case err != nil:
				return err
			case next.ID != e.ID && e.ID != 0:
				if more = yield(e, nil); !more {
					return errNoRow
				}
				e = next
			case e.ID == 0:
				e = next
			}
			e.Lines = append(e.Lines, line)
			return nil
		}, `SELECT e.id, e.at, e.day, e.cause_kind, e.cause_ref, e.cause_text, e.prev, e.hash, l.account, l.currency, l.amount
			FROM entry e JOIN entry_line l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
			WHERE e.tenant_id = $1 ORDER BY e.id, l.line`, tx.id())
		switch {
		case !more:
		case err != nil:
			yield(ledger.Entry{}, fault.Wrap("read the ledger", err))
		case e.ID != 0:
			yield(e, nil)
		}
	}
}

func scanEntry(scan func(...any) error) (e ledger.Entry, l ledger.Line, err error) {
	var at, day, amount int64
	var kind, account, currency string
	var prev, hash []byte
	if err = scan(&e.ID, &at, &day, &kind, &e.Cause.Ref, &e.Cause.Text, &prev, &hash, &account, &currency, &amount); err != nil {
		return e, l, err
	}
	e.At, e.Day = when.Instant(at), when.Day(day)
	copy(e.Prev[:], prev)
	copy(e.Hash[:], hash)
	if e.Cause.Kind, err = ledger.ParseCauseKind(kind); err != nil {
		return e, l, err
	}
	l.Currency, l.Amount = money.Currency(currency), money.Amount(amount)
	l.Account, err = ledger.ParseAccount(account)
	return e, l, err
}

// EntryOf finds the last entry that a cause of a kind and number posted, by its
// id, or zero: an explanation ends with it.
func (tx *Tx) EntryOf(kind ledger.CauseKind, ref int64) (id int64, err error) {
	err = tx.one([]any{&id}, `SELECT COALESCE(MAX(id), 0) FROM entry WHERE tenant_id = $1 AND cause_kind = $2 AND cause_ref = $3`, tx.id(), kind.String(), ref)
	return id, err
}
