package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// ListCalls says which calls of a tenant are wanted, and which page of them.
type ListCalls struct {
	Tenant tenant.Tenant
	CallFilter
	Order  CallOrder
	After  string // Next of the page before; empty: the first
	Before string // Previous of the page behind; at most one of both
	Limit  int    // calls a page, 1 to MaxListed; 0: 50
	Look   int64  // bytes that a page reads before it breaks off, at the end of a day; 0: 40 MiB
}

// MaxListed is how many calls one page can have.
const MaxListed = 1000

// CallOrder is the order of a list of calls.
//
// Lists by amount or length are not among them: their first page would have to
// read every charge of the period, and each later one again, which takes several
// times as long as a page may on the largest tenants. A bound of the filter finds
// the dear and the long ones instead.
type CallOrder uint8

// The orders. Calls that began at the same instant go by their identity.
const (
	NewestFirst CallOrder = iota
	OldestFirst
	AsKept // for exports: by UTC day, within it as they came; the quickest
)

// ListedCall is one call with the charge that counts.
type ListedCall struct {
	usage.Call
	Charge usage.Charge
	Day    when.Day // UTC day of its start: with its identity the call's name
}

// CallPage is a page of calls.
type CallPage struct {
	Calls    []ListedCall
	Next     string // After of the page that follows; empty: there is none
	Previous string // Before of the page that precedes; empty: there is none

	// Stopped is where the search broke off, having read as much as a page may:
	// calls on the other side of it were not looked at, and the page may be short
	// or empty though there are more. Zero: it did not.
	Stopped when.Instant
	Looked  int64 // calls looked through

	// Known is how many calls fit the filter at least; Exact tells whether it is
	// all of them. A count that would take reading them all is not made.
	Known int64
	Exact bool
}

// usualLook is a fifth of a second's reading.
const usualLook = 40 << 20

// ListCalls gives a page of calls. It reads the days in the order of the list and
// stops when the page is full, so that a page costs a day or two however many
// calls there are; one that finds little asks the roll-ups which days to leave
// out, and breaks off when it has read o.Look, and says so. Next and Previous are places, not counts: calls that come in meanwhile
// move nothing to and fro.
func (a *App) ListCalls(ctx context.Context, o ListCalls) (*CallPage, error) {
	l, err := newListing(o)
	if err != nil {
		return nil, fault.Wrap("list calls", err)
	}
	err = a.store.View(ctx, o.Tenant.ID, l.run)
	if err != nil {
		return nil, fault.Wrap("list calls", err)
	}
	return l.page(), nil
}

// listed is what a page reads of calls and charges.
var listed = store.Selection{
	Calls:   segment.AllCalls &^ (segment.CallContent | segment.CallRawSegment | segment.CallRawIndex),
	Charges: segment.AllCharges &^ (segment.ChargeCost | segment.ChargeFX | segment.ChargeAssignment | segment.ChargeRow),
}

// callPlace is a place in a list of calls.
type callPlace struct {
	started when.Instant
	id      usage.Identity
}

// compare puts places in the order of time.
func (p callPlace) compare(q callPlace) int {
	return cmp.Or(cmp.Compare(p.started, q.started), bytes.Compare(p.id[:], q.id[:]))
}

// PlaceOf is the place of a call in a list: After and Before of the pages that
// begin behind it and end before it.
func PlaceOf(started when.Instant, id usage.Identity) string { return callPlace{started, id}.String() }

func (p callPlace) String() string {
	return strconv.FormatInt(int64(p.started), 36) + "." + p.id.String()
}

// placedRow is a row of the segment at hand with its place.
type placedRow struct {
	callPlace
	row int32
}

// listing is ListCalls at work.
type listing struct {
	o     ListCalls
	match *callMatch
	limit int
	look  int64
	turn  int // 1: through the days from the first on; −1: from the last on
	from  *callPlace

	calls   []ListedCall // the nearest in the direction of turn, at most limit+1
	stopped when.Instant
	looked  int64
	known   int64
	exact   bool
}

