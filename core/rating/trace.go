package rating

import (
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Trace is every step from a call to its charge, with its numbers. What was
// not reached is zero: a call that was not answered has only a Charge.
type Trace struct {
	Charge  // as Rate gives it
	Number  phone.Number
	Calling phone.Number
	Row     *Row         // taken at answer; nil: none
	Band    *BandAt      // at answer; nil: no band holds
	Until   when.Instant // until when the same row would be taken; when.Forever: always

	Length    int64 // seconds from answer to end, rounded up
	GraceRule GraceRule
	Grace     int32        // seconds of the row
	Seconds   int64        // left after grace
	Start     when.Instant // of the first of them

	Initial   int32 // seconds of the row
	Step      int   // that holds the last second: 0 is before Row.Steps[0], n is Row.Steps[n-1]
	Increment int32 // seconds of that step
	Covered   int32 // seconds a bundle covered, from the first on

	Discount   Percent
	Segments   []Segment
	ConnectFee money.Amount // zero where no second is charged
	Exact      Exact        // connect fee and all segments
	Rounding   money.Rounding
	Rounded    money.Amount // before the row's bounds
	Bound      Bound        // the bound that made Amount differ from Rounded
}

// Segment is a stretch of charged seconds at one rate.
type Segment struct {
	From, To   int32 // seconds of the call (behind deducted grace); To is outside
	Row        int32 // index in Card.Rates
	Step       int   // 0 is before Row.Steps[0], n is Row.Steps[n-1]
	Rate       money.Rate
	Discounted money.Rate // Rate less the contract's discount
	Cost       Exact      // of the segment
}

// Bound is which bound of a row set the amount. The zero Bound is NoBound.
type Bound uint8

// The bounds.
const (
	NoBound Bound = iota
	MinBound
	MaxBound
)

// String is "", min_charge or max_charge.
func (b Bound) String() string { return [...]string{"", "min_charge", "max_charge"}[b] }

// BandAt is the band that holds at an instant, and why.
type BandAt struct {
	Name    string
	Holiday when.Day     // the local day, where it is one of the band's holidays; else zero
	Window  when.Window  // that holds, where it is no holiday
	Until   when.Instant // until when it surely holds: the end of the window, of the day, or a change of clocks
}

// Trace rates a call as Rate does, by the same code, and keeps every step.
func (t *Tariff) Trace(c *Call) Trace {
	tr := Trace{Number: c.Called, Calling: c.Calling, GraceRule: t.card.GraceRule, Rounding: t.card.Rounding, Discount: Percent(c.Discount)}
	w := work{segments: &tr.Segments}
	if w.begin(c) {
		w.run(t, c, t.find(c))
		tr.Band = t.BandAt(c.Answered)
	}
	tr.Charge, tr.Length, tr.Until = w.Charge, w.length, w.until
	tr.Row = t.Row(w.Charge.Row)
	if tr.Row == nil || tr.Row.Blocked {
		return tr
	}
	tr.Grace, tr.Seconds, tr.Start = tr.Row.Grace, w.seconds, w.start
	if w.billed == 0 {
		return tr
	}
	tr.Initial, tr.Step, tr.Increment, tr.Covered = tr.Row.Initial, w.step, tr.Row.Increment, int32(w.covered)
	if w.step > 0 {
		tr.Increment = tr.Row.Steps[w.step-1].Increment
	}
	if w.Charged == 0 {
		return tr
	}
	tr.ConnectFee, tr.Exact, tr.Rounded = tr.Row.ConnectFee, w.sum, w.rounded
	switch {
	case w.Status != usage.Rated:
	case w.Amount > w.rounded:
		tr.Bound = MinBound
	case w.Amount < w.rounded:
		tr.Bound = MaxBound
	}
	return tr
}

// BandAt is the card's band at an instant, or nil where none holds.
func (t *Tariff) BandAt(at when.Instant) *BandAt {
	if t.calendar == nil {
		return nil
	}
	id, until := t.calendar.at(at)
	if id == 0 {
		return nil
	}
	band := &t.card.Bands[id-1]
	b := &BandAt{Name: band.Name, Until: until}
	shift, _ := t.calendar.zone.Offset(at)
	local := at + shift
	day := floorDay(local)
	if t.calendar.holiday(day) == id {
		b.Holiday = when.DayOfOrdinal(day)
		return b
	}
	minute := int((local - when.Instant(day)*when.DayLength) / when.Minute)
	before := t.calendar.holiday(day - 1)
	for _, w := range band.Windows {
		today := w.Days.Has(when.Weekday(day)) && minute >= w.From && minute < w.End()
		yesterday := w.Days.Has(when.Weekday(day-1)) && minute+when.MinutesOfDay < w.End() && (before == 0 || before == id)
		if today || yesterday {
			b.Window = w
			break
		}
	}
	return b
}
