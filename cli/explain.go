package cli

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// explainCommand explains the amount of a call.
type explainCommand struct {
	Call   string `arg:"" help:"The call: its identity, or the switch's own id, also as source/id/leg."`
	Tenant string `required:"" placeholder:"NAME" help:"Whose call, by name or id."`
	Day    string `placeholder:"DAY" help:"Day of its start in UTC, which finds an identity faster."`
	Masked bool   `help:"Without numbers and the record's text, for those who may not see them."`
	Output string `enum:"table,json" default:"table" placeholder:"HOW" help:"How to print: table or json."`
}

func (c *explainCommand) Run(s *session) error {
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	var day when.Day
	id, err := usage.ParseIdentity(c.Call)
	if c.Day == "" || err != nil {
		calls, err := a.FindCall(s.ctx, t.ID, c.Call)
		if err != nil {
			return err
		}
		if len(calls) > 1 {
			list := table.Table{Name: "calls", Title: "Calls of that name", Columns: append([]table.Column{{Name: "Day", Kind: table.Day}}, text("Call", "Source", "Id", "Leg")...)}
			for _, f := range calls {
				list.Rows = append(list.Rows, table.Row{table.Date(f.Day), table.String(f.Call), table.String(f.Source), table.String(f.ID), table.String(f.Leg)})
			}
			if err := (output{c.Output}).write(s, list); err != nil {
				return err
			}
			return &found{"several calls have that name: explain one of them by its identity (Call)"}
		}
		day, id = calls[0].Day, calls[0].Identity
	} else if day, err = when.ParseDay(c.Day); err != nil {
		return &usageError{fault.Inputs{{Field: "--day", Value: fault.Cut(c.Day), Reason: err.Error()}}}
	}
	explain := a.Explain
	if c.Masked {
		explain = a.ExplainMasked
	}
	e, err := explain(s.ctx, t.ID, day, id)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		return s.writeJSON(e)
	}
	s.printf("%s", e.Text())
	return nil
}
