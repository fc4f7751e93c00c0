package app

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/table"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// CallColumn is a column that a list or a file of calls can have.
type CallColumn struct {
	Name  string // in files and addresses
	Title string // on pages
	Kind  table.Kind
	value func(x *CallCells, c *usage.Call, ch *usage.Charge) table.Value
}

// callColumns are all of them. The first usualColumns are those of a file for
// which nobody says otherwise; their order does not change.
var callColumns = []CallColumn{
	{"call", "Call", table.Text, func(x *CallCells, _ *usage.Call, _ *usage.Charge) table.Value { return table.String(x.spelled[0]) }},
	{"day", "UTC day", table.Day, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.Date(c.Started.UTCDay()) }},
	{"started_at", "Started", table.Instant, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.At(c.Started) }},
	{"answered_at", "Answered", table.Instant, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.At(c.Answered) }},
	{"ended_at", "Ended", table.Instant, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.At(c.Ended) }},
	{"kind", "Kind", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.String(c.Kind.String()) }},
	{"direction", "Direction", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(c.Direction.String())
	}},
	{"calling", "From", table.Text, func(x *CallCells, _ *usage.Call, _ *usage.Charge) table.Value { return table.String(x.spelled[1]) }},
	{"called", "To", table.Text, func(x *CallCells, _ *usage.Call, _ *usage.Charge) table.Value { return table.String(x.spelled[2]) }},
	{"country", "Country", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.country(c.Country))
	}},
	{"agent", "Agent", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.agents.of(int32(c.Agent)))
	}},
	{"campaign", "Campaign", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.campaigns.of(int32(c.Campaign)))
	}},
	{"queue", "Queue", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.queues.of(int32(c.Queue)))
	}},
	{"carrier", "Carrier", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.carriers.of(int32(c.Carrier)))
	}},
	{"unit", "Billing unit", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.units.of(int32(c.Unit)))
	}},
	{"source", "Source", table.Text, func(x *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(x.sources.of(int32(c.Source)))
	}},
	{"disposition", "Disposition", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.String(c.Disposition.String())
	}},
	{"amd", "Detection", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value { return table.String(c.AMD.String()) }},
	{"seconds", "Length", table.Seconds, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.Number(int64(c.Seconds()))
	}},
	{"billed_s", "Billed", table.Seconds, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.Number(int64(ch.Billed)) }},
	{"charged_s", "Charged", table.Seconds, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value {
		return table.Number(int64(ch.Charged()))
	}},
	{"billed_at", "Billed at", table.Instant, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.At(ch.BilledAt) }},
	{"amount", "Voice", table.Money, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.Amount(ch.Amount) }},
	{"amd_amount", "Detection fee", table.Money, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.Amount(ch.AMD) }},
	{"currency", "Currency", table.Text, func(x *CallCells, _ *usage.Call, _ *usage.Charge) table.Value { return x.currency }},
	{"status", "Status", table.Text, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value {
		return table.String(ch.Status.String())
	}},
	{"reason", "Reason", table.Text, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value {
		return table.String(ch.Reason.String())
	}},

	{"total", "Amount", table.Money, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value {
		sum, err := ch.Amount.Add(ch.AMD)
		if err != nil {
			return table.Value{None: true} // too large to be held, as neither part alone is
		}
		return table.Amount(sum)
	}},
	{"bundle_s", "By bundle", table.Seconds, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.Number(int64(ch.Bundle)) }},
	{"discount", "Discount", table.Percent, func(_ *CallCells, _ *usage.Call, ch *usage.Charge) table.Value {
		const perHundredth = 100 // a charge counts in ten-thousandths of a percent
		return table.Number(int64(ch.Discount) / perHundredth)
	}},
	{"recording_s", "Recorded", table.Seconds, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		return table.Number(int64(c.Recording))
	}},
	{"conversation", "Conversation", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		if c.Conversation == 0 {
			return table.String("")
		}
		return table.String(fmt.Sprintf("%016x", c.Conversation))
	}},
	{"card", "Rate card", table.Text, func(x *CallCells, _ *usage.Call, ch *usage.Charge) table.Value { return table.String(x.card(ch.Card)) }},
	{"late", "Late", table.Text, func(_ *CallCells, c *usage.Call, _ *usage.Charge) table.Value {
		if c.Flags&usage.Late != 0 {
			return table.String("late")
		}
		return table.String("")
	}},
}