func newListing(o ListCalls) (*listing, error) {
	m, err := newCallMatch(&o.Tenant, o.CallFilter)
	if err != nil {
		return nil, err
	}
	l := &listing{o: o, match: m, limit: o.Limit, look: o.Look, turn: -1}
	if l.limit <= 0 {
		l.limit = 50
	}
	l.limit = min(l.limit, MaxListed)
	if l.look <= 0 {
		l.look = usualLook
	}
	if o.Order == OldestFirst {
		l.turn = 1
	}
	place, field := o.After, "after"
	switch {
	case o.After != "" && o.Before != "":
		return nil, fault.Inputs{{Field: "before", Value: fault.Cut(o.Before), Reason: "a page is after or before another one, not both"}}
	case o.Before != "":
		place, field, l.turn = o.Before, "before", -l.turn
	}
	if place != "" {
		l.from, err = parseCallPlace(field, place)
	}
	return l, err
}

// run finds the calls of the page.
func (l *listing) run(tx *store.Tx) error {
	l.calls, l.stopped = l.calls[:0], 0 // the transaction may be tried again
	if err := l.match.load(tx); err != nil {
		return err
	}
	period := l.match.period
	segments, err := tx.Segments(when.Days{From: period.From.UTCDay(), To: (period.To - 1).UTCDay()})
	if err != nil {
		return err
	}
	l.count(segments)
	if l.turn < 0 {
		slices.Reverse(segments)
	}
	scan := &callScan{m: l.match, tx: tx}
	first, day := l.firstDay(), when.Day(0)
	var used *usedDays
	last := when.Day(0)
	if len(segments) > 0 {
		last = segments[len(segments)-1].Day
	}
	for i := range segments {
		g := &segments[i]
		if l.from != nil && int(g.Day-first)*l.turn < 0 {
			continue // all of it lies on the other side of the page's beginning
		}
		if g.Day != day && day != 0 {
			if len(l.calls) > l.limit {
				break
			}
			if scan.loaded >= l.look {
				l.breakOff(day)
				break
			}
		}
		day = g.Day
		if used == nil && scan.loaded >= l.look/8 && l.match.tellsDays() {
			if used, err = readUsedDays(tx, l.match, when.Days{From: min(g.Day, last), To: max(g.Day, last)}); err != nil {
				return err
			}
		}
		if used != nil && !used.can(g.Day) {
			scan.looked += int64(g.Calls)
			continue
		}
		if err := l.add(scan, g); err != nil {
			return err
		}
	}
	l.looked = scan.looked
	return nil
}

// firstDay is the first day that can have calls behind the place where the page
// begins; a place where a search broke off lies at the edge of a day.
func (l *listing) firstDay() when.Day {
	switch {
	case l.from == nil:
		return 0
	case l.turn < 0 && l.from.id == usage.Identity{}:
		return (l.from.started - 1).UTCDay()
	case l.turn > 0 && l.from.id == lastIdentity:
		return (l.from.started + 1).UTCDay()
	}
	return l.from.started.UTCDay()
}

// breakOff ends the search behind a day.
func (l *listing) breakOff(day when.Day) {
	l.stopped = when.UTC.Start(day)
	if l.turn > 0 {
		l.stopped = when.UTC.Start(day.Add(1))
	}
}

// count counts what fits, where the sizes of segments tell it: the days that the
// period holds as a whole are known, those at its ends are not.
func (l *listing) count(segments []store.CallSegment) {
	l.known, l.exact = 0, l.match.whole()
	if !l.exact {
		return
	}
	for i := range segments {
		g := &segments[i]
		if when.UTC.Start(g.Day) >= l.match.period.From && when.UTC.Start(g.Day.Add(1)) <= l.match.period.To {
			l.known += int64(g.Calls)
		} else {
			l.exact = false
		}
	}
}

