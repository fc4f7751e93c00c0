package phone_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
)

func dialer(t testing.TB, home string, change func(*phone.Plan)) *phone.Dialer {
	t.Helper()
	plan := phone.PlanFor(0)
	if home != "" {
		plan = phone.PlanFor(phone.MustCountry(home))
	}
	if change != nil {
		change(&plan)
	}
	d, err := phone.NewDialer(plan)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// result is what Normalize says in one word: digits, "ext 2001", "short 999",
// "anonymous", or "bad: reason".
func result(d *phone.Dialer, raw string) string {
	n, class, reason := d.Normalize([]byte(raw))
	switch class {
	case phone.E164:
		return n.String()
	case phone.Extension:
		return "ext " + n.String()
	case phone.ShortCode:
		return "short " + n.String()
	case phone.Bad:
		return "bad: " + reason.String()
	}
	return class.String()
}

func TestNormalizeByCountry(t *testing.T) {
	for _, tt := range []struct{ home, raw, want string }{
		{"US", "4155550142", "14155550142"},
		{"US", "(415) 555-0142", "14155550142"},
		{"US", "1-415-555-0142", "14155550142"},
		{"US", "+1 415 555 0142", "14155550142"},
		{"US", "0114420 7946 0123", "442079460123"},
		{"US", "442079460123", "442079460123"},
		{"US", "00442079460123", "442079460123"}, // a gateway's 00
		{"US", "8005550142", "18005550142"},
		{"US", "2425550142", "12425550142"}, // the Bahamas are dialled alike
		{"US", "9725550142", "19725550142"}, // Dallas, not Israel
		{"US", "3225550142", "13225550142"}, // ten digits are national, whatever the area
		{"US", "911", "short 911"},
		{"US", "411", "short 411"},
		{"US", "2001", "ext 2001"},
		{"US", "5550142", "bad: fits no number of the home country and no international number"},
		{"CA", "4165550142", "14165550142"},
		{"CA", "0114930123456", "4930123456"},
		{"CA", "14155550142", "14155550142"},
		{"GB", "(020) 7946 0123", "442079460123"},
		{"GB", "02079460123", "442079460123"},
		{"GB", "2079460123", "442079460123"},
		{"GB", "442079460123", "442079460123"},
		{"GB", "00442079460123", "442079460123"},
		{"GB", "+44 (0)20 7946 0123", "442079460123"},
		{"GB", "0044 (0)20 7946 0123", "442079460123"},
		{"GB", "14155550142", "14155550142"},
		{"GB", "4521345678", "4521345678"}, // Denmark: ten digits, no British range
		{"GB", "07781 123456", "447781123456"},
		{"GB", "0800 1111", "448001111"},
		{"GB", "01632 960999", "441632960999"}, // a range without subscribers
		{"GB", "999", "short 999"},
		{"GB", "112", "short 112"},
		{"GB", "118500", "short 118500"},
		{"GB", "101", "short 101"},
		{"GB", "2001", "ext 2001"},
		{"DE", "030 123456", "4930123456"},
		{"DE", "4930123456", "4930123456"},
		{"DE", "0049 30 123456", "4930123456"},
		{"DE", "0151 23456789", "4915123456789"},
		{"DE", "+49 (0) 30 123456", "4930123456"},
		{"DE", "0800 1234567", "498001234567"},
		{"DE", "442079460123", "442079460123"},     // London, though a German exchange could start so
		{"DE", "33123456789", "33123456789"},       // Paris, not Potsdam
		{"DE", "8912345678901", "498912345678901"}, // Munich: no other country fits
		{"DE", "110", "short 110"},
		{"AT", "14155550142", "14155550142"},
		{"AT", "01 12345678", "43112345678"},
		{"FR", "01 23 45 67 89", "33123456789"},
		{"FR", "33123456789", "33123456789"},
		{"FR", "0033 1 23 45 67 89", "33123456789"},
		{"FR", "0 800 123 456", "33800123456"},
		{"FR", "15", "short 15"},
		{"IT", "06 1234 5678", "390612345678"},
		{"IT", "390612345678", "390612345678"},
		{"IT", "+39 (0)6 1234 5678", "390612345678"}, // the zero belongs to the number
		{"IT", "333 123 4567", "393331234567"},
		{"IT", "33123456789", "33123456789"}, // France: too long for a mobile
		{"IT", "0044 20 7946 0123", "442079460123"},
		{"ES", "912 345 678", "34912345678"},
		{"ES", "34912345678", "34912345678"},
		{"ES", "0033123456789", "33123456789"},
		{"ES", "112", "short 112"},
		{"AU", "(02) 9876 5432", "61298765432"},
		{"AU", "0412 345 678", "61412345678"},
		{"AU", "1300 123 456", "611300123456"},
		{"AU", "13 12 34", "61131234"},
		{"AU", "0011 1 415 555 0142", "14155550142"},
		{"AU", "000", "short 000"},
		{"BR", "(11) 98765-4321", "5511987654321"},
		{"BR", "011 98765-4321", "5511987654321"},
		{"BR", "0 15 11 98765-4321", "5511987654321"}, // by carrier 15
		{"BR", "0021 1 415 555 0142", "14155550142"},
		{"BR", "5511987654321", "5511987654321"},
		{"IN", "098765 43210", "919876543210"},
		{"IN", "9876543210", "919876543210"},
		{"IN", "919876543210", "919876543210"},
		{"IN", "022 2345 6789", "912223456789"},
		{"JP", "03-1234-5678", "81312345678"},
		{"JP", "090-1234-5678", "819012345678"},
		{"JP", "010 1 415 555 0142", "14155550142"},
		{"JP", "110", "short 110"},
		{"KE", "0712 345678", "254712345678"},
		{"KE", "712345678", "254712345678"},
		{"KE", "000 44 20 7946 0123", "442079460123"},
		{"KE", "0044 20 7946 0123", "442079460123"},
		{"RU", "8 (495) 123-45-67", "74951234567"},
		{"RU", "+7 495 123-45-67", "74951234567"},
		{"RU", "4951234567", "74951234567"},
		{"RU", "79161234567", "79161234567"},
		{"RU", "77012345678", "77012345678"}, // Kazakhstan
		{"RU", "8~10 44 20 7946 0123", "442079460123"},
		{"MX", "55 1234 5678", "525512345678"},
		{"MX", "00 1 415 555 0142", "14155550142"},
		{"MX", "911", "short 911"},
		{"NL", "020 123 4567", "31201234567"},
		{"NL", "06 12345678", "31612345678"},
		{"NL", "31612345678", "31612345678"},
		{"PH", "0917 123 4567", "639171234567"},
		{"PH", "(02) 8123 4567", "63281234567"},
		{"ZA", "011 123 4567", "27111234567"},
		{"ZA", "082 123 4567", "27821234567"},
		{"ZA", "27821234567", "27821234567"},
		{"SG", "6123 4567", "6561234567"},
		{"SG", "6561234567", "6561234567"},
		{"SG", "001 1 415 555 0142", "14155550142"},
		{"HU", "06 1 234 5678", "3612345678"},
		{"NO", "21 23 45 67", "4721234567"},
		{"NO", "02000", "4702000"},
	} {
		if got := result(dialer(t, tt.home, nil), tt.raw); got != tt.want {
			t.Errorf("%s: %q is %q, want %q", tt.home, tt.raw, got, tt.want)
		}
	}
}

func TestNormalizeForms(t *testing.T) {
	const (
		notDigits   = "bad: is not made of digits"
		tooLong     = "bad: has more than 15 digits"
		tooShort    = "bad: is too short for a number and is no extension or short code"
		empty       = "bad: is empty"
		unknownCode = "bad: starts with a calling code that is not assigned"
		spreadsheet = "bad: was rounded by a spreadsheet and has lost digits: format the column as text and export again"
	)
	gb := dialer(t, "GB", nil)
	for raw, want := range map[string]string{
		"tel:+44-20-7946-0123;ext=5":                      "442079460123",
		"sip:+442079460123@sbc.example.com;user=phone":    "442079460123",
		"sip:%2B442079460123@sbc.example.com":             "442079460123",
		"SIPS:02079460123@10.0.0.1:5061":                  "442079460123",
		`"Ann Other" <sip:02079460123@example.com>;tag=x`: "442079460123",
		"2001@pbx":                         "ext 2001",
		"sip:anonymous@anonymous.invalid":  "anonymous",
		"Anonymous":                        "anonymous",
		" RESTRICTED ":                     "anonymous",
		"unknown":                          "anonymous",
		"sip:ann@example.com":              notDigits,
		"'02079460123":                     "442079460123",
		"442079460123.0":                   "442079460123",
		"020.7946.0123":                    "442079460123",
		"020/7946-0123":                    "442079460123",
		"\u202a+44\u00a020 7946\u20130123": "442079460123",
		"02079460123,,123#":                "442079460123",
		"02079460123p5":                    "442079460123",
		"02079460123W5w6":                  "442079460123",
		"9,02079460123":                    tooShort, // no outside line in this plan
		"4.42079E+11":                      spreadsheet,
		"4,4e+11":                          spreadsheet,
		"4E11":                             spreadsheet,
		"0800FLOWERS":                      notDigits,
		"*67":                              notDigits,
		"+":                                notDigits,
		"44+20":                            notDigits,
		"p5":                               notDigits,
		"":                                 empty,
		"  ":                               empty,
		"()-":                              empty,
		"<>":                               empty,
		"\x00":                             notDigits,
		"\xff\xfe":                         notDigits,
		"+210 1234 5678":                   unknownCode,
		"+442079460123456789":              tooLong,
		"4420794601234567":                 tooLong,
		"+44207":                           tooShort,
		"7":                                tooShort,
		"0207":                             tooShort,
		"+44 1234567":                      "441234567", // a plus is taken at its word
		"+4402079460123":                   "442079460123",
		"+390612345678":                    "390612345678",
		strings.Repeat("9", 300):           tooLong,
		strings.Repeat(" ", 300):           tooLong,
	} {
		if got := result(gb, raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

func TestNormalizeWithoutHome(t *testing.T) {
	d := dialer(t, "", nil)
	for raw, want := range map[string]string{
		"442079460123":   "442079460123",
		"4155550142":     "4155550142",
		"00442079460123": "442079460123",
		"01114155550142": "14155550142",
		"2001":           "ext 2001",
		"112":            "short 112",
		"2101234567":     "bad: starts with a calling code that is not assigned",
		"02079460123":    "bad: starts with a calling code that is not assigned",
	} {
		if got := result(d, raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

func TestNormalizeStrips(t *testing.T) {
	for _, tt := range []struct{ home, strip, raw, want string }{
		{"GB", "9", "9,02079460123", "442079460123"},
		{"GB", "9", "902079460123", "442079460123"},
		{"GB", "9", "9 00 1 415 555 0142", "14155550142"},
		{"GB", "9", "914155550142", "14155550142"},
		{"GB", "9", "02079460123", "442079460123"},
		{"GB", "9", "+919876543210", "919876543210"},
		{"GB", "9", "999", "short 999"},
		{"GB", "9", "9999", "short 999"},
		{"GB", "9", "9,999", "short 999"},
		{"GB", "9", "2001", "ext 2001"},
		{"GB", "9", "9", "bad: is too short for a number and is no extension or short code"},
		{"GB", "9", "9,", "bad: is too short for a number and is no extension or short code"},
		{"US", "9", "914155550142", "14155550142"},
		{"US", "9", "94155550142", "14155550142"},
		{"US", "9", "9145550142", "19145550142"}, // area 914
		{"US", "9", "9495550142", "19495550142"}, // area 949, not Germany
		{"US", "9", "9011442079460123", "442079460123"},
		{"US", "9", "9911", "short 911"},
		{"US", "8,9", "84155550142", "14155550142"},
		{"GB", "99887", "99887442079460123", "442079460123"},
		{"GB", "99887", "9988714155550142", "14155550142"},
		{"GB", "1234#", "1234#+442079460123", "442079460123"},
		{"GB", "1234#", "1234#02079460123", "442079460123"},
		{"", "9", "9442079460123", "442079460123"},
	} {
		d := dialer(t, tt.home, func(p *phone.Plan) { p.Strip = strings.Split(tt.strip, ",") })
		if got := result(d, tt.raw); got != tt.want {
			t.Errorf("%s strips %s: %q is %q, want %q", tt.home, tt.strip, tt.raw, got, tt.want)
		}
	}
}

func TestNormalizeExtensions(t *testing.T) {
	d := dialer(t, "GB", func(p *phone.Plan) {
		p.ExtensionMin, p.ExtensionMax = 4, 4
		p.Extensions = []string{"100-199", "0001", "2079460000-2079460099"}
	})
	for raw, want := range map[string]string{
		"2001":       "ext 2001",
		"101":        "ext 101", // the plan's word goes before the police
		"200":        "bad: is too short for a number and is no extension or short code",
		"0001":       "ext 0001",
		"2079460050": "ext 2079460050",
		"2079460123": "442079460123",
		"999":        "short 999",
		"22222":      "bad: is too short for a number and is no extension or short code",
	} {
		if got := result(d, raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

// TestNormalizeExamples writes the library's example numbers of every region
// and kind as they are dialled there.
func TestNormalizeExamples(t *testing.T) {
	for _, m := range libraryMetadata(t) {
		if m.GetId() == "001" {
			continue
		}
		d, plan := dialer(t, m.GetId(), nil), phone.PlanFor(phone.MustCountry(m.GetId()))
		code := strconv.Itoa(int(m.GetCountryCode()))
		for _, desc := range []*phonenumbers.PhoneNumberDesc{m.FixedLine, m.Mobile, m.TollFree, m.SharedCost, m.PremiumRate, m.Voip} {
			example := desc.GetExampleNumber()
			if example == "" || len(code)+len(example) < 7 || len(code)+len(example) > phone.MaxDigits {
				continue
			}
			for _, raw := range []string{"+" + code + example, plan.International[0] + code + example, plan.Trunk + example} {
				if len(raw) <= 6 {
					continue // may be an extension
				}
				if got := result(d, raw); got != code+example {
					t.Errorf("%s: %q is %q, want %q", m.GetId(), raw, got, code+example)
				}
			}
		}
	}
}

func TestPlanJSON(t *testing.T) {
	plan := phone.PlanFor(phone.MustCountry("GB"))
	text, err := json.Marshal(plan)
	const want = `{"home":"GB","code":"44","international":["00"],"trunk":"0","carrier_digits":0,` +
		`"strip":null,"extension_min":2,"extension_max":6,"extensions":null}`
	if err != nil || string(text) != want {
		t.Errorf("GB is %s, %v", text, err)
	}
	// A tenant's overrides go over the country's plan.
	if err := json.Unmarshal([]byte(`{"strip":["9"],"extension_max":4}`), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Trunk != "0" || !slices.Equal(plan.Strip, []string{"9"}) || plan.ExtensionMin != 2 || plan.ExtensionMax != 4 {
		t.Errorf("overridden: %+v", plan)
	}
}

func TestPlanFor(t *testing.T) {
	for home, want := range map[string]struct{ code, international, trunk string }{
		"US": {"1", "011", "1"},
		"AU": {"61", "0011", "0"},
		"RU": {"7", "810", "8"},
		"IT": {"39", "00", ""},
		"JP": {"81", "010", "0"},
		"BR": {"55", "0012", "0"},
		"AQ": {"", "00", ""},
	} {
		p := phone.PlanFor(phone.MustCountry(home))
		if p.Code != want.code || p.International[0] != want.international || p.Trunk != want.trunk || (p.Code == "") != (p.Home == 0) {
			t.Errorf("%s: %+v", home, p)
		}
	}
}

func TestNewDialerRefuses(t *testing.T) {
	_, err := phone.NewDialer(phone.Plan{
		Home: phone.MustCountry("AQ"), International: []string{"0x", ""}, Trunk: "-", CarrierDigits: -1,
		Strip: []string{"", "9,"}, ExtensionMin: 7, ExtensionMax: 6, Extensions: []string{"20-100", "9-1", ""},
	})
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("error %v", err)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 11 {
		t.Errorf("%d mistakes, want 11:\n%v", lines, err)
	}
	if _, err := phone.NewDialer(phone.Plan{}); err != nil {
		t.Errorf("the zero plan: %v", err)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		"+442079460123", "(020) 7946 0123", "9,02079460123", "sip:+1415@x", "tel:911;x", "4.4E+11", "", "+", "00", "1234#1",
		"anonymous", "8~10 44", "\xff", "0014155550142", "%2B44", "'0", "<", "44 (0)20 7946 0123", "01", "999999999999999",
	} {
		f.Add(s)
	}
	dialers := map[string]*phone.Dialer{
		"none": dialer(f, "", nil),
		"US":   dialer(f, "US", func(p *phone.Plan) { p.Strip = []string{"9", "1234#"} }),
		"GB":   dialer(f, "GB", nil),
		"IT":   dialer(f, "IT", func(p *phone.Plan) { p.Extensions = []string{"0-9"} }),
		"BR":   dialer(f, "BR", nil),
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for home, d := range dialers {
			n, class, reason := d.Normalize([]byte(raw))
			hasNumber := class == phone.E164 || class == phone.Extension || class == phone.ShortCode
			if hasNumber != (n != 0) || (class == phone.Bad) != (reason != phone.Fine) {
				t.Fatalf("%s: %q is %q, %v, %q", home, raw, n, class, reason)
			}
			if back, ok := phone.ParseDigits(n.String()); hasNumber && (!ok || back != n) {
				t.Fatalf("%s: %q gives %q, which comes back as %q", home, raw, n, back)
			}
			if class != phone.E164 {
				continue
			}
			if again, class, _ := d.Normalize([]byte("+" + n.String())); again != n || class != phone.E164 {
				t.Fatalf("%s: %q gives %q, which with a plus is %q", home, raw, n, again)
			}
		}
	})
}

func TestNormalizeDoesNotAllocate(t *testing.T) {
	gb := dialer(t, "GB", func(p *phone.Plan) { p.Strip = []string{"9"} })
	for _, raw := range []string{
		"+442079460123", "442079460123", "02079460123", "9,(020) 7946 0123", "sip:+442079460123@example.com", "anonymous", "4.4E+11", "x",
	} {
		if allocs := testing.AllocsPerRun(100, func() { gb.Normalize([]byte(raw)) }); allocs != 0 {
			t.Errorf("%q: %v allocations", raw, allocs)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	for _, bb := range []struct{ name, home, raw string }{
		{"plus", "GB", "+442079460123"},
		{"bare E.164", "GB", "442079460123"},
		{"bare foreign", "GB", "14155550142"},
		{"trunk", "GB", "02079460123"},
		{"ten digits", "US", "4155550142"},
		{"without home", "", "442079460123"},
		{"formatted", "GB", "(020) 7946 0123"},
		{"sip", "GB", "sip:+442079460123@sbc.example.com"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			d, raw := dialer(b, bb.home, nil), []byte(bb.raw)
			b.ReportAllocs()
			for b.Loop() {
				d.Normalize(raw)
			}
		})
	}
}

func BenchmarkNewDialer(b *testing.B) {
	plan := phone.PlanFor(phone.MustCountry("DE"))
	for b.Loop() {
		if _, err := phone.NewDialer(plan); err != nil {
			b.Fatal(err)
		}
	}
}
