package cli

import (
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// tenantBilling switches billing.
type tenantBilling struct {
	State string `arg:"" enum:"on,off" help:"on or off."`
	Name  string `arg:"" optional:"" help:"Name or id of the tenant."`
	All   bool   `help:"For all tenants that have no switch of their own."`
	From  string `placeholder:"INSTANT" help:"For calls answered from this instant on (RFC 3339, or always); without it from now on."`
}

// Help is the long help.
func (tenantBilling) Help() string {
	return "Calls of a tenant whose billing is off are stored and reported, at amount zero. " +
		"Calls that are charged already stay so until they are rated again (tollkeeper rerate)."
}

func (c *tenantBilling) Run(s *session) error {
	if c.All == (c.Name != "") {
		return &usageError{fault.New(fault.Invalid, "say whose billing: the NAME of a tenant, or --all")}
	}
	from := s.Clock()
	switch c.From {
	case "":
	case "always":
		from = 0
	default:
		var err error
		if from, err = when.Parse(c.From); err != nil {
			return &usageError{fault.Inputs{{Field: "--from", Value: fault.Cut(c.From), Reason: err.Error()}}}
		}
	}
	a, err := s.books()
	if err != nil {
		return err
	}
	who := tenant.Tenant{Name: "all tenants"}
	if !c.All {
		if who, err = s.tenant(c.Name); err != nil {
			return err
		}
	}
	if err := a.SetBilling(s.ctx, who.ID, from, c.State == "on"); err != nil {
		return err
	}
	if from == 0 {
		s.printf("billing of %s is %s for all calls\n", who.Name, c.State)
		return nil
	}
	s.printf("billing of %s is %s for calls answered from %s on\n", who.Name, c.State, from)
	return nil
}

// tenantClose closes billing through a day.
type tenantClose struct {
	Name    string `arg:"" help:"Name or id."`
	Through string `required:"" placeholder:"DAY" help:"The last day that is closed, such as 2026-06-30."`
}

func (c *tenantClose) Run(s *session) error {
	day, err := when.ParseDay(c.Through)
	if err != nil {
		return &usageError{fault.Inputs{{Field: "--through", Value: fault.Cut(c.Through), Reason: err.Error()}}}
	}
	a, t, err := s.booksOf(c.Name)
	if err != nil {
		return err
	}
	if err := a.CloseThrough(s.ctx, t.ID, day); err != nil {
		return err
	}
	s.printf("billing of %s is closed through %s\n", t.Name, day)
	return nil
}
