package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// settingsPage is what settings.html shows: a tenant's terms and its dial plan.
type settingsPage struct {
	form          // name, currency, zone, country, cut-off
	Plan   form   // the dial plan
	Try    form   // a number to be read by it
	Tried  string // what the number is; empty: none was tried
	May    bool
	Adds   bool // a new tenant
	Good   string
	Submit string
	Back   string
}

// What is said beside that which is fixed once there are charges.
const (
	charged   = "It is fixed now, because there are charges already."
	uncharged = "It can change only while there are no charges."
)

// settingsOf is the form of a tenant as it is kept; with charges part of it is
// locked.
func settingsOf(t *tenant.Tenant, locked string) *settingsPage {
	p := &settingsPage{Submit: "Save"}
	p.Fields = []*field{
		{Name: "name", Label: "Name", Value: t.Name, Required: true},
		{Name: "currency", Label: "Currency of the account", Type: "select", Value: string(t.Currency), Of: currencyChoices(t.Currency), Locked: locked, Help: "Charges and reports are in it. " + uncharged},
		{Name: "zone", Label: "Time zone of billing days", Value: t.Zone, Required: true, Of: zoneChoices(), Locked: locked, Help: "Type a city. " + uncharged},
		{Name: "cutoff", Label: "A billing day begins at", Type: "time", Value: when.FormatClock(int(t.Cutoff / when.Minute)), Required: true, Locked: locked, Help: "Calls before it count for the day before. " + uncharged},
		{Name: "country", Label: "Home country", Type: "select", Value: t.Country.String(), Of: countryChoices(), Help: "Numbers that are not written in full are read as they are dialled there. Without one, call records must write numbers in full."},
	}
	p.Plan = form{Fields: planFields(t)}
	p.Try = form{Fields: []*field{{Name: "dialled", Label: "A number as it is dialled", Type: "tel", Autocomplete: "off", Help: "How the settings above would read it. Nothing is saved by trying."}}}
	p.from(app.TenantMark(t))
	return p
}

func currencyChoices(own money.Currency) (of []choice) {
	all := money.Currencies()
	if own == "" {
		of = append(of, choice{Label: "Choose one"})
	} else if !slices.Contains(all, own) {
		of = append(of, choice{Value: string(own), Label: string(own)})
	}
	for _, c := range all {
		of = append(of, choice{Value: string(c), Label: string(c) + " – " + c.Name()})
	}
	return of
}

func zoneChoices() (of []choice) {
	for _, name := range when.ZoneNames() {
		of = append(of, choice{Value: name, Label: name})
	}
	return of
}

// zoneNamed is the time zone that somebody means by a city, in letters of any
// size. What names none is given back, to be refused as it was typed.
func zoneNamed(text string) string {
	if _, err := when.LoadZone(text); err == nil {
		return text
	}
	meant := strings.ReplaceAll(strings.TrimSpace(text), " ", "_")
	for _, name := range when.ZoneNames() {
		if place := name[strings.LastIndexByte(name, '/')+1:]; meant != "" && (strings.EqualFold(place, meant) || strings.EqualFold(name, meant)) {
			return name
		}
	}
	return text
}

func countryChoices() []choice {
	var of []choice
	for _, c := range phone.Countries() {
		of = append(of, choice{Value: c.String(), Label: c.Name()})
	}
	slices.SortStableFunc(of, func(a, b choice) int { return strings.Compare(a.Label, b.Label) })
	return append([]choice{{Label: "None"}}, of...)
}

// The ways to have a dial plan.
const (
	planOfCountry = "country"
	planOfOwn     = "own"
)

