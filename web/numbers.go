package web

import (
	"net/http"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// numberPage is what number.html shows: the form of one of the center's numbers.
type numberPage struct {
	editPage
	Land phone.Country
}

// numberBook is what pages about numbers and billing units look at.
type numberBook struct {
	numbers   []tenant.Number
	units     []tenant.Unit
	campaigns []tenant.Campaign
	unit      map[tenant.UnitID]string     // its name
	campaign  map[tenant.CampaignID]string // its code

	// Of pages about units.
	users []tenant.User
	in    map[tenant.UserID][]tenant.UnitID
}

func (s *Site) numberBookOf(v *visit) (b *numberBook, err error) {
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		b, err = readNumbers(tx)
		return err
	})
	return b, err
}

// unitBookOf reads who is in the units as well.
func (s *Site) unitBookOf(v *visit) (b *numberBook, err error) {
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) (err error) {
		if b, err = readNumbers(tx); err != nil {
			return err
		}
		if b.users, err = tx.Users(); err != nil {
			return err
		}
		b.in, err = tx.UserUnits()
		return err
	})
	return b, err
}

func readNumbers(tx *store.Tx) (b *numberBook, err error) {
	b = &numberBook{unit: map[tenant.UnitID]string{}, campaign: map[tenant.CampaignID]string{}}
	if b.numbers, err = tx.Numbers(); err != nil {
		return nil, err
	}
	if b.units, err = tx.Units(); err != nil {
		return nil, err
	}
	if b.campaigns, err = tx.Campaigns(); err != nil {
		return nil, err
	}
	for _, u := range b.units {
		b.unit[u.ID] = u.Name
	}
	for _, c := range b.campaigns {
		b.campaign[c.ID] = c.Code
	}
	return b, nil
}

// unitChoices and campaignChoices are what a number can belong to.
func (b *numberBook) unitChoices() (of []choice) {
	for _, u := range b.units {
		of = append(of, choice{Value: idText(u.ID), Label: u.Name})
	}
	return of
}

func (b *numberBook) campaignChoices() (of []choice) {
	for _, c := range b.campaigns {
		label := c.Code
		if c.Name != "" && c.Name != c.Code {
			label += " – " + c.Name
		}
		of = append(of, choice{Value: idText(c.ID), Label: label})
	}
	return of
}

// numberTabs are the lists that numbers stand in.
func numberTabs(v *visit, here string) (tabs []button) {
	tabs = []button{{Text: "Numbers", Path: v.at("numbers"), Here: here == "numbers"}}
	if v.may(unitViewers...) {
		tabs = append(tabs, button{Text: "Billing units", Path: v.at("units"), Here: here == "units"})
	}
	if !v.may(people...) {
		return tabs[1:]
	}
	return tabs
}

func (s *Site) numberList(v *visit, _ extent) (*listPage, error) {
	b, err := s.numberBookOf(v)
	if err != nil {
		return nil, err
	}
	p := newList(v, "numbers", "Numbers", v.at("numbers"))
	p.Tabs = numberTabs(v, "numbers")
	p.About = "The center's own numbers. A number is in at most one billing unit."
	p.heads("number: Number", "country: Country", "unit: Billing unit", "campaign: Campaign")
	p.columns = []string{"number", "billing_unit", "campaign"}
	p.Empty = empty{Title: "No numbers yet", Text: "Add one, or import a CSV file of them below, with a column number."}
	unit := p.filter(v, "unit", "Billing unit", append([]choice{{Value: "none", Label: "In none"}}, b.unitChoices()...)...)
	camp := p.filter(v, "campaign", "Campaign", append([]choice{{Value: "none", Label: "Of none"}}, b.campaignChoices()...)...)
	may := v.may(peoplers...)
	for _, n := range b.numbers {
		plain, at, land := shownNumber(n.Number), v.at("numbers/"+n.Number.String()), phone.CountryOf(n.Number)
		country := textCell(land.Name())
		country.Land = land
		r := listRow{
			Cells:  []listCell{wordCell(plain), country, textCell(b.unit[n.Unit]), textCell(b.campaign[n.Campaign])},
			record: []string{plain, b.unit[n.Unit], b.campaign[n.Campaign]},
		}
		if may {
			r.Cells[0].Link = at
			r.Actions = []button{{Text: "Edit", Said: plain, Path: at, Look: "btn-sm"}, {Text: "Remove", Said: plain, Path: at + "/remove", Look: "btn-sm"}}
		}
		p.add(r, fitsChoice(unit, idText(n.Unit)), fitsChoice(camp, idText(n.Campaign)))
	}
	if may {
		p.Buttons = []button{{Text: "Add number", Path: v.at("numbers/new"), Look: "btn-primary"}}
		p.Take = &takeForm{At: v.at("numbers/import"), Columns: strings.Join(p.columns, ", ")}
	}
	return p, nil
}

// shownNumber writes a number with its plus; a short code, of up to six digits,
// has none.
func shownNumber(n phone.Number) string {
	if n.Len() <= 6 {
		return n.String()
	}
	return "+" + n.String()
}

