package rating

import (
	"fmt"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// MaxRows is how many rows a card can have, MaxBands how many bands.
const (
	MaxRows  = 1 << 24
	MaxBands = 250
)

// MaxMistakes is how many mistakes of a card are told; a last one then says
// how many more there are.
const MaxMistakes = 10_000

// Check finds everything that is wrong with the card (mistakes: it cannot be
// compiled) and what is odd about it (warnings). The Line of an Input is the
// row counted from 1, or 0 where it is about the card itself.
func (c *Card) Check() (mistakes, warnings fault.Inputs) {
	k := newChecker(c)
	k.card()
	k.rows()
	if len(c.Rates) <= MaxRows {
		newOrder(c.Rates).overlaps(c.Rates, k.clash)
	}
	for i := range c.Rates {
		k.blocks(i)
	}
	return k.mistakes.inputs(), k.warnings.inputs()
}

// checker collects what is found.
type checker struct {
	c                  *Card
	bands              map[string]uint8 // counted from 1
	lines              []int32          // of the rows in their input; nil: counted from 1
	mistakes, warnings findings
}

func newChecker(c *Card) *checker {
	k := &checker{c: c, bands: make(map[string]uint8, len(c.Bands))}
	for i := range c.Bands[:min(len(c.Bands), MaxBands)] {
		if name := c.Bands[i].Name; k.bands[name] == 0 {
			k.bands[name] = uint8(i + 1)
		}
	}
	return k
}

// findings are Inputs with a limit.
type findings struct {
	list fault.Inputs
	more int
}

func (f *findings) add(line int, field, value, reason string) {
	if len(f.list) == MaxMistakes {
		f.more++
		return
	}
	f.list = append(f.list, fault.Input{Line: int64(line), Field: field, Value: fault.Cut(value), Reason: reason})
}

func (f *findings) count() int { return len(f.list) + f.more }

func (f *findings) inputs() fault.Inputs {
	if f.more > 0 {
		return append(f.list, fault.Input{Reason: fmt.Sprintf("and %d more", f.more)})
	}
	return f.list
}

// line is where row i stands in its input.
func (k *checker) line(i int) int {
	if k.lines != nil {
		return int(k.lines[i])
	}
	return i + 1
}

// card checks what is not in the rows.
func (k *checker) card() {
	c, wrong := k.c, func(field, value, reason string) { k.mistakes.add(0, field, value, reason) }
	if _, err := money.ParseCurrency(string(c.Currency)); err != nil {
		wrong("currency", string(c.Currency), "want an ISO 4217 code such as USD")
	}
	if _, err := c.zone(); err != nil {
		wrong("time_zone", c.Zone, "want a time zone of the IANA database, such as Europe/London")
	}
	if err := c.Rounding.Check(); err != nil {
		wrong("rounding.decimals", strconv.Itoa(c.Rounding.Decimals), "want 0 to 6 decimals")
	}
	if c.Spanning > SpanSplit {
		wrong("spanning", strconv.Itoa(int(c.Spanning)), "want start or split")
	}
	if c.GraceRule > GraceDeduct {
		wrong("grace_rule", strconv.Itoa(int(c.GraceRule)), "want threshold or deduct")
	}
	if c.AMDFee < 0 {
		wrong("amd_fee", c.AMDFee.String(), "must not be below zero")
	} else if _, err := c.Rounding.Round(c.AMDFee); err != nil {
		wrong("amd_fee", c.AMDFee.String(), "is larger than can be held when rounded")
	}
	if len(c.Rates) > MaxRows {
		wrong("rates", strconv.Itoa(len(c.Rates)), fmt.Sprintf("a card can have at most %d rows", MaxRows))
	}
	k.checkBands()
}

// zone is the zone of the card's bands.
func (c *Card) zone() (*when.Zone, error) {
	if c.Zone == "" {
		return when.UTC, nil
	}
	return when.LoadZone(c.Zone)
}

func (k *checker) checkBands() {
	wrong := func(field, value, reason string) { k.mistakes.add(0, field, value, reason) }
	if len(k.c.Bands) > MaxBands {
		wrong("bands", strconv.Itoa(len(k.c.Bands)), fmt.Sprintf("a card can have at most %d bands", MaxBands))
		return
	}
	holidays := map[when.Day]string{}
	sound := true
	for i, b := range k.c.Bands {
		switch {
		case b.Name == "":
			wrong("bands", "", fmt.Sprintf("band %d has no name", i+1))
		case k.bands[b.Name] != uint8(i+1):
			wrong("bands", b.Name, "another band has that name")
		}
		for _, w := range b.Windows {
			if err := w.Check(); err != nil {
				wrong("windows", b.Name, err.Error())
				sound = false
			}
		}
		for _, day := range b.Holidays {
			if other, taken := holidays[day]; taken && other != b.Name {
				wrong("holidays", day.String(), fmt.Sprintf("belongs to band %s and to band %s", other, b.Name))
			} else if when.DayOfOrdinal(day.Ordinal()) != day || day < 19700101 || day > 22001231 {
				wrong("holidays", strconv.Itoa(int(day)), "is not a day from 1970 to 2200")
			}
			holidays[day] = b.Name
		}
	}
	if sound {
		k.checkWindows()
	}
}

// checkWindows tells of each pair of bands that share a minute of the week.
func (k *checker) checkWindows() {
	const week = 7 * when.MinutesOfDay
	var taken [week]uint8
	told := map[[2]uint8]bool{}
	for i, b := range k.c.Bands {
		id := uint8(i + 1)
		for _, w := range b.Windows {
			for day := range 7 {
				if !w.Days.Has(day) {
					continue
				}
				for m := w.From; m < w.End(); m++ {
					at := (day*when.MinutesOfDay + m) % week
					if other := taken[at]; other != 0 && other != id && !told[[2]uint8{other, id}] {
						told[[2]uint8{other, id}] = true
						k.mistakes.add(0, "bands", b.Name, fmt.Sprintf("overlaps band %s on %s at %s", k.c.Bands[other-1].Name,
							when.Weekdays(1<<(at/when.MinutesOfDay)), when.FormatClock(at%when.MinutesOfDay)))
					}
					taken[at] = id
				}
			}
		}
	}
}

// rows checks each row on its own.
func (k *checker) rows() {
	for i := range k.c.Rates {
		k.row(i, &k.c.Rates[i])
	}
}

func (k *checker) row(i int, r *Row) {
	wrong := func(field, value, reason string) { k.mistakes.add(k.line(i), field, value, reason) }
	least := func(field string, value, least int32) {
		if value < least {
			wrong(field, strconv.Itoa(int(value)), fmt.Sprintf("must be %d or more", least))
		}
	}
	if r.Direction > usage.Incoming {
		wrong("direction", strconv.Itoa(int(r.Direction)), "want outbound or inbound")
	}
	if r.Rate < 0 {
		wrong("rate", r.Rate.String(), "must not be below zero")
	}
	if r.ConnectFee < 0 {
		wrong("connect_fee", r.ConnectFee.String(), "must not be below zero")
	}
	least("initial", r.Initial, 1)
	least("increment", r.Increment, 1)
	least("grace", r.Grace, 0)
	if r.Band != "" && k.bands[r.Band] == 0 {
		wrong("band", r.Band, "the card has no band of that name")
	}
	for n, s := range r.Steps {
		switch {
		case s.From < 1:
			wrong("steps", strconv.Itoa(int(s.From)), "a step must begin after second 0")
		case n > 0 && s.From <= r.Steps[n-1].From:
			wrong("steps", strconv.Itoa(int(s.From)), "steps must ascend")
		}
		if s.Rate < 0 {
			wrong("steps", s.Rate.String(), "a step's rate must not be below zero")
		}
		least("steps", s.Increment, 1)
	}
	bound := func(field string, a *money.Amount) {
		if a != nil && *a < 0 {
			wrong(field, a.String(), "must not be below zero")
		}
	}
	bound("min_charge", r.MinCharge)
	bound("max_charge", r.MaxCharge)
	if r.MinCharge != nil && r.MaxCharge != nil && *r.MinCharge > *r.MaxCharge {
		wrong("min_charge", r.MinCharge.String(), "is above max_charge "+r.MaxCharge.String())
	}
	if r.To != 0 && r.To <= r.From {
		wrong("effective_to", r.To.String(), "is not after effective_from "+r.From.String())
	}
}

// clash tells of a row that overlaps an earlier one in time.
func (k *checker) clash(earlier, later int32) {
	r := &k.c.Rates[later]
	k.mistakes.add(k.line(int(later)), "prefix", r.Prefix.String(),
		fmt.Sprintf("overlaps row %d in time: the same direction, prefix, origin prefix and band", k.line(int(earlier))))
}

// blocks warns of steps that begin inside a billing block, since there a
// longer call can cost less.
func (k *checker) blocks(i int) {
	r := &k.c.Rates[i]
	edge, increment := r.Initial, r.Increment
	for _, s := range r.Steps {
		if increment > 0 && (s.From < edge || (s.From-edge)%increment != 0) {
			k.warnings.add(k.line(i), "steps", strconv.Itoa(int(s.From)),
				"does not begin on the edge of a billing block: a longer call can cost less there")
		}
		edge, increment = s.From, s.Increment
	}
}
