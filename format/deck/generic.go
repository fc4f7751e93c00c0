package deck

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
)

// readGeneric reads the rows of a carrier's deck. Dates stay numbers of p.dates
// until all of them are known, since 03/04/2026 means what the others say.
func (p *parser) readGeneric() error {
	if err := p.each(p.carrierRow); err != nil {
		return err
	}
	p.settleMarks()
	p.settleDates()
	p.settleWords()
	return nil
}

// carrierRow reads one line, which gives a row for each of its codes.
func (p *parser) carrierRow(rec record) bool {
	code, price := p.cell(rec.cells, prefix), p.cell(rec.cells, rate)
	country := p.cell(rec.cells, countryCode)
	switch {
	case len(code) == 0 && len(price) == 0:
		p.warn(position{line: rec.line}, "", nil, because("the line has neither code nor rate and is left out", ""))
		return true
	case string(code) == p.head.names[p.head.column[prefix]] && string(price) == p.head.names[p.head.column[rate]]:
		return true // the heading again, as on each page of a printout
	}
	good := true
	wrong := func(f field, c []byte, w why) {
		if w.bad() {
			p.mistake(p.at(rec.line, f), f.String(), c, w)
			good = false
		}
	}
	row := Row{Line: rec.line}
	p.hasNext, p.ends = false, false
	for i, f := range p.head.fields {
		if i < len(rec.cells) && len(rec.cells[i]) > 0 && f != unused && f != prefix && f != countryCode {
			wrong(f, rec.cells[i], p.setCarrier(&row, f, rec.cells[i]))
		}
	}
	if len(code) == 0 && len(country) == 0 {
		wrong(prefix, nil, because("a row needs a code", "an empty code would match every number: use our own layout if that is meant"))
	} else {
		wrong(prefix, code, p.expand(code, country))
	}
	switch {
	case len(price) == 0 && p.ends:
		wrong(rate, nil, because("a discontinued code needs the rate that holds until it ends", "leave the line out where the deck replaces all rates"))
	case len(price) == 0 && !row.Blocked:
		wrong(rate, nil, because("a row needs a rate", "0 is free of charge"))
	}
	p.complete(&row)
	if p.ends && row.To == 0 {
		wrong(effectiveFrom, nil, because("a discontinued code needs the date on which it ends", ""))
	}
	if p.check(&row, rec.cells) && good {
		p.keep(row, code)
	}
	return true
}

// keep adds a row for each of its codes.
func (p *parser) keep(row Row, cell []byte) {
	if len(p.codes) > 1 {
		said := &p.several
		if !bytes.ContainsAny(cell, ",;/-") {
			said = &p.apart
		}
		if *said == "" {
			*said = fmt.Sprintf("on line %d %q gives %d", row.Line, cell, len(p.codes))
		}
	}
	for _, c := range p.codes {
		if row.Prefix = c; len(p.d.Rows) <= p.o.MaxRows {
			p.d.Rows = append(p.d.Rows, row)
		}
	}
}

// carrier is what is kept while a carrier's deck is read.
type carrier struct {
	codes   []phone.Prefix // of the row at hand
	several string         // the first cell with several codes
	apart   string         // the first with nothing but blanks between them
	dates   dates
	words   []string // a few of what stood in the status column and is not understood
	signs   string   // currency signs that stood before rates

	next      money.Rate // nextRate of the row at hand
	hasNext   bool
	ends      bool  // the row at hand ends its code
	comma     int64 // the first line with a decimal comma, 0: none
	sureComma bool  // one of them can be nothing else
	point     int64 // the first line with a decimal point
	zeroes    int64 // the first line with a length of 0 s
}

// setCarrier reads a cell that is not empty as carriers write it.
func (p *parser) setCarrier(row *Row, f field, c []byte) (w why) {
	switch f {
	case rate, nextRate:
		r, w := p.perMinute(c, row.Line)
		if f == rate {
			row.Rate = r
		} else {
			p.next, p.hasNext = r, true
		}
		return w
	case connectFee, minCharge, maxCharge:
		if c, w = p.decimal(c, row.Line); w.bad() {
			return w
		}
	case initial, increment, grace:
		return p.interval(row, f, c)
	case effectiveFrom, effectiveTo:
		n, w := p.dates.note(c, row.Line)
		if f == effectiveFrom {
			row.From = n
		} else {
			row.To = n
		}
		return w
	case status, discontinued:
		return p.status(row, f, c)
	case originPrefix:
		c = bytes.TrimPrefix(c, []byte{'+'})
	case band:
		if slices.Contains([]string{"all", "all time", "any", "any time", "anytime", "always", "24x7", "24/7", "default"}, strings.ToLower(string(c))) {
			return why{}
		}
	case direction:
		c = bytes.ToLower(c)
	}
	return p.set(&row.Row, f, c, row.Line)
}

