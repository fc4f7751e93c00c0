package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollkeeper/store/storetest"
)

// A file that breaks off in the middle cuts the connection; one that does not
// begin is an error like any other.
func TestDownloadCutOff(t *testing.T) {
	c := bareCenter(t, storetest.Open(t, storetest.Place(t, "sqlite")))
	wrong := errors.New("the disk is gone")
	for _, begin := range []string{"", "a,b\n1,2\n"} {
		var failed error
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			failed = c.site.Download(w, r, func(to io.Writer) error {
				if _, err := io.WriteString(to, begin); err != nil {
					return err
				}
				return wrong
			})
			w.WriteHeader(http.StatusTeapot)
		}))
		r, err := http.Get(server.URL)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(r.Body)
			must(t, r.Body.Close())
		}
		server.Close()
		if begin != "" && err == nil {
			t.Errorf("a file that was cut off comes as %d %q, as if it were whole", r.StatusCode, body)
		}
		if begin == "" && (err != nil || failed != wrong || r.Header.Get("Content-Disposition") != "" || r.StatusCode != http.StatusTeapot) {
			t.Errorf("one that does not begin: %v, %v, %+v", err, failed, r)
		}
	}
}

// There is one way to answer with a file, so that none looks whole that is not.
func TestOneDownload(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(t, err)
		if !strings.HasSuffix(name, "_test.go") && name != "download.go" && strings.Contains(string(text), "Content-Disposition") {
			t.Errorf("%s answers with a file by itself: use download", name)
		}
	}
}
