package cli

import (
	"encoding/json"

	"tollkeeper/core/table"
	"tollkeeper/format/sheet"
)

// output is the flag that says how tables are printed.
type output struct {
	Output string `enum:"table,csv,json" default:"table" placeholder:"HOW" help:"How to print: table, csv or json."`
}

// write prints tables as the flag says.
func (o output) write(s *session, ts ...table.Table) error {
	switch o.Output {
	case "csv":
		return sheet.WriteCSV(s.out, ts)
	case "json":
		return sheet.WriteJSON(s.out, ts)
	}
	return sheet.WriteText(s.out, ts, s.width)
}

// people tells whether somebody reads the result as it is printed, so that a
// sentence around it does no harm.
func (o output) people() bool { return o.Output == "table" }

// writeJSON prints a value as indented JSON.
func (s *session) writeJSON(v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// text, counts and amounts are columns by their kind; the latter two have totals.
func text(names ...string) []table.Column { return columnsOf(table.Text, names) }

func counts(names ...string) []table.Column { return columnsOf(table.Count, names) }

func amounts(names ...string) []table.Column { return columnsOf(table.Money, names) }

func columnsOf(kind table.Kind, names []string) (cs []table.Column) {
	for _, n := range names {
		cs = append(cs, table.Column{Name: n, Kind: kind, Total: kind == table.Count || kind == table.Money})
	}
	return cs
}
