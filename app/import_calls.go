package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// ImportCalls says which file of call records to take in, and how to read it.
type ImportCalls struct {
	Path   string // of the file; "-" with Input set is a stream
	Input  io.Reader
	Tenant string                     // name or id; empty: the records name their own
	Source string                     // name of the switch; empty: the format's name
	Format string                     // of cdr.Names; empty or "auto": find out
	Zone   *when.Zone                 // of formats that write local times; nil: the tenant's
	Batch  int                        // records at once; 0: BatchRecords
	Plain  func(blobs [][]byte) error // where set, gets what would be stored and nothing is: the benchmark's bare limit
	// Did tells the activity of each tenant who takes the file in, with the first
	// of its records; the rest is filled in. Without Who the caller tells it.
	Did store.Activity
}

// BatchRecords is how many records are committed together.
const BatchRecords = 1 << 16

// batchText bounds the text of a batch in bytes.
const batchText = 48 << 20

// Imported is what became of one file.
type Imported struct {
	File    string          `json:"file"`
	Run     int64           `json:"run"`
	Format  string          `json:"format"`
	Why     string          `json:"why"`
	Source  string          `json:"source"`
	Bytes   int64           `json:"bytes"`
	Tenants []ImportedShare `json:"tenants"`
}

// ImportedShare is what became of one tenant's records of a file.
type ImportedShare struct {
	Tenant   tenant.Tenant          `json:"tenant"`
	Tally    usage.Tally            `json:"-"`
	Causes   map[usage.Reason]int64 `json:"-"` // of what this run suspended
	Hash     [32]byte               `json:"-"`
	NewNames int                    `json:"new_names"` // users and campaigns made on the way
}

// Tally adds up all tenants.
func (i *Imported) Tally() (t usage.Tally) {
	for k := range i.Tenants {
		t.Add(&i.Tenants[k].Tally)
	}
	return t
}

// ImportCalls takes in a file. It answers only after everything is durable; an
// error means that what was committed before stays, and that doing it again
// finishes the work without counting anything twice.
func (a *App) ImportCalls(ctx context.Context, o ImportCalls, report Report) (_ *Imported, err error) {
	defer func() { a.counters.imported(err) }()
	imp, err := a.begin(ctx, &o, report)
	if err != nil {
		return nil, fault.Wrap("import calls", err)
	}
	defer imp.close()
	if err := imp.work(ctx); err != nil {
		return imp.result(), fault.Wrap("import calls: "+imp.name, err)
	}
	if err := imp.finish(ctx); err != nil {
		return imp.result(), fault.Wrap("import calls: "+imp.name, err)
	}
	return imp.result(), nil
}

// importing is one file on its way into the books.
type importing struct {
	app    *App
	o      ImportCalls
	name   string
	file   io.Closer
	in     *counter
	size   int64
	hash   [32]byte
	reader *cdr.Reader
	again  *store.Run // instead of a reader: the run whose suspense is read again
	report Report
	each   bool // what became of each record is asked for

	run     int64
	now     when.Instant
	only    *share            // where Tenant is set
	byName  map[string]*share // by what records call their tenant
	shares  map[tenant.ID]*share
	records int64
}

// share is what an import knows of one tenant.
type share struct {
	imp    *importing
	books  *books
	run    store.Run
	norm   normaliser
	part   *part
	tally  usage.Tally
	causes map[usage.Reason]int64
	made   int

	pending []*batchKeys // of parts on their way to be committed, oldest first; books.mu is over it
}

// begin opens the file, finds out what it is, and opens a run for it.
func (a *App) begin(ctx context.Context, o *ImportCalls, report Report) (*importing, error) {
	imp := &importing{
		app: a, o: *o, name: clean(filepath.Base(o.Path)), report: report, now: a.store.Now(),
		byName: map[string]*share{}, shares: map[tenant.ID]*share{},
	}
	var only *tenant.Tenant
	if o.Tenant != "" {
		t, err := a.store.FindTenant(ctx, o.Tenant)
		if err != nil {
			return nil, err
		}
		only = &t
	}
	if err := imp.open(ctx); err != nil {
		return nil, err
	}
	zone := o.Zone
	if zone == nil && only != nil {
		var err error
		if zone, err = when.LoadZone(only.Zone); err != nil {
			imp.close()
			return nil, err
		}
	}
	imp.o.Zone = zone
	var err error
	if imp.reader, err = cdr.Open(imp.in, cdr.Options{File: imp.name, Format: o.Format, Zone: zone}); err != nil {
		imp.close()
		return nil, err
	}
	if imp.o.Source == "" {
		imp.o.Source = imp.reader.Format().Name
	}
	if o.Plain == nil {
		err = a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) (err error) {
			imp.run, err = tx.NewRunID()
			return err
		})
	}
	if err == nil && only != nil {
		imp.only, err = imp.share(ctx, only)
	}
	if err != nil {
		imp.close()
		return nil, err
	}
	return imp, nil
}

