package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
	"tollkeeper/store"
)

// importRates works a deck into a card.
type importRates struct {
	File      string `arg:"" help:"The deck: our own CSV layout, or a carrier's; - is the standard input."`
	Card      string `required:"" placeholder:"NAME" help:"The card; one of a new name is made."`
	Tenant    string `placeholder:"NAME" help:"The card is this tenant's own. Without it, it is the system's and any tenant may have it."`
	Scope     string `placeholder:"SCOPE" help:"Where it is to hold: system, tenant, campaign:CODE, unit:NAME or none. Without it, a new card holds for its tenant, or for the system, if no card does yet."`
	Kind      string `placeholder:"KIND" help:"Only for calls of a kind: manual, click_to_call, dialer, inbound, internal, callback."`
	Apply     string `enum:"replace,add" default:"replace" placeholder:"HOW" help:"replace ends what the deck does not name, add leaves it."`
	Effective string `placeholder:"INSTANT" help:"From when rows without a date hold (RFC 3339, or always). Without it: always for a new card, now for others."`
	Preview   bool   `help:"Show what would change, and change nothing."`
	Rerun     bool   `help:"Then try again what waits for a rate."`
	Changes   int    `default:"10" placeholder:"N" help:"How many changes to show; 0 shows all."`
	rateTerms
	deckLayout
	output
}

// rateTerms are the terms of a card. What is not given stays as it is; a new
// card has the default.
type rateTerms struct {
	Currency  *string           `group:"terms" placeholder:"USD" help:"Its currency; a tenant's new card has the tenant's."`
	Zone      string            `group:"terms" placeholder:"ZONE" help:"Time zone of its bands and of dates without an offset (UTC)."`
	Decimals  *int              `group:"terms" placeholder:"4" help:"Decimals that the amount of one call is rounded to."`
	Mode      *money.Mode       `group:"terms" placeholder:"half_up" help:"How it is rounded: half_up, up, half_even or down."`
	Spanning  *rating.Spanning  `group:"terms" placeholder:"start" help:"start: the band at the answer rates the whole call; split: each second its own."`
	GraceRule *rating.GraceRule `group:"terms" placeholder:"threshold" help:"threshold: short calls are free; deduct: the first seconds are."`
	AMDFee    *money.Amount     `group:"terms" name:"amd-fee" placeholder:"0" help:"Charge for one answering machine detection."`
	Bands     string            `group:"terms" placeholder:"FILE" help:"JSON file with the bands: name, windows, holidays."`
}

// deckLayout is what may be said about a carrier's deck beforehand.
type deckLayout struct {
	Layout string `group:"deck" enum:"auto,own,generic" default:"auto" placeholder:"auto" help:"Layout of the deck: auto, own or generic (a carrier's)."`
	Dates  string `group:"deck" enum:"auto,dmy,mdy" default:"auto" placeholder:"auto" help:"How 03/04/2026 is meant: dmy or mdy; auto finds out or refuses."`
	Per    int    `group:"deck" placeholder:"60" help:"Seconds that a carrier's rate is for: 60, 6 or 1; without it by its heading."`
}

func (c *importRates) Run(s *session) error {
	o, err := c.read()
	if err != nil {
		return err
	}
	a, err := s.books()
	if err != nil {
		return err
	}
	if err := c.place(s, &o); err != nil {
		return err
	}
	if c.File == "-" {
		o.Input = s.In
	}
	p := s.progress(filepath.Base(c.File))
	result, err := a.ImportRates(s.ctx, o, p.report)
	p.done()
	if err != nil {
		return err
	}
	if err := c.print(s, result); err != nil {
		return err
	}
	return c.rerun(s, a, result)
}

// read makes a request of the flags; all that is wrong with them comes at once.
func (c *importRates) read() (app.ImportRates, error) {
	o := app.ImportRates{Path: c.File, Tenant: c.Tenant, Card: c.Card, Preview: c.Preview, Terms: app.CardTerms{
		Zone: c.Zone, Spanning: c.Spanning, GraceRule: c.GraceRule, AMDFee: c.AMDFee,
	}, Deck: deck.Options{Per: c.Per}}
	did := auth.Program("command line").Did("card.publish", "")
	o.Did = &did
	var wrong fault.Inputs
	bad := func(flag, value string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Input{Field: "--" + flag, Value: fault.Cut(value), Reason: err.Error()})
		}
	}
	if c.Apply == "add" {
		o.Apply = rating.Add
	}
	if c.Layout != "auto" {
		o.Deck.Layout = deck.Layout(c.Layout)
	}
	if c.Dates != "auto" {
		o.Deck.DateOrder = deck.DateOrder(c.Dates)
	}
	if c.Currency != nil {
		var err error
		o.Terms.Currency, err = money.ParseCurrency(*c.Currency)
		bad("currency", *c.Currency, err)
	}
	if c.Zone != "" {
		_, err := when.LoadZone(c.Zone)
		bad("zone", c.Zone, err)
	}
	if c.Effective != "" {
		var at when.Instant
		var err error
		if c.Effective != "always" {
			at, err = when.Parse(c.Effective)
		}
		o.Effective = &at
		bad("effective", c.Effective, err)
	}
	o.Terms.Decimals, o.Terms.Mode = c.Decimals, c.Mode
	if c.Decimals != nil {
		bad("decimals", strconv.Itoa(*c.Decimals), money.Rounding{Decimals: *c.Decimals}.Check())
	}
	if c.Bands != "" {
		var err error
		o.Terms.Bands, err = readBands(c.Bands)
		bad("bands", c.Bands, err)
	}
	if c.Scope != "" && c.Scope != "none" {
		to, err := app.ParseAssignTo(c.Scope)
		bad("scope", c.Scope, err)
		to.Kind, err = usage.ParseKind(c.Kind)
		bad("kind", c.Kind, err)
		o.Assign = &to
	} else if c.Kind != "" {
		wrong = append(wrong, fault.Input{Field: "--kind", Value: fault.Cut(c.Kind), Reason: "says something only beside --scope"})
	}
	if len(wrong) > 0 {
		return o, &usageError{wrong}
	}
	return o, nil
}

