package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/store/storetest"
	"tollkeeper/web"
)

// one opens a center on SQLite, and signs the first tenant's user of a role in.
func one(t *testing.T, r tenant.Role) (c *center, v *visitor, at string) {
	t.Helper()
	c = newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	first := c.tenants[0].ID
	return c, c.signedIn(c.users[first][r].Email), "/t/" + strconv.FormatInt(int64(first), 10)
}

// upload sends a file by a form, its other fields first, as browsers do.
func (v *visitor) upload(path, name string, content []byte, fields map[string]string) answer {
	v.c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		must(v.c.t, form.WriteField(name, value))
	}
	part, err := form.CreateFormFile("file", name)
	must(v.c.t, err)
	_, err = part.Write(content)
	must(v.c.t, err)
	must(v.c.t, form.Close())
	return v.do(http.MethodPost, path, form.FormDataContentType(), &body)
}

// follow listens to the events of a work until it is done.
func (v *visitor) follow(path string) (stages []string) {
	v.c.t.Helper()
	res, err := v.client.Get(v.c.at + path + "/events")
	must(v.c.t, err)
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		v.c.t.Fatalf("events are %s", kind)
	}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		data, is := strings.CutPrefix(lines.Text(), "data: ")
		if !is {
			continue
		}
		var news struct {
			Stage string
			Done  bool
		}
		must(v.c.t, json.Unmarshal([]byte(data), &news))
		stages = append(stages, news.Stage)
		if news.Done {
			return stages
		}
	}
	v.c.t.Fatalf("the events end before the work: %v", stages)
	return nil
}

func TestImport(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	a := v.upload(at+"/imports", "again.csv", c.calls, map[string]string{"format": "", "source": "", "zone": ""})
	work := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(work, at+"/imports/work/") {
		t.Fatalf("upload: %d to %q\n%s", a.status, work, a.body)
	}
	if other := c.signedIn(c.users[c.tenants[1].ID][tenant.Admin].Email).get(strings.Replace(work, at, tenantAt(c.tenants[1]), 1)); other.status != http.StatusNotFound {
		t.Errorf("another tenant sees the work: %d", other.status)
	}
	v.follow(work)
	a = v.get(work)
	run := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(run, at+"/imports/") {
		t.Fatalf("a finished work: %d to %q\n%s", a.status, run, a.body)
	}
	if a = v.get(run); a.status != http.StatusOK || !strings.Contains(a.body, "again.csv") {
		t.Fatalf("the run: %d\n%s", a.status, a.body)
	}
	if a := v.get(at + "/imports"); len(a.find("a", "href", run)) != 1 {
		t.Errorf("the run is not in the list")
	}

	bad := v.upload(at+"/imports", "bad.csv", []byte("no,such\ncolumns,here\n"), map[string]string{"format": "own"})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "this column is missing") || strings.Contains(v.get(at+"/imports").body, "bad.csv") {
		t.Errorf("a file of another kind: %d\n%s", bad.status, bad.body)
	}
	for name, form := range map[string]answer{
		"no file":     v.post(at+"/imports", url.Values{"format": {"own"}}),
		"no zone":     v.upload(at+"/imports", "x.csv", []byte("x"), map[string]string{"zone": "Europe/Atlantis"}),
		"a bare form": v.do(http.MethodPost, at+"/imports", "multipart/form-data; boundary=x", strings.NewReader("--x--\r\n")),
	} {
		if form.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, form.status)
		}
		if zone := form.find("input", "name", "zone"); name == "no zone" && (len(zone) != 1 || zone[0].attrs["value"] != "Europe/Atlantis" || zone[0].attrs["aria-invalid"] != "true") {
			t.Errorf("the zone that was typed is lost, or not what is wrong: %v", zone)
		}
	}
	kept := v.upload(at+"/imports", "", nil, map[string]string{"format": "own", "source": "pbx \xff", "zone": "UTC"})
	if form := kept.sent(); kept.status != http.StatusUnprocessableEntity || form.Get("format") != "own" || form.Get("source") != "pbx \ufffd" || form.Get("zone") != "UTC" {
		t.Errorf("a form without a file: %d, and what was typed is lost: %v", kept.status, form)
	}
}

