package web

import (
	"net/http"
	"slices"

	"tollkeeper/app"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
)

// unitPage is what unit.html shows: the form of one billing unit.
type unitPage struct {
	editPage
	ID tenant.UnitID // zero: a new one
}

func (s *Site) units(w http.ResponseWriter, v *visit) error {
	b, err := s.unitBookOf(v)
	if err != nil {
		return err
	}
	p := newList(v, "units", "Billing units", v.at("units"))
	p.Tabs, p.Good = numberTabs(v, "units"), s.auth.Pop(v.Context(), "units")
	p.About = "Departments, branches, brands or clients that are charged on their own. A user may be in several, a number in one at most."
	p.heads("name: Name", "users: Users+", "numbers: Numbers+")
	p.Empty = empty{Title: "No billing units yet", Text: "Add one and choose its users and numbers, or name units in a file of numbers."}
	may := v.may(uniters...)
	for _, u := range b.units {
		users, numbers := b.inUnit(u.ID)
		r := listRow{Cells: []listCell{textCell(u.Name), countCell(int64(len(users))), countCell(int64(len(numbers)))}}
		if may {
			r.Cells[0].Link = v.at("units/" + idText(u.ID))
			r.Actions = []button{{Text: "Edit", Said: u.Name, Path: v.at("units/" + idText(u.ID)), Look: "btn-sm"}}
		}
		p.add(r)
	}
	if may {
		p.Buttons = []button{{Text: "Add billing unit", Path: v.at("units/new"), Look: "btn-primary"}}
	}
	return s.showList(w, v, http.StatusOK, p)
}

// inUnit is what is in a unit; nothing is in none.
func (b *numberBook) inUnit(id tenant.UnitID) (users []tenant.UserID, numbers []phone.Number) {
	if id == 0 {
		return nil, nil
	}
	for i := range b.users {
		if slices.Contains(b.in[b.users[i].ID], id) {
			users = append(users, b.users[i].ID)
		}
	}
	for _, n := range b.numbers {
		if n.Unit == id {
			numbers = append(numbers, n.Number)
		}
	}
	return users, numbers
}

// unitOf is the unit that the address names; a new one where it names none.
func (s *Site) unitOf(v *visit) (b *numberBook, u tenant.Unit, err error) {
	if b, err = s.unitBookOf(v); err != nil {
		return nil, u, err
	}
	found, err := named(v, "unit", b.units, func(u *tenant.Unit) tenant.UnitID { return u.ID })
	if err != nil {
		return nil, u, err
	}
	return b, *found, nil
}

func (s *Site) editUnit(w http.ResponseWriter, v *visit) error {
	b, u, err := s.unitOf(v)
	if err != nil {
		return err
	}
	return s.showUnit(w, v, b.unitForm(v, u))
}

// unitForm is the form of a unit as it is kept.
func (b *numberBook) unitForm(v *visit, u tenant.Unit) *unitPage {
	p := &unitPage{ID: u.ID}
	p.Back, p.Submit = v.at("units"), "Save"
	p.Fields = []*field{{Name: "name", Label: "Name", Value: u.Name, Required: true, Autofocus: u.ID == 0}}
	users, numbers := b.inUnit(u.ID)
	p.Panels = b.unitPanels(u.ID, users, numbers, nil)
	p.from(app.UnitMark(u, users, numbers))
	if u.ID == 0 {
		p.Submit = "Add billing unit"
	}
	return p
}

// unitPanels offer users, and the numbers that no other unit has.
func (b *numberBook) unitPanels(id tenant.UnitID, users []tenant.UserID, numbers []phone.Number, all []string) []panel {
	people := (&userBook{Users: b.users}).memberPanel(users, all)
	people.Name, people.Title, people.Help = "users", "Assigned users", "Calls of a user who is in one unit only are charged to it, unless the number is in another."
	l := panelList{Name: "numbers", Title: "Numbers", Field: "number", All: slices.Contains(all, "numbers"), Empty: "No number is available: add some first, or take them out of another unit."}
	for _, n := range b.numbers {
		chosen := slices.Contains(numbers, n.Number)
		if n.Unit != 0 && n.Unit != id && !chosen {
			continue
		}
		o := panelOption{Value: n.Number.String(), Label: shownNumber(n.Number), Flag: phone.CountryOf(n.Number), Checked: chosen}
		if n.Unit != 0 && n.Unit != id {
			o.More = "in " + b.unit[n.Unit]
		}
		l.add(o)
	}
	which := panel{Name: "numbers", Title: "Assigned numbers", Help: "Only numbers that are in no other unit can be chosen."}
	which.put(l)
	return []panel{people, which}
}

func (s *Site) putUnit(w http.ResponseWriter, v *visit) error {
	b, u, err := s.unitOf(v)
	if err != nil {
		return err
	}
	p := b.unitForm(v, u)
	p.read(v.Request)
	put := app.PutUnit{Tenant: v.tenant.ID, Unit: tenant.Unit{ID: u.ID, Name: p.value("name")}, Was: v.PostFormValue(wasField), Did: v.person.Did("unit.change", "")}
	put.Users, _ = (&userBook{Users: b.users}).chosenUsers(v)
	all := v.PostForm["all"]
	for _, n := range b.numbers {
		if slices.Contains(v.PostForm["number"], n.Number.String()) || slices.Contains(all, "numbers") && (n.Unit == 0 || n.Unit == u.ID) {
			put.Numbers = append(put.Numbers, n.Number)
		}
	}
	p.Panels = b.unitPanels(u.ID, put.Users, put.Numbers, all)
	if _, err := s.app.PutUnit(v.Context(), put); err != nil {
		if p.outdated(err, &b.unitForm(v, u).editPage) {
			return s.showUnit(w, v, p)
		}
		numbers := &field{Name: "numbers"}
		p.Fields = append(p.Fields, numbers)
		if !p.blame(err) {
			return err
		}
		p.Fields, p.Panels[1].Error = p.Fields[:1], numbers.Error
		for _, o := range b.units {
			if one := p.field("name"); o.ID != u.ID && o.Name == put.Unit.Name && one.Error != "" {
				one.Link, one.LinkText = v.at("units/"+idText(o.ID)), "Open that unit"
			}
		}
		return s.showUnit(w, v, p)
	}
	s.auth.Put(v.Context(), "units", "The billing unit "+put.Unit.Name+" is kept.")
	http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
	return nil
}

func (s *Site) showUnit(w http.ResponseWriter, v *visit, p *unitPage) error {
	status, title := p.status(), "Edit billing unit"
	if p.ID == 0 {
		title = "Add billing unit"
	}
	if p.Panels[1].Error != "" {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, v.Request, status, "unit", title, p)
	return nil
}
