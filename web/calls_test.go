package web_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

func classed(a answer, name, class string) (found []element) {
	for _, e := range a.elements() {
		if e.name == name && slices.Contains(strings.Fields(e.attrs["class"]), class) {
			found = append(found, e)
		}
	}
	return found
}

// Every mistake of a filter stands beside its field, which keeps what was typed.
func TestCallsFilterMistakes(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	a := v.get(at + "/calls?agent=nobody&team=none&campaign=x&country=XX&number=12a&amount_from=dear&length_to=long&time_from=9&kind=odd&status=odd&from=soon&to=2026-06-30")
	if a.status != http.StatusUnprocessableEntity || len(a.find("table", "", "")) != 0 {
		t.Errorf("%d", a.status)
	}
	strict(t, "mistakes", a)
	for name, typed := range map[string]string{
		"agent": "nobody", "team": "none", "campaign": "x", "country": "XX", "number": "12a", "amount_from": "dear", "length_to": "long", "time_from": "9",
	} {
		field := a.find("input", "id", "f-"+name)
		if len(field) != 1 || field[0].attrs["value"] != typed || field[0].attrs["aria-describedby"] != "e-"+name || len(a.find("div", "id", "e-"+name)) != 1 {
			t.Errorf("%s: %+v", name, field)
		}
	}
	if got := len(classed(a, "p", "panel-error")); got != 2 {
		t.Errorf("%d groups of boxes say what is wrong, want 2", got)
	}
	if got := len(classed(a, "details", "filters")); got != 1 || len(a.find("details", "open", "")) == 0 {
		t.Error("the filters are folded")
	}
	if a := v.get(at + "/calls.csv?agent=nobody"); a.status != http.StatusBadRequest {
		t.Errorf("a file of a wrong filter: %d", a.status)
	}
}

// Who may not see numbers cannot find them out by asking whose calls have them,
// however the address puts it.
func TestCallsByHiddenNumber(t *testing.T) {
	c, _, at := one(t, tenant.Admin)
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	for _, query := range []string{"number=1", "number=&number=1", "number=%20&number=1&number_at=end", "number=1&number="} {
		for _, page := range []string{"/calls", "/calls.csv", "/calls.jsonl"} {
			if a := finance.get(at + page + "?period=last-month&" + query); a.status != http.StatusForbidden {
				t.Errorf("%s?%s: %d", page, query, a.status)
			}
		}
	}
}

// A chip takes its filter off and leaves the others.
func TestCallsChips(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	user := c.users[c.tenants[0].ID][tenant.Analyst].Username
	a := v.get(at + "/calls?period=last-month&agent=" + user + "&kind=manual&kind=dialer&number=1&number_at=begin&order=oldest&tab-x=1&length_from=")
	chips := classed(a, "a", "chip")
	if len(chips) != 4 {
		t.Fatalf("%d chips: %v", len(chips), chips)
	}
	for _, chip := range chips {
		b := v.get(strings.ReplaceAll(chip.attrs["href"], "&amp;", "&"))
		if b.status != http.StatusOK || len(classed(b, "a", "chip")) != 3 || !strings.Contains(chip.attrs["href"], "order=oldest") || !strings.Contains(chip.attrs["href"], "period=") ||
			strings.Contains(chip.attrs["href"], "tab-x") {
			t.Errorf("%s: %d, %d chips left", chip.attrs["href"], b.status, len(classed(b, "a", "chip")))
		}
	}
	boxes := slices.DeleteFunc(a.find("input", "value", user), func(e element) bool { return e.attrs["type"] == "hidden" })
	if len(boxes) != 1 || boxes[0].attrs["type"] != "checkbox" {
		t.Errorf("the chosen agent: %+v", boxes)
	}
}

// Other days keep the filters, and begin at the first page of theirs.
func TestCallsOfOtherDays(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	first := v.get(at + "/calls?period=last-month&kind=manual&kind=dialer")
	next := v.get(strings.ReplaceAll(first.find("a", "rel", "next")[0].attrs["href"], "&amp;", "&"))
	back := v.get(strings.ReplaceAll(next.find("a", "rel", "prev")[0].attrs["href"], "&amp;", "&"))
	for _, e := range classed(back, "a", "menu-line") {
		if to := e.attrs["href"]; !strings.Contains(to, "kind=manual") || strings.Contains(to, "before=") || strings.Contains(to, "after=") {
			t.Errorf("a period leads to %s", to)
		}
	}
	_, days, _ := strings.Cut(next.body, `<form method="get" class="menu-days">`)
	days, _, _ = strings.Cut(days, "</form>")
	if kept := strings.Count(days, `type="hidden"`); kept != 2 || !strings.Contains(days, `name="kind" value="dialer"`) {
		t.Errorf("days of one's own keep %d words of the address\n%s", kept, days)
	}
}

