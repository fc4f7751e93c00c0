package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// cardPage is what card.html shows: a card's rows, and which of them a number
// would take.
type cardPage struct {
	form
	*app.OpenCard
	Content    *rating.Card
	Directions []choice
	Rows       []rateRow
	First      int // of Rows, from 1
	Last       int
	Pages      pager
	Holds      []holding
	Assign     string // address of the form that assigns it; empty: not for this reader
	None       empty  // where it holds nowhere
	Elsewhere  bool   // tenants can have assigned it too, each by themselves
	Zone       *when.Zone
	Back       string
	Deck       string // address of the form for its next deck; empty: not for this reader
	Asked      bool
	Found      []rateRow // rows whose prefix starts the number, the preferred first
	Number     string    // as it was read
	Taken      bool      // one of Found
	Good       string
}

// rateRow is a row of a card.
type rateRow struct {
	*rating.Row
	Number  int // of the row, from 1
	Country phone.Country
	Terms   string // all but the rate
	Verdict string // of a search: what became of it
	Tone    string
}

// cardRows is how many rows a page shows.
const cardRows = 100

// findCard opens the card that the address names.
func (s *Site) findCard(v *visit) (*app.OpenCard, error) {
	id, err := strconv.ParseInt(v.PathValue("card"), 10, 32)
	whose, known := map[string]store.CardOwner{"own": store.TenantCard, "system": store.SystemCard}[v.PathValue("owner")]
	if err != nil || !known {
		return nil, errNoPage
	}
	return s.app.FindCard(v.Context(), v.owner(), whose, int32(id))
}

func (s *Site) card(w http.ResponseWriter, v *visit) error {
	c, err := s.findCard(v)
	if err != nil {
		return err
	}
	p := &cardPage{OpenCard: c, Content: c.Tariff.Card(), Zone: v.clockZone(), Back: v.place("cards"), Good: s.auth.Pop(v.Context(), "card")}
	if p.Holds, err = s.holdings(v, &c.Card); err != nil {
		return err
	}
	p.None, p.Elsewhere = empty{Title: "It holds for no calls yet", Text: "No call is priced by this card. Whoever may edit rates can assign it."}, v.tenant == nil
	if v.may(pricers...) {
		p.Assign = v.cardPath(&c.Card) + "/assign"
		p.None = empty{"It holds for no calls yet", "No call is priced by this card. Assign it to say which calls it is asked for.", p.Assign, "Assign it"}
	}
	if v.may(rerunners...) && c.Own == (v.tenant != nil) {
		p.Deck = v.place("cards/deck") + "?card=" + url.QueryEscape(c.Name)
	}
	if err := p.page(v.URL); err != nil {
		return err
	}
	if err := p.search(v, s.clock()); err != nil {
		return err
	}
	s.show(w, v.Request, p.status(), "card", c.Name, p)
	return nil
}

// page takes the rows of the page that the address asks for.
func (p *cardPage) page(u *url.URL) error {
	q := u.Query()
	page, err := 1, error(nil)
	if text := q.Get("page"); text != "" {
		page, err = strconv.Atoi(text)
	}
	all := p.Tariff.Rows()
	pages := max(1, (all+cardRows-1)/cardRows)
	if err != nil || page < 1 || page > pages {
		return fault.New(fault.NotFound, "the card has no page %s", fault.Cut(q.Get("page")))
	}
	from, to := (page-1)*cardRows, min(all, page*cardRows)
	for i := from; i < to; i++ {
		p.Rows = append(p.Rows, newRateRow(p.Tariff, int32(i)))
	}
	p.First, p.Last = min(from+1, all), to
	link := func(n int) string { return withQuery(u, "page", strconv.Itoa(n)) + "#rows" }
	p.Pages = numbered()
	if page > 1 {
		p.Pages.Before = link(page - 1)
	}
	if page < pages {
		p.Pages.After = link(page + 1)
	}
	return nil
}

