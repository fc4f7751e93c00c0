package cli

import (
	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
)

// compactCommand makes the books smaller.
type compactCommand struct{ output }

// Help is the long help.
func (compactCommand) Help() string {
	return "Merges and compresses what imports have written, and changes nothing that it says. Others can go on working meanwhile."
}

func (c *compactCommand) Run(s *session) error {
	a, err := s.books()
	if err != nil {
		return err
	}
	p := s.progress("compact")
	done, err := a.Compact(s.ctx, p.report)
	p.done()
	if err != nil {
		if s.ctx.Err() != nil {
			return fault.New(fault.Busy, "stopped; what is compacted stays so, and the same command does the rest")
		}
		return err
	}
	t := table.Table{Name: "compacted", Title: "Compacted", Columns: append(text("What"), counts("Before", "After")...)}
	for _, line := range []struct {
		name string
		r    app.Ratio
	}{{"Segments of calls", done.Segments}, {"Segments of roll-ups", done.Rollups}, {"Bytes of both", done.Bytes}, {"Bytes of the database", done.Database}} {
		t.Rows = append(t.Rows, table.Row{table.String(line.name), table.Number(line.r.Before), table.Number(line.r.After)})
	}
	if done.Skipped > 0 {
		t.Notes = append(t.Notes, grouped(done.Skipped)+" groups were changed by others meanwhile; the next compaction takes them")
	}
	return c.write(s, t)
}
