package cli

import (
	"tollkeeper/core/fault"
	"tollkeeper/store"
)

// backupCommand copies the books while others go on working.
type backupCommand struct {
	File string `arg:"" help:"The copy: a new file; one that exists is never written over."`
}

func (c *backupCommand) Run(s *session) error {
	if _, err := s.books(); err != nil {
		return err
	}
	if err := s.store.Backup(s.ctx, c.File); err != nil {
		return err
	}
	s.printf("the books of %s are in %s\n", s.store.Where(), c.File)
	return nil
}

// restoreCommand makes books of a backup.
type restoreCommand struct {
	File string `arg:"" help:"The backup; it is not changed."`
}

// Help is the long help.
func (restoreCommand) Help() string {
	return "The directory (--data) must hold no books yet. What is restored is checked; the exit code is 1 if something is wrong with it."
}

func (c *restoreCommand) Run(s *session) error {
	if s.conf.Data == "" {
		return &usageError{fault.New(fault.Invalid, "a backup is restored into a directory: --data DIR")}
	}
	if err := store.Restore(s.ctx, c.File, store.Options{Dir: s.conf.Data, Clock: s.Clock}); err != nil {
		return err
	}
	s.printf("%s is restored into %s\n", c.File, s.conf.Data)
	return new(verifyCommand).Run(s)
}
