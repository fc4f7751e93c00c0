package web

import (
	"context"
	"net/http"
	"strings"

	"tollkeeper/app"
)

// suspensePage is what suspense.html shows.
type suspensePage struct {
	Groups  []app.SuspenseGroup
	Total   int64
	Calls   string // where the suspended calls are listed
	May     bool   // run them again
	Message string
}

func (s *Site) suspense(w http.ResponseWriter, v *visit) error {
	groups, err := s.app.Suspense(v.Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	p := &suspensePage{Groups: groups, May: v.may(rerunners...), Message: s.auth.Pop(v.Context(), "suspense")}
	if v.may(callers...) {
		p.Calls = v.at("calls") + "?status=suspended&period="
	}
	for i := range groups {
		p.Total += groups[i].Records
		groups[i].Advice = strings.ReplaceAll(groups[i].Advice, "run: suspense --rerun", "try all again")
		groups[i].Cause = strings.ReplaceAll(groups[i].Cause, "_", " ")
		if !v.may(callersOfNumbers...) {
			groups[i].Example = "" // it can hold numbers
		}
	}
	s.show(w, v.Request, http.StatusOK, "suspense", "Suspense", p)
	return nil
}

// rerunSuspense tries everything that waits again, in the background.
func (s *Site) rerunSuspense(w http.ResponseWriter, v *visit) error {
	if err := s.did(v, "suspense.rerun", v.tenant.Name); err != nil {
		return err
	}
	one := s.start(v.tenant.ID, "Another try of what waits in suspense", v.at("suspense"), func(ctx context.Context, tell app.Report) (any, error) {
		r, err := s.app.RerunSuspense(ctx, v.tenant.ID, tell)
		if err != nil {
			return nil, err
		}
		return saying(plural(r.Settled(), "record") + " no longer waiting, " + plural(r.Still, "record") + " still in suspense."), nil
	})
	http.Redirect(w, v.Request, v.at("suspense/work/"+one.ID), http.StatusSeeOther)
	return nil
}
