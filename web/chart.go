package web

import (
	"encoding/json"

	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// chart is what _chart.html draws.
type chart struct {
	Title string
	JSON  string // a figures, for the script
	Tall  bool
	Heads []string
	Rows  [][]string // the same as a table
}

// figures is what chart.ts draws: columns, one a label, stacked by series.
type figures struct {
	Kind   string   `json:"kind"`   // "bars", or "ranks": bars from the left
	Unit   string   `json:"unit"`   // beside each figure; empty: a number of things
	Digits int      `json:"digits"` // decimals of a figure
	Labels []string `json:"labels"` // days, or months where there are many
	Series []series `json:"series"`
}

// series is one colour of a chart. A height needs no more exactness than a
// float has: what is read and added up are the figures of the table.
type series struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// finish writes the figures into the chart.
func (c *chart) finish(f *figures) {
	text, err := json.Marshal(f)
	if err == nil { // strings and finite numbers always are
		c.JSON = string(text)
	}
}

// add adds an amount to what a column holds.
func add(to *money.Amount, a money.Amount) (err error) {
	*to, err = to.Add(a)
	return err
}

// drawn is an amount as a height.
func drawn(a money.Amount) float64 { return float64(a) / float64(money.Unit) }

// columnsMost is how many days get a column each; of more, months do.
const columnsMost = 124

// columns are the labels of a chart over days, and for each day which of them
// is its own.
func columns(days when.Days) (labels []string, of func(when.Day) int) {
	if days.Count() <= columnsMost {
		for d := days.From; d <= days.To; d = d.Add(1) {
			labels = append(labels, d.String())
		}
		return labels, func(d when.Day) int { return when.Days{From: days.From, To: d}.Count() - 1 }
	}
	const dayOfMonth = 3 // the length of "-01"
	at := map[int32]int{}
	for d := days.From; d <= days.To; d = d.Add(1) {
		if _, is := at[d.Month()]; !is {
			at[d.Month()] = len(labels)
			text := d.String()
			labels = append(labels, text[:len(text)-dayOfMonth])
		}
	}
	return labels, func(d when.Day) int { return at[d.Month()] }
}

// each is the word for a column of a chart over days.
func each(days when.Days) string {
	if days.Count() <= columnsMost {
		return "day"
	}
	return "month"
}