// interval reads a length of time, or two as 60/60 or 30+6: the first block
// and those after it. Decks write 0 where they mean no block.
func (p *parser) interval(row *Row, f field, c []byte) why {
	first, next, two := bytes.Cut(c, []byte{'/'})
	if !two {
		first, next, two = bytes.Cut(c, []byte{'+'})
	}
	n, w := seconds(trim(first))
	if n == 0 && !w.bad() && f != grace && p.zeroes == 0 {
		p.zeroes = row.Line
	}
	switch {
	case w.bad() || two && (f == grace || len(first) == 0 || len(next) == 0):
		return because("not a whole number of seconds", "")
	case two:
		row.Initial = n
		row.Increment, w = seconds(trim(next))
	case f == initial:
		row.Initial = n
	case f == increment:
		row.Increment = n
	default:
		row.Grace = n
	}
	return w
}

// complete fills in what carriers leave out: blocks, the step after a first
// interval of another price, and the end of a discontinued code.
func (p *parser) complete(row *Row) {
	if row.Increment == 0 {
		row.Increment = 1
	}
	if row.Initial == 0 {
		row.Initial = row.Increment
	}
	if p.hasNext && p.next != row.Rate {
		row.Steps = []rating.Step{{From: row.Initial, Rate: p.next, Increment: row.Increment}}
	}
	if p.ends {
		row.From, row.To = 0, row.From
	}
}

// perMinute reads a rate and brings it to a minute, exactly or not at all.
func (p *parser) perMinute(c []byte, line int64) (money.Rate, why) {
	text, w := p.decimal(c, line)
	per := p.o.Per
	if per == 0 {
		per = p.head.per
	}
	if w.bad() || per == 0 || per == 60 {
		if w.bad() {
			return 0, w
		}
		return parseRate(text)
	}
	if len(text) > 40 || len(bytes.Trim(text, "0123456789.")) > 0 {
		_, w := parseRate(text)
		return 0, w
	}
	exact, ok := new(big.Rat).SetString(string(text))
	if !ok || per < 0 {
		return 0, because("not a decimal number such as 12.5", "")
	}
	exact.Mul(exact, big.NewRat(60_000_000_000, int64(per)))
	if !exact.IsInt() || !exact.Num().IsInt64() {
		return 0, because(fmt.Sprintf("a rate for %d s that has no exact rate for a minute with 9 decimals", per), "")
	}
	return money.Rate(exact.Num().Int64()), why{}
}

// decimal brings a number to our spelling: a sign of currency is dropped, a
// decimal comma becomes a point. Marks of thousands are refused.
func (p *parser) decimal(c []byte, line int64) ([]byte, why) {
	for _, sign := range []string{"$", "€", "£", "\x80", "\xA3"} {
		if rest, found := bytes.CutPrefix(c, []byte(sign)); found {
			text, _ := decode([]byte(sign))
			if !strings.Contains(p.signs, text) {
				p.signs += text
			}
			c = trim(rest)
		}
	}
	i := bytes.IndexByte(c, ',')
	dot := bytes.IndexByte(c, '.')
	switch {
	case i < 0:
		if dot >= 0 && p.point == 0 {
			p.point = line
		}
		return c, why{}
	case dot >= 0 || bytes.Count(c, []byte{','}) > 1:
		if rewritten(c) {
			return nil, excel
		}
		return nil, because("a number with marks of thousands", "write it without them")
	}
	if p.comma == 0 {
		p.comma = line
	}
	p.sureComma = p.sureComma || len(c)-i-1 != 3 || i == 0 || c[0] == '0' || p.recs.comma == ';'
	c = bytes.Clone(c)
	c[i] = '.'
	return c, why{}
}

// settleMarks decides whether commas in numbers were decimal.
func (p *parser) settleMarks() {
	at := position{line: p.comma}
	switch {
	case p.comma > 0 && p.point > 0:
		p.mistake(at, "", nil, because(fmt.Sprintf("this line has a comma in a number and line %d a point: which of them is decimal?", p.point), "use one of them in the whole file"))
	case p.comma > 0 && !p.sureComma:
		p.mistake(at, "", nil, because("a comma before three digits can be decimal or mark thousands", "write numbers with a decimal point"))
	case p.comma > 0:
		p.guess("commas in numbers are decimal, first on line %d", p.comma)
	}
	if p.zeroes > 0 {
		p.guess("lengths of 0 s, first on line %d, stand for no block: they become the increment, or 1 s", p.zeroes)
	}
	if p.several != "" {
		p.guess("several codes in a cell become a row each: %s", p.several)
	}
	if p.apart != "" {
		p.guess("blanks stand between codes, not within one: %s", p.apart)
	}
	if p.signs != "" {
		p.guess("rates carry the sign %s: see that the card is in that currency", p.signs)
	}
}