func newRateRow(t *rating.Tariff, i int32) rateRow {
	r := t.Row(i)
	row := rateRow{Row: r, Number: int(i) + 1, Terms: termsOf(r)}
	if n, ok := phone.ParseDigits(r.Prefix.String()); ok {
		row.Country = phone.CountryOf(n)
	}
	return row
}

// termsOf is what a row says beside its rate, in a few words.
func termsOf(r *rating.Row) string {
	parts := []string{strconv.Itoa(int(r.Initial)) + "/" + strconv.Itoa(int(r.Increment)) + " s"}
	if r.Blocked {
		parts = []string{"blocked"}
	}
	if r.ConnectFee != 0 {
		parts = append(parts, r.ConnectFee.String()+" to connect")
	}
	if r.Grace != 0 {
		parts = append(parts, strconv.Itoa(int(r.Grace))+" s of grace")
	}
	if r.Origin != 0 {
		parts = append(parts, "from +"+r.Origin.String())
	}
	if r.Band != "" {
		parts = append(parts, "in "+r.Band)
	}
	for _, s := range r.Steps {
		parts = append(parts, s.Rate.String()+" from second "+strconv.Itoa(int(s.From)))
	}
	if r.MinCharge != nil {
		parts = append(parts, "at least "+r.MinCharge.String())
	}
	if r.MaxCharge != nil {
		parts = append(parts, "at most "+r.MaxCharge.String())
	}
	return strings.Join(parts, ", ")
}

// search answers which row the number of the form would take, and why the
// others whose prefix starts it were not.
func (p *cardPage) search(v *visit, now when.Instant) error {
	q := v.URL.Query()
	p.Fields = []*field{
		{Name: "number", Label: "Called number", Value: q.Get("number"), Type: "tel", Required: true},
		{Name: "calling", Label: "Calling number", Value: q.Get("calling"), Type: "tel"},
		{Name: "at", Label: "Answered at", Value: q.Get("at"), Type: "datetime-local"},
	}
	p.Asked = q.Has("number")
	at := now
	var wrong fault.Inputs
	note := func(field string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(q.Get(field)), Reason: err.Error()})
		}
	}
	var err error
	if q.Get("at") != "" {
		at, err = readMoment(q.Get("at"), p.Zone)
		note("at", err)
	} else {
		p.field("at").Value = momentValue(now-now%when.Minute, p.Zone)
	}
	direction, err := usage.ParseDirection(q.Get("direction"))
	if err != nil {
		direction = usage.Outgoing
	}
	p.Directions = []choice{{usage.Outgoing.String(), "Outbound", direction == usage.Outgoing}, {usage.Incoming.String(), "Inbound", direction == usage.Incoming}}
	if !p.Asked {
		return nil
	}
	t := tenant.Tenant{}
	if v.tenant != nil {
		t = *v.tenant
	}
	called, err := app.ReadNumber(&t, q.Get("number"))
	note("number", err)
	var calling phone.Number
	if text := strings.TrimSpace(q.Get("calling")); text != "" {
		calling, err = app.ReadNumber(&t, text)
		note("calling", err)
	}
	if err := wrong.Err(); err != nil {
		p.Asked = false
		p.blame(err)
		return nil
	}
	p.Number = "+" + called.String()
	for _, c := range p.Tariff.Candidates(direction, called, calling, at) {
		row := newRateRow(p.Tariff, c.Row)
		row.Verdict, row.Tone = verdictText(c.Verdict), "tone-quiet"
		if c.Verdict == rating.Taken {
			row.Tone, p.Taken = "tone-good", true
		}
		p.Found = append(p.Found, row)
	}
	return nil
}

// verdictText says why a row was taken or not.
func verdictText(v rating.Verdict) string {
	switch v {
	case rating.Taken:
		return "taken"
	case rating.OtherOrigin:
		return "not for this caller"
	case rating.OtherBand:
		return "its hours do not hold then"
	case rating.NotYet:
		return "not in force yet"
	case rating.Ended:
		return "no longer in force"
	}
	return "would do, but a better row was taken"
}
