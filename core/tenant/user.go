package tenant

import (
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// State is whether a user or campaign takes part. The zero State is Active.
type State uint8

// Active takes part; Deactivated keeps its history and name; Unconfirmed was
// met in a call record before anybody set it up: it bears no fees and is listed
// until somebody confirms it.
const (
	Active State = iota
	Deactivated
	Unconfirmed
)

var stateNames = [...]string{"active", "deactivated", "unconfirmed"}

// String is the state's name.
func (s State) String() string { return stateNames[s] }

// ParseState reads active, deactivated or unconfirmed; empty is active.
func ParseState(s string) (State, error) {
	if s == "" {
		return Active, nil
	}
	for i, name := range stateNames {
		if s == name {
			return State(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a state: want active, deactivated or unconfirmed", fault.Cut(s))
}

// MarshalText is String.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseState reads.
func (s *State) UnmarshalText(b []byte) error {
	v, err := ParseState(string(b))
	if err == nil {
		*s = v
	}
	return err
}

// Role is what a user is, under basic roles. The zero Role is Agent.
type Role uint8

// The basic roles; access says what each may do.
const (
	Agent Role = iota
	Analyst
	Supervisor
	Finance
	Admin
)

var roleNames = [...]string{"agent", "analyst", "supervisor", "finance", "admin"}

// String is the role's name.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's name; empty is agent.
func ParseRole(s string) (Role, error) {
	if s == "" {
		return Agent, nil
	}
	for i, name := range roleNames {
		if s == name {
			return Role(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a role: want agent, analyst, supervisor, finance or admin", fault.Cut(s))
}

// MarshalText is String.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRole reads.
func (r *Role) UnmarshalText(b []byte) error {
	v, err := ParseRole(string(b))
	if err == nil {
		*r = v
	}
	return err
}

// User is somebody who takes or makes calls, or looks after those who do.
type User struct {
	ID        UserID `json:"id"`
	Username  string `json:"username"` // as call records name the agent; unique
	Email     string `json:"email,omitempty"`
	Display   string `json:"display_name,omitempty"`
	Role      Role   `json:"role"`
	State     State  `json:"state"`
	Extension string `json:"extension,omitempty"` // digits; unique where not empty
}

// Check refuses names that cannot be, and an extension that is not digits.
func (u *User) Check() error {
	if err := CheckName("user", u.Username); err != nil {
		return err
	}
	if strings.Trim(u.Extension, "0123456789") != "" {
		return fault.New(fault.Invalid, "user %q: the extension %q is not digits", fault.Cut(u.Username), fault.Cut(u.Extension))
	}
	if u.Email != "" {
		if err := CheckName("e-mail address", u.Email); err != nil {
			return err
		}
	}
	if u.Display != "" {
		return CheckName("display name", u.Display)
	}
	return nil
}

// Name is how reports show the user: the display name, else the username.
func (u *User) Name() string {
	if u.Display != "" {
		return u.Display
	}
	return u.Username
}

// Team is a named set of users.
type Team struct {
	ID   TeamID `json:"id"`
	Name string `json:"name"`
}

// Membership is a stretch of billing days during which a user or a campaign
// belonged to a team. A zero From is "always so far", a zero To "still".
type Membership struct {
	Team TeamID
	From when.Day // first day in
	To   when.Day // last day in
}

// Holds tells whether the membership holds on d. On none it does not.
func (m Membership) Holds(d when.Day) bool { return m.Touches(when.Days{From: d, To: d}) }

// Touches tells whether the membership holds on any day of ds.
func (m Membership) Touches(ds when.Days) bool {
	last := ds.To
	if m.To != 0 {
		last = min(last, m.To)
	}
	return ds.From != 0 && max(m.From, ds.From) <= last
}
