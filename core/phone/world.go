package phone

import (
	"math/bits"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// world is what is known of all numbering: built once from the library's
// metadata, never changed.
type world struct {
	// rows are the country table: a row per prefix that does not yet decide,
	// the empty prefix first. A row is indexed by a Number's nibble: the next
	// digit plus one, or 0 where the number ends. An entry is a country, or a
	// further row's index with further set, or zero for no country.
	rows [][16]uint16

	// codes are by a number's first three digits.
	codes [1000]code
}

const further = 1 << 15 // no country's two letters have this bit

// code is a calling code, under every group of three digits that starts with it.
type code struct {
	digits    uint8  // of the code itself, 1 to 3; 0: not assigned
	dropsZero bool   // a 0 after the code is a trunk prefix written by mistake
	lengths   uint32 // bit i: a number may have i digits after the code
}

var theWorld = sync.OnceValue(buildWorld)

// CountryOf is the country that an E.164 number belongs to; for numbers under
// a calling code that several countries share, the range decides. It has none
// for worldwide networks and services (+800, +870, +883, …), for the toll-free
// numbers that the countries of +1 share, for codes and ranges that nobody has,
// and where a range that libphonenumber does not know could be of several
// countries. Toll-free numbers of other codes keep their country.
//
// It agrees with libphonenumber on every number that is valid there (but for
// the toll-free ones of +1), decides as soon as the digits do, and so also
// names the country of a number with a digit too few or too many.
//
// Only E.164 numbers may be asked for: a short code does not say where it was
// dialled.
func CountryOf(n Number) Country {
	rows := theWorld().rows
	row := uint16(0)
	for key := n.Key(); ; key <<= 4 {
		e := rows[row][key>>60]
		if e < further {
			return Country(e)
		}
		row = e &^ further
	}
}

func buildWorld() *world {
	w := &world{rows: make([][16]uint16, 1)}
	metadata := regionMetadata()
	for cc := range phonenumbers.GetSupportedCallingCodes() {
		c := code{digits: uint8(len(decimal(cc)))}
		regions := phonenumbers.GetRegionCodesForCountryCode(cc)
		for i, r := range regions {
			m := metadata[regionKey{r, cc}]
			c.lengths |= lengths(m)
			c.dropsZero = c.dropsZero || i == 0 && m.GetNationalPrefix() == "0"
		}
		w.addCode(cc, c)
		if len(regions) == 1 {
			w.set(decimal(cc), uint16(countryOfRegion(regions[0])))
		} else {
			w.addShared(cc, regions, metadata)
		}
	}
	return w
}

func (w *world) addCode(cc int, c code) {
	span := 1
	for i := c.digits; i < 3; i++ {
		cc, span = cc*10, span*10
	}
	for i := cc; i < cc+span; i++ {
		w.codes[i] = c
	}
}

// addShared adds the ranges of a calling code that several regions share.
func (w *world) addShared(cc int, regions []string, metadata map[regionKey]*phonenumbers.PhoneMetadata) {
	// Bit 0 are numbers that no region may claim; then the regions in the
	// library's order, in which the first that claims a number has it.
	var patterns []pattern
	owner := []Country{0}
	if cc == phonenumbers.NANPA_COUNTRY_CODE {
		tollFree := metadata[regionKey{regions[0], cc}].GetTollFree().GetNationalNumberPattern()
		patterns = append(patterns, pattern{tollFree, 1})
	}
	for i, r := range regions {
		owner = append(owner, countryOfRegion(r))
		m := metadata[regionKey{r, cc}]
		if lead := m.GetLeadingDigits(); lead != "" {
			patterns = append(patterns, pattern{"(?:" + lead + `)\d*`, 1 << (i + 1)})
			continue
		}
		for _, expr := range typePatterns(m) {
			patterns = append(patterns, pattern{expr, 1 << (i + 1)})
		}
	}
	a := compile(patterns)
	ends := a.endings()
	least := 1 // digits to look at before deciding
	if cc == phonenumbers.NANPA_COUNTRY_CODE {
		least = 3 // an area code nobody has belongs to nobody, whatever its neighbours do
	}
	digits := decimal(cc)
	made := map[uint16]uint16{} // rows by state: what follows depends on nothing else
	var entry func(state uint16, national int) uint16
	entry = func(state uint16, national int) uint16 {
		if bits.OnesCount32(uint32(ends[state])) == 0 {
			return 0
		}
		if bits.OnesCount32(uint32(ends[state])) == 1 && national >= least {
			return uint16(owner[bits.TrailingZeros32(uint32(ends[state]))])
		}
		if e, ok := made[state]; ok && national >= least {
			return e
		}
		row := w.newRow()
		made[state] = further | row
		if t := a.tags[state]; t != 0 {
			w.rows[row][0] = uint16(owner[bits.TrailingZeros32(uint32(t))])
		}
		for d, next := range a.next[state] {
			e := entry(next, national+1)
			w.rows[row][d+1] = e
		}
		return further | row
	}
	w.set(digits, entry(1, 0))
}

// set enters what follows a prefix, or the country of all numbers under it.
func (w *world) set(prefix string, entry uint16) {
	row := uint16(0)
	for i := range len(prefix) - 1 {
		e := w.rows[row][prefix[i]-'0'+1]
		if e < further {
			e = further | w.newRow()
			w.rows[row][prefix[i]-'0'+1] = e
		}
		row = e &^ further
	}
	w.rows[row][prefix[len(prefix)-1]-'0'+1] = entry
}

// newRow adds an empty row; only the 2^15 rows that an entry can name may be.
func (w *world) newRow() uint16 {
	if len(w.rows) == further {
		panic("phone: country table too large")
	}
	w.rows = append(w.rows, [16]uint16{})
	return uint16(len(w.rows) - 1)
}
