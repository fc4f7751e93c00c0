package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// download answers with a file that write writes. A file on its way cannot be
// taken back: where write fails then, the connection is cut, so that whoever
// fetches it sees that it is not whole. Before the first byte an error is an
// error's page as anywhere.
func (s *Site) download(w http.ResponseWriter, v *visit, kind, name string, write func(io.Writer) error) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(name))
	begun := &begunWriter{Writer: w}
	err := write(begun)
	if err != nil && begun.begun {
		s.log.WarnContext(v.Context(), "download cut off", "path", v.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// disposition names a file in words that every browser takes.
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\\;%`, r) {
			return '_'
		}
		return r
	}, name)
	text := `attachment; filename="` + plain + `"`
	if plain != name {
		text += `; filename*=UTF-8''` + url.PathEscape(name)
	}
	return text
}

// begunWriter knows whether anything was written.
type begunWriter struct {
	io.Writer
	begun bool
}

func (w *begunWriter) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil // an answer would begin with it
	}
	w.begun = true
	return w.Writer.Write(b)
}

// The kinds of files that the site writes.
const (
	csvFile   = "text/csv; charset=utf-8"
	jsonFile  = "application/json"
	linesFile = "application/x-ndjson"
	anyFile   = "application/octet-stream"
)
