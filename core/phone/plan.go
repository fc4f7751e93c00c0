package phone

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"tollkeeper/core/fault"
)

// Plan is how numbers are dialled and written where a source of calls stands.
// PlanFor gives a country's; a tenant or source overrides parts of it, which
// its JSON form allows field by field. The zero Plan is nobody's home: digits
// are taken as E.164.
type Plan struct {
	Home          Country  `json:"home"`           // none: no national numbers
	Code          string   `json:"code"`           // calling code of Home, for show: Home decides
	International []string `json:"international"`  // dialled before a calling code: "00", "011"
	Trunk         string   `json:"trunk"`          // dialled before a national number: "0", "1"; may be empty
	CarrierDigits int      `json:"carrier_digits"` // digits between trunk and number that choose a carrier (Brazil: 2)
	Strip         []string `json:"strip"`          // outside lines and tech prefixes: "9", "1234#"
	ExtensionMin  int      `json:"extension_min"`  // fewest digits of an extension; 0: no rule by length
	ExtensionMax  int      `json:"extension_max"`  // most digits of an extension, up to 15
	Extensions    []string `json:"extensions"`     // extensions whatever else they look like: "2000-2999", "700"
}

// Extensions have so many digits unless a plan says otherwise.
const (
	usualExtensionMin = 2
	usualExtensionMax = 6
)

// carrierDigits are the countries where a caller chooses a carrier between
// trunk prefix and number, with how many digits.
var carrierDigits = map[Country]int{MustCountry("BR"): 2}

// PlanFor is the plan of a country. A country without numbers of its own
// (Antarctica, Pitcairn, …) and none have the plan without a home.
func PlanFor(c Country) Plan {
	p := Plan{
		International: []string{"00", "011"},
		ExtensionMin:  usualExtensionMin,
		ExtensionMax:  usualExtensionMax,
	}
	cc := phonenumbers.GetCountryCodeForRegion(c.String())
	if cc == 0 {
		return p
	}
	m := regionMetadata()[regionKey{c.String(), cc}]
	p.Home, p.Code = c, decimal(cc)
	p.Trunk = m.GetNationalPrefix()
	p.CarrierDigits = carrierDigits[c]
	// Some countries choose a carrier in the prefix and so have dozens.
	p.International = compile([]pattern{{m.GetInternationalPrefix(), 1}}).words(100)
	return p
}

// check finds every mistake in p.
func (p Plan) check() error {
	var wrong fault.Inputs
	bad := func(field, value, reason string) {
		wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(value), Reason: reason})
	}
	if p.Home != 0 && phonenumbers.GetCountryCodeForRegion(p.Home.String()) == 0 {
		bad("home", p.Home.String(), "has no numbers of its own")
	}
	for _, s := range p.International {
		if !allIn(s, digitsOnly) {
			bad("international", s, "not digits")
		}
	}
	if p.Trunk != "" && !allIn(p.Trunk, digitsOnly) {
		bad("trunk", p.Trunk, "not digits")
	}
	if p.CarrierDigits < 0 || p.CarrierDigits > MaxDigits {
		bad("carrier_digits", decimal(p.CarrierDigits), "not between 0 and 15")
	}
	for _, s := range p.Strip {
		if !allIn(s, digitsOnly+"*#") {
			bad("strip", s, "not made of digits, * and #")
		}
	}
	if p.ExtensionMin < 0 || p.ExtensionMin > p.ExtensionMax {
		bad("extension_min", decimal(p.ExtensionMin), "not between 0 and extension_max")
	}
	if p.ExtensionMax > MaxDigits {
		bad("extension_max", decimal(p.ExtensionMax), "more than 15")
	}
	for _, s := range p.Extensions {
		if _, ok := parseSpan(s); !ok {
			bad("extensions", s, "not a number or a range of numbers of one length, such as 2000-2999")
		}
	}
	return wrong.Err()
}

const digitsOnly = "0123456789"

// allIn tells whether s is one to MaxDigits characters out of set.
func allIn(s, set string) bool {
	return s != "" && len(s) <= MaxDigits && strings.Trim(s, set) == ""
}

// span is a range of numbers of one length, both ends included.
type span struct{ first, last Number }

func parseSpan(s string) (span, bool) {
	low, high, isRange := strings.Cut(s, "-")
	if !isRange {
		high = low
	}
	first, ok := ParseDigits(low)
	last, okLast := ParseDigits(high)
	return span{first, last}, ok && okLast && first <= last && first.Len() == last.Len()
}
