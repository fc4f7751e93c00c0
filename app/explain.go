package app

import (
	"context"
	"slices"

	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// Explanation is the whole way of one call: from the record as it came, by what
// rating made of it, to the entry of the ledger that holds its amount.
type Explanation struct {
	Tenant    string               `json:"tenant"`
	Day       when.Day             `json:"day"`  // UTC day of its start
	Call      string               `json:"call"` // its identity
	Currency  money.Currency       `json:"currency"`
	Amount    money.Amount         `json:"amount"`
	AMD       money.Amount         `json:"amd"`
	BilledAt  when.Instant         `json:"billed_at"`
	BilledDay when.Day             `json:"billed_day"` // in the account's zone
	Facts     CallFacts            `json:"facts"`
	Legs      []CallLeg            `json:"legs,omitempty"` // of its conversation, this one among them; none: it has no others
	Raw       *RawRecord           `json:"raw,omitempty"`
	Charges   []ChargeRevision     `json:"charges"` // every revision in which the charge differs from the one before
	Entries   []int64              `json:"entries"` // of the ledger, among which its amounts are
	Steps     []rating.ExplainStep `json:"steps"`   // all of it in words: raw, call, those of rating, revisions, rollup, ledger
}

// RawRecord is the record that a call was read from.
type RawRecord struct {
	Run  int64  `json:"run"`
	File string `json:"file"`
	Line int64  `json:"line"`
	Text string `json:"text,omitempty"` // left out where numbers are masked
}

// ChargeRevision is one revision of a charge.
type ChargeRevision struct {
	Revision int           `json:"revision"` // 0 is what the import made
	Status   string        `json:"status"`
	Reason   string        `json:"reason,omitempty"`
	Amount   money.Amount  `json:"amount"`
	AMD      money.Amount  `json:"amd"`
	Billed   int32         `json:"billed_s"`
	Card     usage.CardRef `json:"-"`
}

// Explain explains what a call of a tenant costs. Its day makes finding it
// quick; day 0 searches all. A call that is not there is an error of kind
// NotFound. The amount is computed again from the revision of the card that the
// charge names; if that gives another amount, the error is of kind Internal.
func (a *App) Explain(ctx context.Context, id tenant.ID, day when.Day, call usage.Identity) (*Explanation, error) {
	return a.explain(ctx, id, day, call, NumbersShown)
}

// ExplainMasked is Explain for those who may not see numbers: their last four
// digits are hidden, and the record's text is left out.
func (a *App) ExplainMasked(ctx context.Context, id tenant.ID, day when.Day, call usage.Identity) (*Explanation, error) {
	return a.explain(ctx, id, day, call, NumbersMasked)
}

// Disclosure is whether telephone numbers are shown.
type Disclosure uint8

// Without the privilege View Calls, the last digits of a number are hidden.
const (
	NumbersShown Disclosure = iota
	NumbersMasked
)

// NumbersFor is whether somebody with these privileges sees them.
func NumbersFor(can access.Set) Disclosure {
	if can.Has(access.ViewCalls) {
		return NumbersShown
	}
	return NumbersMasked
}

// number is a number as the reader may see it.
func (d Disclosure) number(n phone.Number) string {
	digits := n.AppendDigits(make([]byte, 0, phone.MaxDigits))
	if d == NumbersMasked {
		mask(digits)
	}
	return string(digits)
}

// mask hides the last digits of a number.
func mask(digits []byte) {
	const hidden = 4
	for i := max(0, len(digits)-hidden); i < len(digits); i++ {
		digits[i] = 'x'
	}
}

func (a *App) explain(ctx context.Context, id tenant.ID, day when.Day, call usage.Identity, d Disclosure) (*Explanation, error) {
	t := systemTenant
	if id != tenant.System {
		var err error
		if t, err = a.store.FindTenant(ctx, itoa(int64(id))); err != nil {
			return nil, fault.Wrap("explain", err)
		}
	}
	b, err := newBooks(a, &t)
	if err != nil {
		return nil, fault.Wrap("explain", err)
	}
	e := &explaining{app: a, books: b, disclosure: d, out: &Explanation{Tenant: t.Name, Call: call.String(), Currency: t.Currency, Entries: []int64{}}}
	err = a.store.View(ctx, id, func(tx *store.Tx) error {
		e.tx = tx
		if err := e.find(day, call); err != nil {
			return err
		}
		return e.explain()
	})
	return e.out, fault.Wrap("explain call "+call.String(), err)
}

// explaining is Explain at work.
type explaining struct {
	app        *App
	books      *books
	tx         *store.Tx
	disclosure Disclosure
	out        *Explanation

	call    usage.Call
	charges []usage.Charge // by revision
	names   explainNames
	rawText string // of the record, whoever may read it
}

// find finds the call and reads it, with every revision of its charge.
func (e *explaining) find(day when.Day, id usage.Identity) error {
	days := []when.Day{day}
	if day == 0 {
		var err error
		if days, err = e.tx.NewDays(-1); err != nil {
			return err
		}
	}
	for i := len(days) - 1; i >= 0; i-- {
		var at store.SegmentKey
		row := -1
		if err := e.tx.Identities(days[i], func(k store.SegmentKey, start []byte) error {
			if row >= 0 {
				return nil
			}
			ids, err := identitiesOf(start)
			if err == nil {
				at, row = k, rowOf(ids, &id)
			}
			return err
		}); err != nil {
			return err
		}
		if row >= 0 {
			e.out.Day = days[i]
			return e.read(at, row)
		}
	}
	if day != 0 {
		return fault.New(fault.NotFound, "there is no such call that started on %s (UTC)", day)
	}
	return fault.New(fault.NotFound, "there is no such call")
}

// read reads one row of a segment.
func (e *explaining) read(k store.SegmentKey, row int) error {
	last, err := e.tx.Revision(k)
	if err != nil {
		return err
	}
	s := store.CallSegment{SegmentKey: k, Revision: last}
	if err := e.tx.Load(&s, store.Numbers|store.Charges); err != nil {
		return err
	}
	data, err := segment.Open(s.Data)
	if err != nil {
		return err
	}
	numbers, err := segment.Open(s.Numbers)
	if err != nil {
		return err
	}
	calls, err := segment.OpenCalls(data, numbers, segment.AllCalls)
	if err != nil {
		return err
	}
	one := make([]usage.Call, 1)
	if err := calls.Read(row, one); err != nil {
		return err
	}
	e.call = one[0]
	e.charges = make([]usage.Charge, last+1)
	for r := range e.charges {
		blob := s.Charges
		if r != last {
			if blob, err = e.tx.ChargeData(k, r); err != nil {
				return err
			}
		}
		opened, err := segment.Open(blob)
		if err != nil {
			return err
		}
		charges, err := segment.OpenCharges(opened, segment.AllCharges)
		if err != nil {
			return err
		}
		if err := charges.Read(row, e.charges[r:r+1], one); err != nil {
			return err
		}
	}
	return nil
}

// explain fills in e.out.
func (e *explaining) explain() error {
	if err := e.names.load(e.tx, &e.call); err != nil {
		return err
	}
	if err := e.raw(); err != nil {
		return err
	}
	if err := e.facts(); err != nil {
		return err
	}
	if err := e.legs(); err != nil {
		return err
	}
	e.record()
	if err := e.rating(); err != nil {
		return err
	}
	e.revisions()
	e.rollup()
	return e.ledger()
}

// charge is the one that counts.
func (e *explaining) charge() *usage.Charge { return &e.charges[len(e.charges)-1] }

// rating explains the amount, by the revision of the card that it was rated on.
func (e *explaining) rating() error {
	book, err := e.app.pricesOf(e.tx, e.books)
	if err != nil {
		return err
	}
	ch := e.charge()
	facts := rating.ExplainFacts{
		Calling: e.disclosure.number(e.call.Calling), Called: e.disclosure.number(e.call.Called),
		Campaign: e.names.campaign, Unit: e.names.unit,
	}
	if ch.Card != 0 {
		if facts.Tariff, err = e.app.tariff(e.tx, ch.Card); err != nil {
			return err
		}
	}
	x, err := book.Explain(ratingCall(&e.call), *ch, facts)
	if err != nil {
		return err
	}
	e.out.Steps = append(e.out.Steps, x.Steps...)
	e.out.Amount, e.out.AMD = ch.Amount, ch.AMD
	return nil
}

// ledger names the entries among whose amounts the call's is.
func (e *explaining) ledger() error {
	if !slices.ContainsFunc(e.charges, func(c usage.Charge) bool { return c.Amount != 0 || c.AMD != 0 }) {
		e.step("ledger", "Ledger", "The call never cost anything, so nothing was posted for it.")
		return nil
	}
	month := e.out.BilledDay.Month()
	run := runOf(e.call.Raw.Segment)
	es, err := e.tx.EntriesOf(ledger.Import, run)
	if err != nil {
		return err
	}
	if len(e.out.Charges) > 1 {
		first := when.Day(month*100 + 1)
		later, err := e.tx.EntriesDated(ledger.Rerate, when.Days{From: first, To: first.Add(31)})
		if err != nil {
			return err
		}
		es = append(es, later...)
	}
	e.entries(es, month)
	return nil
}
