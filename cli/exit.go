package cli

import (
	"context"
	"errors"
	"strings"

	"tollkeeper/core/fault"
)

// The exit codes.
const (
	exitFine  = 0
	exitFound = 1 // the work found problems, or could not be done
	exitUsage = 2
)

// usageError is a command line, or a setting, that cannot be.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// found is work that was done and found problems; they are printed already.
type found struct{ what string }

func (f *found) Error() string { return f.what }

// exitCode is the one place where the kind of an error becomes a code.
func exitCode(err error) int {
	var usage *usageError
	var inputs fault.Inputs
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &inputs): // mistakes in a file: the command was right
		return exitFound
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Conflict:
		return exitUsage
	}
	return exitFound
}

// exit tells what went wrong and gives the exit code.
func (s *session) exit(err error) int {
	var (
		what   *found
		usage  *usageError
		inputs fault.Inputs
	)
	switch {
	case err == nil:
	case errors.As(err, &what):
		s.tell("%s", what.what)
	case errors.As(err, &inputs) && len(inputs) > 1:
		head, _, _ := strings.Cut(err.Error(), inputs[0].String())
		s.tell("tollkeeper: %s%d mistakes", head, len(inputs))
		for _, in := range inputs {
			s.tell("  %s", in)
		}
	case errors.As(err, &usage) && inputs == nil:
		s.tell("tollkeeper: %s\nTry: tollkeeper --help, or --help behind a command.", err)
	case errors.Is(err, context.Canceled) && s.ctx.Err() != nil:
		s.tell("tollkeeper: stopped: %s", err)
	default:
		s.tell("tollkeeper: %s", err)
	}
	return exitCode(err)
}
