package app

import (
	"context"
	"fmt"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// The columns of a file of exchange rates; all are required.
const (
	fxFrom = iota
	fxTo
	fxDay
	fxRate
)

var fxColumns = []string{"from", "to", "day", "rate"}

// fxKey is what has one rate of exchange.
type fxKey struct {
	from, to money.Currency
	day      when.Day
}

// ImportFX takes in a CSV file of exchange rates with the columns from, to, day
// and rate: what one unit of from is worth in to, from that day on. They are the
// system's and hold for every tenant. A rate that is there with another value
// is a mistake, since charges may have been made of it. All mistakes come at
// once as fault.Inputs, and then nothing is kept. The system's activity tells of
// what is new, in the same transaction.
func (a *App) ImportFX(ctx context.Context, o ImportTable) (*TableImported, error) {
	t, err := readTable(ctx, &o, fxColumns...)
	if err != nil {
		return nil, fault.Wrap("import fx", err)
	}
	done := &TableImported{File: t.file}
	if len(t.at) > 0 {
		for n, name := range fxColumns {
			if n > 0 && !t.has(n) {
				t.mistake(t.head, 0, name, "", "the file has no such column", "it is required")
			}
		}
	}
	if len(t.rows) == 0 || !t.has(fxTo) || !t.has(fxDay) || !t.has(fxRate) {
		return done, fault.Wrap("import fx", t.err())
	}
	err = a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error { return t.fx(tx, done, o.Did) })
	if err != nil {
		return nil, fault.Wrap("import fx", err)
	}
	return done, nil
}

// fx checks the rows against each other and the books, and keeps what is new.
// A transaction may run more than once.
func (t *tableFile) fx(tx *store.Tx, done *TableImported, did store.Activity) error {
	had := map[fxKey]money.Factor{}
	known := map[money.Currency]bool{}
	seen := map[fxKey]int64{}
	var put []rating.FXRate
	done.Unchanged = 0
	for i := range t.rows {
		row := &t.rows[i]
		r, ok := t.exchange(row)
		if !ok {
			continue
		}
		if !known[r.To] {
			known[r.To] = true
			rates, err := tx.FXRates(r.To)
			if err != nil {
				return err
			}
			for _, k := range rates {
				had[fxKey{k.From, k.To, k.Day}] = k.Factor
			}
		}
		k := fxKey{r.From, r.To, r.Day}
		old, there := had[k]
		line, twice := seen[k]
		seen[k] = row.line
		switch {
		case twice:
			t.wrong(row, fxDay, fmt.Sprintf("%s to %s on that day stands on line %d too", r.From, r.To, line), "")
		case there && old != r.Factor:
			t.wrong(row, fxRate, fmt.Sprintf("%s to %s on %s is %s already", r.From, r.To, r.Day, old), "charges may have been made of it: a new rate needs another day")
		case there:
			done.Unchanged++
		default:
			put = append(put, r)
		}
	}
	if err := t.err(); err != nil {
		return err
	}
	done.Added = len(put)
	if len(put) == 0 {
		return nil
	}
	if err := tx.PutFXRates(put); err != nil {
		return err
	}
	if did.Who == "" {
		return nil
	}
	did.What, did.About = "fx.import", t.file
	did.After = fmt.Sprintf("%d added, %d as before", done.Added, done.Unchanged)
	return tx.Log(did)
}

// exchange reads one row; false where it has a mistake.
func (t *tableFile) exchange(row *tableRow) (r rating.FXRate, ok bool) {
	ok = true
	wrong := func(n int, reason, advice string) {
		ok = false
		t.wrong(row, n, reason, advice)
	}
	var err error
	if r.From, err = money.ParseCurrency(strings.ToUpper(row.cells[fxFrom])); err != nil {
		wrong(fxFrom, "is not a currency", "want an ISO 4217 code such as USD")
	}
	if r.To, err = money.ParseCurrency(strings.ToUpper(row.cells[fxTo])); err != nil {
		wrong(fxTo, "is not a currency", "want an ISO 4217 code such as USD")
	} else if r.To == r.From {
		wrong(fxTo, "is the same currency", "")
	}
	if r.Day, err = when.ParseDay(row.cells[fxDay]); err != nil {
		wrong(fxDay, "is not a day", "want YYYY-MM-DD")
	}
	if r.Factor, err = money.ParseFactor(row.cells[fxRate]); err != nil || r.Factor <= 0 {
		wrong(fxRate, "is not a rate of exchange", "want a decimal number above zero, such as 1.0845")
	}
	return r, ok
}
