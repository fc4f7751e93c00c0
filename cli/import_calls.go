package cli

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/table"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// importCalls takes in call records.
type importCalls struct {
	Files   []string `arg:"" name:"file" help:"Files, plain or compressed with gzip or zstd; - is the standard input."`
	Tenant  string   `placeholder:"NAME" help:"Whose calls they are, by name or id. Without it each record names its tenant."`
	Source  string   `placeholder:"NAME" help:"Name of the switch; without it the format's name. A call is counted once per source."`
	Format  string   `default:"auto" placeholder:"NAME" help:"auto, own, jsonl, asterisk, freeswitch-csv or freeswitch-json."`
	Zone    string   `placeholder:"ZONE" help:"Time zone of formats that write local times; without it the tenant's."`
	Batch   int      `default:"0" placeholder:"N" help:"Records to commit together; 0 is the usual 65536. Fewer need less memory and take longer."`
	Refused int      `default:"10" placeholder:"N" help:"How many unreadable lines to show; 0 shows all."`
	output
}

// Help is the long help.
func (importCalls) Help() string {
	return "Every record ends in exactly one place, and the counts say in which: rated, zero-rated, suspended " +
		"(waits for a rate, a number, a decision), duplicate, conflict, or rejected as unreadable. " +
		"What was imported once counts once, whatever is imported again.\n\n" +
		"The exit code is 0 when every line could be read and 1 when lines were rejected."
}