func readBands(file string) (bands []rating.Band, err error) {
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &bands)
	}
	return bands, err
}

// place lets a new card hold for its tenant, or the system, where nobody said
// otherwise and no card would have to make room: that is what a first deck is
// for.
func (c *importRates) place(s *session, o *app.ImportRates) error {
	owner := tenant.Tenant{ID: tenant.System}
	scope := rating.System
	if c.Tenant != "" {
		var err error
		if owner, err = s.tenant(c.Tenant); err != nil {
			return err
		}
		scope = rating.Tenant
	}
	if c.Scope != "" {
		return nil
	}
	return s.store.View(s.ctx, owner.ID, func(tx *store.Tx) error {
		_, err := tx.FindCard(c.Card, store.OwnerOf(owner.ID))
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		held, err := tx.Assignments()
		if err == nil && !slices.ContainsFunc(held, func(a rating.Assignment) bool { return a.Scope == scope }) {
			o.Assign = &app.AssignTo{Scope: scope}
		}
		return err
	})
}

// print tells what the deck did.
func (c *importRates) print(s *session, r *app.RatesImported) error {
	changes := changesTable(r)
	if !c.people() {
		return c.write(s, changes)
	}
	if c.Changes > 0 {
		changes.Rows = changes.Rows[:min(len(changes.Rows), c.Changes)]
	}
	var facts []string
	total := 0
	for _, kind := range changeKinds {
		if n := r.Count(kind); n > 0 {
			facts = append(facts, grouped(int64(n))+" "+kind.String())
			total += n
		}
	}
	s.printf("%s, layout %s: %s\n", r.File, r.Layout, strings.Join(facts, ", "))
	for _, g := range r.Guesses {
		s.printf("guessed: %s\n", g)
	}
	for _, w := range r.Warnings {
		s.printf("warning: %s\n", w)
	}
	if len(changes.Rows) > 0 {
		s.printf("\n")
		if err := c.write(s, changes); err != nil {
			return err
		}
		if more := total - r.Count(rating.Unchanged) - len(changes.Rows); more > 0 {
			s.printf("… and %s more (--changes 0 shows all)\n", grouped(int64(more)))
		}
	}
	switch {
	case c.Preview:
		s.printf("\nNothing was changed. Without --preview the card %s gets revision %d with %s rates.\n", r.Card.Name, r.Card.Revision, grouped(int64(r.Card.Rates)))
	case r.Published:
		s.printf("\ncard %s, revision %d: %s rates\n", r.Card.Name, r.Card.Revision, grouped(int64(r.Card.Rates)))
	default:
		s.printf("\ncard %s says all of this already; revision %d stays\n", r.Card.Name, r.Card.Revision)
	}
	c.printPlace(s, r)
	return nil
}

func (c *importRates) printPlace(s *session, r *app.RatesImported) {
	switch {
	case r.Assigned == nil:
	case r.Assigned.Already:
		s.printf("it holds for the %s as before\n", r.Assigned.Scope)
	case r.Assigned.Ends != nil:
		s.printf("it holds for the %s from %s on; assignment %d ends there\n", r.Assigned.Scope, r.Assigned.Period.From, r.Assigned.Ends.ID)
	default:
		s.printf("it holds for the %s\n", r.Assigned.Scope)
	}
}

// rerun tries again what waits, or says how.
func (c *importRates) rerun(s *session, a *app.App, r *app.RatesImported) error {
	if c.Preview || r.Waiting == 0 {
		return nil
	}
	flag := ""
	if c.Tenant != "" {
		flag = " --tenant " + quoteArg(c.Tenant)
	}
	if c.people() {
		s.printf("\n%s suspended calls may now be rated: tollkeeper suspense --rerun%s%s\n", grouped(r.Waiting), flag, s.where())
	}
	if !c.Rerun && !(c.people() && s.ask("Rate them now?")) {
		return nil
	}
	again := suspenseCommand{Tenant: c.Tenant, Rerun: true, output: c.output}
	return again.with(s, a)
}

// changeKinds are the kinds of changes in the order in which they are told.
var changeKinds = []rating.ChangeKind{rating.Added, rating.Increase, rating.Decrease, rating.TermsChanged, rating.Discontinued, rating.Unchanged}

// changesTable lists what changes, row by row.
func changesTable(r *app.RatesImported) table.Table {
	columns := append(text("Change", "Direction", "Prefix", "Destination"), columnsOf(table.Rate, []string{"Old rate", "New rate"})...)
	t := table.Table{Name: "changes", Title: "Changes", Columns: append(columns, table.Column{Name: "From", Kind: table.Instant})}
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Kind == rating.Unchanged {
			continue
		}
		row, before, now := c.Old, table.Value{None: true}, table.Value{None: true}
		if c.Old != nil {
			before = table.PerMinute(c.Old.Rate)
		}
		if c.New != nil {
			row, now = &c.New.Row, table.PerMinute(c.New.Rate)
		}
		from := table.At(c.From)
		from.None = c.From == 0
		t.Rows = append(t.Rows, table.Row{table.String(c.Kind.String()), table.String(row.Direction.String()),
			table.String(row.Prefix.String()), table.String(row.Destination), before, now, from})
	}
	return t
}
