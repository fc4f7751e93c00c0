package cli

import (
	"fmt"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

type cardCommands struct {
	List   cardList   `cmd:"" help:"List rate cards, and where they hold."`
	Assign cardAssign `cmd:"" help:"Let a card hold for the system, a tenant, a billing unit or a campaign."`
	End    cardEnd    `cmd:"" help:"End an assignment."`
}

// cardList lists cards and assignments.
type cardList struct {
	Tenant string `placeholder:"NAME" help:"With this tenant's own, by name or id. Without it the system's."`
	output
}

func (c *cardList) Run(s *session) error {
	if _, err := s.books(); err != nil {
		return err
	}
	owner := tenant.Tenant{ID: tenant.System}
	if c.Tenant != "" {
		var err error
		if owner, err = s.tenant(c.Tenant); err != nil {
			return err
		}
	}
	cards := table.Table{Name: "cards", Title: "Rate cards",
		Columns: append(text("Name", "Whose", "Revision", "Made from"), table.Column{Name: "Rates", Kind: table.Count}, table.Column{Name: "Published", Kind: table.Instant})}
	held := table.Table{Name: "assignments", Title: "Where they hold",
		Columns: append(text("Assignment", "Card", "Scope", "Kind"), columnsOf(table.Instant, []string{"From", "To"})...)}
	err := s.store.View(s.ctx, owner.ID, func(tx *store.Tx) error {
		all, err := tx.Cards()
		if err != nil {
			return err
		}
		for i := range all {
			cards.Rows = append(cards.Rows, table.Row{table.String(all[i].Name), table.String(whose(all[i].Own)), table.String(fmt.Sprint(all[i].Revision)),
				table.String(all[i].Note), table.Number(int64(all[i].Rates)), table.At(all[i].Created)})
		}
		as, err := app.HeldCards(tx)
		for i := range as {
			h := &as[i]
			from, to := table.At(h.Period.From), table.At(h.Period.To)
			from.None, to.None = h.Period.From == 0, h.Period.To == 0 || h.Period.To == when.Forever
			held.Rows = append(held.Rows, table.Row{table.String(fmt.Sprint(h.ID)), table.String(h.Name),
				table.String(scopeOf(h)), table.String(h.Kind.String()), from, to})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.write(s, cards, held)
}

func whose(own bool) string {
	if own {
		return "tenant"
	}
	return "system"
}

// scopeOf is where an assignment holds, as --scope takes it.
func scopeOf(h *app.HeldCard) string {
	switch h.Scope {
	case rating.Unit:
		return "unit:" + h.UnitName
	case rating.Campaign:
		return "campaign:" + h.Code
	}
	return h.Scope.String()
}

// cardAssign ties a card to a scope.
type cardAssign struct {
	Card   string `arg:"" help:"The card: the tenant's own of that name, else the system's."`
	Scope  string `required:"" placeholder:"SCOPE" help:"system, tenant, unit:NAME or campaign:CODE."`
	Tenant string `placeholder:"NAME" help:"The tenant, by name or id, unless the scope is system."`
	Kind   string `placeholder:"KIND" help:"Only for calls of a kind: manual, click_to_call, dialer, inbound, internal, callback."`
	From   string `placeholder:"INSTANT" help:"For calls answered from then on (RFC 3339, or always); without it from now on."`
}

// Help is the long help.
func (cardAssign) Help() string {
	return "Where another card holds there, it ends where this one begins. Calls that are charged already keep their charges: " +
		"tollkeeper rerate shows what they would cost now, and posts the differences. Calls that wait for a card are tried again with tollkeeper suspense --rerun."
}

func (c *cardAssign) Run(s *session) error {
	o := app.AssignCard{Tenant: c.Tenant, Card: c.Card, From: s.Clock(), Did: auth.Program("command line").Did("card.assign", "")}
	var err error
	if o.To, err = app.ParseAssignTo(c.Scope); err != nil {
		return &usageError{err}
	}
	if o.To.Kind, err = usage.ParseKind(c.Kind); err != nil {
		return &usageError{err}
	}
	switch c.From {
	case "":
	case "always":
		o.From = 0
	default:
		if o.From, err = when.Parse(c.From); err != nil {
			return &usageError{fault.Inputs{{Field: "--from", Value: fault.Cut(c.From), Reason: err.Error()}}}
		}
	}
	a, err := s.books()
	if err != nil {
		return err
	}
	if c.Tenant != "" {
		if _, err := s.tenant(c.Tenant); err != nil {
			return err
		}
	}
	done, err := a.AssignCard(s.ctx, o)
	switch {
	case err != nil:
		return err
	case done.Already:
		s.printf("card %s holds there already (assignment %d)\n", c.Card, done.ID)
	case done.Ends != nil:
		s.printf("assignment %d: card %s holds for %s; assignment %d ends where it begins\n", done.ID, c.Card, c.Scope, done.Ends.ID)
	default:
		s.printf("assignment %d: card %s holds for %s\n", done.ID, c.Card, c.Scope)
	}
	return nil
}

// cardEnd ends an assignment.
type cardEnd struct {
	Assignment int32  `arg:"" help:"Its number, as card list shows it."`
	Tenant     string `placeholder:"NAME" help:"The tenant it belongs to, by name or id. Without it, it is the system's."`
	At         string `placeholder:"INSTANT" help:"It holds only for calls answered before (RFC 3339); without it until now."`
}

// Help is the long help.
func (cardEnd) Help() string {
	return "From then on the card of the next wider scope is asked; where there is none, calls wait in suspense. Calls that are charged already keep their charges."
}

func (c *cardEnd) Run(s *session) error {
	at := s.Clock()
	if c.At != "" {
		var err error
		if at, err = when.Parse(c.At); err != nil {
			return &usageError{fault.Inputs{{Field: "--at", Value: fault.Cut(c.At), Reason: err.Error()}}}
		}
	}
	a, err := s.books()
	if err != nil {
		return err
	}
	if c.Tenant != "" {
		if _, err := s.tenant(c.Tenant); err != nil {
			return err
		}
	}
	done, err := a.EndAssignment(s.ctx, app.EndAssignment{Tenant: c.Tenant, ID: c.Assignment, At: at, Did: auth.Program("command line").Did("card.end", "")})
	if err != nil {
		return err
	}
	if done.Already {
		s.printf("assignment %d ends at %s already\n", c.Assignment, at)
		return nil
	}
	s.printf("assignment %d ends at %s\n", c.Assignment, at)
	return nil
}
