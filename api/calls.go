package api

import (
	"context"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

const listCallsAbout = "A page of calls, the newest first unless order says otherwise. next names the page behind it and previous the one before; " +
	"a search that finds little breaks off when it has read as much as a page may: then stopped_at says how far it came, and the page may be short or " +
	"empty though next names another. Filters narrow each other; of one that is given several times, a call has to fit one. " +
	"Without View Calls numbers are masked. from and to are days in the account's zone, both included; without them the last 31 days are meant."

// usualDays is how many days are listed where nobody says which.
const usualDays = 31

type callsInput struct {
	CallsFilter
	Order  string `query:"order" enum:",newest,oldest" doc:"Which calls come first; without it the newest."`
	After  string `query:"after" doc:"next of the page before."`
	Before string `query:"before" doc:"previous of the page behind."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// CallsFilter is the parameters that say which calls are meant.
type CallsFilter struct {
	Whose
	From        string   `query:"from" doc:"First day on which the calls began, YYYY-MM-DD."`
	To          string   `query:"to" doc:"Last day, included."`
	TimeFrom    string   `query:"time_from" doc:"Time of day from which on they began, HH:MM on the account's clock. One later than time_to goes over midnight."`
	TimeTo      string   `query:"time_to" doc:"Time of day before which they began."`
	Agent       []string `query:"agent,explode" doc:"Username."`
	Team        []string `query:"team,explode" doc:"Name of a team whose members, on the day of billing, the calls are. Beside agent, fitting one of both is enough."`
	Campaign    []string `query:"campaign,explode" doc:"Code of the campaign."`
	Country     []string `query:"country,explode" doc:"Two-letter code of the far end's country."`
	Kind        []string `query:"kind,explode" doc:"manual, click_to_call, dialer, inbound, internal or callback."`
	Direction   []string `query:"direction,explode" doc:"outbound or inbound."`
	Outcome     []string `query:"outcome,explode" doc:"rated, zero_rated or suspended."`
	Reason      []string `query:"reason,explode" doc:"Why a call costs nothing or waits, as in the answers."`
	Disposition []string `query:"disposition,explode" doc:"answered, no_answer, busy, failed, cancelled, congestion or abandoned."`
	Number      string   `query:"number" doc:"Digits with which the calling or the called number begins or ends; takes View Calls."`
	NumberAt    string   `query:"number_at" enum:",begin,end" doc:"Where the digits stand; without it at either end."`
	AmountFrom  string   `query:"amount_from" doc:"Least amount, voice and detection together, in the account's currency."`
	AmountTo    string   `query:"amount_to" doc:"Largest amount."`
	LengthFrom  string   `query:"length_from" doc:"Least length from answer to end, in seconds or as 1:30."`
	LengthTo    string   `query:"length_to" doc:"Largest length."`
}

// filter is the filter's parameters by the names that app gives them.
func (in *CallsFilter) filter() map[string][]string {
	return map[string][]string{
		"agent": in.Agent, "team": in.Team, "campaign": in.Campaign, "country": in.Country, "kind": in.Kind, "direction": in.Direction,
		"status": in.Outcome, "reason": in.Reason, "disposition": in.Disposition, "number": {in.Number}, "number_at": {in.NumberAt},
		"amount_from": {in.AmountFrom}, "amount_to": {in.AmountTo}, "length_from": {in.LengthFrom}, "length_to": {in.LengthTo},
		"time_from": {in.TimeFrom}, "time_to": {in.TimeTo},
	}
}

type callsOutput struct{ Body callsAnswer }

type callsAnswer struct {
	Calls    []call        `json:"calls"`
	Next     string        `json:"next,omitempty" doc:"after of the next page; missing on the last."`
	Previous string        `json:"previous,omitempty" doc:"before of the page that precedes; missing on the first."`
	Stopped  *when.Instant `json:"stopped_at,omitempty" doc:"Where a search broke off that had read as much as a page may; calls on the other side were not looked at."`
}

// call is a call with the charge that counts.
type call struct {
	ID       string        `json:"id" doc:"Its identity, for /v1/calls/{id}."`
	Day      when.Day      `json:"day" doc:"UTC day on which it began."`
	Started  when.Instant  `json:"started_at" format:"date-time"`
	Answered *when.Instant `json:"answered_at,omitempty" doc:"Missing: not answered."`
	Ended    when.Instant  `json:"ended_at" format:"date-time"`
	app.CallWords
	Seconds  int32         `json:"seconds" doc:"From answer to end."`
	Billed   int32         `json:"billed_s"`
	Charged  int32         `json:"charged_s"`
	BilledAt *when.Instant `json:"billed_at,omitempty"`
	Amount   money.Amount  `json:"amount"`
	AMD      money.Amount  `json:"amd_amount"`
	Currency string        `json:"currency"`
	Outcome  string        `json:"outcome"`
	Reason   string        `json:"reason,omitempty"`
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
	out := &callsOutput{callsAnswer{Calls: make([]call, len(page.Calls)), Next: page.Next, Previous: page.Previous, Stopped: known(page.Stopped)}}
	for i := range page.Calls {
		out.Body.Calls[i] = n.call(&page.Calls[i], asking(ctx).Can)
	}
	return out, nil
}

// listing reads the parameters of a page.
func (s *server) listing(ctx context.Context, t tenant.Tenant, in *callsInput) (app.ListCalls, *names, error) {
	o := app.ListCalls{Tenant: t, After: in.After, Before: in.Before, Limit: in.Limit, Order: orderOf(in.Order)}
	n := new(names)
	if err := s.App.Store().View(ctx, t.ID, n.load); err != nil {
		return o, nil, err
	}
	n.currency = string(t.Currency)
	var err error
	o.CallFilter, err = s.readFilter(ctx, t, &n.directory, &in.CallsFilter)
	return o, n, err
}

func orderOf(name string) app.CallOrder {
	if name == "oldest" {
		return app.OldestFirst
	}
	return app.NewestFirst
}

// readFilter reads which calls are meant, and tells all that is wrong with it at
// once.
func (s *server) readFilter(ctx context.Context, t tenant.Tenant, n *app.CallNames, in *CallsFilter) (app.CallFilter, error) {
	f, wrong := n.ReadFilter(in.filter())
	for i := range wrong {
		if wrong[i].Field == "status" { // as the answers call it
			wrong[i].Field = "outcome"
		}
	}
	var err error
	if f.Days, err = s.days(t, in.From, in.To); err != nil {
		wrong = append(wrong, fault.Input{Field: "from", Value: fault.Cut(in.From + " to " + in.To), Reason: err.Error()})
	}
	if in.Number != "" && !asking(ctx).Can.Has(access.ViewCalls) {
		wrong = append(wrong, fault.Input{Field: "number", Reason: "looking for numbers needs the privilege " + access.ViewCalls.Title()})
	}
	return f, wrong.Err()
}

// days are those of the parameters, or the last ones.
func (s *server) days(t tenant.Tenant, from, to string) (when.Days, error) {
	if from != "" && to != "" {
		return when.ParseDays(from, to)
	}
	zone, err := s.App.Zone(t.Zone)
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
	directory app.CallNames
}

func (n *names) load(tx *store.Tx) error {
	n.agents, n.campaigns, n.units = map[tenant.UserID]string{}, map[tenant.CampaignID]string{}, map[tenant.UnitID]string{}
	if err := n.directory.Load(tx); err != nil {
		return err
	}
	for i := range n.directory.Users {
		n.agents[n.directory.Users[i].ID] = n.directory.Users[i].Username
	}
	for i := range n.directory.Campaigns {
		n.campaigns[n.directory.Campaigns[i].ID] = n.directory.Campaigns[i].Code
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
	x := call{
		ID: c.Identity.String(), Day: c.Day, Started: c.Started, Answered: known(c.Answered), Ended: c.Ended, CallWords: app.NumbersFor(can).Words(&c.Call), Seconds: c.Seconds(),
		Billed: c.Charge.Billed, Charged: c.Charge.Charged(), BilledAt: known(c.Charge.BilledAt),
		Amount: c.Charge.Amount, AMD: c.Charge.AMD, Currency: n.currency,
		Outcome: c.Charge.Status.String(), Reason: c.Charge.Reason.String(),
	}
	x.Agent, x.Campaign, x.Unit = n.agents[c.Agent], n.campaigns[c.Campaign], n.units[c.Unit]
	x.Queue, x.Carrier, x.Source = n.queues[int32(c.Queue)], n.carriers[int32(c.Carrier)], n.sources[int32(c.Source)]
	return x
}

func known(i when.Instant) *when.Instant {
	if i == 0 {
		return nil
	}
	return &i
}
