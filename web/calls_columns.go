package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/table"
)

// columnForm is the choice of columns.
type columnForm struct {
	Choices []choice
	Own     bool // not the usual ones
	Hidden  []hidden
	Usual   string // address with the usual ones
	shown   []app.CallColumn
}

// usualCallColumns are those of a list for which nobody chose.
var usualCallColumns = []string{"started_at", "agent", "calling", "called", "kind", "campaign", "seconds", "billed_s", "total", "status"}

// columnsCookie holds the columns that somebody chose last, in this browser.
// Like the look of the pages it is a habit of a person at a screen, not a fact of
// the books: a phone can have fewer columns than the desk.
const columnsCookie = "columns"

// readColumns reads the columns of the address, or else those chosen last.
func readColumns(v *visit) columnForm {
	names := v.URL.Query()["column"]
	if len(names) == 0 {
		if c, err := v.Cookie(columnsCookie); err == nil {
			names = strings.Split(c.Value, ".")
		}
	}
	if slices.Equal(names, []string{"usual"}) {
		names = nil
	}
	var f columnForm
	for _, c := range app.CallColumns() {
		chosen := slices.Contains(names, c.Name)
		f.Choices = append(f.Choices, choice{c.Name, c.Title, chosen})
		if chosen {
			f.shown, f.Own = append(f.shown, c), true
		}
	}
	if !f.Own {
		for _, name := range usualCallColumns {
			for i, c := range app.CallColumns() {
				if c.Name == name {
					f.shown, f.Choices[i].Chosen = append(f.shown, c), true
				}
			}
		}
	}
	q := callQuery(v.URL.Query())
	q.Del("column")
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, value := range q[name] {
			f.Hidden = append(f.Hidden, hidden{name, value})
		}
	}
	q.Set("column", "usual")
	f.Usual = queried(v.URL.Path, q)
	return f
}

// Shown are the columns in their order, for the headings.
func (f columnForm) Shown() []app.CallColumn { return f.shown }

// without tells whether a column is not shown, so that another one may say it.
func (f columnForm) without(name string) bool {
	return !slices.ContainsFunc(f.shown, func(c app.CallColumn) bool { return c.Name == name })
}

// Right tells whether a column's figures stand on the right.
func (f columnForm) Right(k table.Kind) bool { return onRight(k) }

// onRight is for figures that line up by their last digit; moments do by their
// first.
func onRight(k table.Kind) bool { return k.Numeric() && k != table.Instant && k != table.Day }

// keepColumns remembers the columns of the address.
func keepColumns(w http.ResponseWriter, v *visit, f *columnForm) {
	if !v.URL.Query().Has("column") {
		return
	}
	c := &http.Cookie{Name: columnsCookie, Path: "/t/", MaxAge: yearSeconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.TLS != nil}
	var names []string
	for i := range f.shown {
		names = append(names, f.shown[i].Name)
	}
	if c.Value = strings.Join(names, "."); !f.Own {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}
