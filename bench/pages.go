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
	r       *runner
	site    *web.Site
	cookies map[string]*http.Cookie
	base    string // of the tenant's pages
}

const benchPassword = "four lanes and a toll gate"

// browse signs an administrator of t in.
func (r *runner) browse(ctx context.Context, a *app.App, t tenant.Tenant, clock when.Clock) (*browser, error) {
	doors := auth.New(a.Store(), auth.Options{Clock: clock})
	site, err := web.New(web.Options{App: a, Auth: doors, Clock: clock, Version: "bench"})
	if err != nil {
		return nil, err
	}
	b := &browser{r: r, site: site, cookies: map[string]*http.Cookie{}, base: "/t/" + strconv.FormatInt(int64(t.ID), 10)}
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

// keep takes the cookies that an answer gives: entering a tenant changes one.
func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c
	}
}

// p95 asks for each page so many times and gives the milliseconds within which
// 95 of 100 came.
func (b *browser) p95(ctx context.Context, rounds int, pages ...string) (float64, error) {
	all, _, err := b.slowest(ctx, rounds, pages)
	return all, err
}

// slow is a page with the milliseconds within which it came 95 times of 100.
type slow struct {
	page string
	p95  float64
}

// slowest is p95, and the slowest page of them by itself.
func (b *browser) slowest(ctx context.Context, rounds int, pages []string) (p95 float64, worst slow, err error) {
	took := make([][]when.Instant, len(pages))
	for range rounds {
		for i, page := range pages {
			from := b.r.Clock()
			w := b.ask(ctx, page)
			took[i] = append(took[i], b.r.Clock()-from)
			if w.Code != http.StatusOK {
				return 0, slow{}, fault.New(fault.Internal, "%s answers %d", page, w.Code)
			}
		}
	}
	for i, page := range pages {
		if own := within95(took[i]); own > worst.p95 {
			worst = slow{page, own}
		}
	}
	return within95(slices.Concat(took...)), worst, nil
}

func within95(took []when.Instant) float64 {
	slices.Sort(took)
	return float64(took[len(took)*95/100]) / float64(when.Millisecond)
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
	stranger := browser{r: r, site: b.site, cookies: map[string]*http.Cookie{}}
	bare, err := stranger.p95(ctx, rounds, "/sign-in")
	if err != nil {
		return err
	}
	pages, err := b.reachable(ctx, "/operator", b.base+"/", b.base+"/reports/billing?run=1&all=active&all=deactivated&from=2026-06-01&to=2026-06-30", "/account")
	if err != nil {
		return err
	}
	p95, worst, err := b.slowest(ctx, rounds, pages)
	r.add(Figure{"page_p95", p95, "ms", bare, "95 of 100 of " + strconv.Itoa(len(pages)) + " pages on the sample center; limit: the page to sign in"})
	r.add(Figure{"page_worst_p95", worst.p95, "ms", bare, "the slowest of them, " + worst.page})
	return err
}

// callsPage measures the list of calls of the largest tenant of the month: pages
// that are soon full, and those that find next to nothing however far they look.
func (r *runner) callsPage(ctx context.Context, a *app.App, m *month, t tenant.Tenant) error {
	if !r.wants("calls_page_10m", "calls_page_none_10m", "call_page_10m") {
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
	var calls []string
	for _, m := range link.FindAllStringSubmatch(b.ask(ctx, list).Body.String(), -1) {
		if strings.HasPrefix(m[1], b.base+"/calls/") {
			calls = append(calls, m[1])
		}
	}
	p95, err = b.p95(ctx, 1, calls...)
	r.add(Figure{"call_page_10m", p95, "ms", 0, "95 of 100 pages of one of these calls and how it got its price"})
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