// TestImportStates reads in the list how imports ended.
func TestImportStates(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	const header, good, bad = "call_id,called,started_at,ended_at\n", "state-%d,+442079460123,2026-06-10T10:00:00Z,2026-06-10T10:01:00Z\n", "state-%d,+442079460123,soon,later\n"
	for i, c := range []struct{ lines, want string }{
		{fmt.Sprintf(good, 1) + fmt.Sprintf(good, 2), "done"},
		{fmt.Sprintf(good, 3) + fmt.Sprintf(bad, 4), "done"},
		{fmt.Sprintf(bad, 5) + fmt.Sprintf(bad, 6), "none in order"},
		{"", "done"},
	} {
		name := fmt.Sprintf("state-%d.csv", i)
		v.follow(v.upload(at+"/imports", name, []byte(header+c.lines), nil).header.Get("Location"))
		list := v.get(at + "/imports").body
		row, _, _ := strings.Cut(list[strings.Index(list, ">"+name+"<"):], "</tr>")
		if !strings.Contains(row, ">"+c.want+"</span>") {
			t.Errorf("%s says %q, want %q", name, row, c.want)
		}
	}
}

func tenantAt(t tenant.Tenant) string { return fmt.Sprintf("/t/%d", t.ID) }

func TestSuspenseAgain(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	a := v.post(at+"/suspense", nil)
	work := a.header.Get("Location")
	v.follow(work)
	if a := v.get(work); a.status != http.StatusOK || !strings.Contains(a.body, "still in suspense") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
}

func TestSettings(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	good := url.Values{"name": {"Lanterns"}, "country": {"US"}}
	bad := url.Values{"name": {""}, "country": {"?"}, "plan": {"own"}, "international": {"00 x"}, "trunk": {"0"}, "strip": {"9"}, "extension_min": {"5"}, "extension_max": {"4"}, "extensions": {"1-22"}, "carrier_digits": {"0"}}
	a := v.post(at+"/settings", bad)
	wrong := slices.Concat(a.find("input", "aria-invalid", "true"), a.find("select", "aria-invalid", "true"), a.find("textarea", "aria-invalid", "true"))
	if a.status != http.StatusUnprocessableEntity || len(wrong) != 5 {
		t.Errorf("%d with %d fields marked\n%s", a.status, len(wrong), a.body)
	}
	for _, e := range wrong {
		if len(a.find("div", "id", e.attrs["aria-describedby"])) != 1 {
			t.Errorf("%s: nothing tells what is wrong", e.attrs["name"])
		}
	}
	if a := v.post(at+"/settings", good); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	a = v.get(at + "/settings")
	if name := a.find("input", "name", "name"); len(name) != 1 || name[0].attrs["value"] != "Lanterns" || len(a.find("div", "role", "status")) != 1 {
		t.Errorf("after saving: %v\n%s", name, a.body)
	}
}

func TestLists(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	if a := v.upload(at+"/users/import", "users.csv", []byte("username,role\nnew.one,agent\nnew.two,queen\n,agent\n"), nil); a.status != http.StatusUnprocessableEntity ||
		strings.Count(a.body, "users.csv line") != 2 {
		t.Errorf("a file with two mistakes: %d\n%s", a.status, a.body)
	}
	if a := v.upload(at+"/users/import", "users.csv", []byte("username,display_name,teams\nnew.one,\"<b>Bold & Co</b>\",Sales\n"), nil); a.status != http.StatusOK ||
		!strings.Contains(a.body, "&lt;b&gt;Bold &amp; Co&lt;/b&gt;") {
		t.Errorf("a good file: %d\n%s", a.status, a.body)
	}
	for _, list := range []string{"campaigns", "numbers"} {
		if a := v.post(at+"/"+list+"/import", nil); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s without a file: %d", list, a.status)
		}
	}

	user := c.users[c.tenants[0].ID][tenant.Agent]
	a := v.post(fmt.Sprintf("%s/users/%d/login/link", at, user.ID), nil)
	made := a.find("input", "id", "made-link")
	if a.status != http.StatusOK || len(made) != 1 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	link, err := url.Parse(made[0].attrs["value"])
	must(t, err)
	guest := c.visitor()
	form := guest.get(link.RequestURI())
	token := form.find("input", "name", "token")[0].attrs["value"]
	for what, send := range map[string]url.Values{
		"two passwords": {"token": {token}, "password": {"tall grass, low cloud"}, "again": {"tall grass, high cloud"}},
		"a short one":   {"token": {token}, "password": {"short"}, "again": {"short"}},
		"another link":  {"token": {"x"}, "password": {"tall grass, low cloud"}, "again": {"tall grass, low cloud"}},
	} {
		if a := guest.post("/reset", send); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d\n%s", what, a.status, a.body)
		}
	}
	if a := guest.post("/reset", url.Values{"token": {token}, "password": {"tall grass, low cloud"}, "again": {"tall grass, low cloud"}}); a.status != http.StatusSeeOther {
		t.Errorf("reset: %d\n%s", a.status, a.body)
	}
	if a := guest.get("/reset?token=" + token); a.status != http.StatusOK || len(a.find("input", "name", "password")) != 0 {
		t.Errorf("%d: a used link has a form\n%s", a.status, a.body)
	}
	if a := guest.post("/sign-in", url.Values{"name": {user.Email}, "password": {"tall grass, low cloud"}}); a.header.Get("Location") != at+"/my-usage" {
		t.Errorf("sign in: %d to %s", a.status, a.header.Get("Location"))
	}
}