// Columns that were chosen stay, in the address and for the next time; the file
// has the same.
func TestCallsColumns(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	heads := func(a answer) (names []string) {
		for _, e := range a.find("th", "scope", "col") {
			names = append(names, e.text)
		}
		return names
	}
	usual := heads(v.get(at + "/calls?period=last-month"))
	a := v.get(at + "/calls?period=last-month&column=total&column=started_at&column=nonsense&column=queue")
	want := []string{"Started", "Queue", "Amount"}
	if got := heads(a); !slices.Equal(got, want) || slices.Equal(got, usual) {
		t.Errorf("columns %q, usually %q", got, usual)
	}
	if got := heads(v.get(at + "/calls?period=last-month&kind=dialer")); !slices.Equal(got, want) {
		t.Errorf("the next time they are %q", got)
	}
	file := v.get(at + "/calls.csv?period=last-month")
	if line, _, _ := strings.Cut(file.body, "\n"); line != "started_at,queue,total" {
		t.Errorf("the file has %q", line)
	}
	v.get(at + "/calls?period=last-month&column=usual")
	if got := heads(v.get(at + "/calls?period=last-month")); !slices.Equal(got, usual) {
		t.Errorf("after choosing the usual ones they are %q", got)
	}
}

// A file of a view has its filter, order and columns; numbers are hidden in it as
// on the page; the activity tells of it.
func TestCallsExport(t *testing.T) {
	c, admin, at := one(t, tenant.Admin)
	const view = "?period=last-month&kind=manual&order=oldest&column=started_at&column=kind&column=called&column=agent"
	a := admin.get(at + "/calls.csv" + view)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.header.Get("Content-Disposition"), "calls-2026-06-01-2026-06-30.csv") {
		t.Fatalf("%d %v", a.status, a.header)
	}
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	must(t, err)
	numbers := 0
	for i, r := range rows[1:] {
		if r[1] != "manual" || i > 0 && r[0] < rows[i][0] || strings.HasPrefix(r[3], "=") {
			t.Errorf("row %d is %q after %q", i, r, rows[i])
		}
		if digits.MatchString(r[2]) {
			numbers++
		}
	}
	if len(rows) < 100 || numbers == 0 {
		t.Errorf("%d rows, %d numbers", len(rows), numbers)
	}
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	masked := finance.get(at + "/calls.jsonl" + view)
	lines := strings.Split(strings.TrimSpace(masked.body), "\n")
	if masked.header.Get("Content-Type") != "application/x-ndjson" || len(lines) != len(rows)-1 || digits.MatchString(strings.Join(lines, `"`)) || !json.Valid([]byte(lines[0])) {
		t.Errorf("%d lines for %d rows: %.300s", len(lines), len(rows)-1, masked.body)
	}
	told := 0
	must(t, c.app.Store().View(t.Context(), c.tenants[0].ID, func(tx *store.Tx) error {
		rows, err := tx.Activities(store.ActivityFilter{What: "calls.export"})
		for _, r := range rows {
			if strings.Contains(r.About, "kind=manual") {
				told++
			}
		}
		return err
	}))
	if told != 2 {
		t.Errorf("the activity tells of %d exports, want 2", told)
	}
}

// An export that breaks in the middle must not look whole to whoever fetches it.
func TestCallsExportCutOff(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	must(t, c.app.Store().Update(t.Context(), c.tenants[0].ID, store.Interactive, func(tx *store.Tx) error {
		segments, err := tx.Segments(store.AllDays)
		if err != nil {
			return err
		}
		last := segments[len(segments)-1]
		last.Revision, last.Charges = last.Revision+1, []byte("no longer what was written")
		return tx.PutCharges(&last)
	}))
	r, err := http.NewRequest(http.MethodGet, c.at+at+"/calls.csv?period=last-month&order=oldest&column=call&column=started_at&column=answered_at&column=ended_at&column=billed_at&column=called", nil)
	must(t, err)
	res, err := v.client.Do(r)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil || res.StatusCode != http.StatusOK || len(body) == 0 {
		t.Errorf("%d: %d bytes came as if they were all", res.StatusCode, len(body))
	}
}

