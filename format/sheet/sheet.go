// Package sheet writes tables (core/table) as files and for the terminal: CSV,
// JSON and aligned text.
//
// It owns how a value of each kind is spelt, and the escaping of each format.
// It does not own what a table holds (report, cli), nor reading such files.
//
//	err := sheet.WriteCSV(w, tables)
//	// Agent,Total
//	// ana,12.5000
//	// Total,12.5000
package sheet

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

// look is what the values of one table are spelt with.
type look struct {
	decimals int        // least decimals of amounts and rates
	zone     *when.Zone // of instants; never nil
}

func lookOf(t *table.Table) look {
	if t.Zone == nil {
		return look{t.Decimals, when.UTC}
	}
	return look{t.Decimals, t.Zone}
}

// number spells a value of any kind but Text, which must not be None. Dots are
// decimal and nothing marks thousands, in every format: a figure that is copied
// from one into another stays the same figure.
func (l look) number(b []byte, k table.Kind, n int64) []byte {
	switch k {
	case table.Money:
		return money.Amount(n).Append(b, l.decimals)
	case table.Rate:
		return money.Rate(n).Append(b, l.decimals)
	case table.Percent:
		return appendHundredths(b, n)
	case table.Day:
		return appendDay(b, when.Day(n))
	case table.Instant:
		return appendInstant(b, when.Instant(n), l.zone)
	}
	return strconv.AppendInt(b, n, 10)
}

func appendHundredths(b []byte, n int64) []byte {
	u := uint64(n)
	if n < 0 {
		b, u = append(b, '-'), -u
	}
	return appendTwo(append(strconv.AppendUint(b, u/100, 10), '.'), int(u%100))
}

func appendDay(b []byte, d when.Day) []byte {
	y, m, day := d.Date()
	if d <= 0 || y > 9999 {
		return append(b, d.String()...)
	}
	b = appendTwo(appendTwo(b, y/100), y%100)
	b = appendTwo(append(b, '-'), m)
	return appendTwo(append(b, '-'), day)
}

// lastPlain is the end of the year 9999 less two days, so that a local date
// has four digits of year whatever the zone.
const lastPlain = when.Instant(2932894) * when.DayLength

// appendInstant is i.In(z) without an allocation: exports write two or three
// of them a row.
func appendInstant(b []byte, i when.Instant, z *when.Zone) []byte {
	if i < when.DayLength || i > lastPlain {
		return append(b, i.In(z)...)
	}
	shift, _ := z.Offset(i)
	local := i + shift
	b = appendDay(b, local.UTCDay())
	rest := int(local % when.DayLength)
	seconds, micros := rest/int(when.Second), rest%int(when.Second)
	b = appendTwo(append(b, 'T'), seconds/3600)
	b = appendTwo(append(b, ':'), seconds/60%60)
	b = appendTwo(append(b, ':'), seconds%60)
	if micros > 0 {
		b = append(b, '.')
		for scale := 100_000; micros > 0; scale /= 10 {
			b = append(b, byte('0'+micros/scale))
			micros %= scale
		}
	}
	minutes := int(shift / when.Minute)
	switch {
	case minutes == 0:
		return append(b, 'Z')
	case minutes < 0:
		b, minutes = append(b, '-'), -minutes
	default:
		b = append(b, '+')
	}
	return appendTwo(append(appendTwo(b, minutes/60), ':'), minutes%60)
}

func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// valid is s with what is not UTF-8 replaced, so that one bad name does not
// spoil a file.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// checkWidth refuses a row that has not one value a column: a figure under the
// wrong heading is worse than no export.
func checkWidth(name string, r table.Row, columns []table.Column) error {
	if len(r) != len(columns) {
		return fault.New(fault.Internal, "a row of table %q has %d values for %d columns", name, len(r), len(columns))
	}
	return nil
}
