package cli

import (
	"tollkeeper/core/table"
	"tollkeeper/core/usage"
)

// Tallies say where every record ended: received is the sum of the rest.

func tallyColumns() []table.Column {
	names := []string{"Received"}
	for _, o := range usage.Outcomes() {
		names = append(names, outcomeNames[o])
	}
	return counts(names...)
}

// outcomeNames are the headings of the outcomes.
var outcomeNames = map[usage.Outcome]string{
	usage.WasRated: "Rated", usage.WasZeroRated: "Zero-rated", usage.WasSuspended: "Suspended",
	usage.WasDuplicate: "Duplicate", usage.WasConflict: "Conflict", usage.WasRejected: "Rejected",
}

func tallyCells(t *usage.Tally) table.Row {
	row := table.Row{table.Number(t.Received())}
	for _, o := range usage.Outcomes() {
		row = append(row, table.Number(t[o]))
	}
	return row
}

// tallyObject is a tally as JSON has it.
func tallyObject(t *usage.Tally) map[string]int64 {
	object := map[string]int64{"received": t.Received()}
	for _, o := range usage.Outcomes() {
		object[o.String()] = t[o]
	}
	return object
}
