package phone

import (
	"slices"
	"sync"

	"tollkeeper/core/fault"
)

// Country is an ISO 3166-1 alpha-2 code, its two letters one byte each. The
// zero Country is none.
//
// Besides the 249 assigned codes there are three that numbering needs: XK
// (Kosovo, +383), AC (Ascension, +247) and TA (Tristan da Cunha, +290 8).
type Country uint16

// ParseCountry reads a country's two letters, in either case, and refuses codes
// that no country has. The error is of kind Invalid.
func ParseCountry(s string) (Country, error) {
	if len(s) == 2 {
		// Clearing bit 5 makes letters capitals; the table refuses all else.
		c := Country(s[0]&^0x20)<<8 | Country(s[1]&^0x20)
		if _, ok := countryNames()[c]; ok && isLetter(s[0]) && isLetter(s[1]) {
			return c, nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a country's two-letter code (ISO 3166), such as GB", fault.Cut(s))
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// MustCountry is ParseCountry for tests and tables: it panics on a mistake.
func MustCountry(s string) Country {
	c, err := ParseCountry(s)
	if err != nil {
		panic(err)
	}
	return c
}

// Countries are all countries in the order of their codes. The slice is the
// caller's own.
func Countries() []Country {
	list := make([]Country, 0, len(countryNames()))
	for c := range countryNames() {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

// String is the two letters; empty for none.
func (c Country) String() string {
	if c == 0 {
		return ""
	}
	return string([]byte{byte(c >> 8), byte(c)})
}

// Name is the country's usual short name in English; empty for none.
func (c Country) Name() string { return countryNames()[c] }

// Flag is the country's flag as an emoji: two regional indicators. Empty for none.
func (c Country) Flag() string {
	if c == 0 {
		return ""
	}
	const indicatorA = 0x1F1E6
	return string([]rune{indicatorA + rune(c>>8) - 'A', indicatorA + rune(c&0xFF) - 'A'})
}

// MarshalText is String.
func (c Country) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText is ParseCountry, except that an empty text is none.
func (c *Country) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = 0
		return nil
	}
	v, err := ParseCountry(string(text))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

var countryNames = sync.OnceValue(func() map[Country]string {
	names := make(map[Country]string, len(nameTable))
	for _, n := range nameTable {
		names[Country(n.code[0])<<8|Country(n.code[1])] = n.name
	}
	return names
})
