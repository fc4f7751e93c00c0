package cli

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/report"
	"tollkeeper/sample"
	"tollkeeper/store"
)

// demoCommand makes the sample contact center and shows it.
type demoCommand struct {
	Fresh  bool   `help:"Make it anew, and lose what was changed in it."`
	Serve  bool   `default:"true" negatable:"" help:"Run the site on it at the end (--no-serve: do not)."`
	Listen string `placeholder:"ADDR" help:"Where the site is; without it 127.0.0.1:8080, or a free port where that is taken."`
}

// Help is the long help.
func (demoCommand) Help() string {
	return "Makes three tenants with their agents, campaigns, numbers and rates, imports a month of their calls, " +
		"and prints what became of them, a billing report, and how one call got its amount. " +
		"Then it runs the site on them, prints a login of each role, and ends on Ctrl-C; --no-serve leaves that out. " +
		"Everything is in one directory (./tollkeeper-demo, or --data), the files that were imported too. " +
		"A directory that holds something else is left alone; a demo that is there is shown as it is."
}

const (
	demoDir   = "tollkeeper-demo"
	demoFiles = "sample"    // the files that are imported, below the directory
	demoMark  = "ABOUT.txt" // among them: by it a demo's directory is known
	demoDone  = "done"      // written when everything is in the books
)

const demoAbout = `The files of Tollkeeper's demo, as a contact center would bring them.
calls.csv has the call records of all tenants, retail.csv the rates (bands.json
the hours that some of them hold in), fx.csv rates of exchange, and the directory
of each tenant its own calls, users, numbers and campaigns. "tollkeeper demo
--fresh" makes this directory and the books above it anew.
`

func (c *demoCommand) Run(s *session) error {
	if s.conf.DB != "" {
		return &usageError{fault.New(fault.Invalid, "the demo makes books of its own in a directory: leave --db (TOLLKEEPER_DB) out")}
	}
	if c.Listen != "" && !loopback(c.Listen) {
		return &usageError{fault.New(fault.Invalid, "the demo prints its passwords, so its site is for this machine alone (--listen 127.0.0.1:PORT); for others there is tollkeeper serve")}
	}
	if !s.conf.Given("data") {
		s.conf.UseData(demoDir)
	}
	d := &demo{session: s, dir: s.conf.Data, center: sample.New(sample.Demo())}
	made, err := d.state()
	if err != nil {
		return err
	}
	if c.Fresh || !made {
		if err := d.clear(); err != nil {
			return err
		}
		if err := d.make(); err != nil {
			return err
		}
	} else {
		s.printf("The demo in %s is there already (--fresh makes it anew).\n\n", d.dir)
		if d.app, err = s.books(); err != nil {
			return err
		}
	}
	t, err := d.tenant(d.largest().Name)
	if err != nil {
		return err
	}
	if err := d.show(&t); err != nil || !c.Serve {
		return err
	}
	return d.serve(c.Listen, &t)
}

// demo is the demo at work.
type demo struct {
	*session
	dir    string
	center *sample.Center
	app    *app.App
}

// state tells whether a whole demo is in the directory, and refuses one that
// holds something else.
func (d *demo) state() (whole bool, err error) {
	entries, err := os.ReadDir(d.dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return false, nil
	}
	if err != nil {
		return false, fault.New(fault.Invalid, "the demo needs a directory of its own: %w", err)
	}
	if _, err := os.Stat(filepath.Join(d.dir, demoFiles, demoMark)); err != nil {
		return false, fault.New(fault.Conflict, "%s holds something else than a demo, and is left alone: name another directory (--data DIR)", d.dir)
	}
	_, err = os.Stat(filepath.Join(d.dir, demoFiles, demoDone))
	return err == nil, nil
}

// clear takes away what a demo makes, and nothing else.
func (d *demo) clear() error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(d.dir, store.FileName+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.RemoveAll(filepath.Join(d.dir, demoFiles))
}

// make writes the files, puts the center into new books, and imports its calls.
func (d *demo) make() error {
	if err := d.write(); err != nil {
		return fault.Wrap("write the demo's files", err)
	}
	// Where a clock is behind the month of the calls, they would wait as future ones.
	o := sample.Demo()
	clock, after := d.Clock, when.UTC.Start(o.First.Add(o.Days+1))
	d.Clock = func() when.Instant { return max(clock(), after) }
	a, err := d.newBooks()
	d.Clock = clock
	if err != nil {
		return err
	}
	d.app = a
	if err := d.load(); err != nil {
		return err
	}
	result, err := d.importCalls(a, filepath.Join(d.dir, demoFiles, "calls.csv"), app.ImportCalls{})
	if err != nil {
		return errors.Join(err, stopped(d.session, result))
	}
	if err := d.tellImport(result); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.dir, demoFiles, demoDone), nil, 0o640)
}

