package deck

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

const flushAt = 64 << 10

// Write writes rows in our own layout, so that Read gives the same rows again:
// every field, exact decimals, instants in UTC, empty cells for defaults. It is
// how the store keeps a revision of a card.
//
// A text that a spreadsheet would run as a formula gets an apostrophe in front,
// which Read takes off again. What Read would refuse, such as a rate below
// zero, is an error of kind Invalid that names the row, counted from 1.
func Write(w io.Writer, rows []rating.Row) error {
	b := append(make([]byte, 0, flushAt+8<<10), strings.Join(fieldNames[1:ownFields], ",")+"\n"...)
	for i := range rows {
		if err := writable(&rows[i]); err != nil {
			return fault.Wrap("write rate row "+strconv.Itoa(i+1), err)
		}
		b = appendRow(b, &rows[i])
		if len(b) < flushAt {
			continue
		}
		if _, err := w.Write(b); err != nil {
			return fault.Wrap("write deck", err)
		}
		b = b[:0]
	}
	_, err := w.Write(b)
	return fault.Wrap("write deck", err)
}

func appendRow(b []byte, r *rating.Row) []byte {
	if r.Direction != usage.Outgoing {
		b = append(b, r.Direction.String()...)
	}
	b = append(b, ',')
	b = append(appendDigits(b, uint64(r.Prefix)), ',')
	b = append(appendDigits(b, uint64(r.Origin)), ',')
	b = append(appendText(b, r.Band), ',')
	b = append(appendText(b, r.Destination), ',')
	b = append(r.Rate.Append(b, 0), ',')
	if r.ConnectFee != 0 {
		b = r.ConnectFee.Append(b, 0)
	}
	b = append(strconv.AppendInt(append(b, ','), int64(r.Initial), 10), ',')
	b = append(strconv.AppendInt(b, int64(r.Increment), 10), ',')
	if r.Grace != 0 {
		b = strconv.AppendInt(b, int64(r.Grace), 10)
	}
	b = append(b, ',')
	for i, s := range r.Steps {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(strconv.AppendInt(b, int64(s.From), 10), ':')
		b = strconv.AppendInt(append(s.Rate.Append(b, 0), '/'), int64(s.Increment), 10)
	}
	b = append(b, ',')
	if r.MinCharge != nil {
		b = r.MinCharge.Append(b, 0)
	}
	b = append(b, ',')
	if r.MaxCharge != nil {
		b = r.MaxCharge.Append(b, 0)
	}
	b = append(b, ',')
	if r.Blocked {
		b = append(b, "true"...)
	}
	b = append(appendText(append(b, ','), r.UsageGroup), ',')
	b = append(appendText(b, r.CallType), ',')
	b = append(appendInstant(b, r.From), ',')
	return append(appendInstant(b, r.To), '\n')
}

func appendDigits(b []byte, p uint64) []byte {
	for n := p & 15; n > 0; n-- {
		b, p = append(b, '0'-1+byte(p>>60)), p<<4
	}
	return b
}

func appendInstant(b []byte, i when.Instant) []byte {
	if i == 0 {
		return b
	}
	return append(b, i.String()...)
}

// appendText quotes what would be read as something else: delimiters, quotes,
// line ends, and blanks at an end.
func appendText(b []byte, s string) []byte {
	if dangerous(s) {
		s = "'" + s
	}
	if s == "" || !strings.ContainsAny(s, ",\"\n\r") && s[0] > ' ' && s[len(s)-1] > ' ' {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// writable refuses a row that Read would refuse or change.
func writable(r *rating.Row) error {
	bad := func(f field) error {
		return fault.New(fault.Invalid, "%s cannot be written: it is outside what a rate row may hold", f)
	}
	switch {
	case r.Direction > usage.Incoming:
		return bad(direction)
	case r.Rate < 0:
		return bad(rate)
	case r.ConnectFee < 0:
		return bad(connectFee)
	case !isSeconds(r.Initial) || r.Initial < 1:
		return bad(initial)
	case !isSeconds(r.Increment) || r.Increment < 1:
		return bad(increment)
	case !isSeconds(r.Grace):
		return bad(grace)
	case r.MinCharge != nil && *r.MinCharge < 0 || r.MinCharge != nil && r.MaxCharge != nil && *r.MinCharge > *r.MaxCharge:
		return bad(minCharge)
	case r.MaxCharge != nil && *r.MaxCharge < 0:
		return bad(maxCharge)
	case r.From < 0 || r.From > lastInstant:
		return bad(effectiveFrom)
	case r.To < 0 || r.To > lastInstant || r.To != 0 && r.To <= r.From:
		return bad(effectiveTo)
	case len(r.Steps) > maxSteps:
		return bad(steps)
	}
	last := int32(0)
	for _, s := range r.Steps {
		if s.From <= last || !isSeconds(s.From) || s.Rate < 0 || s.Increment < 1 || !isSeconds(s.Increment) {
			return bad(steps)
		}
		last = s.From
	}
	switch {
	case !isText(r.Band):
		return bad(band)
	case !isText(r.Destination):
		return bad(destination)
	case !isText(r.UsageGroup):
		return bad(usageGroup)
	case !isText(r.CallType):
		return bad(callType)
	}
	return nil
}

func isText(s string) bool {
	return len(s) < maxText && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// lastInstant is the end of the year 2200, the last that is kept.
var lastInstant = when.MustParse("2200-12-31T23:59:59.999999Z")

func isSeconds(n int32) bool { return n >= 0 && n <= 999_999_999 }
