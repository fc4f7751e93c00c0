package app

import (
	"context"
	"fmt"
	"io"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// ImportTable says which CSV file with a heading is taken in. Columns come in
// any order and, but for the one that names the thing, may be missing: what a
// missing column would say stays as it is.
type ImportTable struct {
	Path   string // of the file; with Input set it only names it
	Input  io.Reader
	Tenant string // name or id
	// From is the first billing day of what the file says about teams; zero is
	// today. The first teams of somebody hold for all time before as well.
	From when.Day
	// Self is the user who takes the file in, whose own role and state it does not
	// change: nobody shuts the door behind themselves. Zero: no user of the tenant.
	Self tenant.UserID
	// Check only tells what the file would do.
	Check bool
	// Did tells the activity who takes the file in, and what for; the rest is
	// filled in. Without Who the caller tells it.
	Did store.Activity
}

// TableImported is what a file did.
type TableImported struct {
	File      string
	Added     int
	Changed   int
	Unchanged int
	Made      []string // what the file named and was made on the way: teams, billing units
	Warnings  fault.Inputs
}

// roster is one file of a tenant's things on its way into the books.
type roster struct {
	o      *ImportTable
	tenant tenant.Tenant
	table  *tableFile
	done   *TableImported
	teams  map[string]tenant.TeamID // filled when the first is asked for
}

// importTable reads a tenant's file and lets work check and keep it, in one
// transaction that stays only if the file has no mistake. work returns before
// it writes anything where table.err is not nil.
func (a *App) importTable(ctx context.Context, what string, o *ImportTable, columns []string, work func(*roster, *store.Tx) error) (*TableImported, error) {
	fail := func(err error) (*TableImported, error) { return nil, fault.Wrap("import "+what, err) }
	t, err := a.store.FindTenant(ctx, o.Tenant)
	if err != nil {
		return fail(err)
	}
	table, err := readTable(ctx, o, columns...)
	if err != nil {
		return fail(err)
	}
	r := &roster{o: o, tenant: t, table: table, done: &TableImported{File: table.file}}
	if len(table.at) == 0 || len(table.rows) == 0 && len(table.mistakes) > 0 { // nothing to look at further
		return fail(table.err())
	}
	err = a.store.Update(ctx, t.ID, store.Interactive, func(tx *store.Tx) error {
		if err := work(r, tx); err != nil {
			return err
		}
		if o.Check {
			return errChecked // so that nothing of it stays
		}
		return r.log(tx)
	})
	if err != nil && err != errChecked {
		return fail(err)
	}
	return r.done, nil
}

// errChecked ends a transaction that was only to be looked at.
var errChecked = fault.New(fault.Internal, "the file was only checked")

// log tells the activity what the file did.
func (r *roster) log(tx *store.Tx) error {
	did := r.o.Did
	if did.Who == "" {
		return nil
	}
	did.About = r.table.file
	did.After = fmt.Sprintf("%d added, %d changed, %d as before", r.done.Added, r.done.Changed, r.done.Unchanged)
	return tx.Log(did)
}

// from is the first billing day of new teams.
func (r *roster) from(now when.Instant) (when.Day, error) {
	if r.o.From != 0 {
		return r.o.From, nil
	}
	zone, err := when.LoadZone(r.tenant.Zone)
	if err != nil {
		return 0, err
	}
	return zone.Day(now - r.tenant.Cutoff), nil
}

// teamIDs are the ids of teams by name; teams that are not there are made.
func (r *roster) teamIDs(tx *store.Tx, names []string) (ids []tenant.TeamID, err error) {
	if r.teams == nil {
		r.teams = map[string]tenant.TeamID{}
		teams, err := tx.Teams()
		if err != nil {
			return nil, err
		}
		for _, t := range teams {
			r.teams[t.Name] = t.ID
		}
	}
	for _, name := range names {
		id, ok := r.teams[name]
		if !ok {
			t := tenant.Team{Name: name}
			if err := tx.PutTeam(&t); err != nil {
				return nil, err
			}
			id = t.ID
			r.teams[name] = id
			r.done.Made = append(r.done.Made, "team "+name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// change is what became of one line.
type change uint8

const (
	unchanged change = iota
	changed
	added
)

// tally counts what became of each line.
func (d *TableImported) tally(changes []change) {
	for _, c := range changes {
		switch c {
		case added:
			d.Added++
		case changed:
			d.Changed++
		default:
			d.Unchanged++
		}
	}
}
