package rating

import (
	"math"

	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Charge is what one tariff makes of a call: in the card's currency, before
// any exchange, and without machine detection.
type Charge struct {
	Amount  money.Amount
	Billed  int32 // seconds after grace, minimum and increments
	Charged int32 // of those, seconds that no bundle covers
	Row     int32 // index in Card.Rates; −1: none
	Status  usage.Status
	Reason  usage.Reason
}

// Rate rates one call. It allocates nothing and takes no lock. A call that has
// no price, or one too large to be held, is Suspended with its reason.
func (t *Tariff) Rate(c *Call, out *Charge) {
	var w work
	if w.begin(c) {
		w.run(t, c, t.find(c))
	}
	*out = w.Charge
}

// stageSize is how many calls RateBatch takes through a stage at once: enough that
// their memory misses overlap, and few enough to stay in the first cache.
const stageSize = 256

// RateBatch rates cs[i] into out[i], which must be as long. The result is that
// of Rate. It is faster because the calls go through the stages together, so
// that the processor waits for many pieces of memory at once.
func (t *Tariff) RateBatch(cs []Call, out []Charge) {
	for len(cs) > 0 {
		n := min(len(cs), stageSize)
		t.rateStage(cs[:n], out[:n])
		cs, out = cs[n:], out[n:]
	}
}

func (t *Tariff) rateStage(cs []Call, out []Charge) {
	var at [stageSize]int32
	for i := range cs {
		at[i] = t.find(&cs[i])
	}
	var first [stageSize]entry // copied only to have the entries brought near
	for i := range cs {
		if at[i] >= 0 {
			first[i] = t.entries[at[i]]
		}
	}
	for i := range cs {
		w := work{first: first[i]}
		if w.begin(&cs[i]) {
			w.choose(t, &cs[i], at[i])
		}
		out[i] = w.Charge
	}
}

// work is the numbers of one call on their way from its length to its amount;
// a Trace shows them.
type work struct {
	Charge
	first    entry        // of the longest prefix
	at       int32        // the number of that entry; −1: no prefix fits
	row      *entry       // taken at answer
	until    when.Instant // until when it would be taken
	length   int64        // seconds of the call
	start    when.Instant // of second 0, behind the grace where that is deducted
	seconds  int64        // that are left then
	step     int          // step that holds the last of them; 0: before the first step
	billed   int64
	covered  int64 // by the bundle
	sum      Exact
	rounded  money.Amount
	segments *[]Segment // nil: not wanted
}

// begin measures the call; false: it costs nothing, or cannot be rated.
func (w *work) begin(c *Call) bool {
	w.Row = -1
	if c.Answered == 0 {
		w.Reason = usage.NotAnswered
		return false
	}
	if c.Ended <= c.Answered {
		w.Reason = usage.ZeroLength
		return false
	}
	length := uint64(c.Ended) - uint64(c.Answered)
	if length > math.MaxInt32*uint64(when.Second) {
		return w.suspend(usage.Overflow)
	}
	if c.Discount < 0 || c.Discount > int32(Whole) {
		return w.suspend(usage.BadValue)
	}
	w.length = int64((length + uint64(when.Second) - 1) / uint64(when.Second))
	return true
}

func (w *work) suspend(r usage.Reason) bool {
	w.Status, w.Reason = usage.Suspended, r
	return false
}

// run rates a call whose first entry is number i.
func (w *work) run(t *Tariff, c *Call, i int32) {
	if i >= 0 {
		w.first = t.entries[i]
	}
	w.choose(t, c, i)
}

// choose takes the row at answer, and goes on with it.
func (w *work) choose(t *Tariff, c *Call, i int32) {
	w.at = i
	if i >= 0 {
		i, w.until = t.choose(&w.first, i, c.Calling.Key(), c.Answered)
	}
	if i < 0 {
		w.suspend(usage.NoRate)
		return
	}
	w.row = &t.entries[i]
	w.Row = w.row.row
	if w.row.blocked {
		w.suspend(usage.Blocked)
		return
	}
	w.measure(t, c, &t.terms[w.row.terms])
}

// measure does steps 2 to 8 of rating a call, whose row is known.
func (w *work) measure(t *Tariff, c *Call, terms *terms) {
	if !w.grace(t, terms, c.Answered) {
		w.Reason = usage.Grace
		return
	}
	w.bill(terms, t.stepsOf(terms))
	if w.billed > math.MaxInt32 {
		w.suspend(usage.Overflow)
		return
	}
	w.covered = min(max(int64(c.Bundle), 0), w.billed)
	w.Billed, w.Charged = int32(w.billed), int32(w.billed-w.covered)
	if w.Charged == 0 {
		w.Reason = usage.Bundle
		return
	}
	w.price(t, c, terms)
	w.finish(t, terms)
}

// grace takes the row's grace seconds off as the card says; false: nothing is
// left.
func (w *work) grace(t *Tariff, terms *terms, answered when.Instant) bool {
	w.start, w.seconds = answered, w.length
	if grace := int64(terms.grace); grace > 0 {
		if !t.deduct {
			return w.seconds > grace
		}
		w.start += when.Instant(grace) * when.Second
		w.seconds = max(0, w.seconds-grace)
	}
	return w.seconds > 0
}

// bill counts the billed seconds.
func (w *work) bill(terms *terms, steps []Step) {
	from, increment := int64(terms.initial), int64(terms.increment)
	w.step = stepBefore(steps, w.seconds)
	if w.step > 0 {
		from, increment = int64(steps[w.step-1].From), int64(steps[w.step-1].Increment)
	}
	w.billed = from
	if beyond := w.seconds - from; beyond > 0 {
		w.billed += (beyond + increment - 1) / increment * increment
	}
	w.billed = max(w.billed, int64(terms.initial))
}

// price adds up what the charged seconds cost, by stretches of one rate.
func (w *work) price(t *Tariff, c *Call, terms *terms) {
	if terms.connect > 0 {
		w.sum.addFee(terms.connect)
	}
	if !t.split || w.start+when.Instant(w.billed)*when.Second <= w.until {
		w.addStretch(t, c, w.row, w.covered, w.billed)
		return
	}
	for k := w.covered; k < w.billed; {
		at := w.start + when.Instant(k)*when.Second
		e := w.row
		i, until := t.choose(&w.first, w.at, c.Calling.Key(), at)
		if i >= 0 && !t.entries[i].blocked {
			e = &t.entries[i]
		}
		end := min(w.billed, k+int64((until-at+when.Second-1)/when.Second))
		w.addStretch(t, c, e, k, end)
		k = end
	}
}

// addStretch adds seconds k to end of the call in entry e, step by step. Added
// seconds stay in the step of the call's last real second.
func (w *work) addStretch(t *Tariff, c *Call, e *entry, k, end int64) {
	steps := t.stepsOf(&t.terms[e.terms])
	if len(steps) > 0 {
		steps = steps[:stepBefore(steps, w.seconds)]
	}
	rate, step := e.rate, 0
	for i, s := range steps {
		if edge := int64(s.From); edge > k {
			if edge >= end {
				break
			}
			w.addSegment(c, e, step, rate, k, edge)
			k = edge
		}
		rate, step = s.Rate, i+1
	}
	w.addSegment(c, e, step, rate, k, end)
}

func (w *work) addSegment(c *Call, e *entry, step int, rate money.Rate, k, end int64) {
	discounted := Percent(c.Discount).off(rate)
	w.sum.addRate(discounted, end-k)
	if w.segments != nil {
		var cost Exact
		cost.addRate(discounted, end-k)
		*w.segments = append(*w.segments, Segment{
			From: int32(k), To: int32(end), Row: e.row, Step: step, Rate: rate, Discounted: discounted, Cost: cost,
		})
	}
}

// finish rounds the sum and keeps it within the row's bounds.
func (w *work) finish(t *Tariff, terms *terms) {
	var ok bool
	if w.rounded, ok = w.sum.Round(t.card.Rounding); !ok {
		w.suspend(usage.Overflow)
		return
	}
	w.Amount = min(max(w.rounded, terms.least), terms.most)
	w.Status = usage.Rated
}

func (t *Tariff) stepsOf(terms *terms) []Step {
	return t.steps[terms.firstStep : terms.firstStep+terms.stepCount]
}

// stepBefore is how many steps begin before a length in seconds.
func stepBefore(steps []Step, seconds int64) int {
	n := len(steps)
	for n > 0 && int64(steps[n-1].From) >= seconds {
		n--
	}
	return n
}
