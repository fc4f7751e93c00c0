package app

import (
	"context"
	"fmt"

	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// The columns of a file of numbers.
const (
	numberDigits = iota
	numberUnit
	numberCampaign
)

var numberColumns = []string{"number", "billing_unit", "campaign"}

// ImportNumbers takes in a CSV file of the tenant's own numbers with the columns
// number (as the tenant's dial plan reads it), billing_unit and campaign.
// Billing units are made on the way, campaigns must be there. A number that is
// in a unit cannot go to another one directly: an empty cell takes it out
// first. All mistakes come at once as fault.Inputs, and then nothing is kept.
func (a *App) ImportNumbers(ctx context.Context, o ImportTable) (*TableImported, error) {
	return a.importTable(ctx, "numbers", &o, numberColumns, (*roster).numbers)
}

// ownNumbers is what a tenant has when numbers are taken in.
type ownNumbers struct {
	numbers   map[phone.Number]tenant.Number
	campaigns map[string]tenant.CampaignID
	units     map[string]tenant.UnitID
	unitNames map[tenant.UnitID]string
}

func (r *roster) numbers(tx *store.Tx) error {
	had, err := loadOwnNumbers(tx)
	if err != nil {
		return err
	}
	dialer, err := phone.NewDialer(r.tenant.DialPlan())
	if err != nil {
		return err
	}
	t := r.table
	numbers := make([]tenant.Number, len(t.rows))
	seen := make(map[phone.Number]int64, len(t.rows))
	for i := range t.rows {
		row := &t.rows[i]
		n := t.number(row, dialer)
		if line, twice := seen[n]; twice && n != 0 {
			t.wrong(row, numberDigits, fmt.Sprintf("is %s, which stands on line %d too", n, line), "a number is in at most one billing unit")
		}
		seen[n] = row.line
		numbers[i] = t.ownNumber(row, n, had)
	}
	if err := t.err(); err != nil {
		return err
	}
	return r.keepNumbers(tx, numbers, had)
}

func loadOwnNumbers(tx *store.Tx) (*ownNumbers, error) {
	o := &ownNumbers{map[phone.Number]tenant.Number{}, map[string]tenant.CampaignID{}, map[string]tenant.UnitID{}, map[tenant.UnitID]string{}}
	numbers, err := tx.Numbers()
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		o.numbers[n.Number] = n
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return nil, err
	}
	for _, c := range campaigns {
		o.campaigns[c.Code] = c.ID
	}
	units, err := tx.Units()
	for _, u := range units {
		o.units[u.Name], o.unitNames[u.ID] = u.ID, u.Name
	}
	return o, err
}

// number reads the digits of a row; 0 where they are no number.
func (t *tableFile) number(row *tableRow, dialer *phone.Dialer) phone.Number {
	cell := row.cells[numberDigits]
	if cell == "" {
		return 0
	}
	n, reason, advice := readNumber(cell, dialer)
	if reason != "" {
		t.wrong(row, numberDigits, reason, advice)
	}
	return n
}

// ownNumber is what a row makes of a number. A unit that is not there yet is
// for keepNumbers.
func (t *tableFile) ownNumber(row *tableRow, digits phone.Number, had *ownNumbers) tenant.Number {
	n, there := had.numbers[digits]
	n.Number = digits
	if name := row.cells[numberUnit]; t.has(numberUnit) {
		unit := had.units[name]
		switch {
		case name == "":
			n.Unit = 0
		case there && n.Unit != 0 && n.Unit != unit:
			t.wrong(row, numberUnit, fmt.Sprintf("the number %s is in the billing unit %s", digits, had.unitNames[n.Unit]),
				"take it out first, by an import with an empty cell")
		default:
			if err := tenant.CheckName("billing unit", name); err != nil {
				t.wrong(row, numberUnit, err.Error(), "")
			}
			n.Unit = unit
		}
	}
	if code := row.cells[numberCampaign]; t.has(numberCampaign) {
		n.Campaign = had.campaigns[code]
		if code != "" && n.Campaign == 0 {
			t.wrong(row, numberCampaign, "there is no such campaign", "add it with import campaigns")
		}
	}
	return n
}

// keepNumbers makes the units that are missing and writes what has changed.
func (r *roster) keepNumbers(tx *store.Tx, numbers []tenant.Number, had *ownNumbers) error {
	changes := make([]change, len(numbers))
	var put []tenant.Number
	for i := range numbers {
		n := &numbers[i]
		if name := r.table.rows[i].cells[numberUnit]; name != "" && n.Unit == 0 {
			if had.units[name] == 0 {
				u := tenant.Unit{Name: name}
				if err := tx.PutUnit(&u); err != nil {
					return err
				}
				had.units[name] = u.ID
				r.done.Made = append(r.done.Made, "billing unit "+name)
			}
			n.Unit = had.units[name]
		}
		old, there := had.numbers[n.Number]
		switch {
		case !there:
			changes[i] = added
		case old != *n:
			changes[i] = changed
		default:
			continue
		}
		put = append(put, *n)
	}
	r.done.tally(changes)
	return tx.PutNumbers(put)
}