func (c *importCalls) Run(s *session) error {
	o := app.ImportCalls{Tenant: c.Tenant, Source: c.Source, Format: c.Format, Batch: c.Batch, Did: auth.Program("command line").Did("import.start", "")}
	if c.Zone != "" {
		zone, err := when.LoadZone(c.Zone)
		if err != nil {
			return &usageError{fault.Inputs{{Field: "--zone", Value: fault.Cut(c.Zone), Reason: err.Error()}}}
		}
		o.Zone = zone
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
	var sum usage.Tally
	var objects []importObject
	for _, path := range c.Files {
		result, err := s.importCalls(a, path, o)
		if result != nil && (err == nil || s.ctx.Err() != nil) {
			refused, reading := s.refused(result, c.Refused)
			if reading != nil && err == nil {
				return reading
			}
			t := result.Tally()
			sum.Add(&t)
			if c.Output == "json" {
				objects = append(objects, objectOf(result, refused))
			} else if writing := c.print(s, result, refused); writing != nil {
				return writing
			}
		}
		if err != nil {
			return errors.Join(err, stopped(s, result))
		}
	}
	if c.Output == "json" {
		if err := s.writeJSON(map[string]any{"files": objects}); err != nil {
			return err
		}
	}
	if n := sum[usage.WasRejected]; n > 0 {
		return &found{grouped(n) + plural(n, " line", " lines") + " could not be read and were rejected; mend them and import the file again: nothing counts twice"}
	}
	return nil
}

// importCalls takes in one file, showing how far it is.
func (s *session) importCalls(a *app.App, path string, o app.ImportCalls) (*app.Imported, error) {
	o.Path = path
	if path == "-" {
		o.Input = s.In
	}
	p := s.progress(filepath.Base(path))
	defer p.done()
	return a.ImportCalls(s.ctx, o, p.report)
}

// stopped says what was done before somebody stopped it.
func stopped(s *session, result *app.Imported) error {
	if s.ctx.Err() == nil || result == nil {
		return nil
	}
	t := result.Tally()
	return fault.New(fault.Busy, "%s: %s records are in the books and stay there; the same command again finishes the file, and nothing counts twice",
		result.File, grouped(t.Received()))
}

// refusedLine is an unreadable line.
type refusedLine struct {
	Tenant string `json:"tenant"`
	Where  string `json:"where"`
}

// refused reads the unreadable lines of a file, the first most of each tenant.
func (s *session) refused(result *app.Imported, most int) (lines []refusedLine, err error) {
	for i := range result.Tenants {
		share := &result.Tenants[i]
		if share.Tally[usage.WasRejected] == 0 {
			continue
		}
		var rs []store.Rejected
		if err := s.store.View(s.ctx, share.Tenant.ID, func(tx *store.Tx) (err error) {
			rs, err = tx.RejectedLines(share.Hash)
			return err
		}); err != nil {
			return nil, err
		}
		if share.Hash == ([32]byte{}) { // a stream has no hash of its own
			rs = slices.DeleteFunc(rs, func(r store.Rejected) bool { return r.Run != result.Run })
		}
		if most > 0 {
			rs = rs[:min(len(rs), most)]
		}
		for _, r := range rs {
			in := fault.Input{File: result.File, Line: r.Line, Column: r.Column, Field: r.Field, Value: r.Value, Reason: r.Reason}
			lines = append(lines, refusedLine{share.Tenant.Name, in.String()})
		}
	}
	return lines, nil
}

// print tells people, or a spreadsheet, what became of a file.
func (c *importCalls) print(s *session, result *app.Imported, refused []refusedLine) error {
	conservation := table.Table{Name: "conservation", Title: "Where every record of " + result.File + " ended", Columns: append(text("Tenant"), tallyColumns()...)}
	causes := table.Table{Name: "suspended", Title: "Suspended, by cause", Columns: append(append(text("Tenant", "Cause"), counts("Records")...), text("What to do")...)}
	for i := range result.Tenants {
		share := &result.Tenants[i]
		conservation.Rows = append(conservation.Rows, append(table.Row{table.String(ownerName(&share.Tenant))}, tallyCells(&share.Tally)...))
		for _, cause := range causesOf(share.Causes) {
			causes.Rows = append(causes.Rows, table.Row{table.String(ownerName(&share.Tenant)), table.String(cause.String()),
				table.Number(share.Causes[cause]), table.String(cause.Advice())})
		}
	}
	if len(result.Tenants) > 1 {
		if err := conservation.AddUp(); err != nil {
			return err
		}
	}
	if c.Output == "csv" {
		return c.write(s, conservation)
	}
	s.printf("%s: %s\n\n", result.File, result.Why)
	if err := c.write(s, conservation); err != nil {
		return err
	}
	if len(causes.Rows) > 0 {
		s.printf("\n")
		if err := c.write(s, causes); err != nil {
			return err
		}
	}
	c.printRefused(s, result, refused)
	c.printNext(s, result)
	return nil
}

func (c *importCalls) printRefused(s *session, result *app.Imported, refused []refusedLine) {
	if len(refused) == 0 {
		return
	}
	s.printf("\nRejected as unreadable\n\n")
	for _, line := range refused {
		s.printf("  %s\n", line.Where)
	}
	t := result.Tally()
	if more := t[usage.WasRejected] - int64(len(refused)); more > 0 {
		s.printf("  … and %s more: the same command with --refused 0 shows all of them, and imports nothing twice\n", grouped(more))
	}
}

// printNext says where what is not finished can be looked at.
func (c *importCalls) printNext(s *session, result *app.Imported) {
	whose, made := "", int64(0)
	if len(result.Tenants) == 1 && result.Tenants[0].Tenant.ID != tenant.System {
		whose = " --tenant " + quoteArg(result.Tenants[0].Tenant.Name)
	}
	for i := range result.Tenants {
		made += int64(result.Tenants[i].NewNames)
	}
	if made > 0 {
		of := whose
		if of == "" {
			of = " --tenant NAME"
		}
		s.printf("\nUsers and campaigns that nobody has set up, kept as unconfirmed: %s (tollkeeper user list%s%s --state unconfirmed)\n", grouped(made), of, s.where())
	}
	if t := result.Tally(); t[usage.WasSuspended]+t[usage.WasConflict] > 0 {
		s.printf("\nWhat waits, with examples: tollkeeper suspense%s%s\n", whose, s.where())
	}
}

// causesOf are the reasons, the most frequent first.
func causesOf(n map[usage.Reason]int64) (rs []usage.Reason) {
	for r := range n {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(x, y usage.Reason) int { return cmp.Or(cmp.Compare(n[y], n[x]), cmp.Compare(x, y)) })
	return rs
}

// ownerName is a tenant's name; the system has records that name no tenant.
func ownerName(t *tenant.Tenant) string {
	if t.ID == tenant.System {
		return "(no tenant)"
	}
	return t.Name
}

// plural is one or many, by n.
func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// importObject is what became of a file, as JSON.
type importObject struct {
	*app.Imported
	Tenants []shareObject `json:"tenants"`
	Refused []refusedLine `json:"rejected_lines"`
}

type shareObject struct {
	Tenant   string           `json:"tenant"`
	Tally    map[string]int64 `json:"records"`
	Causes   map[string]int64 `json:"suspended_by_cause"`
	NewNames int              `json:"new_names"`
}

func objectOf(result *app.Imported, refused []refusedLine) importObject {
	o := importObject{Imported: result, Refused: refused}
	for i := range result.Tenants {
		share := &result.Tenants[i]
		causes := map[string]int64{}
		for r, n := range share.Causes {
			causes[r.String()] = n
		}
		o.Tenants = append(o.Tenants, shareObject{ownerName(&share.Tenant), tallyObject(&share.Tally), causes, share.NewNames})
	}
	return o
}
