package deck

import (
	"tollkeeper/core/rating"
)

// readOwn reads the rows of our own layout. It is what loads a card when the
// program starts, so a good row costs no memory but its own.
func (p *parser) readOwn() error {
	return p.each(func(rec record) bool {
		p.d.Rows = append(p.d.Rows, Row{})
		row := &p.d.Rows[len(p.d.Rows)-1]
		row.Initial, row.Increment, row.Line = 1, 1, rec.line
		good := true
		for i, c := range rec.cells {
			if len(c) == 0 {
				continue
			}
			if i >= len(p.head.fields) {
				p.mistake(position{rec.line, i + 1}, "", c, because("the line has more cells than the heading", "put quotes round a text that holds a comma"))
				good = false
				break
			}
			f := p.head.fields[i]
			if w := p.set(&row.Row, f, c, rec.line); w.bad() {
				p.mistake(position{rec.line, i + 1}, f.String(), c, w)
				good = false
				row.Initial, row.Increment = max(row.Initial, 1), max(row.Increment, 1) // told already
			}
		}
		if i := p.head.column[rate]; i >= len(rec.cells) || len(rec.cells[i]) == 0 {
			p.mistake(p.at(rec.line, rate), rate.String(), nil, because("a row needs a rate", "0 is free of charge"))
			good = false
		}
		if !p.check(row, rec.cells) || !good {
			p.d.Rows = p.d.Rows[:len(p.d.Rows)-1]
		}
		return true
	})
}

// check complains about what is wrong or odd about a row whose cells were
// read and tells whether it can stay.
func (p *parser) check(row *Row, cells [][]byte) bool {
	good := true
	wrong := func(f field, w why) {
		good = false
		p.mistake(p.at(row.Line, f), f.String(), p.cell(cells, f), w)
	}
	if row.Initial < 1 {
		wrong(initial, because("less than one second", ""))
	}
	if row.Increment < 1 {
		wrong(increment, because("less than one second", ""))
	}
	if row.Steps != nil {
		p.checkSteps(row, cells, wrong)
	}
	if row.MinCharge != nil && row.MaxCharge != nil && *row.MinCharge > *row.MaxCharge {
		wrong(minCharge, because("above max_charge "+row.MaxCharge.String(), ""))
	}
	if p.d.Layout == Own && row.To != 0 && row.To <= row.From { // others have no dates yet
		wrong(effectiveTo, because("not after effective_from "+row.From.String(), ""))
	}
	return good
}

func (p *parser) checkSteps(row *Row, cells [][]byte, wrong func(field, why)) {
	edge, block := row.Initial, row.Increment
	last := rating.Step{}
	for _, s := range row.Steps {
		switch {
		case s.From < 1 || s.From <= last.From:
			wrong(steps, because("steps do not ascend from second 1 on", ""))
			return
		case s.Increment < 1:
			wrong(steps, because("a step has an increment of less than one second", ""))
			return
		}
		if block > 0 && (s.From < edge || (s.From-edge)%block != 0) {
			p.warn(p.at(row.Line, steps), steps.String(), p.cell(cells, steps),
				because("a step does not begin on the edge of a billing block: a longer call can cost less there", ""))
		}
		edge, block, last = s.From, s.Increment, s
	}
}

// cell is what a record has for a field, nil where it has nothing.
func (p *parser) cell(cells [][]byte, f field) []byte {
	if i := p.head.column[f]; i >= 0 && i < len(cells) {
		return cells[i]
	}
	return nil
}
