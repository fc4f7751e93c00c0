package phone

import (
	"math/bits"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// The library's metadata, as far as this package reads it. The embedded
// metadata cannot fail to load: the library would have panicked at start.

// regionKey names a region's metadata. Worldwide networks are all of one
// region and differ by calling code.
type regionKey struct {
	region string
	code   int
}

func regionMetadata() map[regionKey]*phonenumbers.PhoneMetadata {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err)
	}
	byRegion := make(map[regionKey]*phonenumbers.PhoneMetadata, len(all.GetMetadata()))
	for _, m := range all.GetMetadata() {
		byRegion[regionKey{m.GetId(), int(m.GetCountryCode())}] = m
	}
	return byRegion
}

// shortMetadata is what the library knows of short codes in a region; nil
// (which is empty) where it knows none.
func shortMetadata(region string) *phonenumbers.PhoneMetadata {
	all, err := phonenumbers.ShortNumberMetadataCollection()
	if err != nil {
		panic(err)
	}
	for _, m := range all.GetMetadata() {
		if m.GetId() == region {
			return m
		}
	}
	return nil
}

// lengths are how many digits a region's numbers may have after the calling
// code, as bits. All of +1 have ten: the library also knows a Canadian service
// of seven, which cannot be called from abroad.
func lengths(m *phonenumbers.PhoneMetadata) uint32 {
	if m.GetCountryCode() == phonenumbers.NANPA_COUNTRY_CODE {
		return 1 << 10
	}
	var set uint32
	for _, l := range m.GetGeneralDesc().GetPossibleLength() {
		set |= 1 << uint(l)
	}
	return set
}

// subscriberLengths is how many different lengths a region's geographic and
// mobile numbers have.
func subscriberLengths(m *phonenumbers.PhoneMetadata) int {
	lists := [][]int32{m.GetFixedLine().GetPossibleLength(), m.GetMobile().GetPossibleLength()}
	var set uint32
	for _, list := range lists {
		if len(list) == 0 { // as the region's numbers in general
			list = m.GetGeneralDesc().GetPossibleLength()
		}
		for _, l := range list {
			if l > 0 { // -1: it has none
				set |= 1 << uint(l)
			}
		}
	}
	return bits.OnesCount32(set)
}

// typePatterns are the patterns of all kinds of numbers in a region: a number
// is valid there if one of them matches.
func typePatterns(m *phonenumbers.PhoneMetadata) []string {
	return append(subscriberPatterns(m), exprs(m.GetVoicemail())...)
}

// subscriberPatterns are those of numbers that people call. Voice mail is left
// out: it is reached through its owner's number, and its patterns (a mobile
// number and a digit or two) look like other countries' numbers.
func subscriberPatterns(m *phonenumbers.PhoneMetadata) []string {
	return append(servicePatterns(m), exprs(
		m.GetFixedLine(), m.GetMobile(), m.GetVoip(), m.GetPersonalNumber(), m.GetPager())...)
}

// servicePatterns are those of numbers that are dialled as they are, without a
// trunk prefix, however short: toll-free, shared cost, premium, company-wide.
func servicePatterns(m *phonenumbers.PhoneMetadata) []string {
	return exprs(m.GetTollFree(), m.GetSharedCost(), m.GetPremiumRate(), m.GetUan())
}

func exprs(descs ...*phonenumbers.PhoneNumberDesc) []string {
	var list []string
	for _, d := range descs {
		// "NA" says that the region has no such numbers.
		if expr := d.GetNationalNumberPattern(); expr != "" && expr != "NA" {
			list = append(list, expr)
		}
	}
	return list
}

// countryOfRegion is a library's region as a country: none for "001", the world.
func countryOfRegion(region string) Country {
	if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return 0
	}
	return MustCountry(region)
}

func decimal(n int) string { return strconv.Itoa(n) }
