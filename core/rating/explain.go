package rating

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// Explanation is how a charge came about, step by step from the record to the
// amount, in words for people. The command, the API and the pages show the same
// one.
type Explanation struct {
	Steps []ExplainStep `json:"steps"`
}

// ExplainStep is one step: a name that stays the same for ever (record, card,
// row, band, seconds, bundle, discount, sum, rounding, bounds, fx, amd, charge),
// a title, a text of whole sentences with the numbers in it, and the numbers by
// themselves. Steps that do not bear on the call are left out; record and charge
// are always there, first and last.
type ExplainStep struct {
	Name   string         `json:"name"`
	Title  string         `json:"title"`
	Text   string         `json:"text"`
	Fields []ExplainField `json:"fields"`
}

// ExplainField is one number or name of a step.
type ExplainField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ExplainFacts are what an explanation shows and the book does not know. Every
// one of them may be left out.
type ExplainFacts struct {
	Calling, Called string  // the numbers as the reader may see them; empty: their digits
	Campaign        string  // the campaign's code; empty: its number
	Unit            string  // the billing unit's name; empty: its number
	Tariff          *Tariff // of the card's revision that the charge names; nil: the book's
}

// Explain explains a charge that Rate gave for c, then or long ago: it is
// computed again from the card's revision, the row, the bundle's seconds, the
// discount and the rate of exchange that the charge keeps. What comes out must
// be the charge; if it is not, the error is of kind Internal and names both
// numbers. Where the book does not hold that revision of the card, and facts do
// not either, the error is of kind NotFound.
func (b *Book) Explain(c Call, charge usage.Charge, facts ExplainFacts) (Explanation, error) {
	e := explainer{b: b, c: &c, charge: &charge, facts: &facts}
	e.record()
	if charge.Card == 0 {
		e.noCard()
		e.result()
		return e.out, nil
	}
	if err := e.recompute(); err != nil {
		return Explanation{}, err
	}
	e.assignment()
	if e.trace.Row != nil {
		e.row()
		e.band()
		if charge.Status != usage.Suspended {
			e.price()
		}
	}
	e.exchange()
	e.detection()
	e.result()
	return e.out, nil
}

// explainer is Explain at work.
type explainer struct {
	b      *Book
	c      *Call
	charge *usage.Charge
	facts  *ExplainFacts
	tariff *Tariff
	card   *Card
	trace  Trace
	out    Explanation
}

// step adds a step; fields are names and values in turn, and those without a
// value are left out.
func (e *explainer) step(name, title, text string, fields ...string) {
	s := ExplainStep{Name: name, Title: title, Text: text, Fields: []ExplainField{}}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] != "" {
			s.Fields = append(s.Fields, ExplainField{fields[i], fields[i+1]})
		}
	}
	e.out.Steps = append(e.out.Steps, s)
}

// recompute rates the call anew on the card's revision and insists on the
// stored charge.
func (e *explainer) recompute() error {
	if err := e.findTariff(); err != nil {
		return err
	}
	if e.charge.Row < 0 {
		return e.agree("machine detection", e.detectionFee().String(), e.charge.AMD.String())
	}
	e.c.Bundle, e.c.Discount = e.charge.Bundle, e.charge.Discount
	e.trace = e.tariff.Trace(e.c)
	if e.trace.Row == nil || e.trace.Charge.Row != e.charge.Row {
		return fault.New(fault.Internal, "the charge names row %d of %s, the call has row %d", e.charge.Row+1, e.revision(), e.trace.Charge.Row+1)
	}
	if e.charge.Status == usage.Suspended {
		return nil
	}
	amount, err := e.charge.FX.Convert(e.trace.Amount)
	if err != nil {
		return fault.Wrap("convert the amount again", err)
	}
	for _, pair := range [...][3]string{
		{"the reason", e.trace.Reason.String(), e.charge.Reason.String()},
		{"billed seconds", seconds(int64(e.trace.Billed)), seconds(int64(e.charge.Billed))},
		{"the amount", amount.String(), e.charge.Amount.String()},
		{"machine detection", e.detectionFee().String(), e.charge.AMD.String()},
	} {
		if err := e.agree(pair[0], pair[1], pair[2]); err != nil {
			return err
		}
	}
	return nil
}

func (e *explainer) agree(what, computed, stored string) error {
	if computed == stored || e.charge.Status == usage.Suspended {
		return nil
	}
	return fault.New(fault.Internal, "%s: rating the call again on %s gives %s, the charge says %s", what, e.revision(), computed, stored)
}

func (e *explainer) findTariff() error {
	e.tariff = e.facts.Tariff
	for i := range e.b.cards {
		if e.tariff == nil && e.b.cards[i].ref == e.charge.Card {
			e.tariff = e.b.cards[i].tariff
		}
	}
	if e.tariff == nil {
		return fault.New(fault.NotFound, "revision %d of card %d, on which the call was rated, is needed to explain it", e.charge.Card.Revision(), e.charge.Card.Card())
	}
	e.card = e.tariff.Card()
	return nil
}
