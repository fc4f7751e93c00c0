package web

import (
	"net/http"
	"slices"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// callPage is what call.html shows.
type callPage struct {
	*app.Explanation
	Steps  []pathStep
	Zone   *when.Zone
	List   string
	Import string // of the run it came with; empty: not for this reader
}

// pathStep is a step of the way with its picture.
type pathStep struct {
	rating.ExplainStep
	Icon string
}

// stepIcons are the pictures of steps by name; others get a dot.
var stepIcons = map[string]item{
	"raw": {Icon: "file-text"}, "call": {Icon: "phone"}, "record": {Icon: "phone-call"}, "card": {Icon: "cards"}, "row": {Icon: "list-search"},
	"band": {Icon: "clock"}, "seconds": {Icon: "hourglass"}, "bundle": {Icon: "package"}, "discount": {Icon: "discount"}, "sum": {Icon: "sum"},
	"rounding": {Icon: "decimal"}, "bounds": {Icon: "arrows-horizontal"}, "fx": {Icon: "currency"}, "amd": {Icon: "robot"}, "charge": {Icon: "receipt"},
	"revisions": {Icon: "history"}, "rollup": {Icon: "stack-2"}, "ledger": {Icon: "book"},
}

func (s *Site) call(w http.ResponseWriter, v *visit) error {
	day, err := when.ParseDay(v.PathValue("day"))
	if err != nil {
		return errNoPage
	}
	id, err := usage.ParseIdentity(v.PathValue("call"))
	if err != nil {
		return errNoPage
	}
	explain := s.app.ExplainMasked
	if v.may(access.ViewCalls) {
		explain = s.app.Explain
	}
	e, err := explain(v.Context(), v.tenant.ID, day, id)
	if err != nil {
		return err
	}
	p := &callPage{Explanation: e, Zone: v.zone, List: v.at("calls")}
	if e.Raw != nil && v.may(importers...) {
		p.Import = v.at("imports/" + idText(int32(e.Raw.Run)))
	}
	for _, step := range e.Steps {
		icon := stepIcons[step.Name].Icon
		if icon == "" {
			icon = "point"
		}
		if e.Raw != nil { // whose text stands beside the path
			step.Fields = slices.DeleteFunc(slices.Clone(step.Fields), func(f rating.ExplainField) bool { return f.Name == "text" })
		}
		p.Steps = append(p.Steps, pathStep{step, icon})
	}
	s.show(w, v.Request, http.StatusOK, "call", "Call", p)
	return nil
}
