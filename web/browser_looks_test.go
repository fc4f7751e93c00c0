package web_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/store/storetest"
	"tollkeeper/web"
)

// asked is what some pages are asked, to show more than a form. A page may be
// asked several times; a page that is not named is asked nothing. What begins
// with "!" is asked wrongly: the page says so beside the field, under 422.
var asked = map[string][]string{
	"/operator":                                         {"?period=last-month", "!?from=soon"},
	"/operator/search":                                  {"?q=", "?q=ha", "?q=nothing-9"},
	"/operator/suspense/confirm":                        {"?do=rerun"},
	"/operator/tenants/{id}/billing":                    {"?to=off"},
	"/operator/cards/{owner}/{card}":                    {"", "?number=442079460123&direction=outbound"},
	"/operator/cards/{owner}/{card}/assign":             {"", "?see=1&from=2026-08-01T00:00", "!?see=1"},
	"/operator/cards/{owner}/{card}/end/{assignment}":   {"", "?see=1", "!?see=1&at=soon"},
	"/t/{tenant}/cards/{owner}/{card}/assign":           {"", "?see=1&calls=center&from=2026-08-01T00:00", "!?see=1&calls=unit-0&kind=x&from=soon"},
	"/t/{tenant}/cards/{owner}/{card}/end/{assignment}": {"", "?see=1", "!?see=1&at=soon"},
	"/t/{tenant}/{$}":                                   {"?period=last-month", "?period=yesterday", "!?from=2026-06-30&to=2026-06-01"},
	"/t/{tenant}/my-usage":                              {"?period=last-month"},
	"/t/{tenant}/search":                                {"?q=", "?q=a", "?q=nothing-9"},
	"/t/{tenant}/calls":                                 {"?period=last-month", "!?period=last-month&status=suspended&kind=dialer&number=x&amount_from=2&amount_to=1", "?period=yesterday"},
	"/t/{tenant}/reports/billing":                       {"", "?run=1&period=last-month&all=active&all=deactivated&country=GB&country=DE", "?run=1&period=yesterday&all=active", "!?run=1&period=last-month"},
	"/t/{tenant}/suspense/confirm":                      {"?do=rerun"},
	"/t/{tenant}/quote":                                 {"", "?called=%2B442079460123&seconds=125", "!?called=x&seconds=y"},
	"/t/{tenant}/users/{user}/state":                    {"?to=deactivated"},
	"/t/{tenant}/campaigns/{campaign}/state":            {"?to=deactivated"},
	"/t/{tenant}/activity":                              {"", "?from=2020-01-01&to=2020-01-02", "!?from=soon"},
}

// unseen are addresses that are no page to look at, or one of a flow of its own:
// streams, files, one-time links, and the preview of a deck, which is its
// sender's (TestBrowserDeck).
var unseen = regexp.MustCompile(`/events$|\.csv$|\.jsonl$|/export$|\{file\}|\{lines\}|\{deck\}|^/set-up$|^/reset$|^/\{\$\}$`)

// looked is a page that somebody looks at.
type looked struct {
	name, url string
	wrong     bool // what is asked is, or nothing is there
}

// looks lists the pages behind the doors that a beginning names, with ids where
// there are any: without them, the pages that need none.
func (c *center) looks(t *testing.T, begin string, ids ofWhom) (all []looked) {
	t.Helper()
	for _, d := range web.Doors() {
		method, pattern, _ := strings.Cut(d.Pattern, " ")
		if method != http.MethodGet || unseen.MatchString(pattern) || !strings.HasPrefix(pattern, begin) {
			continue
		}
		path, needs := pattern, false
		for name := range pathValueNames(pattern) {
			needs = needs || ids[name] == "" && name != "$"
		}
		if needs {
			continue
		}
		path = ids.fill(t, pattern)
		queries, some := asked[pattern]
		if !some {
			queries = []string{""}
		}
		for i, q := range queries {
			name := strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(pattern, "-"), "-")
			if i > 0 {
				name += "-" + string(rune('a'+i))
			}
			q, wrong := strings.CutPrefix(q, "!")
			all = append(all, looked{name, c.at + path + q, wrong})
		}
	}
	return all
}

func pathValueNames(pattern string) map[string]bool {
	names := map[string]bool{}
	for _, m := range pathValue.FindAllStringSubmatch(pattern, -1) {
		names[m[1]] = true
	}
	return names
}

// lookAt looks at pages as somebody, a few in each window, which have a time
// limit; nobody is somebody without an e-mail address.
func (c *center) lookAt(t *testing.T, prefix, email string, all []looked) {
	t.Helper()
	const few = 6
	for len(all) > 0 {
		n := min(few, len(all))
		b := newBrowser(t, c.at)
		b.do(chromedp.EmulateViewport(1280, 900))
		if email != "" {
			b.signIn(c.at, email)
		}
		for _, one := range all[:n] {
			if one.wrong {
				b.expect("the server responded with a status of 4")
			}
			b.look(prefix+one.name, one.url)
			b.expect("")
		}
		all = all[n:]
	}
}

// TestBrowserLooks looks at every page there is, in every size and both looks,
// on a center with a month of calls: nothing overflows, nothing is out of reach
// for anybody, nothing complains.
func TestBrowserLooks(t *testing.T) {
	t.Parallel()
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	ids := c.samples(c.tenants[0], nil)
	admin, agent := c.users[c.tenants[0].ID][tenant.Admin].Email, c.users[c.tenants[0].ID][tenant.Agent].Email
	delete(ids, "work") // it is done, and leads on
	tenants := c.looks(t, "/t/{tenant}", ids)
	var mine, theirs []looked
	for _, one := range append(tenants, looked{"nothing-here", c.at + "/nothing", true}) {
		if strings.Contains(one.name, "my-usage") {
			theirs = append(theirs, one)
		} else {
			mine = append(mine, one)
		}
	}
	c.lookAt(t, "", "", c.looks(t, "/sign-in", ofWhom{}))
	c.lookAt(t, "", admin, append(mine, c.looks(t, "/account", ofWhom{})...))
	c.lookAt(t, "", agent, theirs)
	system := c.ofSystem()
	delete(system, "work")
	delete(system, "deck")
	c.lookAt(t, "", "operator@example.com", c.looks(t, "/operator", system))
}

// TestBrowserEmptyLooks looks at every page of a center that has nothing yet.
func TestBrowserEmptyLooks(t *testing.T) {
	t.Parallel()
	c := bareCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	c.operator()
	c.lookAt(t, "bare-", "operator@example.com", c.looks(t, "/operator", ofWhom{}))
	own := tenant.Tenant{Name: "New Center", Currency: "EUR", Zone: "Europe/Berlin"}
	must(t, c.app.Store().AddTenant(t.Context(), &own))
	for _, role := range []tenant.Role{tenant.Admin, tenant.Agent} {
		u := tenant.User{Username: role.String(), Email: role.String() + "@new.example", Role: role}
		u, err := c.app.PutUser(t.Context(), app.PutUser{Tenant: own.ID, User: u, Did: auth.Program("test").Did("user.add", "")})
		must(t, err)
		c.login(own.ID, u.ID)
	}
	var mine, theirs []looked
	for _, one := range c.looks(t, "/t/{tenant}", ofWhom{"tenant": "1", "$": ""}) {
		if strings.Contains(one.name, "my-usage") {
			theirs = append(theirs, one)
		} else {
			mine = append(mine, one)
		}
	}
	c.lookAt(t, "empty-", "admin@new.example", mine)
	c.lookAt(t, "empty-", "agent@new.example", theirs)
}

// TestBrowserFirst sets up the first operator by the link of the first start.
func TestBrowserFirst(t *testing.T) {
	c := bareCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	token, needed, err := c.auth.SetUpLink(t.Context())
	must(t, err)
	if !needed {
		t.Fatal("nobody has to be set up")
	}
	b := newBrowser(t, c.at)
	b.look("set-up", c.at+"/set-up?token="+token)
	b.look("set-up-void", c.at+"/set-up?token=nothing")
	b.do(chromedp.Navigate(c.at+"/set-up?token="+token), chromedp.SendKeys(chromedp.CSS("#f-name"), "Ona First"), chromedp.SendKeys(chromedp.CSS("#f-email"), "ona@example.com"),
		chromedp.SendKeys(chromedp.CSS("#f-password"), password), chromedp.Submit(chromedp.CSS("#f-password")), visible(".alert-success"))
	b.inspect("after setting up")
}

// TestBrowserProgress watches work that goes on, leaves it, and comes back.
func TestBrowserProgress(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	going, end := make(chan struct{}), make(chan struct{})
	id, err := c.site.StartWork(c.tenants[0].ID, func(ctx context.Context, tell app.Report) error {
		tell(app.Progress{Stage: "import", Done: 300_000_000, Total: 1_800_000_000, Unit: "bytes", Records: 1_666_000})
		close(going)
		select {
		case <-end:
		case <-ctx.Done():
		}
		return nil
	})
	must(t, err)
	<-going
	b.look("progress", at+"/imports/work/"+id)
	b.look("progress-in-the-list", at+"/imports")
	b.do(click(`a[href$="/imports/work/`+id+`"]`), visible("[data-events]"))
	if got := ask[int](b, `document.querySelector("[data-events] progress").value`); got != 16 {
		t.Errorf("%d %%, want 16", got)
	}
	close(end)
	b.do(visible("main [role=status].alert"))
}

// TestBrowserDeck sends a deck, sees what each row would do, and publishes it.
func TestBrowserDeck(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	first := filepath.Join(t.TempDir(), "carrier.csv")
	must(t, os.WriteFile(first, []byte("prefix,destination,rate\n44,United Kingdom,0.0100\n4420,London,0.0200\n49,Germany,0.0150\n33,France,0.0150\n"), 0o600))
	b.do(chromedp.Navigate(at+"/cards/deck"), chromedp.SendKeys(chromedp.CSS("#f-card"), "carrier"), chromedp.SendKeys(chromedp.CSS("#f-currency"), "USD"),
		chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{first}), chromedp.Submit(chromedp.CSS("#f-card")), visible("#changes"))
	b.look("deck-new", ask[string](b, "location.href"))
	b.do(chromedp.EmulateViewport(1280, 900))
	b.do(chromedp.Evaluate[chromedp.Void]("window.confirm = () => true"), click(`form[data-ask] button[type=submit]`), visible("#f-number"))
	next := filepath.Join(t.TempDir(), "next.csv")
	must(t, os.WriteFile(next, []byte("prefix,destination,rate\n44,United Kingdom,0.0120\n4420,London,0.0180\n49,Germany,0.0150\n39,Italy,0.0300\n"), 0o600))
	b.do(click(`a[href*="/cards/deck"]`), chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{next}),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=apply]").selectedIndex = 1`), chromedp.Submit(chromedp.CSS("#f-card")), visible("#changes"))
	b.look("deck-next", ask[string](b, "location.href"))
	got := ask[string](b, `document.querySelector("main").textContent`)
	for _, what := range []string{"Italy", "London", "0.018", "0.02"} {
		if !strings.Contains(got, what) {
			t.Errorf("the preview does not tell of %s", what)
		}
	}
	b.do(chromedp.EmulateViewport(1280, 900))
	b.do(chromedp.Evaluate[chromedp.Void]("window.confirm = () => true"), click(`form[data-ask] button[type=submit]`), visible("#f-number"))
	if got := ask[string](b, `document.querySelector("#rows").textContent`); !strings.Contains(got, "Italy") {
		t.Errorf("the card has not what was published: %s", got)
	}
}
