package app

import (
	"slices"

	"tollkeeper/core/tenant"
)

// whyNoName tells why a thing cannot have a name, such as a team or a billing
// unit (what); empty: it can. has tells of each of the others whether it has it.
func whyNoName[T any](what, name string, others []T, has func(T) bool) string {
	if name == "" {
		return "is required"
	}
	if err := tenant.CheckName(what, name); err != nil {
		return err.Error()
	}
	if slices.ContainsFunc(others, has) {
		return "another " + what + " has this name"
	}
	return ""
}

// usernames are those of some users, in the order of all.
func usernames(all []tenant.User, some []tenant.UserID) (names []string) {
	for i := range all {
		if slices.Contains(some, all[i].ID) {
			names = append(names, all[i].Username)
		}
	}
	return names
}
