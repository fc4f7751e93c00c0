package app

import (
	"context"
	"fmt"

	"tollkeeper/core/when"
	"tollkeeper/store"
)

// logStart tells the activity, with the first change that a re-rate posts, that
// it has begun: what it did before it was broken off has a row.
func (w *rerating) logStart(tx *store.Tx) error {
	if w.logged || w.what.Did.Who == "" {
		return nil
	}
	w.logged = true
	return tx.Log(w.did("rerate.start"))
}

// logEnd tells the activity what a re-rate that changed something came to.
func (w *rerating) logEnd(ctx context.Context, out *Rerated) error {
	if !w.logged {
		return nil
	}
	did := w.did("rerate.finish")
	did.Before = fmt.Sprintf("%d calls, %s %s", out.Changed, out.Old, out.Currency)
	did.After = fmt.Sprintf("%d calls, %s %s", out.Changed, out.New, out.Currency)
	return w.books.app.store.Update(ctx, w.what.Tenant, store.Interactive, func(tx *store.Tx) error { return tx.Log(did) })
}

func (w *rerating) did(what string) store.Activity {
	did := w.what.Did
	did.What, did.About = what, fmt.Sprintf("calls of all days, run %d", w.run)
	if d := w.what.Days; d != (when.Days{}) {
		did.About = fmt.Sprintf("calls of %s to %s, run %d", d.From, d.To, w.run)
	}
	return did
}
