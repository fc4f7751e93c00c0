package config

import "tollkeeper/core/fault"

// Progress is how long work shows how far it is. The zero Progress is Auto.
type Progress uint8

// Auto draws a bar on a terminal and is silent elsewhere; Plain writes a line
// now and then, JSON an object a line, None nothing.
const (
	Auto Progress = iota
	Plain
	JSON
	None
)

var progressNames = [...]string{"auto", "plain", "json", "none"}

// String is the way's name.
func (p Progress) String() string {
	if int(p) < len(progressNames) {
		return progressNames[p]
	}
	return "unknown"
}

// MarshalText is String.
func (p Progress) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads auto, plain, json or none; empty is auto.
func (p *Progress) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*p = Auto
		return nil
	}
	for i, name := range progressNames {
		if string(b) == name {
			*p = Progress(i)
			return nil
		}
	}
	return fault.New(fault.Invalid, "not auto, plain, json or none")
}
