package app

import (
	"context"
	"encoding/hex"
	"io"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/format/sheet"
	"tollkeeper/store"
)

// ExportCalls writes the calls of a tenant that started on the days (UTC) as
// CSV, a line each, by day, and says how many there were. Instants are in the
// account's zone, numbers are digits without a plus. It streams: memory does not
// grow with the number of calls.
//
// What is written is one instant of the books. An error of w ends it; what was
// written before stays written.
func (a *App) ExportCalls(ctx context.Context, id tenant.ID, days when.Days, w io.Writer, report Report) (rows int64, err error) {
	t, err := a.store.FindTenant(ctx, itoa(int64(id)))
	if err != nil {
		return 0, fault.Wrap("export calls", err)
	}
	zone, err := when.LoadZone(t.Zone)
	if err != nil {
		return 0, fault.Wrap("export calls", err)
	}
	x := &callExport{currency: table.String(string(t.Currency))}
	x.csv = sheet.NewCSVWriter(w, table.Table{Name: "calls", Columns: exportColumns, Zone: zone, Decimals: max(4, t.Currency.Digits())})
	err = a.store.View(ctx, id, func(tx *store.Tx) error {
		if err := x.load(tx); err != nil {
			return err
		}
		ss, err := tx.Segments(days)
		if err != nil {
			return err
		}
		var d store.Decoder
		for i := range ss {
			if err := tx.Load(&ss[i], store.Numbers|store.Charges); err != nil {
				return err
			}
			if err := d.Decode(&ss[i], exported, x.write); err != nil {
				return err
			}
			ss[i] = store.CallSegment{} // its data can go
			report.tell(Progress{Stage: "export", Done: int64(i + 1), Total: int64(len(ss)), Unit: "segments", Records: x.rows})
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return x.csv.Flush()
	})
	return x.rows, fault.Wrap("export calls", err)
}

// exportColumns are the columns of an export, in their order; write fills them.
var exportColumns = []table.Column{
	{Name: "call"}, {Name: "day", Kind: table.Day}, {Name: "started_at", Kind: table.Instant}, {Name: "answered_at", Kind: table.Instant},
	{Name: "ended_at", Kind: table.Instant}, {Name: "kind"}, {Name: "direction"}, {Name: "calling"}, {Name: "called"}, {Name: "country"},
	{Name: "agent"}, {Name: "campaign"}, {Name: "queue"}, {Name: "carrier"}, {Name: "unit"}, {Name: "source"}, {Name: "disposition"}, {Name: "amd"},
	{Name: "seconds", Kind: table.Seconds}, {Name: "billed_s", Kind: table.Seconds}, {Name: "charged_s", Kind: table.Seconds},
	{Name: "billed_at", Kind: table.Instant}, {Name: "amount", Kind: table.Money}, {Name: "amd_amount", Kind: table.Money}, {Name: "currency"},
	{Name: "status"}, {Name: "reason"},
}

// exported is what an export reads of calls and charges.
var exported = store.Selection{
	Calls: segment.AllCalls &^ (segment.CallContent | segment.CallConversation | segment.CallRecording | segment.CallFlags |
		segment.CallRawSegment | segment.CallRawIndex),
	Charges: segment.ChargeBilledAt | segment.ChargeAmount | segment.ChargeAMD | segment.ChargeBilled | segment.ChargeBundle |
		segment.ChargeStatus | segment.ChargeReason,
}

// callExport is ExportCalls at work.
type callExport struct {
	csv      *sheet.CSVWriter
	currency table.Value
	rows     int64
	row      [27]table.Value
	digits   []byte // of a block's identities and numbers
	ends     []int32

	agents, campaigns, units  names
	queues, carriers, sources names
	countries                 map[phone.Country]string
	lastCountry               phone.Country
	lastCountryName           string
}

// names are names by their number; a number without a name shows as itself.
type names []string

func (n *names) set(id int32, name string) {
	for int(id) >= len(*n) {
		*n = append(*n, "")
	}
	(*n)[id] = name
}

func (n names) of(id int32) string {
	switch {
	case id == 0:
		return ""
	case id > 0 && int(id) < len(n) && n[id] != "":
		return n[id]
	}
	return strconv.Itoa(int(id))
}

// load reads the names that calls hold by number.
func (x *callExport) load(tx *store.Tx) error {
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for i := range users {
		x.agents.set(int32(users[i].ID), users[i].Username)
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return err
	}
	for i := range campaigns {
		x.campaigns.set(int32(campaigns[i].ID), campaigns[i].Code)
	}
	units, err := tx.Units()
	if err != nil {
		return err
	}
	for i := range units {
		x.units.set(int32(units[i].ID), units[i].Name)
	}
	for kind, into := range map[store.LabelKind]*names{
		store.QueueLabel: &x.queues, store.CarrierLabel: &x.carriers, store.SourceLabel: &x.sources,
	} {
		labels, err := tx.Labels(kind)
		if err != nil {
			return err
		}
		for id, name := range labels {
			into.set(id, name)
		}
	}
	return nil
}

// country is a country's two letters.
func (x *callExport) country(c phone.Country) string {
	if c != x.lastCountry {
		if x.countries == nil {
			x.countries = map[phone.Country]string{}
		}
		name, ok := x.countries[c]
		if !ok {
			name = c.String()
			x.countries[c] = name
		}
		x.lastCountry, x.lastCountryName = c, name
	}
	return x.lastCountryName
}

// spell writes identities and numbers of a block into one string, of which the
// cells are parts: one allocation for a thousand rows.
func (x *callExport) spell(calls []usage.Call) string {
	x.digits, x.ends = x.digits[:0], x.ends[:0]
	for i := range calls {
		c := &calls[i]
		x.digits = hex.AppendEncode(x.digits, c.Identity[:])
		x.ends = append(x.ends, int32(len(x.digits)))
		x.digits = c.Calling.AppendDigits(x.digits)
		x.ends = append(x.ends, int32(len(x.digits)))
		x.digits = c.Called.AppendDigits(x.digits)
		x.ends = append(x.ends, int32(len(x.digits)))
	}
	return string(x.digits)
}

// write writes a block of calls.
func (x *callExport) write(calls []usage.Call, charges []usage.Charge) error {
	text, from := x.spell(calls), int32(0)
	r := &x.row
	for i := range calls {
		c, ch, ends := &calls[i], &charges[i], x.ends[3*i:3*i+3]
		*r = [...]table.Value{
			table.String(text[from:ends[0]]), table.Date(c.Started.UTCDay()), table.At(c.Started), table.At(c.Answered),
			table.At(c.Ended), table.String(c.Kind.String()), table.String(c.Direction.String()),
			table.String(text[ends[0]:ends[1]]), table.String(text[ends[1]:ends[2]]), table.String(x.country(c.Country)),
			table.String(x.agents.of(int32(c.Agent))), table.String(x.campaigns.of(int32(c.Campaign))), table.String(x.queues.of(int32(c.Queue))),
			table.String(x.carriers.of(int32(c.Carrier))), table.String(x.units.of(int32(c.Unit))), table.String(x.sources.of(int32(c.Source))),
			table.String(c.Disposition.String()), table.String(c.AMD.String()),
			table.Number(int64(c.Seconds())), table.Number(int64(ch.Billed)), table.Number(int64(ch.Charged())),
			table.At(ch.BilledAt), table.Amount(ch.Amount), table.Amount(ch.AMD), x.currency,
			table.String(ch.Status.String()), table.String(ch.Reason.String()),
		}
		from = ends[2]
		if err := x.csv.Write(r[:]); err != nil {
			return err
		}
	}
	x.rows += int64(len(calls))
	return nil
}
