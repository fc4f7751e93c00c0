// Package deck reads and writes files of rates.
//
// It owns our own CSV layout, which holds every field of a rate row and loses
// nothing, and the reading of carriers' layouts by their headings, with all
// that was guessed on the way and every mistake with its position. It does not
// own what rows mean or how they become a revision of a card (core/rating).
//
//	d, err := deck.Read(file, deck.Options{File: "rates.csv"})
//	// d.Rows, each with its line; d.Guesses, to be shown before publishing;
//	// d.Err(), all mistakes at once
package deck

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
)

// Row is a rate row with the line of the file on which it begins.
type Row = rating.DeckRow

// Layout is how a file is laid out. The zero Layout leaves it to Read.
type Layout string

// Own is the layout that Write writes, Generic that of carriers.
const (
	Own     Layout = "own"
	Generic Layout = "generic"
)

// DateOrder is how 03/04/2026 is meant. The zero DateOrder leaves it to Read,
// which looks at all dates and refuses a file where none decides it.
type DateOrder string

// DayFirst makes it the third of April, MonthFirst the fourth of March.
const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

// Limits of one file.
const (
	MaxRows     = 2_000_000 // rows, after codes are expanded, where Options say no other
	MaxCodes    = 10_000    // codes in one cell
	MaxMistakes = 1_000     // mistakes that are kept; all are counted
)

// Options are what a reader of files may say beforehand. The zero Options are
// right for most files.
type Options struct {
	File      string     // the file's name as the user knows it, for positions
	Layout    Layout     // empty: by the headings
	Zone      *when.Zone // of dates without an offset; nil is UTC
	DateOrder DateOrder
	Per       int // seconds that a rate of a carrier's deck is for: 60, 6, 1; 0: by the heading, else 60
	Expect    int // how many rows are expected; a hint that saves memory, 0 for none
	MaxRows   int // more rows are a mistake; 0: MaxRows
}

// Deck is what was read. Rows with a mistake are left out of Rows.
type Deck struct {
	Rows     []Row
	Layout   Layout
	Zone     *when.Zone // in which dates without an offset were read
	Guesses  []string   // what was guessed, a sentence each
	Mistakes fault.Inputs
	Warnings fault.Inputs
	Further  int // mistakes and warnings beyond MaxMistakes
}

// Err is all mistakes as one error of kind Invalid, or nil where there are none.
func (d *Deck) Err() error { return d.Mistakes.Err() }

// Read reads a deck in our own or a carrier's layout. What is wrong with the
// file stands in the deck's Mistakes; the error is that of r alone. Memory is
// bounded by Options.MaxRows whatever the file.
func Read(r io.Reader, o Options) (*Deck, error) {
	if o.Zone == nil {
		o.Zone = when.UTC
	}
	if o.MaxRows <= 0 {
		o.MaxRows = MaxRows
	}
	p := &parser{o: o, d: &Deck{Zone: o.Zone}, recs: newRecords(r)}
	if err := p.read(); err != nil {
		return nil, fault.Wrap("read deck", err)
	}
	p.finish()
	return p.d, nil
}

// parser is one reading of one file.
type parser struct {
	o     Options
	d     *Deck
	recs  *records
	head  heading
	texts texts
	last  [fields]memo // instants by field: the next row mostly has the same
	carrier
}

func (p *parser) read() error {
	if err := p.recs.fill(); err != nil {
		return err
	}
	if why := p.recs.foreign(); why.bad() {
		p.mistake(position{line: 1}, "", nil, why)
		return nil
	}
	if !p.findHeading() {
		return nil
	}
	p.d.Rows = make([]Row, 0, min(max(p.o.Expect, 0), p.o.MaxRows))
	if p.d.Layout == Own {
		return p.readOwn()
	}
	return p.readGeneric()
}

// each hands the records after the heading to row, which tells whether to go
// on.
func (p *parser) each(row func(rec record) bool) error {
	for {
		rec, why, err := p.recs.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if why.bad() {
			p.mistake(position{line: rec.line}, "", nil, why)
			if why.fatal {
				return nil
			}
			continue
		}
		if rec.line <= p.head.line || blank(rec.cells) {
			continue
		}
		if !row(rec) {
			return nil
		}
		if len(p.d.Rows) > p.o.MaxRows {
			p.d.Rows = p.d.Rows[:p.o.MaxRows]
			p.mistake(position{line: rec.line}, "", nil, because(fmt.Sprintf("the file has more than %d rates", p.o.MaxRows), "split it"))
			return nil
		}
	}
}

func (p *parser) finish() {
	if p.texts.foreign > 0 {
		p.guess("text that is not UTF-8, first on line %d, is read as Windows-1252", p.texts.foreign)
	}
	p.overlaps()
	byPlace := func(a, b fault.Input) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	}
	slices.SortStableFunc(p.d.Mistakes, byPlace)
	slices.SortStableFunc(p.d.Warnings, byPlace)
}
