// Package fault names what can go wrong, in kinds that programs test and in
// texts that people read.
//
// It owns the kinds, the path of verbs that an error collects on its way up
// ("import calls: rate: no card named retail"), and input errors that carry a
// position. It does not own the mapping of kinds to exit codes or HTTP status:
// each way in (cli, api, web) has that once.
//
//	err := fault.New(fault.NotFound, "no rate card is named %q", name)
//	err = fault.Wrap("quote", err)
//	fault.Is(err, fault.NotFound) // true
package fault

import "fmt"

// Kind is what a program may decide on. The zero Kind is Internal: an error
// nobody has classified is ours, not the user's.
type Kind uint8

const (
	Internal Kind = iota // a broken invariant or a failing machine
	Invalid              // the input is wrong: mend it and try again
	NotFound             // there is no such thing (for this tenant)
	Conflict             // it exists already, or somebody was faster
	Denied               // not allowed
	Busy                 // try again later: a lock, a limit, a shutdown
)

var kindNames = [...]string{"internal", "invalid", "not_found", "conflict", "denied", "busy"}

// String is the kind's name as logs and JSON show it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is an error of a kind, with the verb that failed and what it wraps.
type Error struct {
	Kind Kind
	Op   string // what was being done, a verb: "import calls"; may be empty
	Err  error  // never nil
}

func (e *Error) Error() string {
	if e.Op == "" {
		return e.Err.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap gives what e wraps.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of kind k; the format may use %w.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// Wrap puts a verb before err and keeps its kind. Wrap of nil is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: KindOf(err), Op: op, Err: err}
}

// KindOf is the kind of the outermost Error in err that has one other than
// Internal, else Internal; of errors joined side by side, the first such one.
// Inputs are Invalid.
func KindOf(err error) Kind {
	switch e := err.(type) {
	case *Error:
		if e.Kind != Internal {
			return e.Kind
		}
		return KindOf(e.Err)
	case Inputs:
		return Invalid
	case interface{ Unwrap() error }:
		return KindOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			if k := KindOf(one); k != Internal {
				return k
			}
		}
	}
	return Internal
}

// Is tells whether err is of kind k; nil is of none.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
