package cli

import "tollkeeper/core/table"

// configCommand prints the settings in force, without secrets.
type configCommand struct {
	output
}

func (c *configCommand) Run(s *session) error {
	t := table.Table{Name: "settings", Title: "Settings in force", Columns: text("Setting", "Value", "From")}
	for _, v := range s.conf.Values {
		t.Rows = append(t.Rows, table.Row{table.String(v.Name), table.String(v.Text), table.String(v.Origin)})
	}
	return c.write(s, t)
}
