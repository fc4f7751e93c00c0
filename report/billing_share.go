package report

import (
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
)

// The names of parts that have none.
const (
	noCountry = "(no country)"
	noTeam    = "(no team)"
)

// shares divides what the tables hold by country and by team.
func (f *billingFold) shares(r *Result) error {
	var countries []Part
	for c, amounts := range f.countries {
		p := Part{Name: noCountry, Country: c, Amounts: amounts[:otherKinds]}
		if c != 0 {
			p.Name = c.Name()
		}
		countries = append(countries, p)
	}
	if err := r.share("country", "Spend by country", countries); err != nil {
		return err
	}
	teams, err := teamParts(r)
	if err != nil {
		return err
	}
	return r.share("team", "Spend by team", teams)
}

// teamParts adds up the tables by what stands in their column Team: whoever was
// in several teams is a part of its own, so that nothing counts twice.
func teamParts(r *Result) (parts []Part, err error) {
	at := map[string]int{}
	for i := range r.Tables {
		for _, row := range r.Tables[i].Rows {
			name := row[billingTeam].S
			if name == "" {
				name = noTeam
			}
			k, known := at[name]
			if !known {
				k = len(parts)
				at[name] = k
				parts = append(parts, Part{Name: name, Amounts: make([]money.Amount, len(r.Tables))})
			}
			to := &parts[k].Amounts[i]
			if *to, err = to.Add(money.Amount(row[billingTotal].N)); err != nil {
				return nil, err
			}
		}
	}
	return parts, nil
}

// countryCell is where a country's charges of a group are added up.
func (f *billingFold) countryCell(c phone.Country, group int) *money.Amount {
	sums := f.countries[c]
	if sums == nil {
		sums = new([billingGroups]money.Amount)
		f.countries[c] = sums
	}
	return &sums[group]
}
