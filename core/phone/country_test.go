package phone_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
)

func TestCountryOf(t *testing.T) {
	for _, tt := range []struct{ number, want string }{
		{"12125550142", "US"}, {"14165550142", "CA"}, {"12425550142", "BS"}, {"17875550142", "PR"},
		{"18095550142", "DO"}, {"18765550142", "JM"}, {"16715550142", "GU"},
		{"18005550142", ""}, {"18335550142", ""}, {"18885550142", ""}, // shared toll-free
		{"12115550142", ""}, {"19995550142", ""}, {"15555550142", ""}, // no such area
		{"1212", "US"}, {"12", ""}, {"1", ""},
		{"442079460123", "GB"}, {"447781123456", "GG"}, {"447797123456", "JE"}, {"447624123456", "IM"},
		{"441481256789", "GG"}, {"441534456789", "JE"}, {"441624756789", "IM"}, {"448001234567", "GB"},
		{"4420794601234", "GB"}, {"44207946012", "GB"}, // a digit too many, too few
		{"79161234567", "RU"}, {"77012345678", "KZ"}, {"76001234567", ""},
		{"390612345678", "IT"}, {"390669812345", "VA"}, {"393331234567", "IT"},
		{"4721234567", "NO"}, {"4779123456", "SJ"},
		{"61212345678", "AU"}, {"61891621234", "CC"}, {"61891641234", "CX"},
		{"212650123456", "MA"}, {"262692123456", "RE"}, {"262639123456", "YT"}, {"262269601234", "YT"},
		{"358181234567", "AX"}, {"358412345678", "FI"},
		{"590590201234", "GP"}, {"590590271234", "BL"}, {"590590001234", "MF"},
		{"59995181234", "CW"}, {"5997151234", "BQ"},
		{"29022158", "SH"}, {"2908999", "TA"}, {"24740123", "AC"}, {"38343201234", "XK"},
		{"33123456789", "FR"}, {"33800123456", "FR"}, {"4930123456", "DE"}, {"919876543210", "IN"},
		{"80012345678", ""}, {"80812345678", ""}, {"870773111632", ""}, {"878101234567890", ""},
		{"881612345678", ""}, {"8823421234", ""}, {"883510012345", ""}, {"888123456789", ""}, {"979123456789", ""},
		{"21012345678", ""}, {"999123456", ""}, {"0", ""},
	} {
		if got := phone.CountryOf(phone.MustParse(tt.number)).String(); got != tt.want {
			t.Errorf("CountryOf(%s) = %q, want %q", tt.number, got, tt.want)
		}
	}
	if c := phone.CountryOf(0); c != 0 {
		t.Errorf("CountryOf(none) = %v", c)
	}
}

// oracle asks the library itself; ok is whether it holds the number for valid.
func oracle(code int, national string) (country string, ok bool) {
	value, err := strconv.ParseUint(national, 10, 64)
	if err != nil {
		panic(err)
	}
	cc := int32(code)
	number := &phonenumbers.PhoneNumber{CountryCode: &cc, NationalNumber: &value}
	zeros := int32(len(national) - len(strings.TrimLeft(national, "0")))
	if zeros > 0 && int(zeros) < len(national) {
		leading := true
		number.ItalianLeadingZero, number.NumberOfLeadingZeros = &leading, &zeros
	}
	if phonenumbers.GetNationalSignificantNumber(number) != national || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	country = phonenumbers.GetRegionCodeForNumber(number)
	if country == "001" {
		return "", true
	}
	// The library calls toll-free numbers that all of +1 shares American.
	if code == 1 && country == "US" && phonenumbers.GetNumberType(number) == phonenumbers.TOLL_FREE {
		return "", true
	}
	return country, true
}