// load puts tenants, people, numbers and cards into the books.
func (d *demo) load() error {
	p := d.progress("demo")
	defer p.done()
	if err := d.app.LoadSample(d.ctx, d.center, p.report); err != nil {
		return err
	}
	code := d.center.OwnCampaign()
	_, err := d.app.ImportRates(d.ctx, app.ImportRates{
		Path: filepath.Join(d.dir, demoFiles, "campaign.csv"), Card: "campaign " + code, Tenant: d.largest().Name,
		Terms:  app.CardTerms{Currency: d.center.Card().Currency},
		Assign: &app.AssignTo{Scope: rating.Campaign, Campaign: code},
	}, p.report)
	return err
}

// demoFile is a file that the center brings along.
type demoFile struct {
	name  string
	write func(io.Writer) error
}

// write writes everything that the center brings along as files.
func (d *demo) write() error {
	bytesOf := func(b []byte) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(b); return err }
	}
	files := []demoFile{
		{demoMark, bytesOf([]byte(demoAbout))}, {"calls.csv", d.center.Calls}, {"retail.csv", d.center.Deck},
		{"campaign.csv", d.center.CampaignDeck}, {"fx.csv", bytesOf(d.center.FX())},
	}
	bands, err := json.MarshalIndent(d.center.Card().Bands, "", "  ")
	if err != nil {
		return err
	}
	files = append(files, demoFile{"bands.json", bytesOf(bands)})
	tenants := d.center.Tenants()
	for i := range tenants {
		t := &tenants[i]
		files = append(files, demoFile{filepath.Join(t.Name, "calls.csv"), t.Calls})
		for name, content := range map[string][]byte{"users.csv": t.Users(), "numbers.csv": t.Numbers(), "campaigns.csv": t.Campaigns()} {
			files = append(files, demoFile{filepath.Join(t.Name, name), bytesOf(content)})
		}
	}
	for _, f := range files {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(d.dir, demoFiles, f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// tellImport prints what became of the calls.
func (d *demo) tellImport(result *app.Imported) error {
	refused, err := d.refused(result, 3)
	if err != nil {
		return err
	}
	c := importCalls{output: output{"table"}}
	if err := c.print(d.session, result, refused); err != nil {
		return err
	}
	d.printf("\n")
	return nil
}

func (d *demo) largest() *sample.Tenant {
	tenants := d.center.Tenants()
	return &tenants[0]
}

// month is the days of the sample's calls.
func (d *demo) month() when.Days {
	o := sample.Demo()
	return when.Days{From: o.First, To: o.First.Add(o.Days - 1)}
}

// show prints a report and an explanation, and what to try next.
func (d *demo) show(t *tenant.Tenant) error {
	r, err := report.Find("billing")
	if err != nil {
		return err
	}
	result, err := r.Run(d.ctx, d.store, report.Request{Tenant: *t, Days: d.month()})
	if err != nil {
		return err
	}
	c := reportCommand{output: output{"table"}}
	if err := c.print(d.session, result, result.Tables); err != nil {
		return err
	}
	day, id, err := d.call(t)
	if err != nil {
		return err
	}
	e, err := d.app.Explain(d.ctx, t.ID, day, id)
	if err != nil {
		return err
	}
	d.printf("\nHow one call got its amount\n\n%s", e.Text())
	d.next(t, day, id)
	return nil
}

// call is the dearest call of the month's first days.
func (d *demo) call(t *tenant.Tenant) (day when.Day, id usage.Identity, err error) {
	var most usage.Charge
	first := d.month().From
	err = d.store.View(d.ctx, t.ID, func(tx *store.Tx) error {
		return tx.Calls(when.Days{From: first, To: first.Add(2)}, store.All, func(calls []usage.Call, charges []usage.Charge) error {
			for i := range calls {
				if charges[i].Status == usage.Rated && charges[i].Amount > most.Amount {
					most, day, id = charges[i], calls[i].Started.UTCDay(), calls[i].Identity
				}
			}
			return nil
		})
	})
	if err == nil && day == 0 {
		err = fault.New(fault.NotFound, "the demo in %s has no charged calls any more: tollkeeper demo --fresh makes it anew", d.dir)
	}
	return day, id, err
}

// next says what to try, as commands that can be pasted.
func (d *demo) next(t *tenant.Tenant, day when.Day, id usage.Identity) {
	name, where, month := quoteArg(t.Name), d.where(), d.month()
	sampleFile := func(name string) string { return quoteArg(filepath.Join(d.dir, demoFiles, name)) }
	d.printf("\nWhat to try next\n\n")
	for _, line := range []string{
		"tollkeeper report billing --tenant " + name + " --from " + month.From.String() + " --to " + month.To.String() + " --countries GB,DE --output csv" + where,
		"tollkeeper explain " + id.String() + " --day " + day.String() + " --tenant " + name + where,
		"tollkeeper import calls " + sampleFile("calls.csv") + where + "   (again: nothing counts twice)",
		"tollkeeper suspense" + where,
		"tollkeeper rerate --tenant " + name + where,
		"tollkeeper verify --deep" + where,
	} {
		d.printf("  %s\n", line)
	}
}
