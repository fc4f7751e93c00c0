package cli

import "tollkeeper/app"

// verifyCommand checks that the books agree with themselves.
type verifyCommand struct {
	JSON bool `name:"json" help:"Print what was looked at and found as JSON."`
	Deep bool `help:"Rate every call again too, by the card that its charge names."`
}

// Help is the long help.
func (verifyCommand) Help() string {
	return "Compares ledgers, balances, charges, roll-ups and counts of records with each other, every segment with its checksums, and the chain of the activity. " +
		"The exit code is 0 when all agrees and 1 when something was found."
}

func (c *verifyCommand) Run(s *session) error {
	a, err := s.books()
	if err != nil {
		return err
	}
	check := a.Verify
	if c.Deep {
		check = a.VerifyCharges
	}
	p := s.progress("verify")
	v, err := check(s.ctx, p.report)
	p.done()
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.writeJSON(v)
	} else {
		c.print(s, v)
	}
	if err == nil && !v.Sound() {
		n := int64(len(v.Findings))
		return &found{grouped(n) + plural(n, " finding", " findings") + ": keep a copy of the books as they are, then restore the last backup that verifies"}
	}
	return err
}

func (c *verifyCommand) print(s *session, v *app.Verified) {
	for _, f := range v.Findings {
		s.printf("%s\n", f)
	}
	s.printf("tenants %s, calls %s in segments %s, rows of roll-ups %s, ledger entries %s, rows of activity %s",
		grouped(int64(v.Tenants)), grouped(v.Calls), grouped(v.Segments), grouped(v.Rollups), grouped(v.Entries), grouped(v.Activity))
	if c.Deep {
		s.printf(", charges computed again %s", grouped(v.Rated))
	}
	if v.Sound() {
		s.printf(": all agree\n")
	} else {
		s.printf("\n")
	}
}
