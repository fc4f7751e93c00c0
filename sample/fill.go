package sample

import "strconv"

// largeDeck is from how many rows on North America is priced by exchange.
const largeDeck = 50_000

// northAmerica writes a row for each area or, in a large deck, ones for
// exchanges (NPA-NXX) or blocks of them (NPA-NXX-X) that make more than half of
// it.
func (d *deck) northAmerica() {
	areas := append(append([]string(nil), usAreas...), caAreas...)
	name := func(i int) string {
		if i < len(usAreas) {
			return "United States NPA " + areas[i]
		}
		return "Canada NPA " + areas[i]
	}
	base := usualUnits("1")
	quota := d.rows + min(len(areas), d.limit-d.rows)
	if d.limit >= largeDeck {
		quota = d.rows + (d.limit-d.rows)*55/100
	}
	// Each of these steps has no divisor with its count in common, so that it
	// meets every exchange of an area once.
	step, count, first := 7, 800, 200
	if quota-d.rows > len(areas)*count*9/10 {
		step, count, first = 7919, 8000, 2000
	}
	for k := 0; d.rows < quota; k++ {
		i, round := k%len(areas), k/len(areas)
		prefix := "1" + areas[i]
		if d.limit >= largeDeck {
			prefix += strconv.Itoa(first + (round*step+i*13)%count)
		}
		r := rate{prefix: prefix, name: name(i), units: base * int(d.dice.between(60, 260)) / 100}
		d.priced(r, quota-d.rows-1)
	}
}

// world fills the deck up with finer ranges of all other calling codes.
func (d *deck) world() {
	var codes []code
	for _, c := range worldCodes() {
		if c.digits[0] != '1' && c.digits[0] != '7' && c.digits != "39066" {
			codes = append(codes, c)
		}
	}
	weight := func(i int) uint64 { return 1_000_000 / uint64(i/8+4) }
	total, sum, rows := uint64(0), uint64(0), d.limit-d.rows
	for i := range codes {
		total += weight(i)
	}
	for i := 0; i < len(codes) && rows > 0; i++ {
		share := part(rows, sum+weight(i), total) - part(rows, sum, total)
		sum += weight(i)
		d.finer(codes[i], d.rows+share)
	}
}

// finer writes ranges below a code until the deck has quota rows: a few with
// one digit more, tens with two, and so on.
func (d *deck) finer(c code, quota int) {
	base := usualUnits(c.digits)
	for digits := 1; d.rows < quota; digits++ {
		level := d.rows + pow10[digits]*45/100
		for k := 0; d.rows < min(level, quota); k++ {
			n := (k*7919 + base) % pow10[digits] // meets each once, 7919 being prime to 10
			prefix := string(appendDigits([]byte(c.digits), n, digits))
			if d.used[prefix] {
				continue
			}
			r := rate{prefix: prefix, name: c.name, units: base * int(d.dice.between(60, 260)) / 100}
			if digits > 1 {
				r.name += " zone " + string(rune('A'+n%8))
			}
			d.priced(r, min(level, quota)-d.rows-1)
		}
	}
}
