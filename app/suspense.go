package app

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// SuspenseGroup is suspended records that are alike.
type SuspenseGroup struct {
	Reason  usage.Reason `json:"-"`
	Cause   string       `json:"cause"`  // the reason's name
	Detail  string       `json:"detail"` // what they have in common: "country SO", "the called number is too short …"
	Records int64        `json:"records"`
	First   when.Day     `json:"first"` // UTC day of the oldest; zero: not known
	Last    when.Day     `json:"last"`
	Example string       `json:"example"` // the name of a call, or a record's text
	Advice  string       `json:"advice"`

	Call usage.Identity `json:"-"` // of the example, where it is a call or contradicts one; zero: there is none
	On   when.Day       `json:"-"` // UTC day of that call
	Run  int64          `json:"-"` // import that brought the example; zero: it is a call, which knows
	Line int64          `json:"-"` // of its file
}

// exampleText bounds the text that is shown of a suspended record.
const exampleText = 120

// Suspense lists what waits for a tenant (or for the system: records that name
// no tenant), alike records together, the largest group first.
func (a *App) Suspense(ctx context.Context, id tenant.ID) ([]SuspenseGroup, error) {
	groups := suspenseGroups{}
	err := a.store.View(ctx, id, func(tx *store.Tx) error {
		if err := tx.EachSuspense(func(s *store.Suspense) error {
			if g, first := groups.add(s.Reason, s.Detail, s.Day); first {
				g.Example, g.Run, g.Line = clean(cutText(s.Text)), s.Run, s.Line
				if s.Reason == usage.Conflict {
					g.Call, g.On = s.Identity, s.Day
				}
			}
			return nil
		}); err != nil {
			return err
		}
		segments, err := tx.Segments(store.AllDays)
		if err != nil {
			return err
		}
		var d store.Decoder
		for i := range segments {
			if segments[i].Suspended == 0 {
				continue
			}
			if err := tx.Load(&segments[i], store.Numbers|store.Charges); err != nil {
				return err
			}
			if err := d.Decode(&segments[i], store.All, groups.addCalls); err != nil {
				return err
			}
		}
		return nil
	})
	return groups.sorted(), fault.Wrap("list suspense", err)
}

type suspenseGroups map[suspenseKey]*SuspenseGroup

type suspenseKey struct {
	reason usage.Reason
	detail string
}

// cutText is the beginning of a record, as much as is shown of one.
func cutText(text []byte) string {
	if len(text) <= exampleText {
		return string(text)
	}
	return string(text[:exampleText]) + "…"
}

// add counts a record in its group, and tells whether it is the first there.
func (g suspenseGroups) add(reason usage.Reason, detail string, day when.Day) (s *SuspenseGroup, first bool) {
	detail = columnAt.ReplaceAllString(detail, "")
	k := suspenseKey{reason, inCommon(reason, detail)}
	s = g[k]
	if s == nil {
		s, first = &SuspenseGroup{Reason: reason, Cause: reason.String(), Detail: detail, Advice: reason.Advice(), First: day}, true
		g[k] = s
	} else if s.Detail != detail {
		s.Detail = k.detail
	}
	s.Records++
	if s.First == 0 || day != 0 && day < s.First {
		s.First = day
	}
	s.Last = max(s.Last, day)
	return s, first
}

var (
	// columnAt is where in its line a mistake stands, which is nothing that records
	// have in common.
	columnAt = regexp.MustCompile(`column [0-9]+: `)
	instant  = regexp.MustCompile(`\bat [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)`)
)

// inCommon is what a detail says without the values that differ from record to
// record: else each of a thousand mistyped times would be a group of its own. The
// name of a tenant or a number that is not known is what has to be added.
func inCommon(reason usage.Reason, detail string) string {
	if reason == usage.NoTenant || reason == usage.UnknownNumber {
		return detail
	}
	return instant.ReplaceAllString(fault.Unquoted(detail), "at …")
}

// prefixShown is how many digits of a number without a rate are shown: enough
// to find the missing row, few enough to put alike numbers together.
const prefixShown = 4

func (g suspenseGroups) addCalls(calls []usage.Call, charges []usage.Charge) error {
	for i := range calls {
		if charges[i].Status != usage.Suspended {
			continue
		}
		c := &calls[i]
		detail := c.Direction.String() + " to " + c.Called.Prefix(min(c.Called.Len(), prefixShown)).String() + "…"
		if charges[i].Reason == usage.NoCard || charges[i].Reason == usage.NoFX {
			detail = c.Kind.String() + " calls"
		}
		if s, first := g.add(charges[i].Reason, detail, c.Started.UTCDay()); first {
			s.Example, s.Call, s.On = c.Identity.String(), c.Identity, c.Started.UTCDay()
		}
	}
	return nil
}

