package rating

import (
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
)

// batch is how many calls go through the stages together: few enough to stay in
// the processor's cache.
const batch = 256

// Workspace is the scratch of Book.Rate, so that rating allocates nothing. It
// serves one goroutine at a time, and any book. The zero Workspace is ready.
type Workspace struct {
	first   [batch]int32 // assignment to ask first; -1: the call is decided
	calls   [batch]Call  // the calls to be rated, by tariff
	origin  [batch]int32 // where calls[i] came from
	charges [batch]Charge
	ends    []int32 // by slot of tariff, the end of its calls in calls
}

// Rate rates calls into out, which must be as long. Every field of out is set
// but BilledAt and Cost, which are not the book's to know and become zero. A
// suspended call keeps the card, assignment and row where the search ended.
func (b *Book) Rate(calls []Call, out []usage.Charge, ws *Workspace) {
	for len(calls) > 0 {
		n := min(len(calls), batch)
		b.rateBatch(calls[:n], out[:n], ws)
		calls, out = calls[n:], out[n:]
	}
}

// RateOne is Rate for a single call.
func (b *Book) RateOne(c *Call) usage.Charge {
	var out usage.Charge
	if i := b.decide(c, &out); i >= 0 {
		var got Charge
		b.cards[i].tariff.Rate(c, &got)
		b.settle(c, i, &got, &out)
	}
	return out
}

// rateBatch finds the card of each call, rates the calls of each card together,
// and then what those cards had no row for.
func (b *Book) rateBatch(calls []Call, out []usage.Charge, ws *Workspace) {
	slot := b.decideAll(calls, out, ws)
	switch slot {
	case decided:
		return
	case severalSlots:
		b.rateSorted(calls, out, ws)
		return
	}
	// The usual case: all calls that are still open have one tariff. The others
	// pass through it too; what comes out for them is not looked at.
	var tariff *Tariff
	for i := range calls {
		if f := ws.first[i]; f >= 0 {
			tariff = b.cards[f].tariff
			break
		}
	}
	tariff.RateBatch(calls, ws.charges[:len(calls)])
	for i := range calls {
		if f := ws.first[i]; f >= 0 {
			b.settle(&calls[i], f, &ws.charges[i], &out[i])
		}
	}
}

// What decideAll answers beside a slot.
const (
	decided      = -1
	severalSlots = -2
)

// decideAll decides what can be decided without a row, and notes the first
// assignment of the other calls. It answers their tariff's slot, if they have
// only one.
func (b *Book) decideAll(calls []Call, out []usage.Charge, ws *Workspace) int32 {
	only := int32(decided)
	for i := range calls {
		f := b.decide(&calls[i], &out[i])
		ws.first[i] = f
		if f < 0 {
			continue
		}
		switch slot := b.cards[f].slot; {
		case only == decided:
			only = slot
		case only != slot:
			only = severalSlots
		}
	}
	return only
}

// rateSorted rates calls of several tariffs: a counting sort puts those of one
// tariff together.
func (b *Book) rateSorted(calls []Call, out []usage.Charge, ws *Workspace) {
	if cap(ws.ends) < b.tariffs {
		ws.ends = make([]int32, b.tariffs)
	}
	ends := ws.ends[:b.tariffs]
	clear(ends)
	for i := range calls {
		if f := ws.first[i]; f >= 0 {
			ends[b.cards[f].slot]++
		}
	}
	sum := int32(0)
	for slot, n := range ends {
		ends[slot] = sum // the beginning, which the copying below moves to the end
		sum += n
	}
	for i := range calls {
		if f := ws.first[i]; f >= 0 {
			at := &ends[b.cards[f].slot]
			ws.calls[*at], ws.origin[*at] = calls[i], int32(i)
			*at++
		}
	}
	for from := int32(0); from < sum; {
		card := &b.cards[ws.first[ws.origin[from]]]
		to := ends[card.slot]
		card.tariff.RateBatch(ws.calls[from:to], ws.charges[from:to])
		from = to
	}
	for k := range ws.charges[:sum] {
		i := ws.origin[k]
		b.settle(&calls[i], ws.first[i], &ws.charges[k], &out[i])
	}
}

// decide fills out where no row is to be looked for, and answers -1; else it
// answers the assignment to ask first.
func (b *Book) decide(c *Call, out *usage.Charge) int32 {
	*out = usage.Charge{Row: -1}
	if b.off.off(c.dated()) {
		out.Reason = usage.BillingOff
		return -1
	}
	s := b.begin(c)
	first := b.next(&s, c)
	switch {
	case c.Answered == 0:
		out.Reason = usage.NotAnswered
	case c.Ended <= c.Answered:
		out.Reason = usage.ZeroLength
	case c.Kind == usage.Internal && !b.coversInternal(c):
		out.Reason = usage.InternalCall
	case first < 0:
		out.Status, out.Reason = usage.Suspended, usage.NoCard
		return -1
	default:
		return first
	}
	if c.AMD != usage.NoAMD && first >= 0 && b.cards[first].fee {
		out.AMD = b.cards[first].tariff.AMDFee()
		b.charge(c, first, out)
	}
	return -1
}

// settle makes a charge of what the tariff of assignment i said; where that has
// no row, it asks the assignments after i.
func (b *Book) settle(c *Call, i int32, got *Charge, out *usage.Charge) {
	if got.Reason == usage.NoRate {
		i = b.ask(c, i, got)
	}
	if got.Reason == usage.NoRate {
		out.Status, out.Reason = usage.Suspended, usage.NoRate
		return
	}
	out.Row = got.Row
	out.Status, out.Reason = got.Status, got.Reason
	if got.Status == usage.Suspended {
		out.Card, out.Assignment = b.cards[i].ref, b.assignments[i].ID
		return
	}
	out.Amount, out.Billed, out.Bundle, out.Discount = got.Amount, got.Billed, got.Billed-got.Charged, c.Discount
	if c.AMD != usage.NoAMD {
		out.AMD = b.cards[i].tariff.AMDFee()
	}
	b.charge(c, i, out)
}

// ask asks the assignments after the first one by one until a card has a row;
// it answers the last one asked.
func (b *Book) ask(c *Call, first int32, got *Charge) int32 {
	s := b.begin(c)
	for b.next(&s, c) != first {
	}
	last := first
	for i := b.next(&s, c); i >= 0 && got.Reason == usage.NoRate; i = b.next(&s, c) {
		b.cards[i].tariff.Rate(c, got)
		last = i
	}
	return last
}

// charge names the card of assignment i in out and brings out's amounts from
// its currency into the account's.
func (b *Book) charge(c *Call, i int32, out *usage.Charge) {
	card := &b.cards[i]
	out.Card, out.Assignment, out.FX = card.ref, b.assignments[i].ID, money.One
	if !card.foreign {
		return
	}
	factor, _, ok := factorOn(card.rates, b.zone.Day(c.dated()))
	if !ok {
		suspend(out, usage.NoFX)
		return
	}
	amount, err := factor.Convert(out.Amount)
	amd, err2 := factor.Convert(out.AMD)
	if err != nil || err2 != nil {
		suspend(out, usage.Overflow)
		return
	}
	out.Amount, out.AMD, out.FX = amount, amd, factor
}

// suspend takes back everything of out but where the search ended.
func suspend(out *usage.Charge, why usage.Reason) {
	*out = usage.Charge{Card: out.Card, Assignment: out.Assignment, Row: out.Row, Status: usage.Suspended, Reason: why}
}