// planFields are the dial plan that holds: the country's, or the tenant's own.
func planFields(t *tenant.Tenant) []*field {
	plan, whose := t.DialPlan(), planOfCountry
	if t.Plan != nil {
		whose = planOfOwn
	}
	return []*field{
		{Name: "plan", Label: "Numbers are dialled", Type: "select", Value: whose, Of: []choice{{Value: planOfCountry, Label: "As is usual in the home country"}, {Value: planOfOwn, Label: "By our own plan, as below"}}, Help: "The fields below count only with a plan of your own. They begin with what is usual in the home country."},
		{Name: "international", Label: "Dialled before a country code", Value: strings.Join(plan.International, " "), Help: "Such as 00 or 011. Several with blanks between them."},
		{Name: "trunk", Label: "Dialled before a national number", Value: plan.Trunk, Help: "Such as 0. Empty: nothing is."},
		{Name: "strip", Label: "Outside lines and prefixes to take off", Value: strings.Join(plan.Strip, " "), Help: "Such as 9 or 1234#. Several with blanks between them."},
		{Name: "extension_min", Label: "Fewest digits of an extension", Type: "number", Value: strconv.Itoa(plan.ExtensionMin), Help: "0: extensions are not known by their length."},
		{Name: "extension_max", Label: "Most digits of an extension", Type: "number", Value: strconv.Itoa(plan.ExtensionMax), Help: "Up to 15."},
		{Name: "extensions", Label: "Extensions whatever they look like", Type: "textarea", Value: strings.Join(plan.Extensions, "\n"), Help: "One a line: a number such as 700, or a range such as 2000-2999."},
		{Name: "carrier_digits", Label: "Digits that choose a carrier", Type: "number", Value: strconv.Itoa(plan.CarrierDigits), Help: "Between trunk prefix and number, as in Brazil, where it is 2. Elsewhere 0."},
	}
}

// read fills all fields with what was sent.
func (p *settingsPage) read(r *http.Request) {
	p.form.read(r)
	if r.PostForm.Has("plan") {
		p.Plan.read(r)
	}
	p.Try.read(r)
}

// tenant makes a tenant of the form; all mistakes come at once.
func (p *settingsPage) tenant(old *tenant.Tenant) (t tenant.Tenant, err error) {
	var wrong fault.Inputs
	bad := func(name, value string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: name, Value: fault.Cut(value), Reason: strings.TrimSuffix(sentence(err), ".")})
		}
	}
	t.ID, t.Name, t.Zone = old.ID, p.value("name"), zoneNamed(p.value("zone"))
	if t.Name != "" && strings.Trim(t.Name, "0123456789") == "" {
		bad("name", t.Name, fault.New(fault.Invalid, "a name of digits only would be taken for an id"))
	}
	bad("name", t.Name, tenant.CheckName("tenant", t.Name))
	if t.Currency, err = money.ParseCurrency(strings.ToUpper(p.value("currency"))); p.value("currency") == "" {
		err = fault.New(fault.Invalid, "choose the currency")
	}
	bad("currency", p.value("currency"), err)
	if _, err = when.LoadZone(t.Zone); t.Zone == "" {
		err = fault.New(fault.Invalid, "type a city, and choose its time zone")
	}
	bad("zone", t.Zone, err)
	if text := p.value("cutoff"); text != "" {
		minutes, err := when.ParseClock(text)
		bad("cutoff", text, err)
		if t.Cutoff = when.Instant(minutes) * when.Minute; t.Cutoff >= when.DayLength {
			bad("cutoff", text, fault.New(fault.Invalid, "a billing day begins before 24:00"))
		}
	}
	if code := p.value("country"); code != "" {
		t.Country, err = phone.ParseCountry(strings.ToUpper(code))
		bad("country", code, err)
		p.field("country").Value = t.Country.String()
	}
	if p.Plan.value("plan") == planOfOwn {
		var is fault.Inputs
		t.Plan, is = p.plan(t.Country)
		wrong = append(wrong, is...)
	}
	return t, wrong.Err()
}

