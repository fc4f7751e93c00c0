package access

import "tollkeeper/core/tenant"

// roles are basic roles, one bit each.
type roles uint8

const (
	agent      roles = 1 << tenant.Agent
	analyst    roles = 1 << tenant.Analyst
	supervisor roles = 1 << tenant.Supervisor
	finance    roles = 1 << tenant.Finance
	admin      roles = 1 << tenant.Admin
)

// OfRole is what a basic role may do. An unknown role may nothing.
func OfRole(r tenant.Role) Set {
	if r > tenant.Admin {
		return 0
	}
	var s Set
	for p := range count {
		if table[p].roles&(1<<r) != 0 {
			s = s.With(p)
		}
	}
	return s
}

// Operator is what whoever runs the program may do: all there is, but for the
// page of one's own usage, because an operator takes no calls.
func Operator() Set { return Of(Scopes()...).With(Operate) }