// fitsChoice tells whether a filter lets an id pass: empty any, "none" no id.
func fitsChoice(filter, id string) bool {
	return filter == "" || filter == id || filter == "none" && id == ""
}

// numberOf is the number that the address names; none where it names none.
func (s *Site) numberOf(v *visit) (b *numberBook, n tenant.Number, err error) {
	if b, err = s.numberBookOf(v); err != nil || v.PathValue("number") == "" {
		return b, n, err
	}
	for _, n := range b.numbers {
		if n.Number.String() == v.PathValue("number") {
			return b, n, nil
		}
	}
	return nil, n, errNoPage
}

func (s *Site) editNumber(w http.ResponseWriter, v *visit) error {
	b, n, err := s.numberOf(v)
	if err != nil {
		return err
	}
	return s.showNumber(w, v, n, b.form(v, n))
}

// form is the form of a number as it is kept.
func (b *numberBook) form(v *visit, n tenant.Number) *numberPage {
	p := &numberPage{Land: phone.CountryOf(n.Number)}
	p.Back, p.Submit = v.at("numbers"), "Save"
	number := &field{Name: "number", Label: "Number", Type: "tel", Required: true, Autofocus: true, Help: "With a plus and the country code, or as it is dialled at home."}
	if n.Number != 0 {
		number = &field{Name: "number", Label: "Number", Value: shownNumber(n.Number), Locked: "A number itself does not change: remove this one and add the other."}
	}
	p.Fields = []*field{
		number,
		{Name: "billing_unit", Label: "Billing unit", Type: "select", Value: idText(n.Unit), Of: append([]choice{{Label: "None"}}, b.unitChoices()...), Help: "Who is charged for its calls. A number is in at most one: to move it, choose none and save first."},
		{Name: "campaign", Label: "Campaign", Type: "select", Value: idText(n.Campaign), Of: append([]choice{{Label: "None"}}, b.campaignChoices()...), Help: "Of calls into it whose records name none."},
	}
	if n.Number == 0 {
		p.Submit = "Add number"
		return p
	}
	p.from(app.NumberMark(n))
	p.Also = []button{{Text: "Remove…", Path: v.at("numbers/" + n.Number.String() + "/remove")}}
	return p
}

func (s *Site) putNumber(w http.ResponseWriter, v *visit) error {
	b, n, err := s.numberOf(v)
	if err != nil {
		return err
	}
	p := b.form(v, n)
	p.read(v.Request)
	put := app.PutNumber{Tenant: v.tenant.ID, Number: n.Number, Unit: tenant.UnitID(p.number("billing_unit")), Campaign: tenant.CampaignID(p.number("campaign")), Was: v.PostFormValue(wasField), Did: v.person.Did("number.change", "")}
	if n.Number == 0 {
		put.New = p.value("number")
	}
	kept, err := s.app.PutNumber(v.Context(), put)
	if err != nil {
		if p.outdated(err, &b.form(v, n).editPage) {
			return s.showNumber(w, v, n, p)
		}
		if !p.blame(err) {
			return err
		}
		for _, o := range b.numbers {
			if one := p.field("number"); n.Number == 0 && o.Number == kept.Number && one.Error != "" {
				one.Link, one.LinkText = v.at("numbers/"+o.Number.String()), "Open it"
			}
		}
		return s.showNumber(w, v, n, p)
	}
	s.auth.Put(v.Context(), "numbers", "The number "+shownNumber(kept.Number)+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

func (s *Site) showNumber(w http.ResponseWriter, v *visit, n tenant.Number, p *numberPage) error {
	title := "Edit number"
	if n.Number == 0 {
		title = "Add number"
	}
	s.show(w, v.Request, p.status(), "number", title, p)
	return nil
}

func (s *Site) askDropNumber(w http.ResponseWriter, v *visit) error {
	b, n, err := s.numberOf(v)
	if err != nil {
		return err
	}
	at := v.at("numbers/" + n.Number.String())
	p := &confirmPage{Action: at + "/remove", Back: v.at("numbers"), Do: "Remove", Danger: true, Lines: []string{
		"Calls that came in or went out by it stay, with what they were charged.",
		"Calls from now on are not given to a billing unit or campaign by this number.",
	}}
	if unit := b.unit[n.Unit]; unit != "" {
		p.Lines = append(p.Lines, "The billing unit "+unit+" loses it.")
	}
	return s.confirm(w, v, "Remove the number "+shownNumber(n.Number)+"?", p)
}

func (s *Site) dropNumber(w http.ResponseWriter, v *visit) error {
	_, n, err := s.numberOf(v)
	if err != nil {
		return err
	}
	if err := s.app.DropNumber(v.Context(), v.tenant.ID, n.Number, v.person.Did("number.drop", "")); err != nil {
		return err
	}
	s.auth.Put(v.Context(), "numbers", "The number "+shownNumber(n.Number)+" is removed.")
	http.Redirect(w, v.Request, v.at("numbers"), http.StatusSeeOther)
	return nil
}