// open opens the file and reads it once for its hash, by which it is known
// again. A stream has none: it is new every time.
func (imp *importing) open(ctx context.Context) error {
	if imp.o.Input != nil {
		imp.in = &counter{r: imp.o.Input}
		return nil
	}
	f, err := os.Open(imp.o.Path)
	if err != nil {
		return fault.New(fault.NotFound, "%w", err)
	}
	imp.file = f
	if st, err := f.Stat(); err != nil {
		return err
	} else if st.IsDir() {
		return fault.New(fault.Invalid, "%s is a directory; name the files in it", imp.o.Path)
	} else {
		imp.size = st.Size()
	}
	h := sha256.New()
	c := &counter{r: f}
	for buf := make([]byte, 1<<20); ; {
		n, err := c.Read(buf)
		h.Write(buf[:n])
		imp.report.tell(Progress{Stage: "check", Done: c.n, Total: imp.size, Unit: "bytes"})
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	copy(imp.hash[:], h.Sum(nil))
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	imp.in = &counter{r: f}
	return nil
}

func (imp *importing) close() {
	if imp.file != nil {
		imp.file.Close()
	}
}

// counter counts what is read, for progress.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// share opens the run of one tenant, or of the system for records without one.
func (imp *importing) share(ctx context.Context, t *tenant.Tenant) (*share, error) {
	if s := imp.shares[t.ID]; s != nil {
		return s, nil
	}
	b, err := imp.app.booksOf(ctx, t)
	if err != nil {
		return nil, err
	}
	s := &share{imp: imp, books: b, causes: map[usage.Reason]int64{}, run: store.Run{
		ID: imp.run, File: imp.name, Hash: imp.hash, Bytes: imp.size, Source: imp.o.Source, FirstAt: imp.now, Started: imp.now,
	}}
	if imp.again != nil {
		s.run.Format, s.run.Why, s.run.Header, s.run.FirstAt = imp.again.Format, imp.again.Why, imp.again.Header, imp.again.FirstAt
	} else {
		f := imp.reader.Format()
		s.run.Format, s.run.Why, s.run.Header = f.Name, clean(f.Why()), imp.reader.Header()
	}
	if imp.o.Zone != nil {
		s.run.Zone = imp.o.Zone.Name()
	}
	if imp.hash != [32]byte{} && imp.o.Plain == nil {
		err = imp.app.store.View(ctx, t.ID, func(tx *store.Tx) (err error) {
			if s.run.FirstAt, err = tx.FirstStart(imp.hash, imp.now); err == nil {
				err = b.sync(tx)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	s.norm = normaliser{books: b, names: b.directory(), source: []byte(imp.o.Source), latest: imp.now + usage.MaxAhead}
	id, ok := s.norm.names.sources[imp.o.Source]
	if !ok {
		n := &newNames{}
		note(&n.source, []byte(imp.o.Source))
		if err := imp.app.makeNames(ctx, map[*books]*newNames{b: n}); err != nil {
			return nil, err
		}
		s.norm.names = b.directory()
		id = s.norm.names.sources[imp.o.Source]
	}
	s.norm.id = tenant.SourceID(id)
	imp.shares[t.ID] = s
	return s, nil
}

// finish marks the runs as done, so that they are not taken for broken off.
func (imp *importing) finish(ctx context.Context) error {
	if imp.o.Plain != nil {
		return nil
	}
	if imp.only == nil && len(imp.shares) == 0 { // no records at all: the file is still noted
		if _, err := imp.system(ctx); err != nil {
			return err
		}
	}
	var units []store.Unit
	for _, s := range imp.sorted() {
		units = append(units, store.Unit{Tenant: s.books.tenant.ID, Do: func(tx *store.Tx) error {
			if err := imp.log(tx, &s.run); err != nil {
				return err
			}
			s.run.Finished = max(tx.Now, 1)
			return tx.PutRun(&s.run)
		}})
	}
	return errors.Join(imp.app.store.Group(ctx, units)...)
}

// log tells the activity of a run that tx is the first to bring something of.
func (imp *importing) log(tx *store.Tx, run *store.Run) error {
	if imp.o.Did.Who == "" || run.Batches > 1 {
		return nil
	}
	if batches, err := tx.RunBatches(run.ID); err != nil || batches > 0 {
		return err
	}
	did := imp.o.Did
	did.What, did.About = "import.start", imp.name
	return tx.Log(did)
}

func (imp *importing) sorted() []*share {
	all := make([]*share, 0, len(imp.shares))
	for _, s := range imp.shares {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *share) int { return cmp.Compare(x.books.tenant.ID, y.books.tenant.ID) })
	return all
}

func (imp *importing) result() *Imported {
	f := imp.reader.Format()
	r := &Imported{File: imp.name, Run: imp.run, Format: f.Name, Why: f.Why(), Source: imp.o.Source, Bytes: imp.in.n}
	for _, s := range imp.sorted() {
		r.Tenants = append(r.Tenants, ImportedShare{Tenant: s.books.tenant, Tally: s.tally, Causes: s.causes, Hash: imp.hash, NewNames: s.made})
	}
	return r
}

// system is the share of records that name no tenant there is.
func (imp *importing) system(ctx context.Context) (*share, error) {
	return imp.share(ctx, &tenant.Tenant{ID: tenant.System, Currency: "USD", Zone: "UTC"})
}

// owner finds whose a record is.
func (imp *importing) owner(ctx context.Context, rec *cdr.Record) (*share, *fault.Input, error) {
	if imp.only != nil {
		t := &imp.only.books.tenant
		if len(rec.Tenant) > 0 && string(rec.Tenant) != t.Name && string(rec.Tenant) != itoa(int64(t.ID)) {
			return imp.only, &fault.Input{File: imp.name, Line: rec.Line, Field: "tenant", Value: fault.Cut(string(rec.Tenant)),
				Reason: "a record of another tenant: the import is for " + t.Name}, nil
		}
		return imp.only, nil, nil
	}
	if s, ok := imp.byName[string(rec.Tenant)]; ok {
		return s, nil, nil
	}
	s, err := imp.named(ctx, string(rec.Tenant))
	if err == nil {
		imp.byName[string(rec.Tenant)] = s
	}
	return s, nil, err
}

func (imp *importing) named(ctx context.Context, name string) (*share, error) {
	if name == "" {
		return imp.system(ctx)
	}
	t, err := imp.app.store.FindTenant(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return imp.system(ctx)
	} else if err != nil {
		return nil, err
	}
	return imp.share(ctx, &t)
}
