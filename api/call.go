package api

import (
	"context"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

const explainCallAbout = "The whole way of one call: the record it came in, how it was rated, step by step with the numbers, and where its amount " +
	"stands in the books. The amount is computed again; if it were not the stored one, the answer would be an error. " +
	"Without View Calls numbers are masked and the record's text is left out."

type callInput struct {
	Whose
	ID  string `path:"id" maxLength:"200" doc:"A call's identity (32 hexadecimal digits), or the switch's own id."`
	Day string `query:"day" doc:"UTC day on which the call began; with it the call is found sooner."`
}

type callOutput struct{ Body *app.Explanation }

func (s *server) explainCall(ctx context.Context, in *callInput) (*callOutput, error) {
	t, err := s.tenant(ctx, in.Whose)
	if err != nil {
		return nil, err
	}
	day, err := when.Day(0), error(nil)
	if in.Day != "" {
		if day, err = when.ParseDay(in.Day); err != nil {
			return nil, fault.Inputs{{Field: "day", Value: fault.Cut(in.Day), Reason: "not a day", Advice: "write it as 2026-06-01"}}
		}
	}
	id, err := usage.ParseIdentity(in.ID)
	if err != nil {
		if id, day, err = s.findCall(ctx, t.ID, in.ID); err != nil {
			return nil, err
		}
	}
	explain := s.App.ExplainMasked
	if asking(ctx).Can.Has(access.ViewCalls) {
		explain = s.App.Explain
	}
	x, err := explain(ctx, t.ID, day, id)
	if err != nil {
		return nil, err
	}
	return &callOutput{x}, nil
}

// findCall finds the one call that the switch calls so.
func (s *server) findCall(ctx context.Context, id tenant.ID, text string) (usage.Identity, when.Day, error) {
	found, err := s.App.FindCall(ctx, id, text)
	if fault.Is(err, fault.NotFound) && !asking(ctx).Can.Has(access.ViewCalls) {
		err = fault.New(fault.NotFound, "%s", fault.Unquoted(err.Error())) // it can tell what a waiting record says
	}
	if err != nil {
		return usage.Identity{}, 0, err
	}
	if len(found) > 1 {
		return usage.Identity{}, 0, fault.New(fault.Conflict, "%d calls can be meant by %q; one is %s of %s: use its identity", len(found), fault.Cut(text), found[0].Call, found[0].Day)
	}
	return found[0].Identity, found[0].Day, nil
}
