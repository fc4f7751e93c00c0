// Package pgtemp runs a private PostgreSQL server in a temporary directory,
// for tests and benchmarks.
//
// It owns finding the installed binaries, making the cluster, the server's
// process and the directory, and sees to it that neither outlives the program
// that asked for them, even when that program is killed. The server listens on
// a free port of 127.0.0.1 and on a socket in its directory, lets nobody in
// without the password drawn for it, and runs as an unprivileged user when the
// program runs as root, because PostgreSQL refuses root.
//
// It does not own schemas, databases or connections; it imports no driver and
// not the testing package, and the server that people keep their books in is
// none of its business.
//
//	server, err := pgtemp.Start(ctx, pgtemp.Options{Durability: pgtemp.Scratch})
//	if err != nil {
//		return err
//	}
//	defer server.Stop()
//	db, err := sql.Open("pgx", server.DSN("postgres"))
package pgtemp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
)

// superuser is the role that DSN names; it may do anything on the server.
const superuser = "postgres"

// startAttempts bounds how often Start draws another port when the server does
// not come up: between choosing a free port and listening on it, somebody else
// may take it.
const startAttempts = 3

// Server is one PostgreSQL server with its directory. DSN, SocketDSN and Dir
// may be called from any goroutine, the other methods from one at a time.
type Server struct {
	options  Options
	binaries Binaries
	owner    owner
	dir      string
	port     int
	password string
	guard    *guard
	process  *process // nil while the server is down
}

// Start makes a new cluster and returns when it accepts connections, after one
// to two seconds. ctx limits the starting only: the server runs until Stop, or
// until this program ends in whatever way. An error leaves nothing behind, and
// says what to install if PostgreSQL is missing.
func Start(ctx context.Context, options Options) (*Server, error) {
	if err := options.check(); err != nil {
		return nil, fmt.Errorf("start private PostgreSQL: %w", err)
	}
	s := &Server{options: options}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start private PostgreSQL: %w", err), s.remove())
	}
	if err := s.launchSomewhere(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start private PostgreSQL: %w", err), s.remove())
	}
	return s, nil
}

// DSN returns the URL of a database over TCP, for any client:
// postgres://postgres:…@127.0.0.1:PORT/database?sslmode=disable.
// An empty name means the database postgres, which always exists. The URL stays
// valid over Restart.
func (s *Server) DSN(database string) string {
	u := s.url(database)
	u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
	u.RawQuery = url.Values{"sslmode": {"disable"}}.Encode()
	return u.String()
}

// SocketDSN is DSN over the Unix socket in Dir, which spares the loopback's
// cost. Only this program's user and root can reach that directory.
func (s *Server) SocketDSN(database string) string {
	u := s.url(database)
	u.RawQuery = url.Values{"host": {s.dir}, "port": {strconv.Itoa(s.port)}}.Encode()
	return u.String()
}

// Dir returns the server's directory: the cluster in data, the server's own
// words in log, the socket. It is gone after Stop.
func (s *Server) Dir() string { return s.dir }

// Restart stops the server in an orderly way if it is up, and starts it again
// on the same port with its data. After Crash it makes the server recover.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.halt(orderly); err != nil {
		return fmt.Errorf("restart private PostgreSQL: %w", err)
	}
	if err := s.launch(ctx); err != nil {
		return fmt.Errorf("restart private PostgreSQL: %w", err)
	}
	return nil
}

// Crash ends the server at once, as a power cut would: no checkpoint, every
// connection lost. It stays down until Restart. On a server that is down it
// does nothing.
func (s *Server) Crash() error {
	if err := s.halt(abrupt); err != nil {
		return fmt.Errorf("crash private PostgreSQL: %w", err)
	}
	return nil
}

// Stop ends the server, whatever its clients are doing, and removes its
// directory. A second call does nothing.
func (s *Server) Stop() error {
	if err := errors.Join(s.halt(orderly), s.remove()); err != nil {
		return fmt.Errorf("stop private PostgreSQL: %w", err)
	}
	return nil
}

// prepare does everything before the server's first start.
func (s *Server) prepare(ctx context.Context) error {
	var err error
	if s.binaries, err = Find(); err != nil {
		return err
	}
	if s.owner, err = findOwner(); err != nil {
		return err
	}
	parent := s.options.Dir
	if parent == "" {
		parent = os.TempDir()
	}
	if s.dir, err = os.MkdirTemp(parent, "pgtemp-"); err != nil {
		return err
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	if err := s.owner.give(s.dir); err != nil {
		return err
	}
	if s.guard, err = watch(s.dir, s.owner); err != nil {
		return err
	}
	s.password, err = initialise(ctx, s.binaries, s.dir, s.owner)
	return err
}

// launchSomewhere starts the server on a port that is free.
func (s *Server) launchSomewhere(ctx context.Context) error {
	var failures []error
	for range startAttempts {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
		if err = s.launch(ctx); err == nil {
			return nil
		}
		failures = append(failures, err)
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failures...)
}

// launch starts the server on its port and waits until it is ready.
func (s *Server) launch(ctx context.Context) error {
	p, err := run(s.binaries.Postgres, s.options.arguments(s.dir, s.port), s.dir, s.owner)
	if err != nil {
		return err
	}
	s.process = p
	if err := p.ready(ctx); err != nil {
		return errors.Join(err, s.halt(abrupt))
	}
	return nil
}

// halt ends the process if there is one. It fails if the process cannot be
// ended, not if it complained on its way out: Stop must work on a server that a
// test has broken.
func (s *Server) halt(how stopping) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.end(how); err != nil {
		return err
	}
	s.process = nil
	return nil
}

// remove deletes the directory and sends the guard home.
func (s *Server) remove() error {
	var err error
	if s.dir != "" {
		err = os.RemoveAll(s.dir)
	}
	if s.guard != nil && err == nil {
		err = s.guard.dismiss()
		s.guard = nil
	}
	return err
}

// url holds what both ways of connecting share.
func (s *Server) url(database string) *url.URL {
	if database == "" {
		database = "postgres"
	}
	return &url.URL{Scheme: "postgres", User: url.UserPassword(superuser, s.password), Path: "/" + database}
}

// freePort asks the kernel for a port that nobody listens on just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
