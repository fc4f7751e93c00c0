package deck

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tollkeeper/core/when"
)

// maxDates bounds how many different dates one deck has.
const maxDates = 100_000

// dates are the different dates of a carrier's deck as they were written.
type dates struct {
	list   []noted
	number map[string]int
}

type noted struct {
	date
	raw  string
	line int64 // the first with it
}

// note keeps a date and gives its number, from 1, for a row to hold until the
// date is settled; 0 is a date that says there is none.
func (ds *dates) note(c []byte, line int64) (when.Instant, why) {
	if n, ok := ds.number[string(c)]; ok {
		return when.Instant(n), why{}
	}
	if bytes.HasPrefix(c, []byte("0000-00-00")) || string(c) == "-" {
		return 0, why{}
	}
	if len(ds.list) == maxDates {
		return 0, because(fmt.Sprintf("the file has more than %d different dates", maxDates), "")
	}
	d, w := parseDate(string(c))
	if w.bad() {
		return 0, w
	}
	if ds.number == nil {
		ds.number = map[string]int{}
	}
	ds.list = append(ds.list, noted{d, string(c), line})
	ds.number[string(c)] = len(ds.list)
	return when.Instant(len(ds.list)), why{}
}

// order is how dates such as 03/04/2026 are meant: as Options say, else as most
// of those dates are written that can be read in one way only. It is a mistake
// where no date decides and it matters.
func (p *parser) order() DateOrder {
	if p.o.DateOrder != "" {
		return p.o.DateOrder
	}
	days, months, open := 0, 0, 0
	var witness, doubt *noted
	for i := range p.dates.list {
		switch n := &p.dates.list[i]; {
		case n.order == dayOnly:
			days++
		case n.order == monthOnly:
			months++
		case n.order == either && n.a != n.b:
			if open++; doubt == nil {
				doubt = n
			}
		}
	}
	o, proof := DayFirst, dayOnly
	if months > days {
		o, proof = MonthFirst, monthOnly
	}
	for i := range p.dates.list {
		if n := &p.dates.list[i]; n.order == proof && witness == nil {
			witness = n
		}
	}
	switch {
	case witness != nil:
		p.guess("dates are %s first: line %d has %q", map[DateOrder]string{DayFirst: "day", MonthFirst: "month"}[o], witness.line, witness.raw)
	case doubt != nil:
		p.mistake(p.at(doubt.line, effectiveFrom), effectiveFrom.String(), []byte(doubt.raw),
			because("the day or the month can be first, and no date of the file tells", "say which: dmy or mdy"))
	}
	return o
}

// settleDates puts instants into the place of the numbers that rows hold, and
// drops rows that this shows to be wrong.
func (p *parser) settleDates() {
	o := p.order()
	instants := make([]when.Instant, len(p.dates.list)+1)
	wrong := make([]why, len(p.dates.list)+1)
	ends := false
	for i, n := range p.dates.list {
		if n.order == dayOnly && o != DayFirst || n.order == monthOnly && o != MonthFirst {
			wrong[i+1] = because("the other dates have day and month the other way round", "write all dates alike")
			continue
		}
		instants[i+1], wrong[i+1] = n.instant(p.o.Zone, o)
	}
	told := position{}
	tell := func(row *Row, f field, number when.Instant, w why) bool {
		if at := p.at(row.Line, f); w.bad() && at != told {
			told = at
			p.mistake(at, f.String(), []byte(p.dates.list[number-1].raw), w)
		}
		return w.bad()
	}
	p.d.Rows = slices.DeleteFunc(p.d.Rows, func(row Row) bool {
		return tell(&row, effectiveFrom, row.From, wrong[row.From]) || tell(&row, effectiveTo, row.To, wrong[row.To])
	})
	for i := range p.d.Rows {
		row := &p.d.Rows[i]
		if to := row.To; to > 0 {
			n := p.dates.list[to-1]
			ends = ends || !n.timed && p.head.has(effectiveTo)
			row.To = lastSecond(instants[to], n)
		}
		row.From = instants[row.From]
	}
	if ends {
		p.guess("an end date without a time of day is the first day on which a row no longer holds")
	}
	told = position{}
	p.d.Rows = slices.DeleteFunc(p.d.Rows, func(row Row) bool {
		if row.To == 0 || row.To > row.From {
			return false
		}
		if at := p.at(row.Line, effectiveTo); at != told {
			told = at
			p.mistake(at, effectiveTo.String(), []byte(row.To.String()), because("not after effective_from "+row.From.String(), ""))
		}
		return true
	})
}

// lastSecond moves an end at 23:59 or 23:59:59 to midnight: it names the last
// moment of a day, and calls of the moment after would find no rate.
func lastSecond(at when.Instant, n noted) when.Instant {
	switch when.DayLength - n.clock {
	case when.Second:
		return min(at+when.Second, lastInstant)
	case when.Minute:
		return min(at+when.Minute, lastInstant)
	}
	return at
}

// What the status column says, in the form of plain.
const (
	blockedWords = "|blocked|block|blk|barred|forbidden|"
	endWords     = "|del|delete|deleted|discontinued|discontinue|disc|removed|remove|withdrawn|cancelled|canceled|closed|close|"
	idleWords    = "|current|new|inc|increase|increased|dec|decrease|decreased|nc|no change|nochange|same|unchanged|active|pending|open|add|added|change|changed|future|"
)

// status reads the status or the flag of a row.
func (p *parser) status(row *Row, f field, c []byte) why {
	if f == discontinued {
		ends, w := flag(c)
		p.ends = p.ends || ends
		return w
	}
	text, _ := decode(c)
	word := plain(text)
	switch key := "|" + word + "|"; {
	case strings.Contains(blockedWords, key):
		row.Blocked = true
	case strings.Contains(endWords, key):
		p.ends = true
	case strings.Contains(idleWords, key):
	case word != "" && len(p.words) < 10 && len(word) < 40 && !slices.Contains(p.words, word):
		p.words = append(p.words, word)
	}
	return why{}
}

func (p *parser) settleWords() {
	if len(p.words) > 0 {
		p.guess("what the status column says besides, changes nothing: %s", strings.Join(p.words, ", "))
	}
}
