package app

import (
	"context"
	"io"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/format/sheet"
	"tollkeeper/store"
)

// ExportCalls says which calls of a tenant go into a file, and how.
type ExportCalls struct {
	Tenant tenant.Tenant
	CallFilter
	Order   CallOrder
	Columns []string // by name; none: the usual ones
	Numbers Disclosure
	Format  ExportFormat
}

// ExportFormat is how a file of calls is written.
type ExportFormat uint8

// The formats. In both, instants are in the account's zone, and numbers digits
// without a plus.
const (
	CSV       ExportFormat = iota // a heading, then a line a call
	JSONLines                     // an object a line
)

// ParseExportFormat reads csv or jsonl.
func ParseExportFormat(s string) (ExportFormat, error) {
	switch s {
	case "csv":
		return CSV, nil
	case "jsonl":
		return JSONLines, nil
	}
	return 0, fault.New(fault.Invalid, "%q is not a format of calls: want csv or jsonl", fault.Cut(s))
}

// Check finds what is wrong with o before anything is written.
func (o ExportCalls) Check() error {
	_, err := newCallExport(o, io.Discard)
	return err
}

// ExportCalls writes calls, a line each, and says how many there were. It
// streams: memory does not grow with the number of calls, as a day with more
// than sortedAtOnce is put into order piece by piece.
//
// What is written is one instant of the books. An error of w ends it; what was
// written before stays written.
func (a *App) ExportCalls(ctx context.Context, o ExportCalls, w io.Writer, report Report) (rows int64, err error) {
	x, err := newCallExport(o, w)
	if err != nil {
		return 0, fault.Wrap("export calls", err)
	}
	err = a.store.View(ctx, o.Tenant.ID, func(tx *store.Tx) error {
		if x.cells, err = NewCallCells(tx, string(o.Tenant.Currency), o.Numbers); err != nil {
			return err
		}
		if err := x.match.load(tx); err != nil {
			return err
		}
		period := x.match.period
		ss, err := tx.Segments(when.Days{From: period.From.UTCDay(), To: (period.To - 1).UTCDay()})
		if err != nil {
			return err
		}
		if o.Order == NewestFirst {
			slices.Reverse(ss)
		}
		total := int64(len(ss))
		x.scan = &callScan{m: x.match, tx: tx}
		for len(ss) > 0 {
			n := 1
			for o.Order != AsKept && n < len(ss) && ss[n].Day == ss[0].Day {
				n++
			}
			if err := x.day(ctx, ss[:n]); err != nil {
				return err
			}
			ss = ss[n:]
			report.tell(Progress{Stage: "export", Done: total - int64(len(ss)), Total: total, Unit: "segments", Records: x.rows})
		}
		return x.out.Flush()
	})
	return x.rows, fault.Wrap("export calls", err)
}

// exported is what an export reads of calls and charges.
var exported = store.Selection{
	Calls:   segment.AllCalls &^ (segment.CallContent | segment.CallRawSegment | segment.CallRawIndex),
	Charges: segment.AllCharges &^ (segment.ChargeCost | segment.ChargeFX | segment.ChargeAssignment | segment.ChargeRow),
}

// rowWriter writes a table row by row.
type rowWriter interface {
	Write(table.Row) error
	Flush() error
}

// callExport is ExportCalls at work.
type callExport struct {
	o       ExportCalls
	match   *callMatch
	columns []CallColumn
	out     rowWriter
	cells   *CallCells
	scan    *callScan
	speller speller
	row     table.Row
	rows    int64
	calls   []usage.Call // of a piece of a day, to be put into order
	charges []usage.Charge
	order   []int32
}

func newCallExport(o ExportCalls, w io.Writer) (*callExport, error) {
	x := &callExport{o: o}
	var err error
	if x.match, err = newCallMatch(&o.Tenant, o.CallFilter); err != nil {
		return nil, err
	}
	if x.columns, err = FindCallColumns(o.Columns); err != nil {
		return nil, err
	}
	t := table.Table{Name: "calls", Zone: x.match.account, Decimals: max(4, o.Tenant.Currency.Digits())}
	for i := range x.columns {
		t.Columns = append(t.Columns, table.Column{Name: x.columns[i].Name, Kind: x.columns[i].Kind})
	}
	x.row = make(table.Row, len(x.columns))
	x.out = sheet.NewCSVWriter(w, t)
	if o.Format == JSONLines {
		x.out = sheet.NewLinesWriter(w, t)
	}
	return x, nil
}

// sortedAtOnce is how many calls, about, are held in memory to put them into
// order; each takes some 250 bytes.
const sortedAtOnce = 100_000

// day writes the segments of a day, or one of them where the order is theirs. A
// large day is divided into equal times, each of which reads its segments anew.
func (x *callExport) day(ctx context.Context, ss []store.CallSegment) error {
	period, pieces := x.match.period, 1
	defer func() { x.match.period = period }()
	if x.o.Order != AsKept {
		calls := 0
		for i := range ss {
			calls += ss[i].Calls
		}
		pieces += calls / sortedAtOnce
	}
	start := when.UTC.Start(ss[0].Day)
	for i := range pieces {
		if x.o.Order == NewestFirst {
			i = pieces - 1 - i
		}
		at := func(i int) when.Instant { return start + when.DayLength/when.Instant(pieces)*when.Instant(i) }
		x.match.period = when.Period{From: max(period.From, at(i)), To: min(period.To, at(i+1))}
		if i == pieces-1 {
			x.match.period.To = min(period.To, start+when.DayLength)
		}
		x.calls, x.charges = x.calls[:0], x.charges[:0]
		for k := range ss {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := x.scan.find(&ss[k], nil); err != nil {
				return err
			}
			if err := x.scan.read(x.scan.rows, exported, x.take); err != nil {
				return err
			}
		}
		if err := x.sorted(); err != nil {
			return err
		}
	}
	return nil
}

// take writes calls, or keeps them to be put into order.
func (x *callExport) take(calls []usage.Call, charges []usage.Charge) error {
	if x.o.Order != AsKept {
		x.calls, x.charges = append(x.calls, calls...), append(x.charges, charges...)
		return nil
	}
	x.speller.spell(calls, x.o.Numbers)
	for i := range calls {
		x.cells.spelled = x.speller.of(i)
		if err := x.write(&calls[i], &charges[i]); err != nil {
			return err
		}
	}
	return nil
}

// sorted writes what take has kept.
func (x *callExport) sorted() error {
	x.order = x.order[:0]
	for i := range x.calls {
		x.order = append(x.order, int32(i))
	}
	turn := 1
	if x.o.Order == NewestFirst {
		turn = -1
	}
	slices.SortFunc(x.order, func(a, b int32) int {
		p, q := &x.calls[a], &x.calls[b]
		return callPlace{p.Started, p.Identity}.compare(callPlace{q.Started, q.Identity}) * turn
	})
	for _, i := range x.order {
		x.cells.Spell(&x.calls[i])
		if err := x.write(&x.calls[i], &x.charges[i]); err != nil {
			return err
		}
	}
	return nil
}

func (x *callExport) write(c *usage.Call, ch *usage.Charge) error {
	for i := range x.columns {
		x.row[i] = x.columns[i].value(x.cells, c, ch)
	}
	x.rows++
	return x.out.Write(x.row)
}
