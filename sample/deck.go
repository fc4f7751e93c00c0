package sample

import (
	"io"
	"strconv"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
)

// rate is a row of a deck.
type rate struct {
	inbound   bool
	prefix    string
	origin    string
	band      string
	name      string
	units     int // hundred-thousandths a minute
	connect   bool
	initial   int
	increment int
	steps     bool
	blocked   bool
	from, to  string // effective
}

const deckHeader = "direction,prefix,origin_prefix,band,destination,rate,connect_fee,initial,increment,steps," +
	"blocked,usage_group,call_type,effective_from,effective_to\n"

// deck writes rows until there are as many as were asked for.
type deck struct {
	file  *file
	dice  dice
	bands bool
	month string // an instant in the middle of the calls, when some rates change
	used  map[string]bool
	rows  int
	limit int // 0: none
}

func newDeck(c *Center, w io.Writer, limit int) *deck {
	d := &deck{file: newFile(w), dice: newDice(c.options.Seed, streamOf(0, forDeck)), bands: c.options.Bands, limit: limit}
	d.month = c.options.First.Add(c.options.Days/2).String() + "T00:00:00Z"
	d.used = make(map[string]bool)
	d.file.b = append(d.file.b, deckHeader...)
	return d
}

// Deck writes the rows of the operator's retail card in our own layout: every
// calling code (but two), mobile ranges, blocked satellite and premium ranges,
// what calls into the tenants' own numbers cost, and then ever finer ranges; in
// a large deck most of them are exchanges of North America. No prefix comes
// twice for one direction, origin, band and time. An error is the writer's.
func (c *Center) Deck(w io.Writer) error {
	d := newDeck(c, w, min(c.options.DeckRows, 1_000_000))
	basics := basicRates()
	for i, r := range basics {
		d.used[r.prefix] = d.used[r.prefix] || !r.inbound
		d.priced(r, d.limit-d.rows-(len(basics)-i))
	}
	d.northAmerica()
	d.world()
	return d.file.close()
}

// basicRates are the rows that every deck has.
func basicRates() []rate {
	var out []rate
	for _, code := range worldCodes() {
		out = append(out, rate{prefix: code.digits, name: code.name, units: usualUnits(code.digits)})
	}
	seen := map[string]bool{}
	for _, at := range destinations {
		for _, prefix := range mobilePrefixes(at) {
			if !seen[prefix] {
				seen[prefix] = true
				out = append(out, rate{prefix: prefix, name: destinationName(at) + " mobile", units: usualUnits(at.code) * 9 / 4})
			}
		}
	}
	for _, s := range services {
		out = append(out, rate{prefix: s.digits, name: s.name, units: 45_000, blocked: s.blocked})
	}
	for i, prefix := range [...]string{"", "1", "33", "44", "49", "61"} {
		out = append(out, rate{inbound: true, prefix: prefix, name: "Inbound " + prefix, units: 300 + 50*i})
	}
	out[len(out)-6].name = "Inbound"
	return out
}

// usualUnits is what a minute to a calling code costs: the countries that are
// called most are cheap, some others very dear.
func usualUnits(digits string) int {
	h := uint64(len(digits))
	for i := range len(digits) {
		h = mix(h + uint64(digits[i]))
	}
	for i := range 20 {
		if destinations[i].code == digits {
			return 400 + int(h%1400)
		}
	}
	return 2000 + int(h%64)*int(h>>8%64)*10
}

// mobilePrefixes are the starts of a country's mobile ranges, where they are
// not those of fixed lines too.
func mobilePrefixes(at destination) []string {
	if at.code == "1" || at.iso == "MX" {
		return nil
	}
	var out []string
	for _, s := range parseShapes("", at.mobile) {
		stem := s.stem
		if len(stem) > 3 {
			stem = stem[:2]
		}
		out = append(out, at.code+stem)
	}
	return out
}

func destinationName(at destination) string { return phone.MustCountry(at.iso).Name() }

// priced writes a prefix: mostly one row, or with a second one for an origin, a
// band or a change of the rate, as far as there is room for more.
func (d *deck) priced(r rate, room int) {
	terms := [...][2]int{{1, 1}, {6, 6}, {60, 60}, {30, 6}, {60, 1}, {1, 1}, {6, 6}}[d.dice.below(7)]
	r.initial, r.increment = terms[0], terms[1]
	r.connect = d.dice.percent(8)
	x := d.dice.below(100)
	r.steps = x == 99
	if room < 1 || r.blocked || x >= 17 {
		d.put(r)
		return
	}
	other := r
	switch {
	case x < 4:
		other.origin = [...]string{"44", "49", "33", "1"}[x]
		other.units /= 2
	case x < 9 && d.bands:
		other.band, other.units = peak, r.units*3/2
		if x < 6 {
			other.band, other.units = weekend, r.units*7/10
		}
	default:
		r.to, other.from = d.month, d.month
		other.units += 50 + r.units/20
	}
	d.put(r)
	d.put(other)
}

// put writes one row.
func (d *deck) put(r rate) {
	b := d.file.b
	direction, callType, group := "outbound,", "international", "fixed"
	if r.inbound {
		direction, callType, group = "inbound,", "inbound", "own numbers"
	}
	if n := len(r.name); n > 7 && r.name[n-7:] == " mobile" {
		group = "mobile"
	}
	if r.blocked {
		group = "barred"
	}
	b = append(b, direction...)
	b = append(append(b, r.prefix...), ',')
	b = append(append(b, r.origin...), ',')
	b = append(append(b, r.band...), ',')
	b = append(appendField(b, r.name), ',')
	b = append(unitRate(r.units).Append(b, 4), ',')
	if r.connect {
		b = append(b, "0.01"...)
	}
	b = append(strconv.AppendInt(append(b, ','), int64(r.initial), 10), ',')
	b = append(strconv.AppendInt(b, int64(r.increment), 10), ',')
	if r.steps { // on the edges of every block that terms have
		b = append(unitRate(r.units/2).Append(append(b, "60:"...), 0), "/6;180:"...)
		b = append(unitRate(r.units/4).Append(b, 0), "/1"...)
	}
	b = append(b, ',')
	if r.blocked {
		b = append(b, "true"...)
	}
	b = append(append(append(b, ','), group...), ',')
	b = append(append(append(b, callType...), ','), r.from...)
	d.file.b = append(append(append(b, ','), r.to...), '\n')
	d.rows++
	d.file.flush()
}

func unitRate(units int) money.Rate { return money.Rate(units) * 10_000 }
