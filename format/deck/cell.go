package deck

import (
	"bytes"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// memo is the last instant of a column as it was written.
type memo struct {
	raw []byte
	at  when.Instant
}

// set reads a cell that is not empty, in the spelling of our own layout, into
// its field of row.
func (p *parser) set(row *rating.Row, f field, c []byte, line int64) (w why) {
	switch f {
	case direction:
		d, err := usage.ParseDirection(string(c))
		if err != nil {
			return because("not a direction", "want outbound or inbound")
		}
		row.Direction = d
	case prefix:
		row.Prefix, w = digits(c)
	case originPrefix:
		row.Origin, w = digits(c)
	case band:
		row.Band, w = p.texts.get(c, line)
	case destination:
		row.Destination, w = p.texts.get(c, line)
	case rate:
		row.Rate, w = parseRate(c)
	case connectFee:
		row.ConnectFee, w = parseAmount(c)
	case initial:
		row.Initial, w = seconds(c)
	case increment:
		row.Increment, w = seconds(c)
	case grace:
		row.Grace, w = seconds(c)
	case steps:
		row.Steps, w = parseSteps(c)
	case minCharge:
		row.MinCharge, w = bound(c)
	case maxCharge:
		row.MaxCharge, w = bound(c)
	case blocked:
		row.Blocked, w = flag(c)
	case usageGroup:
		row.UsageGroup, w = p.texts.get(c, line)
	case callType:
		row.CallType, w = p.texts.get(c, line)
	case effectiveFrom:
		row.From, w = p.instant(f, c)
	case effectiveTo:
		row.To, w = p.instant(f, c)
	}
	return w
}

// excel explains a number that a spreadsheet has rewritten, which has lost
// digits for good.
var excel = because("a spreadsheet has rewritten the number and its last digits are lost",
	"take the original file, format the column as text in the spreadsheet, and export it again")

// rewritten tells whether c is a number such as 4.4207E+11.
func rewritten(c []byte) bool {
	i := bytes.IndexAny(c, "eE")
	if i < 0 {
		return false
	}
	mantissa, exponent := c[:i], bytes.TrimLeft(c[i+1:], "+-")
	return len(mantissa) > 0 && len(exponent) > 0 &&
		len(bytes.Trim(mantissa, "+-0123456789.,")) == 0 && len(bytes.Trim(exponent, "0123456789")) == 0
}

func digits(c []byte) (phone.Prefix, why) {
	n, ok := phone.ParseDigits(c)
	switch {
	case ok:
		return n.Prefix(phone.MaxDigits), why{}
	case rewritten(c):
		return 0, excel
	}
	return 0, because("not a code of up to 15 digits", "")
}

// fixed reads the plain spelling of a decimal, with up to nine digits before
// the point and scale behind it, as a count of 10^−scale. What it does not
// read goes to package money, which decides.
func fixed(c []byte, scale int) (int64, bool) {
	v, i := int64(0), 0
	for ; i < len(c) && c[i]-'0' <= 9; i++ {
		v = v*10 + int64(c[i]-'0')
		if i == 9 {
			return 0, false
		}
	}
	if i == 0 {
		return 0, false
	}
	if i < len(c) {
		if c[i] != '.' || i+1 == len(c) {
			return 0, false
		}
		for _, d := range c[i+1:] {
			if d-'0' > 9 || scale == 0 {
				return 0, false
			}
			v = v*10 + int64(d-'0')
			scale--
		}
	}
	for ; scale > 0; scale-- {
		v *= 10
	}
	return v, true
}

func parseRate(c []byte) (money.Rate, why) {
	if v, ok := fixed(c, money.RateDecimals); ok {
		return money.Rate(v), why{}
	}
	r, err := money.ParseRate(string(c))
	if err == nil && r < 0 {
		return 0, because("below zero", "")
	}
	return r, notDecimal(c, err, "9")
}

func parseAmount(c []byte) (money.Amount, why) {
	if v, ok := fixed(c, money.AmountDecimals); ok {
		return money.Amount(v), why{}
	}
	a, err := money.ParseAmount(string(c))
	if err == nil && a < 0 {
		return 0, because("below zero", "")
	}
	return a, notDecimal(c, err, "6")
}

func notDecimal(c []byte, err error, most string) why {
	switch {
	case err == nil:
		return why{}
	case rewritten(c):
		return excel
	case len(bytes.Trim(c, "-0123456789.")) > 0 || bytes.Count(c, []byte{'.'}) > 1:
		return because("not a decimal number such as 12.5", "")
	}
	return because("not a decimal number that can be held: at most "+most+" decimals", "")
}

func bound(c []byte) (*money.Amount, why) {
	a, w := parseAmount(c)
	if w.bad() {
		return nil, w
	}
	return &a, w
}

// seconds reads a length of at most nine digits.
func seconds(c []byte) (int32, why) {
	v := int32(0)
	for _, d := range c {
		if d-'0' > 9 || len(c) > 9 {
			if rewritten(c) {
				return 0, excel
			}
			return 0, because("not a whole number of seconds", "")
		}
		v = v*10 + int32(d-'0')
	}
	return v, why{}
}

func flag(c []byte) (bool, why) {
	switch strings.ToLower(string(c)) {
	case "true", "yes", "y", "1", "t":
		return true, why{}
	case "false", "no", "n", "0", "f":
		return false, why{}
	}
	return false, because("not yes or no", "want true or false")
}

// maxSteps bounds the steps of one row.
const maxSteps = 100

// parseSteps reads 60:0.02/6;180:0.01/1: from second 60 on 0.02 a minute in
// blocks of 6 s, from 180 on 0.01 in blocks of 1 s.
func parseSteps(c []byte) ([]rating.Step, why) {
	spelling := because("not steps", "want FROM:RATE/INCREMENT with ; between them, such as 60:0.02/6;180:0.01/1")
	parts := bytes.Split(c, []byte{';'})
	if len(parts) > maxSteps {
		return nil, because("more than 100 steps", "")
	}
	list := make([]rating.Step, len(parts))
	for i, part := range parts {
		from, rest, ok := bytes.Cut(part, []byte{':'})
		price, block, ok2 := bytes.Cut(rest, []byte{'/'})
		from, price, block = trim(from), trim(price), trim(block)
		if !ok || !ok2 || len(from) == 0 || len(block) == 0 {
			return nil, spelling
		}
		s := &list[i]
		var a, b, d why
		s.From, a = seconds(from)
		s.Rate, b = parseRate(price)
		s.Increment, d = seconds(block)
		if a.bad() || b.bad() || d.bad() {
			return nil, spelling
		}
	}
	return list, why{}
}

// instant reads RFC 3339, or a local date with or without a time of day.
func (p *parser) instant(f field, c []byte) (when.Instant, why) {
	m := &p.last[f]
	if len(m.raw) > 0 && bytes.Equal(m.raw, c) {
		return m.at, why{}
	}
	d, w := parseDate(string(c))
	if w.bad() || d.order != certain {
		return 0, because("not a date", "want 2026-03-01 or 2026-03-01T00:00:00Z")
	}
	at, w := d.instant(p.o.Zone, DayFirst)
	if w.bad() {
		return 0, w
	}
	m.raw, m.at = append(m.raw[:0], c...), at
	return at, why{}
}
