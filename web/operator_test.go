package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// console opens a center on SQLite, and signs its operator in.
func console(t *testing.T) (*center, *visitor) {
	t.Helper()
	c := newCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	return c, c.signedIn("operator@example.com")
}

const recordHead = "call_id,tenant,calling,called,started_at,answered_at,ended_at\n"

// record is a line of a file of calls. A number of "?" can be no call yet.
func record(id, owner, called string) string {
	return fmt.Sprintf("%s,%s,+442079460000,%s,2026-06-20T08:00:00Z,2026-06-20T08:00:05Z,2026-06-20T08:01:05Z\n", id, owner, called)
}

// sent uploads a file and waits until it is in; it gives the import's page.
func (v *visitor) sent(path, name string, content []byte, fields map[string]string) string {
	v.c.t.Helper()
	a := v.upload(path, name, content, fields)
	if a.status != http.StatusSeeOther {
		v.c.t.Fatalf("%s: %d\n%s", name, a.status, a.body)
	}
	work := a.header.Get("Location")
	v.follow(work)
	done := v.get(work)
	if done.status != http.StatusSeeOther {
		v.c.t.Fatalf("%s: its work ends with %d\n%s", name, done.status, done.body)
	}
	return done.header.Get("Location")
}

// TestOperatorImports sends a file of several tenants, and one of one tenant.
func TestOperatorImports(t *testing.T) {
	c, v := console(t)
	one, two := c.tenants[0].Name, c.tenants[1].Name
	mixed := recordHead + record("m1", one, "+442079460001") + record("m2", two, "+442079460002") + record("m3", "nobody", "+442079460003") + "m4,only three,fields\n"
	run := v.sent("/operator/imports", "mixed.csv", []byte(mixed), map[string]string{"tenant": "", "format": ""})
	a := v.get(run)
	strict(t, run, a)
	for _, want := range []string{one, two, "No tenant", "mixed.csv", "Read as own:", "It has 3 fields"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page of a mixed file does not say %q\n%s", want, a.body)
		}
	}
	for _, x := range c.tenants[:2] {
		own := fmt.Sprintf("%s/imports/%s", tenantAt(x), run[strings.LastIndex(run, "/")+1:])
		if len(a.find("a", "href", own)) != 1 || v.get(own).status != http.StatusOK {
			t.Errorf("no way from the file to what it brought %s", x.Name)
		}
	}

	id := fmt.Sprint(c.tenants[1].ID)
	run = v.sent("/operator/imports", "two.csv", []byte(strings.ReplaceAll(recordHead+record("n1", "", "+442079460009"), ",tenant,", ",agent,")), map[string]string{"tenant": id})
	if a := v.get(run); !strings.Contains(a.body, two) || strings.Contains(a.body, one) {
		t.Errorf("the page of one tenant's file\n%s", a.body)
	}
	if acts := acts(t, c, c.tenants[1].ID); !slices.Contains(acts, "import.start two.csv") {
		t.Errorf("the tenant's activity does not know of it: %v", acts)
	}
	if a := v.upload("/operator/imports", "x.csv", []byte(mixed), map[string]string{"tenant": "999", "source": "north"}); a.status != http.StatusUnprocessableEntity ||
		len(a.find("input", "value", "north")) != 1 {
		t.Errorf("a file of nobody's: %d\n%s", a.status, a.body)
	}
	listed := func(query string) (rows int) {
		return len(v.get("/operator/imports"+query).find("td", "class", "name")) / 2
	}
	if all, of, none := listed(""), listed("?of="+id), listed("?of=999"); all != 7 || of != 3 || none != 0 {
		t.Errorf("%d imports, %d of one tenant, %d of nobody; want 7, 3 and 0", all, of, none)
	}
	if odd := listed("?state=odd"); odd == 0 || odd >= 7 {
		t.Errorf("%d imports with records that are not in order", odd)
	}
}

// acts are what a tenant's activity tells of.
func acts(t *testing.T, c *center, id tenant.ID) (all []string) {
	t.Helper()
	must(t, c.app.Store().View(t.Context(), id, func(tx *store.Tx) error {
		as, err := tx.Activities(store.ActivityFilter{Limit: 100})
		for _, a := range as {
			all = append(all, strings.TrimSpace(a.What+" "+a.About))
		}
		return err
	}))
	return all
}

