package web

import (
	"context"
	"io"
	"net/http"

	"tollkeeper/app"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
)

// Door is an address of the site with the privileges of which one opens it; nil
// asks for nobody in particular, none for whoever is signed in.
type Door struct {
	Pattern string
	Need    []access.Privilege
}

// Doors is every route, for tests that ask each.
func Doors() (ds []Door) {
	for _, r := range routes {
		ds = append(ds, Door{r.pattern, r.need})
	}
	return ds
}

// StartWork starts a work of a tenant that goes on while do does, for tests that
// watch one.
func (s *Site) StartWork(t tenant.ID, do func(context.Context, app.Report) error) (id string, err error) {
	w, _, err := s.begin("", t, "Work", "/")
	if err == nil {
		s.run(w, func(ctx context.Context, tell app.Report) (any, error) { return nil, do(ctx, tell) })
	}
	return w.ID, err
}

// BrowserName is browserName.
var BrowserName = browserName

// Plainly is plainly.
var Plainly = plainly

// FillFile is fillFile.
var FillFile = fillFile

// OpenUploads is openUploads, with what ends it.
func OpenUploads(dir string) (end func() error, err error) {
	u, err := openUploads(dir)
	return u.close, err
}

// Download answers a request with a file that write writes.
func (s *Site) Download(w http.ResponseWriter, r *http.Request, write func(io.Writer) error) error {
	return s.download(w, &visit{Request: r}, csvFile, "file.csv", write)
}
