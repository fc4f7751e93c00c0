package cli

import (
	"strconv"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/when"
)

type keyCommands struct {
	List   keyList   `cmd:"" help:"List API keys, without their secrets."`
	Add    keyAdd    `cmd:"" help:"Make an API key and print its secret, this once."`
	Revoke keyRevoke `cmd:"" help:"End an API key, for ever."`
}

// ofWhom is whose logins or keys are meant.
type ofWhom struct {
	Tenant   string `placeholder:"NAME" help:"Whose, by name or id."`
	Operator bool   `help:"The operator's own instead."`
}

// door opens the books and gives the way in, and the program as who asks there.
func (c *ofWhom) door(s *session) (*auth.Auth, *auth.Person, error) {
	if (c.Tenant == "") == !c.Operator {
		return nil, nil, &usageError{fault.New(fault.Invalid, "say whose: --tenant NAME, or --operator")}
	}
	by := auth.Program("command line")
	if c.Operator {
		if _, err := s.newBooks(); err != nil {
			return nil, nil, err
		}
	} else {
		_, t, err := s.booksOf(c.Tenant)
		if err != nil {
			return nil, nil, err
		}
		by.ActingIn = t.ID
	}
	return auth.New(s.store, auth.Options{Clock: s.Clock, Secure: true}), by, nil
}

// keyList lists keys.
type keyList struct {
	ofWhom
	output
}

func (c *keyList) Run(s *session) error {
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	keys, err := a.Keys(s.ctx, by)
	if err != nil {
		return err
	}
	t := table.Table{Name: "keys", Title: "API keys", Columns: append(text("Id", "Key", "Name", "Scopes", "State"),
		table.Column{Name: "Made", Kind: table.Instant}, table.Column{Name: "Expires", Kind: table.Instant}, table.Column{Name: "Last used", Kind: table.Instant})}
	for i := range keys {
		k := &keys[i]
		t.Rows = append(t.Rows, table.Row{table.String(formatID(k.ID)), table.String(k.Prefix + "…"), table.String(k.Name), table.String(k.Scopes.String()),
			table.String(stateOf(k, s.Clock())), table.At(k.Created), table.At(k.Expires), table.At(k.Used)})
	}
	return c.write(s, t)
}

func stateOf(k *auth.Key, now when.Instant) string {
	switch {
	case k.Revoked != 0:
		return "revoked"
	case !k.Works(now):
		return "expired"
	}
	return "works"
}

// keyAdd makes a key.
type keyAdd struct {
	ofWhom
	Name    string   `required:"" placeholder:"NAME" help:"What the key is for."`
	Scopes  []string `required:"" placeholder:"A,B" help:"What it may do."`
	Expires string   `placeholder:"INSTANT" help:"When it ends; without it never."`
}

// Help is the long help.
func (keyAdd) Help() string {
	list := "Scopes: edit_integrations sends call records; the others are named as privileges are:"
	for _, p := range access.Scopes() {
		list += " " + p.String()
	}
	return list + "; an operator's key may have operate too. The secret is printed alone on its line, and nowhere kept."
}

func (c *keyAdd) Run(s *session) error {
	var scopes access.Set
	for _, name := range c.Scopes {
		p, err := access.Parse(name)
		if err != nil {
			return &usageError{err}
		}
		scopes = scopes.With(p)
	}
	expires := when.Instant(0)
	if c.Expires != "" {
		var err error
		if expires, err = when.Parse(c.Expires); err != nil {
			return &usageError{err}
		}
	}
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	secret, k, err := a.NewKey(s.ctx, by, c.Name, scopes, expires)
	if err != nil {
		return err
	}
	s.tell("API key %s, %s. This is its secret; it is not shown again:", formatID(k.ID), c.Name)
	s.printf("%s\n", secret)
	return nil
}

// keyRevoke ends a key.
type keyRevoke struct {
	ofWhom
	ID int64 `arg:"" help:"Of the key, as list shows it."`
}

func (c *keyRevoke) Run(s *session) error {
	a, by, err := c.door(s)
	if err != nil {
		return err
	}
	if err := a.RevokeKey(s.ctx, by, c.ID); err != nil {
		return err
	}
	s.printf("API key %s no longer works\n", formatID(c.ID))
	return nil
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }
