package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	devtools "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
	"tollkeeper/sample"
	"tollkeeper/store/storetest"
)

// flow opens a center and a window in which somebody has signed in. It gives the
// address of the first tenant's pages.
func flow(t *testing.T, email func(*center) string) (c *center, b *browser, at string) {
	t.Helper()
	c = newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	b = newBrowser(t, c.at)
	b.do(chromedp.EmulateViewport(1280, 900))
	b.signIn(c.at, email(c))
	return c, b, c.at + tenantAt(c.tenants[0])
}

// as is the login of the first tenant's user with a role.
func as(r tenant.Role) func(*center) string {
	return func(c *center) string { return c.users[c.tenants[0].ID][r].Email }
}

// scheme asks pages to be light or dark from now on, and to be still.
func (b *browser) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	must(b.t, err)
}

// inspect asks axe about a page, light and dark.
func (b *browser) inspect(name string) {
	b.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		b.scheme(scheme)
		b.accessible(name + ", " + scheme)
	}
}

// TestBrowserRoles signs in as everybody, and opens every page: it is there and
// fit for all, or it says that it is not for this role.
func TestBrowserRoles(t *testing.T) {
	t.Parallel()
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	first := c.tenants[0].ID
	for role := tenant.Agent; role <= tenant.Admin; role++ {
		t.Run(role.String(), func(t *testing.T) {
			b := newBrowser(t, c.at)
			b.do(chromedp.EmulateViewport(1280, 900))
			b.scheme("light")
			b.signIn(c.at, c.users[first][role].Email)
			refused := 0
			for _, p := range pages {
				url := c.at + fmt.Sprintf(p.path, first)
				switch {
				case strings.Contains(p.path, ".csv"), strings.Contains(p.path, ".jsonl"), strings.HasSuffix(p.path, "/export"): // TestBrowserBilling fetches one
				case slices.Contains(p.roles, role):
					b.goes(url, http.StatusOK, chromedp.Navigate(url))
					b.inspect(role.String() + " " + p.path)
				default:
					b.expect("403")
					b.goes(url, http.StatusForbidden, chromedp.Navigate(url))
					if refused++; refused == 1 {
						b.inspect(role.String() + ", refused " + p.path)
					}
					b.expect("")
				}
			}
			if refused == 0 {
				t.Errorf("%s may see everything", role)
			}
			b.do(chromedp.Navigate(c.at+"/account"), visible("#f-current"))
			b.inspect(role.String() + " /account")
			b.goes("sign out", http.StatusOK, click(`form[action="/sign-out"] button`))
			b.goes("after signing out", http.StatusOK, chromedp.Navigate(c.at+"/account"))
			if got := ask[string](b, "location.pathname"); got != "/sign-in" {
				t.Errorf("after signing out /account is %s", got)
			}
		})
	}
}

func TestBrowserOperator(t *testing.T) {
	c, b, at := flow(t, func(*center) string { return "operator@example.com" })
	for _, page := range append(slices.Clone(operatorPages), "/account") {
		b.goes(page, http.StatusOK, chromedp.Navigate(c.at+page))
		b.inspect("operator " + page)
	}
	b.goes("a tenant", http.StatusOK, chromedp.Navigate(at+"/calls"))
	b.inspect("operator in a tenant")
	b.goes("leave it", http.StatusOK, click(`form[action="/operator/leave"] button`))
	if got := ask[string](b, "location.pathname"); got != "/operator" {
		t.Errorf("leaving leads to %s", got)
	}
}

