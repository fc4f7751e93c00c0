package web

import (
	"net/url"
	"slices"
	"strconv"

	"tollkeeper/core/tenant"
)

// withQuery is an address with some values of its query changed, each a name and
// a value; an empty one takes it out.
func withQuery(u *url.URL, changes ...string) string {
	q := u.Query()
	for pair := range slices.Chunk(changes, 2) {
		if name, value := pair[0], pair[1]; value == "" {
			q.Del(name)
		} else {
			q.Set(name, value)
		}
	}
	return queried(u.Path, q)
}

// queried is a path with a query, if there is one.
func queried(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// idText is an id in an address; none is empty.
func idText[T ~int32](id T) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(int(id))
}

// tenantText is a tenant's id in an address; the system's is 0.
func tenantText(id tenant.ID) string { return strconv.FormatInt(int64(id), 10) }

// tenantPath is the address of a tenant's page; "" is its overview.
func tenantPath(id tenant.ID, page string) string { return "/t/" + tenantText(id) + "/" + page }

// named finds what the address names by its id under the name of a path value;
// something new where it names none.
func named[T any, K ~int32](v *visit, name string, all []T, id func(*T) K) (*T, error) {
	text := v.PathValue(name)
	if text == "" {
		return new(T), nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil, errNoPage
	}
	for i := range all {
		if id(&all[i]) == K(n) {
			return &all[i], nil
		}
	}
	return nil, errNoPage
}

// postedID is the id that a form names, alone in a list; where it names none the
// list is empty.
func postedID[K ~int32](v *visit, name string) ([]K, error) {
	text := v.PostFormValue(name)
	if text == "" {
		return nil, nil
	}
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil || id <= 0 {
		return nil, errNoPage
	}
	return []K{K(id)}, nil
}
