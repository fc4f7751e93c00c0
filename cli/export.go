package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// exportCommand writes calls with their charges.
type exportCommand struct {
	File   string `arg:"" default:"-" help:"CSV file to make; - is the standard output. A file that exists is never written over."`
	Tenant string `required:"" placeholder:"NAME" help:"Whose calls, by name or id."`
	From   string `placeholder:"DAY" help:"First day (UTC) of the calls' starts, such as 2026-06-01."`
	To     string `placeholder:"DAY" help:"Last day, included."`
}

// Help is the long help.
func (exportCommand) Help() string {
	return "Writes a line for each call with its newest charge. Memory does not grow with the number of calls."
}

func (c *exportCommand) Run(s *session) (err error) {
	days, err := (&period{c.From, c.To}).days()
	if err != nil {
		return err
	}
	if days == (when.Days{}) {
		days = store.AllDays
	}
	a, t, err := s.booksOf(c.Tenant)
	if err != nil {
		return err
	}
	var w io.Writer = s.out
	if c.File != "-" {
		f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if errors.Is(err, fs.ErrExist) {
			return fault.New(fault.Conflict, "%s is there already: name another file", c.File)
		} else if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	p := s.progress("export " + filepath.Base(c.File))
	rows, err := a.ExportCalls(s.ctx, t.ID, days, w, p.report)
	p.done()
	if err == nil && c.File != "-" {
		s.printf("%s calls of %s are in %s\n", grouped(rows), t.Name, c.File)
	}
	return err
}
