package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tollkeeper/core/fault"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
	"tollkeeper/store"
)

// ImportRates says which deck is to be worked into which card.
type ImportRates struct {
	Path   string // of the deck; with Input set it only names it
	Input  io.Reader
	Tenant string // name or id: the card is that tenant's own; empty: the system's
	Card   string // its name; a card of a new name is made
	Terms  CardTerms
	Deck   deck.Options // File is filled in; Zone nil is the card's
	Apply  rating.Apply // Replace ends what the deck does not name; Add does not
	// Effective is from when rows hold that have no date of their own; zero is
	// always. nil: always for a first deck, now for a later one.
	Effective *when.Instant
	Assign    *AssignTo // where the card is to hold; nil: as it is
	Preview   bool      // tell what would change, and change nothing
	// Base is the revision of the card that somebody has looked at when they
	// decided, 0 where there was none: any other by now is a CardMoved. nil: the
	// deck is worked into whatever there is.
	Base *int32
	// Did is logged in the transaction that changes something, with the card and
	// its revision as what it is about; a new assignment has a row of its own.
	// nil: nothing is logged.
	Did *store.Activity
}

// CardMoved is that somebody else has published the card; it stands in an error
// of kind Conflict.
type CardMoved struct {
	Now store.Card // as it is; Revision 0: there is none any more
}

func (e *CardMoved) Error() string {
	return fmt.Sprintf("%q was published by somebody else meanwhile: it is at revision %d, of %s", e.Now.Name, e.Now.Revision, e.Now.Note)
}

// RatesImported is what a deck did, or in a preview would do.
type RatesImported struct {
	File      string
	Layout    deck.Layout
	Card      store.Card // in a preview, as it would be
	Published bool       // false: a preview, or the deck says what the card said before
	Changes   []rating.Change
	Guesses   []string     // of the deck's reader, to be shown before publishing
	Warnings  fault.Inputs // what is odd and no mistake
	Assigned  *Assigned    // nil: not asked for
	Waiting   int64        // suspended calls that the card's tenants have: a re-run may settle some
}

// Count is how many changes are of a kind.
func (r *RatesImported) Count(kind rating.ChangeKind) (n int) {
	for i := range r.Changes {
		if r.Changes[i].Kind == kind {
			n++
		}
	}
	return n
}

// ImportRates works a deck into a card and publishes the result as its newest
// revision, all or nothing. Every mistake of the deck comes at once as
// fault.Inputs. A deck that changes nothing publishes nothing, so doing it
// again is safe. Calls that are charged already stay as they are until they are
// rated again.
func (a *App) ImportRates(ctx context.Context, o ImportRates, report Report) (*RatesImported, error) {
	imp := &ratesImport{app: a, o: o, file: filepath.Base(o.Path), now: a.store.Now(), report: report}
	result, err := imp.work(ctx)
	return result, fault.Wrap("import rates", err)
}

// ratesImport is one deck on its way into a card.
type ratesImport struct {
	app    *App
	o      ImportRates
	file   string
	now    when.Instant
	report Report
	owner  tenant.Tenant
	deck   *deck.Deck
}

func (imp *ratesImport) work(ctx context.Context) (_ *RatesImported, err error) {
	if imp.owner, err = imp.app.owner(ctx, imp.o.Tenant); err != nil {
		return nil, err
	}
	if err := tenant.CheckName("rate card", imp.o.Card); err != nil {
		return nil, err
	}
	if imp.o.Assign != nil {
		if err := imp.o.Assign.check(imp.owner.ID); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		base, err := imp.base(ctx)
		if err != nil {
			return nil, err
		}
		if imp.deck == nil {
			if err := imp.read(ctx, base); err != nil {
				return nil, err
			}
		}
		d, err := imp.draft(base)
		if err != nil {
			return nil, err
		}
		result, err := imp.publish(ctx, d)
		switch {
		case err == nil:
			result.Waiting, err = imp.waiting(ctx)
			return result, err
		case errors.Is(err, errStale) && try < commitTries:
			imp.report.tell(Progress{Stage: "start again: the card was changed meanwhile"})
		case fault.Is(err, fault.Busy) && try < commitTries:
			if err := pause(ctx, try); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
}

// read reads the deck; what is wrong with it stands in imp.deck.
func (imp *ratesImport) read(ctx context.Context, base *cardBase) error {
	in := &watched{ctx: ctx, r: imp.o.Input, report: imp.report, stage: "read"}
	if in.r == nil {
		f, err := os.Open(imp.o.Path)
		if err != nil {
			return fault.New(fault.NotFound, "%w", err)
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return err
		}
		if st.IsDir() {
			return fault.New(fault.Invalid, "%s is a directory; name the file in it", imp.o.Path)
		}
		in.r, in.total = f, st.Size()
	}
	opts := imp.o.Deck
	opts.File = imp.file
	if opts.Zone == nil {
		opts.Zone = when.UTC
		// A zone that is none is told with the card's other mistakes.
		if z, err := when.LoadZone(imp.o.Terms.zone(base.content)); err == nil {
			opts.Zone = z
		}
	}
	if opts.Expect == 0 {
		opts.Expect = max(base.card.Rates, int(in.total/usualRowBytes))
	}
	buffered := bufio.NewReaderSize(in, headBytes)
	head, err := buffered.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if why := looksOther(head, "a deck of rates"); why != "" {
		return fault.Inputs{{File: imp.file, Reason: why}}
	}
	d, err := deck.Read(buffered, opts)
	if err != nil {
		return err
	}
	if len(d.Rows) == 0 && len(d.Mistakes) == 0 {
		d.Mistakes = fault.Inputs{{File: imp.file, Reason: "the file has no rates", Advice: "a deck that replaces a card would end all of it"}}
	}
	imp.deck = d
	return nil
}

// usualRowBytes is how long a line of a deck mostly is.
const usualRowBytes = 64

// waiting is how many calls of the tenants that the card can reach wait for a
// rate.
func (imp *ratesImport) waiting(ctx context.Context) (n int64, err error) {
	reached := []tenant.Tenant{imp.owner}
	if imp.owner.ID == tenant.System {
		if reached, err = imp.app.store.Tenants(ctx); err != nil {
			return 0, err
		}
	}
	for i := range reached {
		err := imp.app.store.View(ctx, reached[i].ID, func(tx *store.Tx) error {
			segments, err := tx.Segments(store.AllDays)
			for k := range segments {
				n += int64(segments[k].Suspended)
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// watched tells of progress as it is read, and ends with its context.
type watched struct {
	ctx         context.Context
	r           io.Reader
	done, total int64
	report      Report
	stage       string
}

func (w *watched) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.r.Read(b)
	w.done += int64(n)
	w.report.tell(Progress{Stage: w.stage, Done: w.done, Total: w.total, Unit: "bytes"})
	return n, err
}
