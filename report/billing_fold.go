package report

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// billingFold adds up usage for the billing report. Rows are told by id (agent,
// campaign or kind, zero for none) and cells by column, so that a roll-up row
// costs two look-ups and an addition.
type billingFold struct {
	q       *question
	columns map[phone.Country]int // where each selected country stands
	width   int                   // columns of amounts: the countries, then Other; without countries only the one
	groups  [billingGroups]billingGroup
	// countries divides what the groups hold, selected or not.
	countries map[phone.Country]*[billingGroups]money.Amount
	calls     int64 // all of the period, whoever had them
	charged   int64 // of them

	day     when.Day // present holds on it
	present *present
	days    map[when.Day]*present
}

// The groups of charges: the three tables, and what none of them holds, by kind.
const (
	manualCalls = iota
	dialerCalls
	detections
	otherKinds
	billingGroups
)

// billingGroup is what one table adds up.
type billingGroup struct {
	cells   []money.Amount // row after row
	charged []int64        // charged calls by row
	loose   money.Amount   // of calls that no agent took, and that were not asked for
}

func newBillingFold(q *question) *billingFold {
	f := &billingFold{
		q: q, columns: map[phone.Country]int{}, width: len(q.countries) + 1, days: map[when.Day]*present{},
		countries: map[phone.Country]*[billingGroups]money.Amount{},
	}
	for i, c := range q.countries {
		f.columns[c] = i
	}
	for g, rows := range [billingGroups]int{len(q.roster.users), len(q.roster.campaigns), len(q.roster.users), len(usage.Kinds()) + 1} {
		f.groups[g] = billingGroup{cells: make([]money.Amount, rows*f.width), charged: make([]int64, rows)}
	}
	return f
}

// add counts usage of one billing day in.
func (f *billingFold) add(day when.Day, d *usage.Delta) (err error) {
	if d.Key.Item == usage.Voice {
		f.calls += d.Sums.Calls
	}
	if d.Sums.Amount == 0 && d.Sums.Charged == 0 {
		return nil
	}
	f.charged += d.Sums.Charged
	if day != f.day || f.present == nil {
		f.turnTo(day)
	}
	group, row := f.place(&d.Key)
	g := &f.groups[group]
	if !f.present.counts(&d.Key) {
		if d.Key.Agent == 0 {
			g.loose, err = g.loose.Add(d.Sums.Amount)
		}
		return err
	}
	column, selected := f.columns[d.Key.Country]
	if !selected {
		column = f.width - 1
	}
	cell := &g.cells[row*f.width+column]
	g.charged[row] += d.Sums.Charged
	for _, to := range [...]*money.Amount{cell, f.countryCell(d.Key.Country, group)} {
		if *to, err = to.Add(d.Sums.Amount); err != nil {
			return fault.Wrap("add up charges", err)
		}
	}
	return nil
}

// place is the group and the row in which charges of k stand.
func (f *billingFold) place(k *usage.DeltaKey) (group, row int) {
	switch {
	case k.Item == usage.Detection:
		return detections, int(k.Agent)
	case k.Kind == usage.Manual || k.Kind == usage.ClickToCall:
		return manualCalls, int(k.Agent)
	case k.Kind == usage.Dialer:
		return dialerCalls, int(k.Campaign)
	}
	return otherKinds, int(k.Kind)
}

// turnTo finds who counts on a day; charges that are read one by one jump
// between days.
func (f *billingFold) turnTo(day when.Day) {
	p := f.days[day]
	if p == nil {
		p = f.q.picked.on(day, f.q.roster)
		f.days[day] = p
	}
	f.day, f.present = day, p
}

// row is the amounts of a row by column, with their sum, and whether it is in
// the report: it has a charged call, or an amount that re-rating left behind.
func (g *billingGroup) row(i, width int) (cells []money.Amount, total money.Amount, shown bool, err error) {
	cells = g.cells[i*width : (i+1)*width]
	shown = g.charged[i] > 0
	for _, c := range cells {
		shown = shown || c != 0
	}
	total, err = money.Sum(cells...)
	return cells, total, shown, err
}