// The sum that is drawn comes to what the list says, and begins with the call's
// length.
func TestCallSum(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	list := v.get(at + "/calls?period=last-month&status=rated&column=started_at&column=seconds&column=total")
	var amounts []string
	for _, e := range list.find("span", "class", "figure") { // the first one is the count
		amounts = append(amounts, e.text)
	}
	n := 0
	for _, e := range list.find("a", "", "") {
		if !strings.HasPrefix(e.attrs["href"], at+"/calls/2") || n == 6 {
			continue
		}
		sums := v.get(e.attrs["href"]).find("td", "class", "sum-figure")
		if len(sums) < 4 || sums[len(sums)-1].text != amounts[n+1] {
			t.Errorf("%s: the sum is %v, the list says %s", e.attrs["href"], sums, amounts[n+1])
		}
		n++
	}
	if n != 6 {
		t.Errorf("%d calls", n)
	}
}

// From a call one comes to the same agent's next one, and back.
func TestCallNeighbours(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	list := v.get(at + "/calls?period=last-month&agent=chen.demir&column=started_at")
	var calls []string
	for _, e := range list.find("a", "", "") {
		if strings.HasPrefix(e.attrs["href"], at+"/calls/2") {
			calls = append(calls, e.attrs["href"])
		}
	}
	if len(calls) < 2 {
		t.Fatalf("%d calls of the agent", len(calls))
	}
	here, before := v.get(calls[0]), v.get(calls[1])
	to := here.find("a", "rel", "prev")
	if len(to) != 1 || to[0].attrs["href"] != calls[1] || len(here.find("a", "rel", "next")) != 0 {
		t.Errorf("the call before is %v, want %s", to, calls[1])
	}
	if back := before.find("a", "rel", "next"); len(back) != 1 || back[0].attrs["href"] != calls[0] {
		t.Errorf("the call after is %v, want %s", back, calls[0])
	}
}

// TestBrowserCalls looks at the list with everything unfolded, at a phone's size
// too, and goes on and back without leaving the page.
func TestBrowserCalls(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.expect("422")
	b.look("calls-filter", at+"/calls?period=last-month&agent=nobody&status=rated&status=suspended&length_from=x&amount_from=2&amount_to=1&number=1201&country=US")
	b.expect("")
	b.look("calls-columns", at+"/calls?period=last-month&column=started_at&column=calling&column=called&column=queue&column=carrier&column=discount&column=card&column=call&amount_from=0.01")
	b.do(chromedp.EmulateViewport(390, 900), chromedp.Navigate(at+"/calls?period=last-month"), click("#list details.menu summary"), visible(".columns"))
	if wide := ask[int64](b, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("with the columns unfolded the page is %d wide", wide)
	}
	b.inspect("columns")
}

// TestBrowserConversation looks at a call of three legs, and goes from it to
// another; and at a call that waits.
func TestBrowserConversation(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	const head = "call_id,conversation_id,called,calling,kind,amd,started_at,answered_at,ended_at\n"
	_, err := c.app.ImportCalls(t.Context(), app.ImportCalls{Path: "legs.csv", Tenant: c.tenants[0].Name, Source: "pbx", Input: strings.NewReader(head +
		"legs 1,legs 1,+442079460123,+442079460100,manual,human,2026-06-20T10:00:00Z,2026-06-20T10:00:25Z,2026-06-20T10:06:07Z\n" +
		"legs 2,legs 1,+442079460124,+442079460100,manual,,2026-06-20T10:01:00Z,2026-06-20T10:01:35Z,2026-06-20T10:03:00Z\n" +
		"legs 3,legs 1,+442079460125,+442079460100,internal,,2026-06-20T10:03:00Z,,2026-06-20T10:03:30Z\n" +
		"waits,,+88299999999,+442079460100,manual,,2026-06-20T10:03:00Z,2026-06-20T10:03:01Z,2026-06-20T10:03:30Z\n")}, nil)
	must(t, err)
	call := func(id string) string {
		return at + "/calls/2026-06-20/" + usage.NewIdentity("pbx", id, "").String()
	}
	b.look("call-legs", call("legs 1"))
	if got := ask[int](b, `document.querySelectorAll(".legs li").length`); got != 3 {
		t.Errorf("%d legs are drawn, want 3", got)
	}
	b.do(click(".legs li:nth-child(2) a"), visible(".legs li:nth-child(2).leg-this"))
	b.look("call-waits", call("waits"))
	if got := ask[string](b, `document.querySelector(".call-waits").textContent`); !strings.Contains(got, "try again") {
		t.Errorf("a call that waits says %q", got)
	}
}
