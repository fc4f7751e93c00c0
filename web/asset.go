package web

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"tollkeeper/core/fault"
)

//go:embed static
var static embed.FS

// assets are the built files and their names. Without a build the site works
// and is bare; its pages say what to do.
type assets struct {
	files fs.FS
	names map[string]string // "site.js" → "site-3KD8.js"
}

func openAssets() (a assets, err error) {
	if a.files, err = fs.Sub(static, "static"); err != nil {
		return a, err
	}
	text, err := fs.ReadFile(a.files, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &a.names)
	}
	return a, fault.Wrap("read the list of assets", err)
}

func (a *assets) built() bool { return len(a.names) > 0 }

// url is the address of an asset by its plain name; empty where it was not
// built.
func (a *assets) url(name string) string {
	dir, rest, _ := strings.Cut(name, "/")
	made := a.names[dir]
	switch {
	case made == "":
		return ""
	case rest != "":
		if _, err := fs.Stat(a.files, made+"/"+rest); err != nil {
			return "" // not every country has a flag there
		}
		return "/static/" + made + "/" + rest
	}
	return "/static/" + made
}

// serveMark leads to our mark, where browsers look for one beside what is no page
// of the site, such as the description of the API.
func (s *Site) serveMark(w http.ResponseWriter, r *http.Request) {
	if to := s.assets.url("mark.svg"); to != "" {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	s.fail(w, r, errNoPage)
}

// serveAsset answers with a file. Its name changes with its contents, so it may
// be kept for ever.
func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if info, err := fs.Stat(s.assets.files, name); err != nil || info.IsDir() || name == "README.md" || name == "manifest.json" {
		s.fail(w, r, errNoPage)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, s.assets.files, name)
}
