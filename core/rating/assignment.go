package rating

import (
	"cmp"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// Scope is whom an assignment reaches. Scopes order from wide to narrow: the
// narrowest wins. The zero Scope is System.
type Scope uint8

// The scopes.
const (
	System Scope = iota
	Tenant
	Unit
	Campaign
	scopeEnd
)

var scopeNames = [scopeEnd]string{"system", "tenant", "unit", "campaign"}

// String is the scope's name.
func (s Scope) String() string {
	if s >= scopeEnd {
		return ""
	}
	return scopeNames[s]
}

// Assignment ties a card to a scope, for calls of one kind or of any, during a
// period.
type Assignment struct {
	ID       int32             `json:"id"` // above 0
	Scope    Scope             `json:"scope"`
	Unit     tenant.UnitID     `json:"unit,omitempty"`     // of scope Unit, else zero
	Campaign tenant.CampaignID `json:"campaign,omitempty"` // of scope Campaign, else zero
	Kind     usage.Kind        `json:"kind,omitempty"`     // NoKind: any
	Card     int32             `json:"card"`               // above 0
	Own      bool              `json:"own"`                // the card is the tenant's, not the system's
	Period   when.Period       `json:"period"`             // of the instants of answer
}

// Check refuses an assignment that cannot be.
func (a *Assignment) Check() error {
	switch {
	case a.ID <= 0 || a.Card <= 0:
		return fault.New(fault.Invalid, "an assignment needs a number and a card")
	case a.Scope >= scopeEnd:
		return fault.New(fault.Invalid, "assignment %d: %d is no scope", a.ID, a.Scope)
	case (a.Scope == Unit) != (a.Unit > 0) || a.Unit < 0:
		return fault.New(fault.Invalid, "assignment %d: the scope %s and the billing unit %d do not go together", a.ID, a.Scope, a.Unit)
	case (a.Scope == Campaign) != (a.Campaign > 0) || a.Campaign < 0:
		return fault.New(fault.Invalid, "assignment %d: the scope %s and the campaign %d do not go together", a.ID, a.Scope, a.Campaign)
	case a.Scope == System && a.Own:
		return fault.New(fault.Invalid, "assignment %d: a tenant's own card cannot be assigned to the system", a.ID)
	case !slices.Contains(usage.Kinds(), a.Kind) && a.Kind != usage.NoKind:
		return fault.New(fault.Invalid, "assignment %d: %d is no kind of call", a.ID, a.Kind)
	case a.Period.To != 0 && a.Period.To <= a.Period.From:
		return fault.New(fault.Invalid, "assignment %d ends at %s, before it begins", a.ID, a.Period.To)
	}
	return nil
}

// CheckAssignments refuses assignments that cannot be, two of one number, and
// two that would hold for the same scope, kind and instant: nothing would say
// which of them wins.
func CheckAssignments(as []Assignment) error {
	ids := make(map[int32]bool, len(as))
	for i := range as {
		if err := as[i].Check(); err != nil {
			return err
		}
		if ids[as[i].ID] {
			return fault.New(fault.Invalid, "two assignments have the number %d", as[i].ID)
		}
		ids[as[i].ID] = true
	}
	sorted := slices.Clone(as)
	sortAssignments(sorted)
	for i := 1; i < len(sorted); i++ {
		a, b := &sorted[i-1], &sorted[i]
		if a.place() == b.place() && a.Kind == b.Kind && a.Period.Overlaps(b.Period) {
			return fault.New(fault.Conflict, "assignments %d and %d hold for the same %s, kind of call and time: end one before the other begins", a.ID, b.ID, a.Scope)
		}
	}
	return nil
}

// scopePlace is a scope with the number of what it names.
type scopePlace struct {
	scope Scope
	id    int32
}

func (a *Assignment) place() scopePlace {
	return scopePlace{a.Scope, max(int32(a.Unit), int32(a.Campaign))}
}

// sortAssignments puts those of one place together, in the order in which they
// are asked: a kind before any kind, then by date.
func sortAssignments(as []Assignment) {
	slices.SortFunc(as, func(a, b Assignment) int {
		p, q := a.place(), b.place()
		return cmp.Or(cmp.Compare(q.scope, p.scope), cmp.Compare(p.id, q.id), cmp.Compare(b.Kind, a.Kind),
			cmp.Compare(a.Period.From, b.Period.From), cmp.Compare(a.ID, b.ID))
	})
}
