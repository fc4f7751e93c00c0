package deck

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// headLines is within how many records from the top a heading is looked for.
const headLines = 50

// heading is the line that names the columns, and what was made of it.
type heading struct {
	line   int64
	names  []string    // as they stand in the file
	fields []field     // by column
	column [fields]int // by field; −1 where the file has none
	per    int         // seconds that rates are for, by their heading; 0: not said
	nanp   bool        // codes are NPA-NXX, without the country code 1
}

func (h *heading) has(f field) bool { return h.column[f] >= 0 }

// findHeading finds the delimiter, the heading and the layout; false, with a
// mistake, where there is none.
func (p *parser) findHeading() bool {
	h := p.firstHeading()
	if h != nil && (p.o.Layout == Own || p.o.Layout == "" && h.isOwn()) {
		p.head, p.d.Layout = *h, Own
		return p.checkOwn()
	}
	if p.o.Layout == Own {
		p.mistake(position{line: 1}, "", nil, because("no heading names the columns of our own layout", "begin the file with a line such as prefix,destination,rate"))
		return false
	}
	var best heading
	comma, most := byte(0), 0
	for _, c := range []byte(",;\t|") {
		if h, n := p.carrierHeading(c); n > most {
			best, comma, most = h, c, n
		}
	}
	if comma == 0 {
		p.mistake(position{line: 1}, "", nil, because(fmt.Sprintf("none of the first %d lines names a column of codes and one of rates", headLines),
			"name them, such as Prefix,Destination,Rate"))
		return false
	}
	p.recs.comma, p.head, p.d.Layout = comma, best, Generic
	p.guessHeading()
	return true
}

// tops walks the records at the beginning of the file without using them up.
func (p *parser) tops(comma byte, yield func(rec record) bool) {
	r := &records{r: bytes.NewReader(nil), buf: p.recs.buf, pos: p.recs.pos, end: p.recs.end, eof: true, line: 1, comma: comma, eol: p.recs.eol}
	for range headLines {
		rec, _, err := r.next()
		if err == io.EOF || !yield(rec) {
			return
		}
	}
}

// firstHeading is the first line that is not blank, taken as a heading of our
// own names.
func (p *parser) firstHeading() *heading {
	var h *heading
	p.tops(',', func(rec record) bool {
		if blank(rec.cells) {
			return true
		}
		h = &heading{line: rec.line}
		h.reset()
		for i, c := range rec.cells {
			name, _ := decode(c)
			f := field(max(0, slices.Index(fieldNames[:ownFields], name)))
			if f != unused && !h.has(f) {
				h.column[f] = i
			} else {
				f = unused
			}
			h.names, h.fields = append(h.names, name), append(h.fields, f)
		}
		return false
	})
	return h
}

func (h *heading) reset() {
	for f := range h.column {
		h.column[f] = -1
	}
}

// isOwn tells whether h has nothing but our own names, each once.
func (h *heading) isOwn() bool {
	return h.has(prefix) && h.has(rate) && !slices.Contains(h.fields, unused)
}

// checkOwn complains about a heading that has to be our own and is not.
func (p *parser) checkOwn() bool {
	for i, f := range p.head.fields {
		if f == unused {
			p.mistake(position{p.head.line, i + 1}, "heading", []byte(p.head.names[i]), because("our own layout has no such column, or has it twice",
				"the columns are "+strings.Join(fieldNames[1:ownFields], ", ")))
		}
	}
	for _, f := range []field{prefix, rate} {
		if !p.head.has(f) {
			p.mistake(position{line: p.head.line}, f.String(), nil, because("the file has no such column", "add it"))
		}
	}
	return len(p.d.Mistakes) == 0
}

// carrierHeading is the first line that, cut at comma, names codes and rates,
// and how many of its columns are understood; 0 where there is none.
func (p *parser) carrierHeading(comma byte) (heading, int) {
	var found heading
	understood := 0
	p.tops(comma, func(rec record) bool {
		h := heading{line: rec.line}
		understood = h.fill(rec.cells)
		found = h
		return understood == 0
	})
	return found, understood
}