// plan is the dial plan that the form describes.
func (p *settingsPage) plan(home phone.Country) (*phone.Plan, fault.Inputs) {
	var wrong fault.Inputs
	number := func(name string) int {
		text := p.Plan.value(name)
		n, err := strconv.Atoi(text)
		if err != nil {
			wrong = append(wrong, fault.Input{Field: name, Value: fault.Cut(text), Reason: "not a whole number"})
		}
		return n
	}
	plan := phone.PlanFor(home)
	plan.International, plan.Strip = strings.Fields(p.Plan.value("international")), strings.Fields(p.Plan.value("strip"))
	plan.Extensions = strings.FieldsFunc(p.Plan.value("extensions"), func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
	plan.Trunk = p.Plan.value("trunk")
	plan.ExtensionMin, plan.ExtensionMax, plan.CarrierDigits = number("extension_min"), number("extension_max"), number("carrier_digits")
	if len(wrong) > 0 {
		return nil, wrong
	}
	_, err := phone.NewDialer(plan)
	return &plan, inputsOf(err)
}

// blame is form's, for both halves of the page.
func (p *settingsPage) blame(err error) bool {
	all := form{Fields: slices.Concat(p.Fields, p.Plan.Fields)}
	known := all.blame(err)
	p.Problem += all.Problem
	return known
}

// Detailed tells whether the fields of the dial plan are unfolded.
func (p *settingsPage) Detailed() bool {
	return p.Plan.value("plan") == planOfOwn || p.Plan.status() != http.StatusOK
}

func (p *settingsPage) status() int {
	return max(p.form.status(), p.Plan.status())
}

// outdated is form's, for both halves of the page.
func (p *settingsPage) outdated(err error, now *settingsPage) bool {
	if !p.form.outdated(err, &now.form) {
		return false
	}
	p.Plan.outdated(err, &now.Plan)
	return true
}

// try reads the number that was typed by the plan that was typed.
func (p *settingsPage) try(t *tenant.Tenant) {
	text := p.Try.value("dialled")
	if text == "" {
		return
	}
	dialer, err := phone.NewDialer(t.DialPlan())
	if err != nil {
		p.Tried = "The dial plan has mistakes: mend them first."
		return
	}
	switch n, class, why := dialer.Normalize([]byte(text)); class {
	case phone.E164:
		p.Tried = "The number +" + n.String()
		if c := phone.CountryOf(n); c != 0 {
			p.Tried += " in " + c.Name()
		}
	case phone.Extension:
		p.Tried = "The extension " + n.String()
	case phone.ShortCode:
		p.Tried = "The short code " + n.String()
	case phone.Anonymous:
		p.Tried = "A caller who withholds the number"
	default:
		p.Tried = "No number: it " + why.String()
	}
	p.Tried = capital(p.Tried)
}

// lockedOf says why a tenant's zone, currency and cut-off cannot change; empty:
// they can.
func (s *Site) lockedOf(v *visit) (locked string, err error) {
	err = s.app.Store().View(v.Context(), v.tenant.ID, func(tx *store.Tx) error {
		a, err := tx.Account()
		if a.Segments > 0 {
			locked = charged
		}
		return err
	})
	return locked, err
}

func (s *Site) settings(w http.ResponseWriter, v *visit) error {
	locked, err := s.lockedOf(v)
	if err != nil {
		return err
	}
	p := settingsOf(v.tenant, locked)
	p.May, p.Good = v.may(setters...), s.auth.Pop(v.Context(), "settings")
	s.show(w, v.Request, http.StatusOK, "settings", "Settings", p)
	return nil
}

func (s *Site) setSettings(w http.ResponseWriter, v *visit) error {
	locked, err := s.lockedOf(v)
	if err != nil {
		return err
	}
	p := settingsOf(v.tenant, locked)
	p.May = true
	p.read(v.Request)
	t, err := p.tenant(v.tenant)
	trying := v.PostForm.Has("try") || v.Header.Get("HX-Target") == "dial"
	if trying {
		if p.try(&t); err != nil {
			p.Tried = "The settings have mistakes: mend them first."
		}
		if err != nil && !p.blame(err) {
			return err
		}
		s.show(w, v.Request, http.StatusOK, "settings", "Settings", p)
		return nil
	}
	if err == nil {
		err = s.app.PutTenant(v.Context(), app.PutTenant{Tenant: t, Was: v.PostFormValue(wasField), Did: v.person.Did("tenant.change", "")})
	}
	if err != nil {
		if !p.outdated(err, settingsOf(v.tenant, locked)) && !p.blame(err) {
			return err
		}
		if err := s.nameTaken(v, &p.form, &t, err); err != nil {
			return err
		}
		s.show(w, v.Request, p.status(), "settings", "Settings", p)
		return nil
	}
	s.auth.Put(v.Context(), "settings", "The settings are kept.")
	http.Redirect(w, v.Request, v.at("settings"), http.StatusSeeOther)
	return nil
}
