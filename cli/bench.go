package cli

import (
	"errors"
	"strings"

	"tollkeeper/bench"
	"tollkeeper/core/table"
	"tollkeeper/store/pgtemp"
)

// benchCommand measures speed and size.
type benchCommand struct {
	Names    []string `arg:"" optional:"" name:"name" help:"What to measure; without a name everything."`
	Calls    int      `placeholder:"N" help:"Calls of the month that is imported."`
	Postgres string   `placeholder:"URL" help:"PostgreSQL server to use; without it TEST_POSTGRES, else a private one is started."`
	Dir      string   `placeholder:"DIR" help:"Directory for files; without it a temporary one."`
	JSON     bool     `name:"json" help:"Print [{name, value, unit, limit}, …]."`
	output
}

// Help is the long help.
func (benchCommand) Help() string {
	return "Beside each figure stands the bare limit of the same machine for the same work. There are: " + strings.Join(bench.Names(), ", ") + "."
}

func (c *benchCommand) Run(s *session) error {
	if c.Postgres == "" && s.Env != nil { // make bench has started one
		c.Postgres, _ = s.Env(pgtemp.Variable)
	}
	p := s.progress("bench")
	figures, err := bench.Run(s.ctx, bench.Options{
		Names: c.Names, Calls: c.Calls, Postgres: c.Postgres, Clock: s.Clock, Dir: c.Dir, Report: p.report,
	})
	p.done()
	if err != nil && len(figures) == 0 {
		return err
	}
	return errors.Join(c.print(s, figures), err)
}

func (c *benchCommand) print(s *session, figures []bench.Figure) error {
	if c.JSON || c.Output == "json" {
		return s.writeJSON(figures)
	}
	t := table.Table{Name: "bench", Title: "Measured", Columns: text("Name", "Value", "Limit", "What it is")}
	for _, f := range figures {
		value, limit := f.Format()
		t.Rows = append(t.Rows, table.Row{table.String(f.Name), table.String(value), table.String(limit), table.String(f.What)})
	}
	return c.write(s, t)
}
