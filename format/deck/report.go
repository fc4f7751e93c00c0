package deck

import (
	"bytes"
	"fmt"

	"tollkeeper/core/fault"
)

// why is what is wrong with a cell or a record; the zero why is that nothing
// is.
type why struct {
	reason, advice string
	fatal          bool // nothing behind it can be read
}

func because(reason, advice string) why { return why{reason: reason, advice: advice} }

func (w why) bad() bool { return w.reason != "" }

// position is where a mistake stands: a line from 1 and a cell from 1, or 0.
type position struct {
	line   int64
	column int
}

func (p *parser) input(at position, name string, value []byte, w why) fault.Input {
	text, _ := decode(bytes.ReplaceAll(value[:min(len(value), 4*fault.MaxValue)], []byte{0}, []byte("\\0")))
	return fault.Input{File: p.o.File, Line: at.line, Column: at.column, Field: name, Value: fault.Cut(text), Reason: w.reason, Advice: w.advice}
}

func (p *parser) mistake(at position, name string, value []byte, w why) {
	if len(p.d.Mistakes) == MaxMistakes {
		p.d.Further++
		return
	}
	p.d.Mistakes = append(p.d.Mistakes, p.input(at, name, value, w))
}

func (p *parser) warn(at position, name string, value []byte, w why) {
	if len(p.d.Warnings) == MaxMistakes {
		p.d.Further++
		return
	}
	p.d.Warnings = append(p.d.Warnings, p.input(at, name, value, w))
}

func (p *parser) guess(format string, args ...any) {
	p.d.Guesses = append(p.d.Guesses, fmt.Sprintf(format, args...))
}

// at is the position of a field's cell on a line.
func (p *parser) at(line int64, f field) position { return position{line, p.head.column[f] + 1} }
