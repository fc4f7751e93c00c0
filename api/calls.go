package api

import (
	"context"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

const listCallsAbout = "A page of calls, the newest first; next names the page behind it. Without View Calls numbers are masked. " +
	"from and to are days in the account's zone, both included; without them the last 31 days are meant."

// usualDays is how many days are listed where nobody says which.
const usualDays = 31

type callsInput struct {
	Whose
	From     string `query:"from" doc:"First day, YYYY-MM-DD."`
	To       string `query:"to" doc:"Last day, YYYY-MM-DD."`
	Agent    string `query:"agent" doc:"Username."`
	Campaign string `query:"campaign" doc:"Code of the campaign."`
	Country  string `query:"country" doc:"Two-letter code of the far end's country."`
	Kind     string `query:"kind" enum:",manual,click_to_call,dialer,inbound,internal,callback"`
	Outcome  string `query:"outcome" enum:",rated,zero_rated,suspended"`
	Number   string `query:"number" doc:"Digits with which either number begins or ends; takes View Calls."`
	After    string `query:"after" doc:"next of the page before."`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type callsOutput struct{ Body callsAnswer }

type callsAnswer struct {
	Calls []call `json:"calls"`
	Next  string `json:"next,omitempty" doc:"after of the next page; missing on the last."`
}

// call is a call with the charge that counts.
type call struct {
	ID          string        `json:"id" doc:"Its identity, for /v1/calls/{id}."`
	Day         when.Day      `json:"day" doc:"UTC day on which it began."`
	Started     when.Instant  `json:"started_at" format:"date-time"`
	Answered    *when.Instant `json:"answered_at,omitempty" doc:"Missing: not answered."`
	Ended       when.Instant  `json:"ended_at" format:"date-time"`
	Kind        string        `json:"kind"`
	Direction   string        `json:"direction"`
	Calling     string        `json:"calling,omitempty"`
	Called      string        `json:"called"`
	Country     string        `json:"country,omitempty"`
	Agent       string        `json:"agent,omitempty"`
	Campaign    string        `json:"campaign,omitempty"`
	Unit        string        `json:"billing_unit,omitempty"`
	Queue       string        `json:"queue,omitempty"`
	Carrier     string        `json:"carrier,omitempty"`
	Source      string        `json:"source,omitempty"`
	Disposition string        `json:"disposition,omitempty"`
	Detection   string        `json:"amd"`
	Seconds     int32         `json:"seconds" doc:"From answer to end."`
	Billed      int32         `json:"billed_s"`
	Charged     int32         `json:"charged_s"`
	BilledAt    *when.Instant `json:"billed_at,omitempty"`
	Amount      money.Amount  `json:"amount"`
	AMD         money.Amount  `json:"amd_amount"`
	Currency    string        `json:"currency"`
	Outcome     string        `json:"outcome"`
	Reason      string        `json:"reason,omitempty"`
}

func (s *server) listCalls(ctx context.Context, in *callsInput) (*callsOutput, error) {
	t, err := s.tenant(ctx, in.Whose)
	if err != nil {
		return nil, err
	}
	o, n, err := s.listing(ctx, t, in)
	if err != nil {
		return nil, err
	}
	page, err := s.App.ListCalls(ctx, o)
	if err != nil {
		return nil, err
	}
	out := &callsOutput{callsAnswer{Calls: make([]call, len(page.Calls)), Next: page.Next}}
	for i := range page.Calls {
		out.Body.Calls[i] = n.call(&page.Calls[i], asking(ctx).Can)
	}
	return out, nil
}

// listing reads the parameters, and tells all that is wrong with them at once.
func (s *server) listing(ctx context.Context, t tenant.Tenant, in *callsInput) (app.ListCalls, *names, error) {
	o := app.ListCalls{Tenant: t, Status: in.Outcome, Number: strings.TrimPrefix(in.Number, "+"), After: in.After, Limit: in.Limit}
	var wrong fault.Inputs
	add := func(field, value, reason string) {
		wrong = append(wrong, fault.Input{Field: field, Value: fault.Cut(value), Reason: reason})
	}
	var err error
	if o.Days, err = s.days(t, in.From, in.To); err != nil {
		add("from", in.From+" to "+in.To, err.Error())
	}
	n := new(names)
	if err := s.App.Store().View(ctx, t.ID, n.load); err != nil {
		return o, nil, err
	}
	n.currency = string(t.Currency)
	if in.Agent != "" {
		if o.Agent = find(n.agents, in.Agent); o.Agent == 0 {
			add("agent", in.Agent, "no user has this username")
		}
	}
	if in.Campaign != "" {
		if o.Campaign = find(n.campaigns, in.Campaign); o.Campaign == 0 {
			add("campaign", in.Campaign, "no campaign has this code")
		}
	}
	if in.Country != "" {
		if o.Country, err = phone.ParseCountry(strings.ToUpper(in.Country)); err != nil {
			add("country", in.Country, "not a country's two-letter code")
		}
	}
	if o.Kind, err = usage.ParseKind(in.Kind); err != nil {
		add("kind", in.Kind, err.Error())
	}
	if in.Number != "" && !asking(ctx).Can.Has(access.ViewCalls) {
		add("number", "", "looking for numbers needs the privilege "+access.ViewCalls.Title())
	}
	return o, n, wrong.Err()
}

// days are those of the parameters, or the last ones.
func (s *server) days(t tenant.Tenant, from, to string) (when.Days, error) {
	if from != "" && to != "" {
		return when.ParseDays(from, to)
	}
	zone, err := when.LoadZone(t.Zone)
	if err != nil {
		return when.Days{}, err
	}
	ds := when.Days{To: zone.Day(s.Clock())}
	if to != "" {
		if ds.To, err = when.ParseDay(to); err != nil {
			return ds, err
		}
	}
	ds.From = ds.To.Add(1 - usualDays)
	if from != "" {
		ds.From, err = when.ParseDay(from)
	}
	return ds, err
}

// names are those that calls have by number.
type names struct {
	agents    map[tenant.UserID]string
	campaigns map[tenant.CampaignID]string
	units     map[tenant.UnitID]string
	queues    map[int32]string
	carriers  map[int32]string
	sources   map[int32]string
	currency  string
}

func find[ID comparable](names map[ID]string, name string) (id ID) {
	for id, n := range names {
		if n == name {
			return id
		}
	}
	return id
}

func (n *names) load(tx *store.Tx) error {
	n.agents, n.campaigns, n.units = map[tenant.UserID]string{}, map[tenant.CampaignID]string{}, map[tenant.UnitID]string{}
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for i := range users {
		n.agents[users[i].ID] = users[i].Username
	}
	campaigns, err := tx.Campaigns()
	if err != nil {
		return err
	}
	for i := range campaigns {
		n.campaigns[campaigns[i].ID] = campaigns[i].Code
	}
	units, err := tx.Units()
	if err != nil {
		return err
	}
	for i := range units {
		n.units[units[i].ID] = units[i].Name
	}
	for kind, into := range map[store.LabelKind]*map[int32]string{
		store.QueueLabel: &n.queues, store.CarrierLabel: &n.carriers, store.SourceLabel: &n.sources,
	} {
		if *into, err = tx.Labels(kind); err != nil {
			return err
		}
	}
	return nil
}

func (n *names) call(c *app.ListedCall, can access.Set) call {
	number := func(x phone.Number) string {
		if can.Has(access.ViewCalls) {
			return x.String()
		}
		return masked(x.String())
	}
	return call{
		ID: c.Identity.String(), Day: c.Day, Started: c.Started, Answered: known(c.Answered), Ended: c.Ended,
		Kind: c.Kind.String(), Direction: c.Direction.String(), Calling: number(c.Calling), Called: number(c.Called), Country: c.Country.String(),
		Agent: n.agents[c.Agent], Campaign: n.campaigns[c.Campaign], Unit: n.units[c.Unit],
		Queue: n.queues[int32(c.Queue)], Carrier: n.carriers[int32(c.Carrier)], Source: n.sources[int32(c.Source)],
		Disposition: c.Disposition.String(), Detection: c.AMD.String(), Seconds: c.Seconds(),
		Billed: c.Charge.Billed, Charged: c.Charge.Charged(), BilledAt: known(c.Charge.BilledAt),
		Amount: c.Charge.Amount, AMD: c.Charge.AMD, Currency: n.currency,
		Outcome: c.Charge.Status.String(), Reason: c.Charge.Reason.String(),
	}
}

func known(i when.Instant) *when.Instant {
	if i == 0 {
		return nil
	}
	return &i
}

// masked hides a number's last four digits.
func masked(s string) string {
	const hidden = 4
	keep := max(0, len(s)-hidden)
	return s[:keep] + strings.Repeat("x", len(s)-keep)
}