func TestSetUp(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	a := app.New(s)
	au := auth.New(s, auth.Options{Clock: storetest.Clock, Memory: 64})
	site, err := web.New(web.Options{App: a, Auth: au, Clock: storetest.Clock})
	must(t, err)
	server := httptest.NewServer(site)
	t.Cleanup(func() { server.Close(); site.Close() })
	c := &center{t: t, app: a, auth: au, at: server.URL}
	token, needed, err := au.SetUpLink(context.Background())
	if must(t, err); !needed {
		t.Fatal("no set-up is needed")
	}
	v := c.visitor()
	form := url.Values{"token": {token}, "name": {"Olga"}, "email": {"olga@example.com"}, "password": {password}}
	if a := v.get("/set-up?token=" + token); a.status != http.StatusOK || len(a.find("input", "name", "token")) != 1 {
		t.Errorf("%d: no form\n%s", a.status, a.body)
	}
	wrong := v.post("/set-up", url.Values{"token": {token}, "name": {"Olga"}, "email": {"olga"}, "password": {"x"}})
	if begun := wrong.find("input", "autofocus", ""); len(begun) != 1 || begun[0].attrs["name"] != "email" {
		t.Errorf("one begins again in %v, want the first field that is wrong", begun)
	}
	if len(wrong.find("input", "aria-invalid", "true")) != 2 {
		t.Errorf("two mistakes: %d\n%s", wrong.status, wrong.body)
	}
	if a := v.post("/set-up", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if a := v.post("/set-up", form); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the link holds twice: %d", a.status)
	}
	if a := v.get("/set-up?token=" + token); a.status != http.StatusOK || len(a.find("input", "name", "password")) != 0 || !strings.Contains(a.body, "used before") {
		t.Errorf("%d: a used link has a form\n%s", a.status, a.body)
	}
	v.post("/sign-in", url.Values{"name": {"olga@example.com"}, "password": {password}})
	add := url.Values{"name": {"Acme"}, "currency": {"eur"}, "zone": {"Europe/Berlin"}, "country": {"de"}}
	if a := v.post("/operator/tenants/new", add); a.header.Get("Location") != "/operator/tenants/1" {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if a := v.post("/operator/tenants/new", add); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the same again: %d", a.status)
	}
	for _, page := range []string{"", "calls", "reports/billing", "reports/billing?run=1&all=active&period=last-month", "imports", "suspense", "users", "teams", "campaigns", "numbers", "units"} {
		if a := v.get("/t/1/" + page); a.status != http.StatusOK {
			t.Errorf("empty %s: %d\n%s", page, a.status, a.body)
		}
	}
	if a := v.post("/operator/leave", nil); a.header.Get("Location") != "/operator" {
		t.Errorf("leaving: %d", a.status)
	}
}

var digits = regexp.MustCompile(`\b[0-9]{8,15}\b`)