// TestCountryAgreesWithLibrary asks about every short prefix of every calling
// code, filled up with digits drawn from a fixed seed.
func TestCountryAgreesWithLibrary(t *testing.T) {
	draw := rand.New(rand.NewPCG(44, 20))
	asked, valid := 0, 0
	check := func(code int, national string) {
		asked++
		want, ok := oracle(code, national)
		if !ok {
			return
		}
		valid++
		full := strconv.Itoa(code) + national
		if n, ok := phone.ParseDigits(full); ok && phone.CountryOf(n).String() != want {
			t.Errorf("CountryOf(%s) = %q, the library says %q", full, phone.CountryOf(n), want)
		}
	}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		regions := phonenumbers.GetRegionCodesForCountryCode(code)
		lengths := possibleLengths(code)
		depth := 2
		if len(regions) > 1 {
			depth = 5
		}
		for _, length := range lengths {
			if length+len(strconv.Itoa(code)) > phone.MaxDigits {
				continue
			}
			lead := min(depth, length)
			count := 1
			for range lead {
				count *= 10
			}
			for i := range count {
				national := fmt.Sprintf("%0*d", lead, i)
				for len(national) < length {
					national += string(rune('0' + draw.IntN(10)))
				}
				check(code, national)
			}
		}
	}
	for _, m := range libraryMetadata(t) {
		for _, desc := range []*phonenumbers.PhoneNumberDesc{
			m.FixedLine, m.Mobile, m.TollFree, m.PremiumRate, m.SharedCost,
			m.PersonalNumber, m.Voip, m.Pager, m.Uan, m.Voicemail,
		} {
			example := desc.GetExampleNumber()
			if example == "" {
				continue
			}
			// The example and every number that differs from it in one digit.
			check(int(m.GetCountryCode()), example)
			for i := range example {
				for d := '0'; d <= '9'; d++ {
					check(int(m.GetCountryCode()), example[:i]+string(d)+example[i+1:])
				}
			}
		}
	}
	if asked < 300_000 || valid < 100_000 {
		t.Errorf("only %d numbers asked about, %d of them valid", asked, valid)
	}
}

func possibleLengths(code int) []int {
	var lengths []int
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err)
	}
	for _, m := range all.GetMetadata() {
		if int(m.GetCountryCode()) != code {
			continue
		}
		for _, l := range m.GetGeneralDesc().GetPossibleLength() {
			if !slices.Contains(lengths, int(l)) {
				lengths = append(lengths, int(l))
			}
		}
	}
	return lengths
}

func libraryMetadata(t *testing.T) []*phonenumbers.PhoneMetadata {
	t.Helper()
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	return all.GetMetadata()
}

func TestCountries(t *testing.T) {
	list := phone.Countries()
	if len(list) != 249+3 || !slices.IsSorted(list) {
		t.Errorf("%d countries, sorted: %v", len(list), slices.IsSorted(list))
	}
	for _, c := range list {
		got, err := phone.ParseCountry(strings.ToLower(c.String()))
		if err != nil || got != c || c.Name() == "" || !utf8.ValidString(c.Name()) {
			t.Errorf("%v: %v, %v, name %q", c, got, err, c.Name())
		}
	}
	for region := range phonenumbers.GetSupportedRegions() {
		if _, err := phone.ParseCountry(region); err != nil {
			t.Error(err)
		}
	}
}

func TestParseCountry(t *testing.T) {
	for _, wrong := range []string{"", "G", "GBR", "UK", "ZZ", "G1", "  ", "g\x02", "\x07B", "Ä"} {
		if c, err := phone.ParseCountry(wrong); !fault.Is(err, fault.Invalid) || c != 0 {
			t.Errorf("ParseCountry(%q) = %v, %v", wrong, c, err)
		}
	}
	var none phone.Country
	if none.String() != "" || none.Name() != "" || none.Flag() != "" {
		t.Errorf("none is %q, %q, %q", none, none.Name(), none.Flag())
	}
	gb := phone.MustCountry("gb")
	if gb.Flag() != "🇬🇧" || gb.Name() != "United Kingdom" {
		t.Errorf("GB is %q, %q", gb.Flag(), gb.Name())
	}
	text, err := gb.MarshalText()
	var back phone.Country
	if err != nil || back.UnmarshalText(text) != nil || back != gb {
		t.Errorf("GB comes back as %v from %q", back, text)
	}
	if back.UnmarshalText(nil) != nil || back != 0 {
		t.Errorf("an empty text is %v", back)
	}
}

func BenchmarkCountryOf(b *testing.B) {
	numbers := []phone.Number{
		phone.MustParse("442079460123"), phone.MustParse("14155550142"), phone.MustParse("447781123456"),
		phone.MustParse("4930123456"), phone.MustParse("33123456789"), phone.MustParse("353861234567"),
		phone.MustParse("12425550142"), phone.MustParse("77012345678"),
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		phone.CountryOf(numbers[i&7])
		i++
	}
}
