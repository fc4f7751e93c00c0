package app

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// ListCalls says which calls of a tenant are wanted. What is zero narrows
// nothing, except for Days, which are required.
type ListCalls struct {
	Tenant   tenant.Tenant
	Days     when.Days // on which the calls began, in the account's zone
	Agent    tenant.UserID
	Campaign tenant.CampaignID
	Kind     usage.Kind
	Country  phone.Country
	Status   string // a charge's status by name; empty: any
	Number   string // digits that the calling or called number has at its end or beginning
	After    string // Next of the page before; empty: the newest
	Limit    int    // calls a page, 1 to MaxListed; 0: 50
}

// MaxListed is how many calls one page can have.
const MaxListed = 1000

// ListedCall is one call with the charge that counts.
type ListedCall struct {
	usage.Call
	Charge usage.Charge
	Day    when.Day // UTC day of its start: with its identity the call's name
}

// CallPage is a page of calls, newest first. Next is empty on the last one.
type CallPage struct {
	Calls []ListedCall
	Next  string
}

// ListCalls gives a page of calls, newest first. It reads the days from the last
// on and stops when the page is full, so that a page costs a day or two however
// many calls there are. After is a place, not a count: calls that come in
// meanwhile move nothing to and fro.
func (a *App) ListCalls(ctx context.Context, o ListCalls) (*CallPage, error) {
	l, err := newListing(o)
	if err != nil {
		return nil, fault.Wrap("list calls", err)
	}
	err = a.store.View(ctx, o.Tenant.ID, func(tx *store.Tx) error {
		days := when.Days{From: l.period.From.UTCDay(), To: min(l.period.To-1, l.after.started).UTCDay()}
		segments, err := tx.Segments(days)
		if err != nil {
			return err
		}
		var d store.Decoder
		for i := len(segments) - 1; i >= 0; i-- {
			if l.full() && segments[i].Day < l.calls[len(l.calls)-1].Day {
				break
			}
			if err := tx.Load(&segments[i], store.Numbers|store.Charges); err != nil {
				return err
			}
			if err := d.Decode(&segments[i], listed, l.take); err != nil {
				return err
			}
			l.cut()
			segments[i] = store.CallSegment{} // its data can go
		}
		return nil
	})
	if err != nil {
		return nil, fault.Wrap("list calls", err)
	}
	return l.page(), nil
}

// listed is what a page reads of calls and charges.
var listed = store.Selection{
	Calls: segment.AllCalls &^ (segment.CallContent | segment.CallConversation | segment.CallRecording | segment.CallRawSegment | segment.CallRawIndex),
	Charges: segment.ChargeBilledAt | segment.ChargeAmount | segment.ChargeAMD | segment.ChargeBilled | segment.ChargeBundle |
		segment.ChargeStatus | segment.ChargeReason,
}

// callPlace is where a page ends: calls are ordered by it, newest first.
type callPlace struct {
	started when.Instant
	id      usage.Identity
}

func (p callPlace) compare(q callPlace) int {
	return cmp.Or(cmp.Compare(q.started, p.started), slices.Compare(q.id[:], p.id[:]))
}

func callPlaceOf(c *ListedCall) callPlace { return callPlace{c.Started, c.Identity} }

// listing is ListCalls at work.
type listing struct {
	o      ListCalls
	period when.Period
	after  callPlace
	status usage.Status
	limit  int
	calls  []ListedCall
}

func newListing(o ListCalls) (*listing, error) {
	zone, err := when.LoadZone(o.Tenant.Zone)
	if err != nil {
		return nil, err
	}
	if o.Days.From == 0 || o.Days.To < o.Days.From {
		return nil, fault.Inputs{{Field: "to", Value: o.Days.To.String(), Reason: "the period ends before it begins"}}
	}
	l := &listing{o: o, period: zone.Period(o.Days), after: callPlace{started: when.Forever}, limit: o.Limit}
	if l.limit <= 0 {
		l.limit = 50
	}
	l.limit = min(l.limit, MaxListed)
	switch o.Status {
	case "", usage.ZeroRated.String():
		l.status = usage.ZeroRated
	case usage.Rated.String():
		l.status = usage.Rated
	case usage.Suspended.String():
		l.status = usage.Suspended
	default:
		return nil, fault.Inputs{{Field: "status", Value: fault.Cut(o.Status), Reason: "not a status of a call"}}
	}
	if o.After != "" {
		if l.after, err = parseCallPlace(o.After); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// take keeps the rows of a block that are wanted.
func (l *listing) take(calls []usage.Call, charges []usage.Charge) error {
	for i := range calls {
		if l.wants(&calls[i], &charges[i]) {
			l.calls = append(l.calls, ListedCall{calls[i], charges[i], calls[i].Started.UTCDay()})
		}
	}
	if len(l.calls) > 4*MaxListed {
		l.cut()
	}
	return nil
}

func (l *listing) wants(c *usage.Call, ch *usage.Charge) bool {
	o := &l.o
	return l.period.Contains(c.Started) &&
		(o.Agent == 0 || c.Agent == o.Agent) && (o.Campaign == 0 || c.Campaign == o.Campaign) &&
		(o.Kind == usage.NoKind || c.Kind == o.Kind) && (o.Country == 0 || c.Country == o.Country) &&
		(o.Status == "" || ch.Status == l.status) &&
		(o.Number == "" || touches(c.Called, o.Number) || touches(c.Calling, o.Number)) &&
		l.after.compare(callPlace{c.Started, c.Identity}) < 0
}

func touches(n phone.Number, digits string) bool {
	s := n.String()
	return strings.HasPrefix(s, digits) || strings.HasSuffix(s, digits)
}

// cut keeps the newest of what was taken: one more than a page, which tells that
// there is another.
func (l *listing) cut() {
	slices.SortFunc(l.calls, func(a, b ListedCall) int { return callPlaceOf(&a).compare(callPlaceOf(&b)) })
	l.calls = l.calls[:min(len(l.calls), l.limit+1)]
}

func (l *listing) full() bool { return len(l.calls) > l.limit }

func (l *listing) page() *CallPage {
	l.cut()
	p := &CallPage{Calls: l.calls}
	if l.full() {
		p.Calls = l.calls[:l.limit]
		last := callPlaceOf(&p.Calls[l.limit-1])
		p.Next = strconv.FormatInt(int64(last.started), 36) + "." + last.id.String()
	}
	return p
}

func parseCallPlace(s string) (callPlace, error) {
	wrong := fault.Inputs{{Field: "after", Value: fault.Cut(s), Reason: "not a place in a list of calls", Advice: "begin at the first page"}}
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return callPlace{}, wrong
	}
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != len(usage.Identity{}) {
		return callPlace{}, wrong
	}
	return callPlace{when.Instant(n), usage.Identity(b)}, nil
}
