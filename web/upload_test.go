package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
	"tollkeeper/web"
)

// nothingLeft insists that no file of an upload is kept any more.
func (c *center) nothingLeft() {
	c.t.Helper()
	must(c.t, filepath.WalkDir(c.uploads, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "lock" {
			c.t.Errorf("%s is left", path)
		}
		return err
	}))
}

// runs lists the imports of the first tenant.
func (c *center) runs() (rs []store.Run) {
	c.t.Helper()
	must(c.t, c.app.Store().View(c.t.Context(), c.tenants[0].ID, func(tx *store.Tx) (err error) {
		rs, err = tx.Runs()
		return err
	}))
	return rs
}

const callsHeader = "call_id,called,started_at,answered_at,ended_at,kind\n"

// someCalls is a file of n calls whose names begin with a word.
func someCalls(word string, n int) []byte {
	var b bytes.Buffer
	b.WriteString(callsHeader)
	for i := range n {
		fmt.Fprintf(&b, "%s%d,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z,manual\n", word, i)
	}
	return b.Bytes()
}

// TestWrongUploads sends files that are no call records: each is refused beside
// the form, in words that say what it looks like, and leaves nothing behind.
func TestWrongUploads(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		v := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email)
		before := len(c.runs())
		for _, x := range []struct{ name, file, text, want string }{
			{"workbook", "calls.xlsx", "PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml xl/workbook.xml", "looks like an Excel workbook (open it and save the sheet as CSV)"},
			{"pdf", "calls.pdf", "%PDF-1.7\n", "looks like a PDF document"},
			{"zip", "calls.zip", "PK\x03\x04\x14\x00\x00\x00\x08\x00calls.csv", "looks like a zip archive (unpack it)"},
			{"picture", "calls.png", "\x89PNG\r\n\x1a\n\x00", "looks like a picture"},
			{"web page", "calls.csv", "<!doctype html><title>Sign in</title>", "looks like a web page"},
			{"deck", "rates.csv", "prefix,destination,rate\n44,UK,0.01\n", "looks like a deck of rates"},
			{"utf-16", "calls.csv", "\xff\xfec\x00a\x00l\x00l\x00", "looks like text in UTF-16 (save it as UTF-8)"},
			{"empty", "calls.csv", "", "the file is empty"},
			{"blank", "calls.csv", "\n\n", "the file is empty"},
			{"NUL bytes", "calls.csv", strings.Repeat("\x00", 5000), "looks like binary data"},
			{"a line of ten megabytes", "calls.csv", strings.Repeat("x", 10<<20), "no known format"},
			{"text", "calls.csv", "dear all,\nplease find attached\n", "no known format"},
		} {
			a := v.upload("/t/1/imports", x.file, []byte(x.text), nil)
			said := a.find("div", "role", "alert")
			if a.status != http.StatusUnprocessableEntity || len(said) == 0 || !strings.Contains(strings.ToLower(a.body), strings.ToLower(x.want)) {
				t.Errorf("%s: %d, want %q\n%s", x.name, a.status, x.want, a.body)
			}
			strict(t, x.name, a)
		}
		a := v.upload("/t/1/imports", "calls.csv", []byte("call_id,called,called\n"), nil)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "this column is there twice") || !strings.Contains(a.body, "this column is missing") {
			t.Errorf("a wrong header: %d\n%s", a.status, a.body)
		}
		if a := v.upload("/t/1/imports", "calls.csv", someCalls("x", 1), map[string]string{"zone": "Nowhere"}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a zone that is none: %d\n%s", a.status, a.body)
		}
		if a := v.post("/t/1/imports", url.Values{}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("no file: %d", a.status)
		}
		operator := c.signedIn("operator@example.com")
		if a := operator.upload("/operator/imports", "calls.csv", someCalls("x", 1), nil); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "names its tenant") {
			t.Errorf("a file that is nobody's: %d\n%s", a.status, a.body)
		}
		c.nothingLeft()
		if after := len(c.runs()); after != before {
			t.Errorf("%d imports were begun", after-before)
		}
	})
}

// endless gives the same line again and again, up to a length.
type endless struct {
	line string
	left int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for n < len(p) && e.left > 0 {
		k := copy(p[n:], e.line)
		n, e.left = n+k, e.left-k
	}
	return n, nil
}

