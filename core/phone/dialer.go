package phone

import (
	"math/bits"

	"github.com/nyaruka/phonenumbers"
)

// Dialer makes numbers of what switches write, by one plan. It is made once
// and then never changes: many goroutines may use it.
type Dialer struct {
	codes         *[1000]code
	code          string     // of home; empty without a home
	national      *automaton // of home's numbers after the calling code; nil without a home
	dialled       *automaton // of home's short codes; nil without a home
	lengths       uint32     // bit i: a number of home may have i digits after the code
	bare          bareNumbers
	international []string
	trunk         string
	carrierDigits int
	strip         []string
	extensionMin  int
	extensionMax  int
	extensions    []span
}

// bareNumbers says how far to trust digits without any prefix to be national.
type bareNumbers uint8

const (
	bareExact  bareNumbers = iota // only where a range of home is known to have them
	bareClosed                    // whenever the length fits: they are always dialled so
	bareOpen                      // only if they cannot be another country's: any length fits
)

// openLengths is from how many lengths of subscriber numbers on a plan is open:
// Germany's and Austria's are, where most foreign numbers look national.
const openLengths = 7

// What the automata of a Dialer tell about digits.
const (
	exact     tag = 1 << iota // a known range of home, at its length
	general                   // the outline of home's numbers
	service                   // toll-free, shared cost and the like: dialled as they are
	emergency                 // 112, 911
	short                     // any short code
)

// NewDialer compiles a plan. The error lists every mistake in it.
func NewDialer(p Plan) (*Dialer, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	d := &Dialer{
		codes:         &theWorld().codes,
		international: append([]string(nil), p.International...),
		trunk:         p.Trunk,
		carrierDigits: p.CarrierDigits,
		strip:         append([]string(nil), p.Strip...),
		extensionMin:  p.ExtensionMin,
		extensionMax:  p.ExtensionMax,
	}
	for _, s := range p.Extensions {
		x, _ := parseSpan(s) // checked above
		d.extensions = append(d.extensions, x)
	}
	if p.Home != 0 {
		d.settle(p)
	}
	return d, nil
}

// settle compiles what is known of the home country.
func (d *Dialer) settle(p Plan) {
	region := p.Home.String()
	cc := phonenumbers.GetCountryCodeForRegion(region)
	d.code = decimal(cc)
	m := regionMetadata()[regionKey{region, cc}]
	patterns := []pattern{{m.GetGeneralDesc().GetNationalNumberPattern(), general}}
	for _, expr := range subscriberPatterns(m) {
		patterns = append(patterns, pattern{expr, exact})
	}
	for _, expr := range servicePatterns(m) {
		patterns = append(patterns, pattern{expr, service})
	}
	d.national = compile(patterns)
	d.lengths = lengths(m)
	switch {
	// Where a national number is dialled with nothing before it and all are of
	// one length, digits of that length are national even in a range that is
	// newer than our table. With a trunk prefix, bare digits are more likely
	// E.164 and must be known to be national.
	case bits.OnesCount32(d.lengths) == 1 && (p.Trunk == "" || p.Trunk == d.code):
		d.bare = bareClosed
	case subscriberLengths(m) >= openLengths && p.Trunk != "":
		d.bare = bareOpen
	}
	s := shortMetadata(region)
	var codes []pattern
	for _, expr := range exprs(s.GetEmergency()) {
		codes = append(codes, pattern{expr, emergency})
	}
	for _, expr := range exprs(s.GetShortCode()) {
		codes = append(codes, pattern{expr, short})
	}
	d.dialled = compile(codes)
}

// Normalize says which number raw means and of what class it is. A number
// comes with E164, Extension and ShortCode, a Reason other than Fine with Bad.
// It accepts formatting, +, tel: and sip: addresses, and digits dialled after a
// pause (which it drops); it allocates nothing.
//
// Digits without a plus are tried, in this order, as: an extension the plan
// lists; an emergency or short code; an international prefix and number; a
// trunk prefix and national number; home's calling code and national number; a
// bare national number; a number of another country at a length it may have;
// an extension by length. In Germany and Austria other countries go before bare
// national numbers. Without a home digits are E.164.
func (d *Dialer) Normalize(raw []byte) (Number, Class, Reason) {
	if len(raw) > 0 && raw[0] == '+' {
		if n, ok := ParseDigits(raw); ok {
			if v := d.abroad(raw[1:], n); v.class == E164 {
				return v.number, v.class, v.reason
			}
		}
	} else if len(d.strip) == 0 && isDigits(raw) {
		v := d.resolve(raw)
		return v.number, v.class, v.reason
	}
	var c cleaned
	if class, reason := c.read(raw); class != E164 {
		return 0, class, reason
	}
	v := d.dialledAs(&c)
	return v.number, v.class, v.reason
}

// dialledAs resolves cleaned text. A prefix that the plan strips is stripped if
// a number remains for certain, or if what remains is more of a number than the
// whole.
func (d *Dialer) dialledAs(c *cleaned) verdict {
	whole := d.plain(c.whole())
	for _, p := range d.strip {
		rest, ok := c.after(p)
		if !ok {
			continue
		}
		v := d.plain(rest)
		switch {
		case v.class == Bad:
		case v.certain, rest.paused, whole.class == Bad:
			return v
		case !whole.certain && v.class == E164 && CountryOf(v.number) != 0:
			return v
		}
	}
	return whole
}

// plain resolves text that has no further prefix to strip.
func (d *Dialer) plain(t dialText) verdict {
	switch {
	case !isDigits(t.digits):
		return verdict{reason: NotDigits}
	case t.plus:
		return d.abroad(t.digits, packed(t.digits))
	}
	return d.resolve(t.digits)
}
