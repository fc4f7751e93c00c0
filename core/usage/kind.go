package usage

import "tollkeeper/core/fault"

// Kind is how a call came about. The zero Kind is none said: in an assignment
// it means any.
type Kind uint8

// The kinds of calls.
const (
	NoKind Kind = iota
	Manual
	ClickToCall
	Dialer
	Inbound
	Internal
	Callback
)

var kindNames = [...]string{"", "manual", "click_to_call", "dialer", "inbound", "internal", "callback"}

// Kinds lists every kind but none.
func Kinds() []Kind { return []Kind{Manual, ClickToCall, Dialer, Inbound, Internal, Callback} }

// String is the kind's name; none is "".
func (k Kind) String() string { return kindNames[k] }

// ParseKind reads a kind's name; empty is none.
func ParseKind(s string) (Kind, error) {
	for i, name := range kindNames {
		if s == name {
			return Kind(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a kind of call: want manual, click_to_call, dialer, inbound, internal or callback", fault.Cut(s))
}

// Direction is which end paid for the line. The zero Direction is Outgoing.
type Direction uint8

// Outgoing calls are matched on the called number, Incoming ones on the
// tenant's own number that was called into.
const (
	Outgoing Direction = iota
	Incoming
)

var directionNames = [...]string{"outbound", "inbound"}

// String is outbound or inbound.
func (d Direction) String() string { return directionNames[d] }

// MarshalText is String.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// ParseDirection reads outbound or inbound.
func ParseDirection(s string) (Direction, error) {
	for i, name := range directionNames {
		if s == name {
			return Direction(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a direction: want outbound or inbound", fault.Cut(s))
}

// UnmarshalText reads what ParseDirection reads; empty is outbound.
func (d *Direction) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Outgoing
		return nil
	}
	v, err := ParseDirection(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Disposition is how a call ended. The zero Disposition is none said.
type Disposition uint8

// The dispositions; sources are mapped to them.
const (
	NoDisposition Disposition = iota
	Answered
	NoAnswer
	Busy
	Failed
	Cancelled
	Congestion
	Abandoned
)

var dispositionNames = [...]string{"", "answered", "no_answer", "busy", "failed", "cancelled", "congestion", "abandoned"}

// String is the disposition's name; none is "".
func (d Disposition) String() string { return dispositionNames[d] }

// ParseDisposition reads a disposition's name in our spelling; empty is none.
func ParseDisposition(s string) (Disposition, error) {
	for i, name := range dispositionNames {
		if s == name {
			return Disposition(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a disposition: want answered, no_answer, busy, failed, cancelled, congestion or abandoned", fault.Cut(s))
}

// AMD is what answering machine detection said. The zero AMD is that it was
// not asked; Unknown was asked and is charged.
type AMD uint8

// The results of detection.
const (
	NoAMD AMD = iota
	Human
	Machine
	Unknown
)

var amdNames = [...]string{"none", "human", "machine", "unknown"}

// String is the result's name.
func (a AMD) String() string { return amdNames[a] }

// ParseAMD reads none, human, machine or unknown; empty is none.
func ParseAMD(s string) (AMD, error) {
	if s == "" {
		return NoAMD, nil
	}
	for i, name := range amdNames {
		if s == name {
			return AMD(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a result of machine detection: want none, human, machine or unknown", fault.Cut(s))
}
