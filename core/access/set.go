package access

import (
	"strings"

	"tollkeeper/core/fault"
)

// Set is a number of privileges, one bit each. The zero Set is none.
type Set uint32

// Of is the set of ps and of what they imply: whoever may edit may view.
func Of(ps ...Privilege) Set { return Set(0).With(ps...) }

// Has tells whether p is in s.
func (s Set) Has(p Privilege) bool { return p < count && s&(1<<p) != 0 }

// HasAny tells whether any of ps is in s; of none it is not.
func (s Set) HasAny(ps ...Privilege) bool {
	for _, p := range ps {
		if s.Has(p) {
			return true
		}
	}
	return false
}

// With is s and ps, and what they imply.
func (s Set) With(ps ...Privilege) Set {
	for _, p := range ps {
		if p < count {
			s |= 1<<p | implied(p)
		}
	}
	return s
}

// implied is a switch rather than a look into the table, because the table is
// made of sets.
func implied(p Privilege) Set {
	switch p {
	case EditBilling, EditUnits, EditReports, EditSubscription, EditRates, EditUsers:
		return 1 << (p - 1)
	}
	return 0
}

// Union is what s or t has.
func (s Set) Union(t Set) Set { return s | t }

// Both is what s and t have.
func (s Set) Both(t Set) Set { return s & t }

// Within tells whether t has all of s.
func (s Set) Within(t Set) bool { return s&^t == 0 }

// List is what is in s, in the order of the table.
func (s Set) List() []Privilege {
	var ps []Privilege
	for p := range count {
		if s.Has(p) {
			ps = append(ps, p)
		}
	}
	return ps
}

// String is the names with a comma between them; of none it is "".
func (s Set) String() string {
	ps := s.List()
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.String()
	}
	return strings.Join(names, ",")
}

// ParseSet reads what String writes, blanks around the names allowed, and tells
// of every name that is none.
func ParseSet(text string) (Set, error) {
	var s Set
	var wrong fault.Inputs
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		p, err := Parse(name)
		if err != nil {
			wrong = append(wrong, fault.Input{Field: "privilege", Value: fault.Cut(name), Reason: "there is no such privilege"})
			continue
		}
		s = s.With(p)
	}
	return s, wrong.Err()
}

// MarshalText is String.
func (s Set) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseSet reads.
func (s *Set) UnmarshalText(b []byte) error {
	v, err := ParseSet(string(b))
	if err == nil {
		*s = v
	}
	return err
}