// TestBrowserImport sends a file of new calls and waits at its page until the
// page has gone on to what became of it.
func TestBrowserImport(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	more := sample.New(sample.Options{Seed: 2, Tenants: 2, Calls: 20000, First: storetest.Clock().UTCDay().Add(-40), Days: 30, DeckRows: 400})
	var calls bytes.Buffer
	must(t, more.Tenants()[0].Calls(&calls))
	file := filepath.Join(t.TempDir(), "monday.csv")
	must(t, os.WriteFile(file, calls.Bytes(), 0o644))
	b.do(chromedp.Navigate(at+"/imports"), chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}),
		chromedp.Submit(chromedp.CSS("input[type=file]")), visible("#became"))
	if got := ask[string](b, `document.querySelector("main").textContent`); !strings.Contains(got, "monday.csv") {
		t.Errorf("the import's page does not name the file:\n%s", got)
	}
	b.inspect("import")
	b.do(chromedp.Navigate(at+"/imports"), visible("#runs"))
	if got := ask[string](b, `document.querySelector("section tbody tr").textContent`); !strings.Contains(got, "monday.csv") || !strings.Contains(got, "done") {
		t.Errorf("the newest import is %q", got)
	}

	must(t, os.WriteFile(file, []byte("no,such\ncolumns,here\n"), 0o644))
	b.expect("422")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}), click("form[data-upload] button[type=submit]"), visible("main [role=alert]"))
	if got := ask[string](b, `document.querySelector("main [role=alert]").textContent`); !strings.Contains(got, "No known format") {
		t.Errorf("the page says %q", got)
	}
	b.inspect("a file that is none")
	b.expect("")
}

// TestBrowserCall finds a call by its number and reads how it got its amount.
func TestBrowserCall(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.Navigate(at+"/calls?period=last-month&status=rated"), visible("table.calls"))
	number := digits.FindString(ask[string](b, `document.querySelector("table.calls tbody td.c-called").textContent`))
	if number == "" {
		t.Fatal("the first call shows no number")
	}
	b.do(click(".filters summary"), visible("#f-number"), chromedp.SendKeys(chromedp.CSS("#f-number"), number))
	b.goes("filter", http.StatusOK, click(".filters button[type=submit]"))
	b.do(visible("table.calls"))
	if got := ask[bool](b, `(n => [...document.querySelectorAll("table.calls tbody td.c-called")].every(c => c.textContent.includes(n)))("`+number+`")`); !got {
		t.Errorf("calls to others than %s are listed", number)
	}
	amount := ask[string](b, `document.querySelector("table.calls tbody td.c-total").textContent.trim()`)
	b.do(click("table.calls tbody a"), visible(".path-charge"))
	if got := ask[string](b, `document.querySelector("main .h1").textContent.trim()`); got != amount || amount == "" {
		t.Errorf("the call's page says %q, the list %q", got, amount)
	}
	for _, step := range []string{"record", "charge"} {
		if ask[int](b, `document.querySelectorAll(".path-`+step+`").length`) != 1 {
			t.Errorf("the explanation has no step %s", step)
		}
	}
	if got := ask[string](b, `document.querySelector(".path").textContent`); !strings.Contains(got, number) {
		t.Errorf("the explanation does not name the number %s: %s", number, got)
	}
}

// TestBrowserBilling fetches the report that is on the page as a file, sorted as
// the page is.
func TestBrowserBilling(t *testing.T) {
	_, b, at := flow(t, as(tenant.Analyst))
	b.do(chromedp.Navigate(at+"/reports/billing?run=1&period=last-month&all=active"), click(`#manual th:nth-child(3) a`), visible(`#manual th:nth-child(3)[aria-sort=descending]`))
	first := ask[string](b, `document.querySelector("#manual tbody td").textContent.trim()`)

	dir, events := t.TempDir(), true
	_, err := chromedp.CallBrowser(b.ctx, devtools.SetDownloadBehavior, devtools.SetDownloadBehaviorParams{
		Behavior: devtools.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID, DownloadPath: dir, EventsEnabled: &events,
	})
	must(t, err)
	ended := make(chan devtools.DownloadProgressState, 8)
	must(t, chromedp.ListenBrowser(b.ctx, func(event any) {
		if e, is := event.(*devtools.EventDownloadProgress); is && e.State != devtools.DownloadProgressStateInProgress {
			ended <- e.State
		}
	}))
	b.do(click("#exports a"))
	select {
	case state := <-ended:
		if state != devtools.DownloadProgressStateCompleted {
			t.Fatalf("the export is %s", state)
		}
	case <-b.ctx.Done():
		t.Fatal("the export does not come")
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("%d files came", len(files))
	}
	content, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	must(t, err)
	lines := strings.Split(string(content), "\n")
	if !strings.HasSuffix(files[0].Name(), ".csv") || len(lines) < 4 || !strings.Contains(lines[2], first) {
		t.Errorf("%s does not begin with %s:\n%.400s", files[0].Name(), first, content)
	}
}
