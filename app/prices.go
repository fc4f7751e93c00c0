package app

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/klauspost/compress/zstd"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/format/deck"
	"tollkeeper/store"
)

// tariffs are compiled cards by revision. A revision never changes, so what is
// here never grows old; it is dropped when no book has used it for a while.
type tariffs struct {
	mu sync.Mutex
	m  map[tariffKey]*rating.Tariff
}

type tariffKey struct {
	owner tenant.ID
	ref   usage.CardRef
}

// tariffsKept bounds how many compiled cards are kept.
const tariffsKept = 64

// tariff gives the compiled card of a revision.
func (a *App) tariff(tx *store.Tx, ref usage.CardRef) (*rating.Tariff, error) {
	k := tariffKey{tenant.System, ref}
	if ref.Own() {
		k.owner = tx.Tenant
	}
	a.tariffs.mu.Lock()
	defer a.tariffs.mu.Unlock()
	if t := a.tariffs.m[k]; t != nil {
		return t, nil
	}
	card, err := loadCard(tx, ref)
	if err != nil {
		return nil, err
	}
	t, err := rating.Compile(card)
	if err != nil {
		return nil, fault.Wrap("compile card "+card.Name, err)
	}
	if len(a.tariffs.m) >= tariffsKept || a.tariffs.m == nil {
		a.tariffs.m = map[tariffKey]*rating.Tariff{}
	}
	a.tariffs.m[k] = t
	return t, nil
}

// loadCard reads a revision of a card with its rows.
func loadCard(tx *store.Tx, ref usage.CardRef) (*rating.Card, error) {
	r, err := tx.CardRevision(ref)
	if err != nil {
		return nil, err
	}
	card := new(rating.Card)
	if err := json.Unmarshal([]byte(r.Head), card); err != nil {
		return nil, fault.Wrap("read the head of a rate card", err)
	}
	z, err := zstd.NewReader(bytes.NewReader(r.Data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	d, err := deck.Read(z, deck.Options{File: card.Name})
	if err != nil {
		return nil, fault.Wrap("read the rows of card "+card.Name, err)
	}
	if err := d.Mistakes.Err(); err != nil {
		return nil, fault.Wrap("read the rows of card "+card.Name, err)
	}
	card.Rates = make([]rating.Row, len(d.Rows))
	for i := range d.Rows {
		card.Rates[i] = d.Rows[i].Row
	}
	return card, nil
}

// packCard is the content of a revision of card.
func packCard(card *rating.Card) (store.Revision, error) {
	head := *card
	head.Rates = nil
	h, err := json.Marshal(&head)
	if err != nil {
		return store.Revision{}, err
	}
	var data bytes.Buffer
	z, err := zstd.NewWriter(&data)
	if err != nil {
		return store.Revision{}, err
	}
	if err := deck.Write(z, card.Rates); err != nil {
		return store.Revision{}, err
	}
	if err := z.Close(); err != nil {
		return store.Revision{}, err
	}
	return store.Revision{Head: string(h), Data: data.Bytes()}, nil
}

// loadPrices makes the book of prices at the account's version of them.
func (b *books) loadPrices(tx *store.Tx, acct store.Account) error {
	book, err := b.app.pricesOf(tx, b)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prices, b.account.Cards = book, acct.Cards
	return nil
}

func (a *App) pricesOf(tx *store.Tx, b *books) (*rating.Book, error) {
	parts := rating.BookParts{Currency: b.tenant.Currency, Zone: b.zone}
	var err error
	if parts.Assignments, err = tx.Assignments(); err != nil {
		return nil, err
	}
	if parts.Switches, err = tx.Switches(); err != nil {
		return nil, err
	}
	rates, err := tx.FXRates(b.tenant.Currency)
	if err != nil {
		return nil, err
	}
	if parts.FX, err = rating.NewFX(rates); err != nil {
		return nil, err
	}
	cards, err := tx.Cards()
	if err != nil {
		return nil, err
	}
	assigned := map[tariffKey]bool{}
	for _, as := range parts.Assignments {
		assigned[tariffKey{ref: usage.NewCardRef(as.Card, 0, as.Own)}] = true
	}
	for _, c := range cards {
		if !assigned[tariffKey{ref: usage.NewCardRef(c.ID, 0, c.Own)}] {
			continue
		}
		t, err := a.tariff(tx, c.Ref())
		if err != nil {
			return nil, err
		}
		parts.Cards = append(parts.Cards, rating.BookCard{Ref: c.Ref(), Tariff: t})
	}
	return rating.NewBook(parts)
}
