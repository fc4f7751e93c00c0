package rating

import (
	"fmt"
	"strconv"
	"strings"
)

// price explains the way from the length of the call to the amount in the
// card's currency.
func (e *explainer) price() {
	e.seconds()
	if e.charge.Billed == 0 {
		return
	}
	e.bundle()
	if e.charge.Charged() == 0 {
		return
	}
	e.discount()
	e.sum()
	e.rounding()
	e.bounds()
}

// seconds explains how many seconds are billed.
func (e *explainer) seconds() {
	t := &e.trace
	text := "The call lasted " + seconds(t.Length) + ", each begun second counted whole."
	switch {
	case t.Grace > 0 && t.GraceRule == GraceDeduct:
		text += fmt.Sprintf(" Grace takes off %s, which leaves %s.", seconds(int64(t.Grace)), seconds(t.Seconds))
	case t.Grace > 0 && t.Billed == 0:
		text += " Calls of up to " + seconds(int64(t.Grace)) + " are free."
	case t.Grace > 0:
		text += " That is more than the " + seconds(int64(t.Grace)) + " of grace, so it is billed whole."
	}
	fields := []string{"length_s", strconv.FormatInt(t.Length, 10), "grace_rule", "", "grace_s", ""}
	if t.Grace > 0 {
		fields[3], fields[5] = t.GraceRule.String(), strconv.Itoa(int(t.Grace))
	}
	if t.Billed > 0 {
		text += " " + e.blocks()
		fields = append(fields, "initial_s", strconv.Itoa(int(t.Initial)), "increment_s", strconv.Itoa(int(t.Increment)))
	}
	e.step("seconds", "Billed seconds", text, append(fields, "billed_s", strconv.Itoa(int(t.Billed)))...)
}

// blocks explains how the seconds left after grace are rounded to blocks.
func (e *explainer) blocks() string {
	t := &e.trace
	switch {
	case t.Step > 0:
		return fmt.Sprintf("From second %d on it is billed in blocks of %s: %s are billed.",
			t.Row.Steps[t.Step-1].From, seconds(int64(t.Increment)), seconds(int64(t.Billed)))
	case t.Seconds <= int64(t.Initial) && t.Initial > 1:
		return fmt.Sprintf("At least %s are billed, and the call does not go beyond them.", seconds(int64(t.Initial)))
	case t.Initial == 1 && t.Increment == 1:
		return fmt.Sprintf("It is billed by the second: %s.", seconds(int64(t.Billed)))
	}
	return fmt.Sprintf("The first %s are one block, the rest is billed in blocks of %s: %s are billed.",
		seconds(int64(t.Initial)), seconds(int64(t.Increment)), seconds(int64(t.Billed)))
}

func (e *explainer) bundle() {
	if e.charge.Bundle == 0 {
		return
	}
	text := fmt.Sprintf("A bundle covers the first %d of the %s that are billed; %d are charged.",
		e.charge.Bundle, seconds(int64(e.charge.Billed)), e.charge.Charged())
	if e.charge.Charged() == 0 {
		text = "A bundle covers all " + seconds(int64(e.charge.Billed)) + " that are billed; none is charged."
	}
	e.step("bundle", "Bundle", text, "bundle_s", strconv.Itoa(int(e.charge.Bundle)), "charged_s", strconv.Itoa(int(e.charge.Charged())))
}

func (e *explainer) discount() {
	if e.trace.Discount == 0 {
		return
	}
	s := e.trace.Segments[0]
	e.step("discount", "Discount", fmt.Sprintf("The contract's discount of %s %% lowers every rate, %s %s a minute to %s; fees are not discounted.",
		e.trace.Discount, s.Rate, e.card.Currency, s.Discounted), "percent", e.trace.Discount.String())
}

// maxShown is how many stretches of one rate the text of a sum names; its
// fields have all of them.
const maxShown = 6

// sum explains the exact price: every stretch of one rate, and the connect fee.
func (e *explainer) sum() {
	t := &e.trace
	var parts, fields []string
	if t.ConnectFee != 0 {
		parts = append(parts, t.ConnectFee.String()+" to connect")
		fields = append(fields, "connect_fee", t.ConnectFee.String())
	}
	for i, s := range t.Segments {
		part := fmt.Sprintf("%d s × %s / 60 s", s.To-s.From, s.Discounted)
		fields = append(fields, "stretch", fmt.Sprintf("second %d to %d: %s = %s", s.From, s.To, part, s.Cost))
		switch {
		case i < maxShown:
			parts = append(parts, part)
		case i == maxShown:
			parts = append(parts, fmt.Sprintf("%d more", len(t.Segments)-maxShown))
		}
	}
	text := fmt.Sprintf("%s = %s %s, kept exact.", strings.Join(parts, " + "), t.Exact, e.card.Currency)
	e.step("sum", "Exact price", text, append(fields, "exact", t.Exact.String())...)
}

func (e *explainer) rounding() {
	t := &e.trace
	e.step("rounding", "Rounding", fmt.Sprintf("Rounded once, to %d decimals (%s): %s %s.", t.Rounding.Decimals, t.Rounding.Mode, t.Rounded, e.card.Currency),
		"decimals", strconv.Itoa(t.Rounding.Decimals), "mode", t.Rounding.Mode.String(), "rounded", t.Rounded.String())
}

func (e *explainer) bounds() {
	t, currency := &e.trace, e.card.Currency
	if t.Row.MinCharge == nil && t.Row.MaxCharge == nil {
		return
	}
	text := "The amount is within the bounds of the row."
	switch t.Bound {
	case MinBound:
		text = fmt.Sprintf("The row charges at least %s %s.", t.Amount, currency)
	case MaxBound:
		text = fmt.Sprintf("The row charges at most %s %s.", t.Amount, currency)
	}
	fields := []string{"min_charge", "", "max_charge", "", "amount", t.Amount.String()}
	if t.Row.MinCharge != nil {
		fields[1] = t.Row.MinCharge.String()
	}
	if t.Row.MaxCharge != nil {
		fields[3] = t.Row.MaxCharge.String()
	}
	e.step("bounds", "Bounds", text, fields...)
}
