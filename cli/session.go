package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tollkeeper/app"
	"tollkeeper/config"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// session is one run of one command.
type session struct {
	Process
	ctx   context.Context
	out   *bufio.Writer // to Process.Out; Main flushes it
	width int           // of Out in columns; 0: not a terminal
	conf  *config.Config
	store *store.Store
}

// printf writes to the result.
func (s *session) printf(format string, args ...any) {
	fmt.Fprintf(s.out, format, args...) // the buffer keeps its first error for close
}

// tell writes a line to people: on the error stream, since the result may be
// going into a file.
func (s *session) tell(format string, args ...any) {
	fmt.Fprintf(s.Err, format+"\n", args...)
}

// ask asks people a question, and takes anything but a yes for a no. Where
// nobody sits at a terminal, the answer is no.
func (s *session) ask(question string) bool {
	if columns(s.In) == 0 || columns(s.Err) == 0 || s.out.Flush() != nil {
		return false
	}
	fmt.Fprintf(s.Err, "%s [y/N] ", question)
	line, err := bufio.NewReader(s.In).ReadString('\n')
	if err != nil {
		s.tell("")
		return false
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// books opens the books that there are.
func (s *session) books() (*app.App, error) {
	if dir := s.conf.Data; dir != "" {
		if _, err := os.Stat(filepath.Join(dir, store.FileName)); errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "there are no books in %s: name another directory (--data DIR), "+
				"or make some: tollkeeper tenant add NAME --currency USD --zone Europe/London --data %s", dir, quoteArg(dir))
		}
	}
	return s.newBooks()
}

// newBooks opens the books and makes them where there are none.
func (s *session) newBooks() (*app.App, error) {
	opened, err := store.Open(s.ctx, store.Options{Dir: s.conf.Data, URL: s.conf.DB, Clock: s.Clock})
	if err != nil {
		return nil, err
	}
	s.store = opened
	return app.New(opened), nil
}

// booksOf opens the books and finds a tenant in them.
func (s *session) booksOf(nameOrID string) (*app.App, tenant.Tenant, error) {
	a, err := s.books()
	if err != nil {
		return nil, tenant.Tenant{}, err
	}
	t, err := s.tenant(nameOrID)
	return a, t, err
}

// tenant finds a tenant, or says which there are.
func (s *session) tenant(nameOrID string) (tenant.Tenant, error) {
	t, err := s.store.FindTenant(s.ctx, nameOrID)
	if !fault.Is(err, fault.NotFound) {
		return t, err
	}
	all, listing := s.store.Tenants(s.ctx)
	if listing != nil {
		return t, listing
	}
	if len(all) == 0 {
		return t, fault.New(fault.NotFound, "there is no tenant %q, and no other: tollkeeper tenant add NAME --currency USD --zone Europe/London", fault.Cut(nameOrID))
	}
	var names []string
	for i := range all {
		if i == mostNames {
			names = append(names, "… (tollkeeper tenant list)")
			break
		}
		names = append(names, all[i].Name)
	}
	return t, fault.New(fault.NotFound, "there is no tenant %q; there is %s", fault.Cut(nameOrID), strings.Join(names, ", "))
}

// mostNames is how many names a message lists.
const mostNames = 10

// close closes the books and hands on what is still in the buffer.
func (s *session) close() error {
	var err error
	if s.store != nil {
		err = s.store.Close()
	}
	return errors.Join(err, s.out.Flush())
}

// where is the flag that leads another command to the same books, with a blank
// in front; empty where the environment or a default does.
func (s *session) where() string {
	for _, v := range s.conf.Values {
		if v.Text != "" && (v.Name == "data" || v.Name == "db") && !s.conf.Lasting(v.Name) {
			return " --" + v.Name + " " + quoteArg(v.Text)
		}
	}
	return ""
}

// quoteArg is an argument as it can be pasted into a shell.
func quoteArg(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-_./:@%+=,", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
