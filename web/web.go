// Package web is the site: pages for people, rendered on the server.
//
// It owns the list of routes, the frame of the pages and their parts, what a
// page shows and how it reads a form, and which status an error becomes. It does
// not own who somebody is (auth), what they may do (core/access), or anything
// that is computed or decided (app, report): a handler translates.
//
// A page is NAME.go and NAME.html. Every page works without script, and under
// a policy that lets a browser load nothing from elsewhere and run nothing that
// stands in a page.
//
//	site, err := web.New(web.Options{App: a, Auth: au, Clock: clock, Version: "1.0", Log: log})
//	http.Handle("/", site)
package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/when"
)

// Options are what a site is made of; all of them are required but Uploads and Log.
type Options struct {
	App     *app.App
	Auth    *auth.Auth
	Clock   when.Clock
	Version string
	Uploads string       // directory for files that are sent; empty: the system's for temporary files
	Log     *slog.Logger // nil: nothing is logged
}

// Site is the handler of all pages. It is safe for concurrent use.
type Site struct {
	app     *app.App
	auth    *auth.Auth
	clock   when.Clock
	version string
	log     *slog.Logger
	pages   pages
	assets  assets
	works   works
	decks   decks
	uploads uploads
	handler http.Handler

	stop     context.CancelFunc // ends work in the background
	lifetime context.Context
	running  sync.WaitGroup
}

// New makes the site. An error is a mistake in a template, or in what the build
// put beside it, or of the directory for uploads.
func New(o Options) (*Site, error) {
	s := &Site{app: o.App, auth: o.Auth, clock: o.Clock, version: o.Version, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.lifetime, s.stop = context.WithCancel(context.Background())
	var err error
	if s.assets, err = openAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = s.parsePages(); err != nil {
		return nil, err
	}
	if s.uploads, err = openUploads(o.Uploads); err != nil {
		return nil, err
	}
	door := http.NewServeMux()
	door.Handle("/", s.auth.Handler(s.mux()))
	door.HandleFunc("GET /static/{name...}", s.serveAsset) // nobody has to be known for it
	door.HandleFunc("GET /favicon.ico", s.serveMark)
	s.handler = s.guard(door)
	return s, nil
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends imports that run in the background and waits for them. What they
// have committed stays; the same file again finishes the work. Decks that were
// not published yet are dropped.
func (s *Site) Close() {
	s.stop()
	s.running.Wait()
	s.decks.clear()
	if err := s.uploads.close(); err != nil {
		s.log.Warn("files that were uploaded are left", "error", err)
	}
}