// TestOperatorImportPages goes through more imports than a page has.
func TestOperatorImportPages(t *testing.T) {
	c, v := console(t)
	for i := range 40 {
		must(t, c.app.Store().Update(t.Context(), c.tenants[i%2].ID, store.Interactive, func(tx *store.Tx) error {
			return tx.PutRun(&store.Run{ID: 1000 + int64(i/2), File: fmt.Sprint("file", i), Started: tx.Now})
		}))
	}
	seen, next := map[string]int{}, "/operator/imports"
	for pages := 0; next != "" && pages < 5; pages++ {
		a := v.get(next)
		next = ""
		for _, e := range a.find("a", "hx-boost", "false") {
			seen[e.text]++
		}
		for _, e := range a.find("a", "rel", "next") {
			next = strings.ReplaceAll(e.attrs["href"], "&amp;", "&")
		}
	}
	for i := range 40 {
		if n := seen[fmt.Sprint("file", i)]; n != 1 {
			t.Errorf("file%d is listed %d times", i, n)
		}
	}
}

// TestRefusedLines reads more refused lines than a page shows, takes them away,
// mends them and sends them again.
func TestRefusedLines(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	const bad = 230
	head := "call_id,calling,called,started_at,answered_at,ended_at\n"
	good := func(i int) string {
		return fmt.Sprintf("r%d,+442079460000,+442079460001,2026-06-20T08:00:00Z,2026-06-20T08:00:05Z,2026-06-20T08:01:05Z", i)
	}
	var file, broken strings.Builder
	file.WriteString(head)
	for i := range bad {
		line := good(i) + ",=one too many\n"
		broken.WriteString(line)
		file.WriteString(line)
	}
	run := v.sent(at+"/imports", "Ärger \"1\".csv", []byte(file.String()), nil)
	rows, next, pages := 0, run, 0
	for ; next != ""; pages++ {
		a := v.get(next)
		next = ""
		rows += strings.Count(a.body, "It has 7 fields, the header 6.")
		for _, e := range a.find("a", "rel", "next") {
			next = strings.ReplaceAll(e.attrs["href"], "&amp;", "&")
		}
	}
	if rows != bad || pages != 3 {
		t.Errorf("%d refused lines on %d pages, want %d on 3", rows, pages, bad)
	}

	reasons := v.get(run + "/refused.csv")
	table, err := csv.NewReader(strings.NewReader(reasons.body)).ReadAll()
	if err != nil || len(table) != bad+1 || table[1][1] != "2" || table[1][4] != "it has 7 fields, the header 6" || table[1][5] == "" || table[1][7] != strings.TrimSuffix(strings.SplitAfter(broken.String(), "\n")[0], "\n") {
		t.Errorf("the reasons as CSV: %v, %d lines: %v", err, len(table), table[:min(2, len(table))])
	}
	if got := reasons.header.Get("Content-Disposition"); !strings.Contains(got, `filename="_rger _1_-refused-reasons.csv"`) || strings.Count(got, `"`) != 2 {
		t.Errorf("the download is named by %s", got)
	}
	lines := v.get(run + "/refused-lines")
	if lines.body != head+broken.String() {
		t.Errorf("the refused lines come back as\n%.300s", lines.body)
	}
	mended := strings.ReplaceAll(lines.body, ",=one too many", "")
	if a := v.get(v.sent(at+"/imports", "mended.csv", []byte(mended), nil)); strings.Contains(a.body, `id="refused"`) {
		t.Error("mended lines are refused")
	}
	for path, want := range map[string]int{"/refused.json": http.StatusNotFound, "/nothing": http.StatusNotFound} {
		if a := v.get(run + path); a.status != want {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestOperatorSuspense lets records wait for several reasons, asks before it does
// something about them, and does it.
func TestOperatorSuspense(t *testing.T) {
	c, v := console(t)
	first := c.tenants[0]
	file := recordHead + record("s1", "late", "+442079460001") + record("s2", first.Name, "+4420") + record("s3", first.Name, "+4420")
	v.sent("/operator/imports", "waits.csv", []byte(file), nil)
	a := v.get("/operator/suspense")
	for _, want := range []string{"No tenant", first.Name, "the oldest waits for 11 days"} {
		if !strings.Contains(a.body, want) {
			t.Fatalf("the page does not say %q\n%s", want, a.body)
		}
	}
	cause := func(r usage.Reason) string { return "cause=" + r.String() }
	of := fmt.Sprintf("&of=%d", first.ID)
	ask := v.get("/operator/suspense/confirm?do=dismiss&" + cause(usage.BadNumber) + of)
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "Dismiss 2 records") {
		t.Errorf("%d: nothing is asked\n%s", ask.status, ask.body)
	}
	for what, path := range map[string]string{
		"a call is dismissed":    "?do=dismiss&" + cause(usage.NoRate),
		"a conflict tried again": "?do=rerun&" + cause(usage.Conflict),
		"no such cause":          "?do=rerun&cause=weather",
		"a cause of nothing":     "?do=rerun&cause=not_answered",
	} {
		if a := v.get("/operator/suspense/confirm" + path); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", what, a.status)
		}
	}
	if a := v.get("/operator/suspense/confirm?do=burn"); a.status != http.StatusSeeOther || a.header.Get("Location") != "/operator/suspense" {
		t.Errorf("anything can be asked for: %d", a.status)
	}

	late := tenant.Tenant{Name: "late", Currency: "USD", Zone: "UTC", Country: first.Country}
	must(t, c.app.Store().AddTenant(t.Context(), &late))
	again := func(form url.Values) string {
		t.Helper()
		work := v.post("/operator/suspense", form).header.Get("Location")
		v.follow(work)
		return v.get(work).body
	}
	if got := again(url.Values{"do": {"rerun"}, "cause": {usage.BadNumber.String()}}); !strings.Contains(got, "0 records no longer waiting") {
		t.Errorf("another cause: %s", got)
	}
	if got := again(url.Values{"do": {"rerun"}, "cause": {usage.NoTenant.String()}, "of": {"0"}}); !strings.Contains(got, "1 record no longer waiting") {
		t.Errorf("the late tenant's: %s", got)
	}
	if got := again(url.Values{"do": {"rerun"}}); !strings.Contains(got, "still in suspense") {
		t.Errorf("all: %s", got)
	}
	if all := acts(t, c, first.ID); !slices.Contains(all, "suspense.rerun all tenants") {
		t.Errorf("the tenant's activity does not know that its records were tried again: %v", all)
	}
	if a := v.post("/operator/suspense", url.Values{"do": {"dismiss"}, "cause": {usage.BadNumber.String()}, "of": {fmt.Sprint(first.ID)}}); a.status != http.StatusSeeOther {
		t.Errorf("dismissing: %d\n%s", a.status, a.body)
	}
	if a := v.get("/operator/suspense"); !strings.Contains(a.body, "2 records dismissed") {
		t.Errorf("nothing says what was dismissed\n%s", a.body)
	}
	if all := acts(t, c, first.ID); !slices.Contains(all, "suspense.dismiss bad_number") {
		t.Errorf("the tenant's activity does not know who dismissed: %v", all)
	}
}

// TestSuspenseHidesNumbers mixes columns up, so that a number stands where a
// word should: who may not see numbers does not see it.
func TestSuspenseHidesNumbers(t *testing.T) {
	c, admin, at := one(t, tenant.Admin)
	const number = "442079460177"
	admin.sent(at+"/imports", "mixed.csv", []byte("call_id,called,started_at,answered_at,ended_at,kind\nm1,+442079460123,2026-06-01T10:00:00Z,,2026-06-01T10:01:05Z,"+number+"\n"), nil)
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	if a := admin.get(at + "/suspense"); !strings.Contains(a.body, number) {
		t.Errorf("who may see numbers does not see what stands there\n%s", a.body)
	}
	if a := finance.get(at + "/suspense"); a.status != http.StatusOK || strings.Contains(a.body, "2079460177") || !strings.Contains(a.body, "“…”") {
		t.Errorf("%d: a number is shown, or nothing is left of it\n%s", a.status, a.body)
	}
	file := "/suspense/records.csv?cause=" + usage.BadValue.String()
	if a := admin.get(at + file); a.status != http.StatusOK || !strings.Contains(a.body, "m1,+442079460123") || !strings.Contains(a.body, "mixed.csv") {
		t.Errorf("%d: the file does not hold the record, and where it came from\n%s", a.status, a.body)
	}
	if a := finance.get(at + file); a.status != http.StatusOK || strings.Contains(a.body, "20794601") || !strings.Contains(a.body, "mixed.csv") {
		t.Errorf("%d: the file shows a number, or nothing\n%s", a.status, a.body)
	}
	if a := admin.get(at + "/suspense/records.csv?cause=weather"); a.status != http.StatusBadRequest {
		t.Errorf("no such cause: %d", a.status)
	}
}

// TestSuspenseLeadsToTheCall shows of a contradiction both what came later and,
// one click away, the call that is charged.
func TestSuspenseLeadsToTheCall(t *testing.T) {
	_, admin, at := one(t, tenant.Admin)
	const head = "call_id,called,started_at,answered_at,ended_at,kind\n"
	admin.sent(at+"/imports", "first.csv", []byte(head+"twice,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z,manual\n"), nil)
	admin.sent(at+"/imports", "second.csv", []byte(head+"twice,+442079460124,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z,manual\n"), nil)
	a := admin.get(at + "/suspense")
	link := regexp.MustCompile(`href="(` + at + `/calls/[^"]+)">the call that is charged`).FindStringSubmatch(a.body)
	if link == nil {
		t.Fatalf("nothing leads to the first\n%s", a.body)
	}
	if a := admin.get(link[1]); a.status != http.StatusOK || !strings.Contains(a.body, "442079460123") {
		t.Errorf("%d: it is not the first\n%s", a.status, a.body)
	}
	if a := admin.get(at + "/suspense/records.csv?cause=" + usage.Conflict.String()); !strings.Contains(a.body, "+442079460124") || !strings.Contains(a.body, link[1][strings.LastIndexByte(link[1], '/')+1:]) {
		t.Errorf("the file has not the second, and the name of its call\n%s", a.body)
	}
}

// TestOperatorTable sorts and pages tenants.
func TestOperatorTable(t *testing.T) {
	c, v := console(t)
	for i := range 60 {
		x := tenant.Tenant{Name: fmt.Sprintf("Quiet %02d", i), Currency: "EUR", Zone: "UTC"}
		must(t, c.app.Store().AddTenant(t.Context(), &x))
	}
	names := func(query string) (ns []string) {
		for _, e := range v.get("/operator?period=last-month"+query).find("a", "dir", "auto") {
			if strings.HasPrefix(e.attrs["href"], "/t/") {
				ns = append(ns, e.text)
			}
		}
		return ns
	}
	dear := names("")
	if len(dear) != 50 || dear[0] != c.tenants[0].Name && dear[0] != c.tenants[1].Name {
		t.Errorf("most calls first: %d, %v", len(dear), dear[:2])
	}
	if by := names("&sort=name"); !slices.IsSorted(by) {
		t.Errorf("by name: %v", by)
	}
	if rest := names("&sort=name&page=2"); len(rest) != 12 {
		t.Errorf("%d tenants on the second page", len(rest))
	}
	if far := names("&sort=nothing&page=99"); !slices.Equal(far, dear) {
		t.Error("a page that is not there is another than the first")
	}
}

// TestBrowserConsole goes through the operator's flows with script.
func TestBrowserConsole(t *testing.T) {
	c, b, _ := flow(t, func(*center) string { return "operator@example.com" })
	b.goes("overview", http.StatusOK, chromedp.Navigate(c.at+"/operator?period=last-month"))
	b.do(chromedp.Evaluate[chromedp.Void]("window.kept = true"), click(`#tenants th:first-child a`), visible(`#tenants th:first-child[aria-sort=ascending]`))
	if !ask[bool](b, "window.kept === true") {
		t.Error("sorting leaves the page")
	}
	file := filepath.Join(t.TempDir(), "mixed.csv")
	must(t, os.WriteFile(file, []byte(recordHead+record("b1", c.tenants[0].Name, "+442079460001")+record("b2", "nobody", "+442079460001")+"too,few\n"), 0o644))
	b.do(chromedp.Navigate(c.at+"/operator/imports"), chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	if got := ask[string](b, `document.querySelector("[data-drop-said]").textContent`); !strings.HasPrefix(got, "mixed.csv, ") {
		t.Errorf("the place to drop a file on says %q", got)
	}
	dropped := `(n => { const d = new DataTransfer(); for (let i = 0; i < n; i++) d.items.add(new File(["x"], "dropped.csv")); const place = document.querySelector("[data-drop]");
		place.dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})); return place.querySelector("[data-drop-said]").textContent })`
	if two, one := ask[string](b, dropped+"(2)"), ask[string](b, dropped+"(1)"); two != "Drop one file at a time." || one != "dropped.csv, 1 B" {
		t.Errorf("two files dropped: %q; one: %q", two, one)
	}
	if got := ask[string](b, `document.querySelector("input[type=file]").files[0].name`); got != "dropped.csv" {
		t.Errorf("the form would send %q", got)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	b.inspect("a file is chosen")
	b.do(chromedp.Submit(chromedp.CSS("input[type=file]")), visible("#shares"))
	b.look("operator-import", ask[string](b, "location.href"))
	b.do(chromedp.EmulateViewport(1280, 900))
	b.goes("suspense", http.StatusOK, chromedp.Navigate(c.at+"/operator/suspense?of=0"))
	b.do(click(".cause .card-actions a:not([download])"), visible("form button"))
	b.inspect("before trying again")
	b.do(click("main form .btn-primary"), visible("main [role=status]"))
	b.do(chromedp.Navigate(c.at+"/operator/suspense?of=0"), click(".cause .card-actions a:last-child"), visible(".btn-danger"))
	b.inspect("before dismissing")
	b.do(click(".btn-danger"), visible(".alert-success"))
	for _, page := range []string{"/operator?period=last-month", "/operator/imports", "/operator/suspense"} {
		b.look(strings.ReplaceAll(strings.Trim(strings.Split(page, "?")[0], "/"), "/", "-"), c.at+page)
	}
}
