package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

//go:embed *.html
var sources embed.FS

// pages are the parsed templates by the name of their file. Each stands over a
// copy of layout.html and of all parts, whose names begin with "_".
type pages map[string]*template.Template

// parsePages reads every template there is; nothing lists them by hand.
func (s *Site) parsePages() (pages, error) {
	entries, err := sources.ReadDir(".")
	if err != nil {
		return nil, err
	}
	base := template.New("").Funcs(s.funcs()).Option("missingkey=error")
	if base, err = base.ParseFS(sources, "layout.html", "_*.html"); err != nil {
		return nil, fault.Wrap("read the site's parts", err)
	}
	all := pages{}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
		if strings.HasPrefix(name, "_") || name == "layout" {
			continue
		}
		t, err := base.Clone()
		if err == nil {
			all[name], err = t.ParseFS(sources, e.Name())
		}
		if err != nil {
			return nil, fault.Wrap("read page "+name, err)
		}
	}
	return all, nil
}

// frame is what layout.html gets: what surrounds a page, and the page's own data.
type frame struct {
	Title   string
	Look    string // "light", "dark" or "system"
	Person  *auth.Person
	Tenant  *tenant.Tenant // of a tenant's page; else nil
	Groups  []group
	Path    string // of this request, to come back to
	Version string
	Built   bool
	Search  string // address of the search; empty: not for this reader
	Query   string // what was searched for
	Wait    int    // seconds after which a browser without script asks again; 0: never
	Data    any
}

// Acting tells whether an operator looks at a tenant's pages.
func (f *frame) Acting() bool { return f.Tenant != nil && f.Person != nil && f.Person.Operator }

// show writes a page, or the part of it that an htmx request names.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, name, title string, data any) {
	f := frame{
		Title: title, Look: lookOf(r), Person: auth.From(r.Context()), Path: r.URL.RequestURI(),
		Version: s.version, Built: s.assets.built(), Data: data,
	}
	if t, ok := r.Context().Value(tenantKey{}).(*tenant.Tenant); ok {
		f.Tenant = t
	}
	if p, ok := data.(interface{ wait() int }); ok {
		f.Wait = p.wait()
	}
	f.Groups = menu(f.Person, f.Tenant, r.URL.Path)
	if f.Search = searchPath(f.Person, f.Tenant); f.Search == r.URL.Path {
		f.Query = r.URL.Query().Get("q")
	}
	block := "layout"
	h := w.Header()
	h.Add("Vary", "HX-Request, HX-Target")
	if part := r.Header.Get("HX-Target"); r.Header.Get("HX-Request") == "true" && s.pages[name].Lookup("part-"+part) != nil {
		block = "part-" + part
	}
	var b bytes.Buffer
	var err error
	if block == "layout" {
		err = s.pages[name].ExecuteTemplate(&b, block, &f)
	} else {
		err = s.pages[name].ExecuteTemplate(&b, block, data)
	}
	if err != nil {
		s.log.ErrorContext(r.Context(), "template failed", "page", name, "error", err)
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte("This page could not be written. The log says why.\n")) // nobody is left to tell
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader has gone if it fails
}