// usualColumns is how many columns a file has for which nobody says otherwise.
const usualColumns = 27

// CallColumns lists every column that there is.
func CallColumns() []CallColumn { return slices.Clone(callColumns) }

// FindCallColumns gives columns by name, in the order of the names; no names are
// the usual ones of a file. Names that no column has are listed all at once.
func FindCallColumns(names []string) ([]CallColumn, error) {
	if len(names) == 0 {
		return callColumns[:usualColumns], nil
	}
	var found []CallColumn
	var wrong fault.Inputs
	for _, name := range names {
		i := slices.IndexFunc(callColumns, func(c CallColumn) bool { return c.Name == name })
		if i < 0 {
			wrong = append(wrong, fault.Input{Field: "column", Value: fault.Cut(name), Reason: "calls have no such column"})
			continue
		}
		found = append(found, callColumns[i])
	}
	return found, wrong.Err()
}

// CallCells makes cells of calls: it holds the names that calls hold by number.
// It is for one goroutine.
type CallCells struct {
	disclosure Disclosure
	currency   table.Value
	spelled    [3]string // identity, calling and called number of the call at hand

	agents, campaigns, units  names
	queues, carriers, sources names
	cards                     map[cardName]string
	countries                 map[phone.Country]string
	lastCountry               phone.Country
	lastCountryName           string
}

// cardName is a card whatever its revision.
type cardName struct {
	id  int32
	own bool
}

// NewCallCells reads the names of the transaction's tenant.
func NewCallCells(tx *store.Tx, currency string, d Disclosure) (*CallCells, error) {
	x := &CallCells{disclosure: d, currency: table.String(currency), cards: map[cardName]string{}, countries: map[phone.Country]string{}}
	return x, x.load(tx)
}

// Cell is one cell of a call. To go through many columns of a call, Spell it
// once before.
func (x *CallCells) Cell(column *CallColumn, c *usage.Call, ch *usage.Charge) table.Value {
	return column.value(x, c, ch)
}

// Spell writes out what a call's cells are parts of.
func (x *CallCells) Spell(c *usage.Call) {
	x.spelled = [3]string{c.Identity.String(), x.disclosure.number(c.Calling), x.disclosure.number(c.Called)}
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
func (x *CallCells) load(tx *store.Tx) error {
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
	cards, err := tx.Cards()
	if err != nil {
		return err
	}
	for i := range cards {
		x.cards[cardName{cards[i].ID, cards[i].Own}] = cards[i].Name
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

// card is a card's name with the revision.
func (x *CallCells) card(ref usage.CardRef) string {
	if ref == 0 {
		return ""
	}
	name, ok := x.cards[cardName{ref.Card(), ref.Own()}]
	if !ok {
		name = "card " + strconv.Itoa(int(ref.Card()))
	}
	return name + ", revision " + strconv.Itoa(int(ref.Revision()))
}

// country is a country's two letters.
func (x *CallCells) country(c phone.Country) string {
	if c != x.lastCountry {
		name, ok := x.countries[c]
		if !ok {
			name = c.String()
			x.countries[c] = name
		}
		x.lastCountry, x.lastCountryName = c, name
	}
	return x.lastCountryName
}

// speller writes identities and numbers of a block into one string, of which the
// cells are parts: one allocation for many rows.
type speller struct {
	digits []byte
	ends   []int32
	text   string
}

func (s *speller) spell(calls []usage.Call, d Disclosure) {
	s.digits, s.ends = s.digits[:0], s.ends[:0]
	for i := range calls {
		c := &calls[i]
		s.digits = hex.AppendEncode(s.digits, c.Identity[:])
		s.ends = append(s.ends, int32(len(s.digits)))
		for _, n := range [...]phone.Number{c.Calling, c.Called} {
			from := len(s.digits)
			s.digits = n.AppendDigits(s.digits)
			if d == NumbersMasked {
				mask(s.digits[from:])
			}
			s.ends = append(s.ends, int32(len(s.digits)))
		}
	}
	s.text = string(s.digits)
}

// of gives the three texts of call i.
func (s *speller) of(i int) [3]string {
	from := int32(0)
	if i > 0 {
		from = s.ends[3*i-1]
	}
	e := s.ends[3*i : 3*i+3]
	return [3]string{s.text[from:e[0]], s.text[e[0]:e[1]], s.text[e[1]:e[2]]}
}