// fill maps columns to fields. Of several columns for one field the one whose
// heading is the first among the synonyms counts.
func (h *heading) fill(cells [][]byte) int {
	h.reset()
	var rank [fields]int
	for i, c := range cells {
		name, _ := decode(c)
		h.names, h.fields = append(h.names, name), append(h.fields, unused)
		text, per := unit(plain(name))
		k, ok := known[text]
		if !ok || per != 0 && !k.f.takes(per) {
			if k, ok = known[plain(name)]; !ok {
				continue
			}
			per = 0
		}
		if h.has(k.f) && rank[k.f] <= k.rank {
			continue
		}
		if h.has(k.f) {
			h.fields[h.column[k.f]] = unused
		}
		h.fields[i], h.column[k.f], rank[k.f] = k.f, i, k.rank
		if k.f == rate {
			h.per = per
		}
		if k.f == prefix {
			h.nanp = strings.HasPrefix(text, "npa")
		}
	}
	// PortaBilling: a column of country codes beside one called Destination,
	// which holds the digits that follow.
	if h.has(countryCode) && !h.has(prefix) && h.has(destination) {
		i := h.column[destination]
		h.fields[i], h.column[prefix], h.column[destination] = prefix, i, -1
		for i, name := range h.names {
			if h.fields[i] == unused && !h.has(destination) && known[plain(name)].f == destination {
				h.fields[i], h.column[destination] = destination, i
			}
		}
	}
	if !h.has(prefix) || !h.has(rate) {
		return 0
	}
	n := 0
	for _, f := range h.fields {
		if f != unused {
			n++
		}
	}
	return n
}

// takes tells whether a heading of f can name that unit: rates are for a length
// of time, and other lengths are seconds.
func (f field) takes(per int) bool {
	return f == rate || f == nextRate || per == 1 && (f == initial || f == increment || f == grace)
}

// guessHeading writes down how the columns were taken.
func (p *parser) guessHeading() {
	for i, f := range p.head.fields {
		name := p.head.names[i]
		switch {
		case f == unused && name != "":
			p.guess("column %d %q is not used", i+1, name)
		case f != unused && !strings.EqualFold(name, f.String()):
			p.guess("column %d %q is taken as %s", i+1, name, f)
		}
	}
	if p.head.per != 0 && p.o.Per == 0 && p.head.per != 60 {
		p.guess("rates are for %d s by their heading, and are brought to a minute", p.head.per)
	}
	if p.head.nanp {
		p.guess("codes of 3 or 6 digits are of the North American plan and get a leading 1")
	}
	if strings.Contains(plain(p.head.names[p.head.column[rate]]), "inter") {
		p.guess("the rate is that between states: rates by jurisdiction are not kept")
	}
	if !p.head.has(initial) && p.head.has(increment) {
		p.guess("initial is the increment where it is not said, as carriers mean it")
	}
	if p.head.has(nextRate) {
		p.guess("where the rate of the next interval differs, it becomes a step after the first")
	}
}

// plain is a heading in lower case with single blanks for whatever is neither
// letter nor digit, without what only names a currency.
func plain(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.Contains([]string{"usd", "eur", "gbp", "us", "optional", "in", "chf", "cad", "aud", "jpy", "inr"}, w)
	})
	return strings.Join(kept, " ")
}

// unit takes what names a length of time off the end of a heading: "rate per 6
// sec" is "rate" and 6.
func unit(s string) (string, int) {
	words := strings.Fields(s)
	n, per := len(words), 0
	if n < 2 {
		return s, 0
	}
	switch words[n-1] {
	case "min", "mins", "minute", "1min":
		per = 60
	case "s", "sec", "secs", "second", "seconds":
		per = 1
	case "6s", "6sec":
		per = 6
	default:
		return s, 0
	}
	n--
	if k, err := strconv.Atoi(words[n-1]); err == nil && n > 1 && k > 0 && k <= 60 {
		per, n = per*k, n-1
	}
	if n > 1 && (words[n-1] == "per" || words[n-1] == "a") {
		n--
	}
	return strings.Join(words[:n], " "), per
}
