package web

import (
	"slices"
	"strconv"

	"tollkeeper/core/money"
	"tollkeeper/report"
)

// charted is how many parts a chart of a share draws one by one.
const charted = 10

// shareChart draws a share of a report: a bar for each of the dearest parts,
// stacked by table, and one for all others together.
func shareChart(share *report.Share, res *report.Result) (chart, error) {
	parts, err := drawnParts(share)
	if err != nil {
		return chart{}, err
	}
	const few = 5
	c := chart{Title: share.Title + ", in " + string(res.Currency), Heads: []string{label(share.Name)}, Tall: len(parts) > few}
	f := figures{Kind: "ranks", Unit: string(res.Currency), Digits: res.Currency.Digits()}
	for _, p := range parts {
		f.Labels = append(f.Labels, p.Name)
		c.Rows = append(c.Rows, []string{p.Name})
	}
	for i, name := range share.Series {
		one := series{Name: name}
		for k, p := range parts {
			one.Values = append(one.Values, drawn(p.Amounts[i]))
			c.Rows[k] = append(c.Rows[k], p.Amounts[i].Format(res.Tables[i].Decimals))
		}
		c.Heads = append(c.Heads, name)
		f.Series = append(f.Series, one)
	}
	c.finish(&f)
	return c, nil
}

// drawnParts are the dearest parts, and all others as one, where that saves room.
func drawnParts(share *report.Share) ([]report.Part, error) {
	parts := share.Parts
	if len(parts) <= charted+1 {
		return parts, nil
	}
	rest := report.Part{Name: "Others (" + strconv.Itoa(len(parts)-charted) + ")", Amounts: make([]money.Amount, len(share.Series))}
	for _, p := range parts[charted:] {
		for i, a := range p.Amounts {
			if err := add(&rest.Amounts[i], a); err != nil {
				return nil, err
			}
		}
	}
	return append(slices.Clone(parts[:charted]), rest), nil
}
