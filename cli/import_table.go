package cli

import (
	"context"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/table"
)

// tableFile is a CSV file with a heading, and whose it is.
type tableFile struct {
	File string `arg:"" help:"CSV file with a heading; - is the standard input."`
}

// tenantFlag says whose something is.
type tenantFlag struct {
	Tenant string `required:"" placeholder:"NAME" help:"Whose, by name or id."`
}

type importUsers struct {
	tableFile
	tenantFlag
	output
}

func (c *importUsers) Run(s *session) error {
	return s.importTable("users", c.File, c.Tenant, c.output, (*app.App).ImportUsers)
}

type importNumbers struct {
	tableFile
	tenantFlag
	output
}

func (c *importNumbers) Run(s *session) error {
	return s.importTable("numbers", c.File, c.Tenant, c.output, (*app.App).ImportNumbers)
}

type importCampaigns struct {
	tableFile
	tenantFlag
	output
}

func (c *importCampaigns) Run(s *session) error {
	return s.importTable("campaigns", c.File, c.Tenant, c.output, (*app.App).ImportCampaigns)
}

type importFX struct {
	tableFile
	output
}

func (c *importFX) Run(s *session) error {
	return s.importTable("rates of exchange", c.File, "", c.output, (*app.App).ImportFX)
}

// importTable takes in one file by the use case take, and prints what it did.
func (s *session) importTable(what, file, owner string, o output, take func(*app.App, context.Context, app.ImportTable) (*app.TableImported, error)) error {
	a, err := s.books()
	if err != nil {
		return err
	}
	if owner != "" {
		if _, err := s.tenant(owner); err != nil {
			return err
		}
	}
	in := app.ImportTable{Path: file, Tenant: owner, Did: auth.Program("command line").Did(what+".import", "")}
	if file == "-" {
		in.Input = s.In
	}
	done, err := take(a, s.ctx, in)
	if err != nil {
		return err
	}
	if !o.people() {
		t := table.Table{Name: "imported", Title: "Imported " + what, Columns: append(text("File"), counts("Added", "Changed", "Unchanged")...)}
		t.Rows = []table.Row{{table.String(done.File), table.Number(int64(done.Added)), table.Number(int64(done.Changed)), table.Number(int64(done.Unchanged))}}
		return o.write(s, t)
	}
	s.printf("%s: %s added, %s changed, %s unchanged\n", what, grouped(int64(done.Added)), grouped(int64(done.Changed)), grouped(int64(done.Unchanged)))
	if len(done.Made) > 0 {
		s.printf("made on the way: %s\n", strings.Join(done.Made, ", "))
	}
	for _, w := range done.Warnings {
		s.printf("warning: %s\n", w)
	}
	return nil
}
