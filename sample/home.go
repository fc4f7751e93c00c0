package sample

import (
	"strconv"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
)

// home is a country that tenants live in.
type home struct {
	iso      string
	zone     string
	currency money.Currency
	abroad   string   // dialled before a calling code
	stems    []string // of own numbers: "442079460/3" is followed by three digits
}

// homes are taken in turn by the tenants. Their own numbers come from ranges
// that are set aside for plays and films.
var homes = [...]home{
	{"US", "America/New_York", "USD", "011", northAmerican(usAreas)},
	{"GB", "Europe/London", "GBP", "00", []string{
		"442079460/3", "441134960/3", "441144960/3", "441154960/3", "441164960/3", "441174960/3", "441184960/3",
		"441214960/3", "441314960/3", "441414960/3", "441514960/3", "441614960/3", "441632960/3"}},
	{"DE", "Europe/Berlin", "EUR", "00", []string{
		"493023125/3", "496990009/3", "494066969/3", "492214710/3", "498999998/3"}},
	{"FR", "Europe/Paris", "EUR", "00", []string{"3319900/4", "3326191/4", "3335301/4", "3346571/4", "3353649/4"}},
	{"CA", "America/Toronto", "CAD", "011", northAmerican(caAreas)},
	{"AU", "Australia/Sydney", "AUD", "0011", []string{"6125550/4", "6135550/4", "6175550/4", "6185550/4"}},
}

func (h *home) country() phone.Country { return phone.MustCountry(h.iso) }

// northAmerican are the stems of 555-0100 to 555-0199 in each area.
func northAmerican(areas []string) []string {
	stems := make([]string, len(areas))
	for i, a := range areas {
		stems[i] = "1" + a + "55501/2"
	}
	return stems
}

// numberPool gives each own number to one tenant only.
type numberPool struct {
	used  [len(homes)]int
	spare int
}

func newNumberPool() *numberPool { return &numberPool{} }

// take is the next number of a home, without plus. A home that has run out is
// helped out from the 555 exchanges of the United States, which last for some
// three million.
func (p *numberPool) take(at int) string {
	stems := homes[at].stems
	shape := parseShape(stems[p.used[at]%len(stems)])
	if n := p.used[at] / len(stems); n < shape.room() {
		p.used[at]++
		return string(shape.append(nil, n))
	}
	n := 200 + p.spare/len(usAreas)
	number := "1" + usAreas[p.spare%len(usAreas)] + "555" + strconv.Itoa(10000 + n)[1:]
	p.spare++
	return number
}

// line is an own number and what it is for.
type line struct {
	number   string // E.164 digits without plus
	unit     string // billing unit; may be empty
	campaign int    // index of the campaign; −1: a main number
}

const mainLines = 3

// newLines takes the tenant's numbers: a few main ones, two for each campaign.
func newLines(t *Tenant, at int, numbers *numberPool) []line {
	lines := make([]line, 0, mainLines+2*len(t.campaigns))
	for i := range mainLines {
		unit := "Head office"
		if i == mainLines-1 {
			unit = "" // one that nobody has allotted yet
		}
		lines = append(lines, line{numbers.take(at), unit, -1})
	}
	for i := range t.campaigns {
		k := &t.campaigns[i]
		for j := range k.lines {
			lines = append(lines, line{numbers.take(at), t.teams[k.team].unit, i})
			k.lines[j] = len(lines) - 1
		}
	}
	return lines
}

// Numbers is the file of own numbers: number,billing_unit,campaign.
func (t *Tenant) Numbers() []byte {
	b := []byte("number,billing_unit,campaign\n")
	for _, l := range t.lines {
		b = append(append(b, '+'), l.number...)
		b = append(appendField(append(b, ','), l.unit), ',')
		if l.campaign >= 0 && t.campaigns[l.campaign].listed {
			b = appendField(b, t.campaigns[l.campaign].code)
		}
		b = append(b, '\n')
	}
	return b
}
