package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/web"
)

// browser asks the site for pages as somebody who has signed in, without a
// network in between.
type browser struct {
	r      *runner
	site   *web.Site
	cookie string
	base   string // of the tenant's pages
}

const benchPassword = "four lanes and a toll gate"

// browse signs an administrator of t in.
func (r *runner) browse(ctx context.Context, a *app.App, t tenant.Tenant, clock when.Clock) (*browser, error) {
	doors := auth.New(a.Store(), auth.Options{Clock: clock})
	site, err := web.New(web.Options{App: a, Auth: doors, Clock: clock, Version: "bench"})
	if err != nil {
		return nil, err
	}
	b := &browser{r: r, site: site, base: "/t/" + strconv.FormatInt(int64(t.ID), 10)}
	mail := "bench@bench.example"
	if _, err := doors.AddLogin(ctx, auth.Program("bench"), auth.Login{Name: "Bench", Email: mail, Password: benchPassword}); err != nil {
		return nil, err
	}
	form := url.Values{"name": {mail}, "password": {benchPassword}}
	q := httptest.NewRequestWithContext(ctx, http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, q)
	b.keep(w)
	if w.Code != http.StatusSeeOther {
		return nil, fault.New(fault.Internal, "signing in answers %d", w.Code)
	}
	return b, nil
}

// keep takes the cookie that an answer gives: entering a tenant changes it.
func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		b.cookie = c.Name + "=" + c.Value
	}
}

// p95 asks for each page so many times and gives the milliseconds within which
// 95 of 100 came.
func (b *browser) p95(ctx context.Context, rounds int, pages ...string) (float64, error) {
	var took []when.Instant
	for range rounds {
		for _, page := range pages {
			q := httptest.NewRequestWithContext(ctx, http.MethodGet, page, nil)
			q.Header.Set("Cookie", b.cookie)
			w := httptest.NewRecorder()
			from := b.r.Clock()
			b.site.ServeHTTP(w, q)
			took = append(took, b.r.Clock()-from)
			b.keep(w)
			if w.Code != http.StatusOK {
				return 0, fault.New(fault.Internal, "%s answers %d", page, w.Code)
			}
		}
	}
	slices.Sort(took)
	return float64(took[len(took)*95/100]) / float64(when.Millisecond), nil
}

// pages measures the site's pages on the sample center; the limit is a page that
// asks the books for nothing.
func (r *runner) pages(ctx context.Context) error {
	c := sample.New(sample.Demo())
	now := when.MustParse("2026-07-02T00:00:00Z")
	clock := func() when.Instant { return now }
	s, err := store.Open(ctx, store.Options{Dir: filepath.Join(r.dir, "pages"), Clock: clock})
	if err != nil {
		return err
	}
	defer s.Close()
	a := app.New(s)
	if err := a.LoadSample(ctx, c, r.Report); err != nil {
		return err
	}
	path := filepath.Join(r.dir, "pages.csv")
	if err := writeFile(path, c.Calls); err != nil {
		return err
	}
	if _, err := a.ImportCalls(ctx, app.ImportCalls{Path: path}, r.Report); err != nil {
		return err
	}
	largest, err := s.FindTenant(ctx, c.Tenants()[0].Name)
	if err != nil {
		return err
	}
	b, err := r.browse(ctx, a, largest, clock)
	if err != nil {
		return err
	}
	defer b.site.Close()
	const rounds = 20
	stranger := browser{r: r, site: b.site}
	bare, err := stranger.p95(ctx, rounds, "/sign-in")
	if err != nil {
		return err
	}
	p95, err := b.p95(ctx, rounds, "/operator", "/operator/tenants", "/operator/cards", "/operator/activity",
		b.base+"/", b.base+"/calls", b.base+"/reports/billing", b.base+"/reports/billing?run=1&all=active&all=deactivated&from=2026-06-01&to=2026-06-30",
		b.base+"/imports", b.base+"/suspense", b.base+"/users", b.base+"/campaigns", b.base+"/numbers", b.base+"/settings", "/account")
	r.add(Figure{"page_p95", p95, "ms", bare, "95 of 100 pages on the sample center; limit: the page to sign in"})
	return err
}

// callsPage measures the list of calls of the largest tenant of the month: pages
// that are soon full, and those that find next to nothing however far they look.
func (r *runner) callsPage(ctx context.Context, a *app.App, m *month, t tenant.Tenant) error {
	if !r.wants("calls_page_10m") && !r.wants("calls_page_none_10m") {
		return nil
	}
	b, err := r.browse(ctx, a, t, func() when.Instant { return m.now })
	if err != nil {
		return err
	}
	defer b.site.Close()
	list := b.base + "/calls?from=2026-06-01&to=2026-06-30"
	p95, err := b.p95(ctx, 10, b.base+"/calls", list, list+"&order=oldest", list+"&country=US", list+"&number=4420", list+"&status=rated&length_from=60")
	r.add(Figure{"calls_page_10m", p95, "ms", 0, "95 of 100 pages of the largest tenant's calls, with filters and without, on the month"})
	if err != nil {
		return err
	}
	worst := 0.0
	for _, filter := range []string{
		"&number=99999999999", "&amount_from=100000", "&amount_from=100000&kind=manual&number=1", "&reason=no_card", "&length_from=23:00:00",
		"&country=AQ", "&kind=internal&disposition=busy", "&time_from=00:00&time_to=00:01&status=suspended",
	} {
		p95, err := b.p95(ctx, 5, list+filter)
		if err != nil {
			return err
		}
		worst = max(worst, p95)
	}
	r.add(Figure{"calls_page_none_10m", worst, "ms", 0, "the slowest of the pages that find nothing or little, which break off and offer to go on"})
	return nil
}
