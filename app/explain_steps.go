package app

import (
	"fmt"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// explainNames are the names behind a call's numbers; empty where there is none.
type explainNames struct {
	agent, campaign, unit, queue, carrier, source string
}

func (n *explainNames) load(tx *store.Tx, c *usage.Call) error {
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for i := range users {
		if users[i].ID == c.Agent {
			n.agent = users[i].Username
		}
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return err
	}
	for i := range campaigns {
		if campaigns[i].ID == c.Campaign {
			n.campaign = campaigns[i].Code
		}
	}
	units, err := tx.Units()
	if err != nil {
		return err
	}
	for i := range units {
		if units[i].ID == c.Unit {
			n.unit = units[i].Name
		}
	}
	for _, l := range [...]struct {
		kind store.LabelKind
		id   int32
		into *string
	}{
		{store.QueueLabel, int32(c.Queue), &n.queue}, {store.CarrierLabel, int32(c.Carrier), &n.carrier},
		{store.SourceLabel, int32(c.Source), &n.source},
	} {
		labels, err := tx.Labels(l.kind)
		if err != nil {
			return err
		}
		*l.into = labels[l.id]
	}
	return nil
}

// step adds a step; fields are names and values in turn, and those without a
// value are left out.
func (e *explaining) step(name, title, text string, fields ...string) {
	s := rating.ExplainStep{Name: name, Title: title, Text: text, Fields: []rating.ExplainField{}}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] != "" {
			s.Fields = append(s.Fields, rating.ExplainField{Name: fields[i], Value: fields[i+1]})
		}
	}
	e.out.Steps = append(e.out.Steps, s)
}

// raw finds the record as it came.
func (e *explaining) raw() error {
	run, blob, err := e.tx.Raw(e.call.Raw.Segment)
	if fault.Is(err, fault.NotFound) {
		e.step("raw", "Original record", fmt.Sprintf("The call came by run %d; its original text is no longer kept.", runOf(e.call.Raw.Segment)))
		return nil
	} else if err != nil {
		return err
	}
	x, err := segment.OpenRaw(blob)
	if err != nil {
		return err
	}
	line, text, err := x.Text(int(e.call.Raw.Index))
	if err != nil {
		return err
	}
	r, err := e.tx.Run(run)
	if err != nil {
		return err
	}
	e.out.Raw = &RawRecord{Run: run, File: r.File, Line: line}
	e.rawText = string(text)
	if e.disclosure == NumbersShown {
		e.out.Raw.Text = clean(e.rawText)
	}
	e.step("raw", "Original record", fmt.Sprintf("Line %d of %s, which run %d took in on %s.", line, r.File, run, r.Started.In(e.books.zone)),
		"run", strconv.FormatInt(run, 10), "file", r.File, "line", strconv.FormatInt(line, 10), "format", r.Format, "text", e.out.Raw.Text)
	return nil
}

var oddities = []struct {
	flag usage.Flags
	text string
}{
	{usage.DispositionDiffers, "its disposition and its instants disagree, and the instants won"},
	{usage.DurationDiffers, "the length it states is not that of its instants, which won"},
	{usage.Linked, "another leg of the same call is the one that is paid for"},
	{usage.Late, "it came after its billing period was closed"},
}

// record says what the record was read as.
func (e *explaining) record() {
	c, n := &e.call, &e.names
	text := "Read as a call of source " + strconv.Quote(n.source)
	for _, o := range oddities {
		if c.Flags&o.flag != 0 {
			text += "; " + o.text
		}
	}
	recording, conversation := "", ""
	if c.Recording > 0 {
		recording = strconv.Itoa(int(c.Recording))
	}
	if c.Conversation != 0 {
		conversation = fmt.Sprintf("%016x", c.Conversation)
	}
	e.step("call", "Call record", text+".", "call", c.Identity.String(), "source", n.source, "agent", n.agent, "campaign", n.campaign,
		"unit", n.unit, "queue", n.queue, "carrier", n.carrier, "country", c.Country.String(), "disposition", c.Disposition.String(),
		"amd", c.AMD.String(), "recording_s", recording, "conversation", conversation)
}

// revisions tells of the charges that the call had before.
func (e *explaining) revisions() {
	for r := range e.charges {
		ch := &e.charges[r]
		if r > 0 && *ch == e.charges[r-1] {
			continue
		}
		e.out.Charges = append(e.out.Charges, ChargeRevision{
			Revision: r, Status: ch.Status.String(), Reason: ch.Reason.String(), Amount: ch.Amount, AMD: ch.AMD, Billed: ch.Billed, Card: ch.Card,
		})
	}
	if len(e.out.Charges) == 1 {
		return
	}
	var fields []string
	for _, r := range e.out.Charges {
		text := fmt.Sprintf("%s %s", r.Amount, e.out.Currency)
		if r.AMD != 0 {
			text += fmt.Sprintf(" and %s for machine detection", r.AMD)
		}
		if r.Card != 0 {
			text += fmt.Sprintf(", by revision %d of card %d", r.Card.Revision(), r.Card.Card())
		}
		if r.Reason != "" {
			text += ", " + r.Reason
		}
		fields = append(fields, "revision_"+strconv.Itoa(r.Revision), r.Status+": "+text)
	}
	e.step("revisions", "Earlier charges", fmt.Sprintf("The call was rated %d times with different results; the last one counts.", len(e.out.Charges)), fields...)
}

// rollup says where the charge counts.
func (e *explaining) rollup() {
	ch := e.charge()
	day := e.books.billedDay(ch.BilledAt)
	e.out.BilledAt, e.out.BilledDay = ch.BilledAt, day
	why := "its end"
	if e.call.Flags&usage.Late != 0 {
		why = "the start of the import that brought it, as the period of its end was closed"
	}
	e.step("rollup", "Billing day", fmt.Sprintf("Billed at %s, %s: it counts on %s, in the billing period %s.",
		ch.BilledAt.In(e.books.zone), why, day, monthName(day.Month())),
		"billed_at", ch.BilledAt.String(), "billed_day", day.String(), "period", monthName(day.Month()), "zone", e.books.zone.Name())
}

// entriesShown is how many entries an explanation names.
const entriesShown = 12

// entries names those of a billing period.
func (e *explaining) entries(es []ledger.Entry, month int32) {
	var fields []string
	for i := range es {
		if es[i].Day.Month() != month {
			continue
		}
		e.out.Entries = append(e.out.Entries, es[i].ID)
		if len(e.out.Entries) > entriesShown {
			continue
		}
		var lines []string
		for _, l := range es[i].Lines {
			lines = append(lines, l.Account.String()+" "+l.Amount.String()+" "+string(l.Currency))
		}
		fields = append(fields, fmt.Sprintf("entry_%d", es[i].ID),
			fmt.Sprintf("%s %d, posted %s: %s", es[i].Cause.Kind, es[i].Cause.Ref, es[i].At.In(e.books.zone), strings.Join(lines, ", ")))
	}
	text := "No entry of its import is dated in its billing period; verify tells what is wrong."
	switch n := len(e.out.Entries); {
	case n == 1:
		text = fmt.Sprintf("Its amount is part of entry %d.", e.out.Entries[0])
	case n > entriesShown:
		text = fmt.Sprintf("Its amount is part of one of %d entries, one for each batch; these are the first %d.", n, entriesShown)
	case n > 1:
		text = fmt.Sprintf("Its amount is part of one of %d entries: one for each batch of the import, and for each segment that was rated again.", n)
	}
	e.step("ledger", "Ledger", text, fields...)
}