// form begins a form with a file whose text is still to come.
func form(fields map[string]string, file string) (head, tail []byte, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		_ = w.WriteField(name, value) // a buffer takes anything
	}
	_, _ = w.CreateFormFile("file", file)
	return bytes.Clone(b.Bytes()), []byte("\r\n--" + w.Boundary() + "--\r\n"), w.FormDataContentType()
}

// TestLargeUpload streams 300 MB through the handler: what it allocates does not
// grow with the file.
func TestLargeUpload(t *testing.T) {
	c, v, _ := one(t, tenant.Admin)
	const size, most = 300 << 20, 32 << 20
	head, tail, kind := form(nil, "calls.csv")
	body := io.MultiReader(bytes.NewReader(head), &endless{"this is no record of a call at all\n", size}, bytes.NewReader(tail))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := v.do(http.MethodPost, "/t/1/imports", kind, body)
	runtime.ReadMemStats(&after)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "no known format") && !strings.Contains(a.body, "No known format") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > most {
		t.Errorf("%d MB of memory were used for %d MB of file", grown>>20, size>>20)
	}
	c.nothingLeft()
}

// TestUploadCutOff closes the connection in the middle of a file.
func TestUploadCutOff(t *testing.T) {
	c, v, _ := one(t, tenant.Admin)
	before := len(c.runs())
	ended := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.site.ServeHTTP(w, r)
		ended <- struct{}{}
	}))
	defer server.Close()
	at, err := url.Parse(c.at)
	must(t, err)
	for _, path := range []string{"/t/1/imports", "/t/1/cards/deck", "/t/1/users/import"} {
		head, _, kind := form(map[string]string{"card": "retail"}, "calls.csv")
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		must(t, err)
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100000000\r\nCookie: %s\r\n\r\n%s%s",
			path, kind, v.client.Jar.Cookies(at)[0], head, someCalls("cut", 100_000))
		must(t, err)
		must(t, conn.Close())
		<-ended
		c.nothingLeft()
	}
	if after := len(c.runs()); after != before {
		t.Errorf("%d imports were begun", after-before)
	}
}

// TestSentTwice sends one form twice, as a double click does: one import. The
// same file from two pages makes two, which both end well; each record counts
// once.
func TestSentTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCenter(t, s)
		v := c.signedIn(c.users[c.tenants[0].ID][tenant.Admin].Email)
		once := func() map[string]string {
			return map[string]string{"once": v.get("/t/1/imports").find("input", "name", "once")[0].attrs["value"]}
		}
		together := func(forms ...map[string]string) (to []string) {
			to = make([]string, len(forms))
			var all sync.WaitGroup
			for i, fields := range forms {
				all.Go(func() {
					a := v.upload("/t/1/imports", "twice.csv", someCalls("twice", 500), fields)
					if to[i] = a.header.Get("Location"); a.status != http.StatusSeeOther {
						t.Errorf("%d\n%s", a.status, a.body)
					}
				})
			}
			all.Wait()
			return to
		}
		wait := func(work string) {
			if a := v.get(work + "/events"); !strings.Contains(a.body, `"done":true`) {
				t.Errorf("%s does not end: %s", work, a.body)
			}
			if a := v.get(work); a.status != http.StatusSeeOther {
				t.Errorf("%s does not end well: %d\n%s", work, a.status, a.body)
			}
		}
		before := len(c.runs())
		first := once()
		to := together(first, first, first)
		if to[0] != to[1] || to[1] != to[2] {
			t.Errorf("one form leads to %q", to)
		}
		wait(to[0])
		if n := len(c.runs()) - before; n != 1 {
			t.Errorf("one form starts %d imports", n)
		}
		to = together(once(), once())
		if to[0] == to[1] {
			t.Errorf("two forms lead to %q", to)
		}
		wait(to[0])
		wait(to[1])
		var rated, known int64
		for _, r := range c.runs() {
			if r.File == "twice.csv" {
				rated, known = rated+r.Tally[usage.WasRated]+r.Tally[usage.WasSuspended], known+r.Tally[usage.WasDuplicate]
			}
		}
		if rated != 500 {
			t.Errorf("500 records count %d times, %d are known already", rated, known)
		}
		verified, err := c.app.Verify(t.Context(), nil)
		if err != nil || !verified.Sound() {
			t.Errorf("%v %v", verified, err)
		}
		c.nothingLeft()
	})
}