// add takes up those calls of a segment that are nearer than what is there.
func (l *listing) add(scan *callScan, g *store.CallSegment) error {
	var found []placedRow
	if err := scan.find(g, func(row int32, c *usage.Call) {
		p := placedRow{callPlace{c.Started, c.Identity}, row}
		if l.from == nil || p.compare(*l.from)*l.turn > 0 {
			found = append(found, p)
		}
	}); err != nil {
		return err
	}
	found = l.nearest(found)
	rows := make([]int32, len(found))
	for i := range found {
		rows[i] = found[i].row
	}
	slices.Sort(rows)
	if err := scan.read(rows, listed, func(calls []usage.Call, charges []usage.Charge) error {
		for i := range calls {
			l.calls = append(l.calls, ListedCall{calls[i], charges[i], calls[i].Started.UTCDay()})
		}
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(l.calls, func(a, b ListedCall) int { return placeOf(&a).compare(placeOf(&b)) * l.turn })
	l.calls = l.calls[:min(len(l.calls), l.limit+1)]
	return nil
}

func placeOf(c *ListedCall) callPlace { return callPlace{c.Started, c.Identity} }

// nearest leaves those of found that can be on the page: one more than it has
// room for, which tells that there is another page. It sorts a few at a time, so
// that a segment of which most rows fit costs a look at each.
func (l *listing) nearest(found []placedRow) []placedRow {
	room := l.limit + 1
	sorted := func(ps []placedRow) []placedRow {
		slices.SortFunc(ps, func(a, b placedRow) int { return a.compare(b.callPlace) * l.turn })
		return ps[:min(len(ps), room)]
	}
	if l.turn < 0 {
		slices.Reverse(found) // rows mostly lie in the order of time
	}
	var best []placedRow
	for i := range found {
		if len(best) >= room && found[i].compare(best[room-1].callPlace)*l.turn > 0 {
			continue
		}
		best = append(best, found[i])
		if len(best) >= 4*room || len(best) == room {
			best = sorted(best)
		}
	}
	return sorted(best)
}

// page is what was found, in the order of the list.
func (l *listing) page() *CallPage {
	p := &CallPage{Calls: l.calls, Looked: l.looked, Stopped: l.stopped, Known: l.known, Exact: l.exact}
	more := ""
	switch full := len(l.calls) > l.limit; {
	case full:
		p.Calls, p.Stopped = l.calls[:l.limit], 0
		more = placeOf(&p.Calls[l.limit-1]).String()
	case l.stopped != 0 && l.turn < 0:
		more = callPlace{started: l.stopped}.String()
	case l.stopped != 0:
		more = callPlace{l.stopped - 1, lastIdentity}.String()
	}
	back := ""
	switch {
	case l.from == nil:
	case len(p.Calls) > 0:
		back = placeOf(&p.Calls[0]).String()
	default:
		back = l.from.String()
	}
	p.Next, p.Previous = more, back
	if l.o.Before != "" {
		slices.Reverse(p.Calls)
		p.Next, p.Previous = back, more
	}
	if !l.match.whole() {
		p.Known, p.Exact = int64(len(p.Calls)), p.Next == "" && p.Previous == ""
	}
	return p
}

// lastIdentity comes behind every other.
var lastIdentity = usage.Identity(bytes.Repeat([]byte{0xFF}, len(usage.Identity{})))

func parseCallPlace(field, s string) (*callPlace, error) {
	wrong := fault.Inputs{{Field: field, Value: fault.Cut(s), Reason: "not a place in a list of calls", Advice: "begin at the first page"}}
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 36, 64)
	if err != nil || n < int64(when.UTC.Start(store.AllDays.From)) || n > int64(when.UTC.Start(store.AllDays.To)) {
		return nil, wrong
	}
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != len(usage.Identity{}) {
		return nil, wrong
	}
	return &callPlace{when.Instant(n), usage.Identity(b)}, nil
}