func TestNumbersAreMasked(t *testing.T) {
	c, admin, at := one(t, tenant.Admin)
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	list := at + "/calls?period=last-month&status=rated"
	seen := admin.get(list)
	var calls []string
	for _, e := range seen.find("a", "", "") {
		if strings.HasPrefix(e.attrs["href"], at+"/calls/") {
			calls = append(calls, e.attrs["href"])
		}
	}
	if len(calls) != 50 {
		t.Fatalf("%d calls on the first page", len(calls))
	}
	number := func(a answer) []string {
		var ns []string
		for _, e := range a.elements() {
			if e.name == "td" && strings.HasSuffix(e.attrs["class"], " number") {
				ns = append(ns, digits.FindString(e.text))
			}
		}
		return slices.DeleteFunc(ns, func(s string) bool { return s == "" })
	}
	if len(number(seen)) == 0 {
		t.Error("who may see numbers sees none")
	}
	hidden := finance.get(list)
	if ns := number(hidden); len(ns) != 0 {
		t.Errorf("numbers are shown: %v", ns)
	}
	if a := finance.get(list + "&number=1201"); a.status != http.StatusForbidden {
		t.Errorf("calls can be searched by a number that is hidden: %d", a.status)
	}
	full, masked := admin.get(calls[0]), finance.get(calls[0])
	if len(full.find("pre", "class", "raw")) != 1 || len(masked.find("pre", "class", "raw")) != 0 || masked.status != http.StatusOK {
		t.Errorf("the record's text: %d", masked.status)
	}
	for _, n := range number(seen) {
		if strings.Contains(masked.body, n) {
			t.Errorf("%s is shown", n)
		}
	}
	for _, path := range []string{"2026-06-31/x", "2026-06-01/" + strings.Repeat("0", 32), "today/" + strings.Repeat("0", 32)} {
		if a := admin.get(at + "/calls/" + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

func TestPagesOfCalls(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	seen := map[string]bool{}
	next := at + "/calls?period=last-month"
	pages := 0
	for next != "" {
		a := v.get(next)
		next = ""
		pages++
		for _, e := range a.find("a", "", "") {
			switch href := e.attrs["href"]; {
			case e.attrs["rel"] == "next":
				next = strings.ReplaceAll(href, "&amp;", "&")
			case strings.HasPrefix(href, at+"/calls/"):
				if seen[href] {
					t.Fatalf("%s twice", href)
				}
				seen[href] = true
			}
		}
	}
	if len(seen) < 1900 || pages != (len(seen)+49)/50 {
		t.Errorf("%d calls on %d pages", len(seen), pages)
	}
}

func TestReportView(t *testing.T) {
	_, v, at := one(t, tenant.Analyst)
	ask := "?run=1&period=last-month&all=active&all=deactivated&country=US&sort-manual=-Total"
	a := v.get(at + "/reports/billing" + ask)
	sorted := a.find("th", "aria-sort", "descending")
	if a.status != http.StatusOK || len(sorted) != 1 {
		t.Fatalf("%d, %d columns are sorted down", a.status, len(sorted))
	}
	export := v.get(at + "/reports/billing/billing.csv" + ask)
	if kind := export.header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
		t.Fatalf("the export is %s: %s", kind, export.body)
	}
	r := csv.NewReader(strings.NewReader(export.body))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	must(t, err)
	last := ""
	for _, row := range rows[2:] {
		if row[0] == "Total" {
			break
		}
		if last != "" && len(last) == len(row[2]) && row[2] > last {
			t.Errorf("the export is not sorted as the page is: %s after %s", row[2], last)
		}
		last = row[2]
	}
	if a := v.get(at + "/reports/billing/billing.json" + ask); a.status != http.StatusOK || !json.Valid([]byte(a.body)) {
		t.Errorf("JSON: %d", a.status)
	}
	for what, path := range map[string]string{
		"nobody chosen":  "?run=1&period=last-month",
		"no such zone":   "?run=1&period=last-month&all=active&zone=Nowhere",
		"no such day":    "?run=1&from=2026-02-30&to=2026-03-01&all=active",
		"no such preset": "?run=1&period=never&all=active",
		"turned round":   "?run=1&from=2026-03-02&to=2026-03-01&all=active",
	} {
		if a := v.get(at + "/reports/billing" + path); a.status != http.StatusUnprocessableEntity || len(a.find("p", "role", "alert"))+len(a.find("div", "role", "alert")) == 0 {
			t.Errorf("%s: %d\n%s", what, a.status, a.body)
		}
		if a := v.get(at + "/reports/billing/billing.csv" + path); a.status != http.StatusBadRequest {
			t.Errorf("%s as CSV: %d", what, a.status)
		}
	}
}