// TestDiskFull writes to a disk that has no room.
func TestDiskFull(t *testing.T) {
	err := web.FillFile("/dev/full", strings.NewReader("some text"))
	if !fault.Is(err, fault.Busy) || !strings.Contains(err.Error(), "no room left on the server's disk") {
		t.Errorf("%v", err)
	}
}

// TestUploadsAreSwept leaves files behind as a program does that was killed: the
// next that starts removes them, and leaves those alone that are in use.
func TestUploadsAreSwept(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "tollkeeper-uploads-old")
	must(t, os.MkdirAll(filepath.Join(left, "file-1"), 0o700))
	for _, name := range []string{"lock", "file-1/calls.csv"} {
		must(t, os.WriteFile(filepath.Join(left, name), nil, 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, "mine.csv"), nil, 0o600))
	first, err := web.OpenUploads(dir)
	must(t, err)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was left is there: %v", err)
	}
	second, err := web.OpenUploads(dir)
	must(t, err)
	if n := names(t, dir); len(n) != 3 {
		t.Errorf("two that are in use and what is not ours: %q", n)
	}
	must(t, errors.Join(first(), second()))
	if n := names(t, dir); len(n) != 1 || n[0] != "mine.csv" {
		t.Errorf("after both have ended: %q", n)
	}
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestOtherWrongUploads sends what is neither a deck nor a list to their forms:
// they say so in the words of the form for calls.
func TestOtherWrongUploads(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	for _, x := range []struct{ name, text, want string }{
		{"workbook", "PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml xl/workbook.xml", "looks like an Excel workbook (open it and save the sheet as CSV)"},
		{"pdf", "%PDF-1.7\r%\xe2\xe3\r", "looks like a PDF document"},
		{"picture", "\xff\xd8\xff\xe0", "looks like a picture"},
		{"web page", "<html>\n<title>Sign in</title>", "looks like a web page"},
		{"utf-16", "\xff\xfep\x00r\x00", "looks like text in UTF-16 (save it as UTF-8)"},
		{"compressed", "\x1f\x8bxxxxxxxx", "looks like a compressed file (unpack it)"},
		{"NUL bytes", strings.Repeat("\x00", 5000), "looks like binary data"},
		{"calls", string(someCalls("x", 2)), "looks like call records"},
		{"empty", "", ""},
		{"a line of ten megabytes", strings.Repeat("x", 10<<20), ""},
	} {
		for _, path := range []string{"/cards/deck", "/users/import", "/numbers/import", "/campaigns/import"} {
			a := v.upload(at+path, "file.csv", []byte(x.text), map[string]string{"card": "retail", "apply": "replace"})
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, x.want) {
				t.Errorf("%s to %s: %d, want %q\n%s", x.name, path, a.status, x.want, a.body)
			}
		}
	}
	c.nothingLeft()
}

// TestManyWorks starts works until no more are taken: on the way those that are
// done are forgotten, the oldest first.
func TestManyWorks(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	var ids []string
	start := func(do func(context.Context, app.Report) error) error {
		id, err := c.site.StartWork(c.tenants[0].ID, do)
		ids = append(ids, id)
		return err
	}
	for range 2 {
		must(t, start(func(context.Context, app.Report) error { return nil }))
		v.get(at + "/imports/work/" + ids[len(ids)-1] + "/events") // until it is done
	}
	for running := 1; running <= 200; running++ {
		must(t, start(func(context.Context, app.Report) error { <-end; return nil }))
		for i, until := range []int{198, 199} {
			if running < 197 {
				continue
			}
			if got := v.get(at+"/imports/work/"+ids[i]).status == http.StatusOK; got != (running <= until) {
				t.Errorf("beside %d that run, work %d is known: %v", running, i, got)
			}
		}
	}
	if err := start(nil); !fault.Is(err, fault.Busy) {
		t.Errorf("work 201 is taken: %v", err)
	}
	if a := v.upload(at+"/imports", "more.csv", c.calls[:400], nil); a.status != http.StatusServiceUnavailable {
		t.Errorf("one more import: %d", a.status)
	}
	c.nothingLeft()
}