func (g suspenseGroups) sorted() []SuspenseGroup {
	all := make([]SuspenseGroup, 0, len(g))
	for _, s := range g {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b SuspenseGroup) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail))
	})
	return all
}

// TenantSuspense is what waits for one tenant.
type TenantSuspense struct {
	Tenant  tenant.Tenant // the system: records that name no tenant there is
	Records int64
	Groups  []SuspenseGroup // the largest first
}

// SuspenseOfAll lists what waits for each of the tenants that something waits
// for, the most first. It is quick about the others.
func (a *App) SuspenseOfAll(ctx context.Context, of []tenant.Tenant) ([]TenantSuspense, error) {
	all := make([]TenantSuspense, len(of))
	err := everyTenant(ctx, of, func(ctx context.Context, i int) error {
		all[i].Tenant = of[i]
		var calls, records int64
		err := a.store.View(ctx, of[i].ID, func(tx *store.Tx) (err error) {
			calls, records, err = tx.Waiting()
			return err
		})
		if err != nil || calls+records == 0 {
			return err
		}
		all[i].Groups, err = a.Suspense(ctx, of[i].ID)
		for _, g := range all[i].Groups {
			all[i].Records += g.Records
		}
		return err
	})
	all = slices.DeleteFunc(all, func(t TenantSuspense) bool { return t.Records == 0 })
	slices.SortStableFunc(all, func(x, y TenantSuspense) int { return cmp.Compare(y.Records, x.Records) })
	return all, fault.Wrap("list suspense of all", err)
}

// WaitingRecord is a record that cannot be a call yet, or a conflict, and the file
// that brought it.
type WaitingRecord struct {
	store.Suspense
	File string
}

// waitingPiece is how many records EachWaiting reads at once.
const waitingPiece = 1000

// EachWaiting calls f with the records that wait for a tenant, or for the system,
// in the order in which they came. NoReason is any reason. It reads them a piece
// at a time and holds no transaction meanwhile, so f may be slow.
func (a *App) EachWaiting(ctx context.Context, id tenant.ID, reason usage.Reason, f func(*WaitingRecord) error) error {
	files := map[int64]string{}
	var after *store.Suspense
	for {
		var piece []store.Suspense
		err := a.store.View(ctx, id, func(tx *store.Tx) (err error) {
			if piece, err = tx.FindSuspense(store.SuspenseFilter{Reason: reason, After: after, Limit: waitingPiece}); err != nil {
				return err
			}
			for i := range piece {
				run := piece[i].Run
				if _, known := files[run]; known {
					continue
				}
				found, err := tx.FindRun(run)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
				files[run] = found.File
			}
			return nil
		})
		if err != nil {
			return fault.Wrap("read suspense", err)
		}
		for i := range piece {
			if err := f(&WaitingRecord{piece[i], files[piece[i].Run]}); err != nil {
				return err
			}
		}
		if len(piece) < waitingPiece {
			return nil
		}
		after = &piece[len(piece)-1]
	}
}

// CanDismiss tells whether records that wait for a reason can be dismissed: they
// are no calls.
func CanDismiss(reason usage.Reason) bool { return reason >= usage.NoTenant }

// CanRerun tells whether trying again can help against a reason. A conflict waits
// for a person.
func CanRerun(reason usage.Reason) bool { return reason != usage.Conflict }

// DismissSuspense closes the records that wait for one reason and are no calls:
// they do not count, and are known again when they come again. Calls that wait
// for a card or a rate happened, and cannot be dismissed. by says who does it and
// how that is called; it is logged when something was closed.
func (a *App) DismissSuspense(ctx context.Context, id tenant.ID, reason usage.Reason, by store.Activity) (closed int, err error) {
	if !CanDismiss(reason) {
		return 0, fault.New(fault.Invalid, "calls that wait as %s happened and cannot be dismissed: %s", reason, reason.Advice())
	}
	err = a.store.Update(ctx, id, store.Interactive, func(tx *store.Tx) error {
		closed = 0 // a transaction may run more than once
		waiting, err := tx.OpenSuspense()
		if err != nil {
			return err
		}
		for i := range waiting {
			if waiting[i].Reason != reason {
				continue
			}
			if err := tx.SettleSuspense(&waiting[i], store.Dismissed); err != nil {
				return err
			}
			closed++
		}
		if closed == 0 {
			return nil
		}
		by.About, by.After = reason.String(), strconv.Itoa(closed)+" closed"
		return tx.Log(by)
	})
	return closed, fault.Wrap("dismiss suspended records", err)
}
