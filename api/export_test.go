package api

import "tollkeeper/core/access"

// Door is an address of the API with the privileges of which one opens it.
type Door struct {
	Method, Path string
	Need         []access.Privilege
}

// Doors is every route, for tests that ask each.
func Doors() (ds []Door) {
	for _, r := range routes() {
		ds = append(ds, Door{r.Method, r.Path, r.need})
	}
	return ds
}
