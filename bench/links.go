package bench

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	"tollkeeper/core/fault"
)

// reachable lists some pages, and those that links lead to from there on: of
// addresses that differ only in what they name and ask the first. Files are no
// pages.
func (b *browser) reachable(ctx context.Context, from ...string) (pages []string, err error) {
	known := map[string]bool{}
	for _, address := range from {
		known[shape(address)] = true
	}
	for next := from; len(next) > 0; next = next[1:] {
		address := next[0]
		w := b.ask(ctx, address)
		switch {
		case w.Code == http.StatusSeeOther: // to a page that others lead to as well
			continue
		case w.Code != http.StatusOK:
			return nil, fault.New(fault.Internal, "%s answers %d", address, w.Code)
		case !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html"):
			continue
		}
		pages = append(pages, address)
		for _, m := range link.FindAllStringSubmatch(w.Body.String(), -1) {
			to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			if s := shape(to); !known[s] && s != apiPage {
				known[s] = true
				next = append(next, to)
			}
		}
	}
	return pages, nil
}

// apiPage is where the API is described, which is no page of the site.
const apiPage = "/docs"

// link is a link to the site's own pages, which all begin with a slash.
var link = regexp.MustCompile(`<a [^>]*href="(/[^/"][^"]*)`)

// shape is an address without what it names and asks: that of /t/7/users/3?page=2
// is that of /t/8/users/9.
func shape(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return name.ReplaceAllString(path, "/#")
}

// name is a part of an address that names a thing, by a number, a day or a hash.
var name = regexp.MustCompile(`/[0-9a-f-]*[0-9][0-9a-f-]*`)

// ask asks for a page.
func (b *browser) ask(ctx context.Context, address string) *httptest.ResponseRecorder {
	q := httptest.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	for _, c := range b.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, q)
	b.keep(w)
	return w
}
