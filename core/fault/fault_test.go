package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"tollkeeper/core/fault"
)

func Example() {
	err := fault.New(fault.NotFound, "no rate card is named %q", "retail")
	err = fault.Wrap("quote", err)
	fmt.Println(err)
	fmt.Println(fault.Is(err, fault.NotFound))
	// Output:
	// quote: no rate card is named "retail"
	// true
}

func TestKindOf(t *testing.T) {
	inputs := fault.Inputs{{Field: "rate", Reason: "not a decimal number"}}
	conflict := fault.New(fault.Conflict, "exists")
	internal := fault.New(fault.Internal, "broken")
	for _, c := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"nil", nil, fault.Internal},
		{"a stranger", errors.New("disk"), fault.Internal},
		{"an Error", conflict, fault.Conflict},
		{"wrapped once", fault.Wrap("close", conflict), fault.Conflict},
		{"wrapped by others between", fault.Wrap("a", fmt.Errorf("b: %w", fault.Wrap("c", conflict))), fault.Conflict},
		{"outermost of two", fault.New(fault.Denied, "no: %w", conflict), fault.Denied},
		{"below an unclassified one", fault.New(fault.Internal, "x: %w", conflict), fault.Conflict},
		{"inputs", inputs, fault.Invalid},
		{"inputs wrapped", fmt.Errorf("y: %w", fault.Wrap("import", inputs)), fault.Invalid},
		{"inputs below an unclassified one", fault.New(fault.Internal, "x: %w", inputs), fault.Invalid},
		{"inputs below another kind", fault.New(fault.Busy, "x: %w", inputs), fault.Busy},
		{"joined", errors.Join(errors.New("disk"), conflict), fault.Conflict},
		{"joined behind an unclassified one", errors.Join(internal, conflict), fault.Conflict},
		{"joined, first of two", errors.Join(inputs, conflict), fault.Invalid},
		{"joined strangers", errors.Join(errors.New("a"), errors.New("b")), fault.Internal},
		{"two verbs", fmt.Errorf("%w and %w", errors.New("a"), conflict), fault.Conflict},
	} {
		if got := fault.KindOf(c.err); got != c.want {
			t.Errorf("%s: kind is %v, want %v", c.name, got, c.want)
		}
		if got := fault.Is(c.err, c.want); got != (c.err != nil) {
			t.Errorf("%s: Is(%v) = %v", c.name, c.want, got)
		}
		if fault.Is(c.err, fault.NotFound) {
			t.Errorf("%s: Is(not_found)", c.name)
		}
	}
}

func TestWrap(t *testing.T) {
	if err := fault.Wrap("close", nil); err != nil {
		t.Errorf("Wrap of nil is %v", err)
	}
	err := fault.Wrap("close march", fault.Wrap("rate call 17", fault.New(fault.NotFound, "no rate: %w", fs.ErrNotExist)))
	if want := "close march: rate call 17: no rate: file does not exist"; err.Error() != want {
		t.Errorf("text is %q, want %q", err, want)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("errors.Is does not see through to what New wrapped")
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Op != "close march" || e.Kind != fault.NotFound {
		t.Errorf("errors.As gives %+v", e)
	}
	var in fault.Inputs
	if !errors.As(fault.Wrap("import", fault.Inputs{{Line: 3}}), &in) || in[0].Line != 3 {
		t.Errorf("errors.As gives inputs %v", in)
	}
}

func TestKindString(t *testing.T) {
	for k, want := range map[fault.Kind]string{
		fault.Internal: "internal", fault.Invalid: "invalid", fault.NotFound: "not_found",
		fault.Conflict: "conflict", fault.Denied: "denied", fault.Busy: "busy", 77: "internal",
	} {
		if got := k.String(); got != want {
			t.Errorf("Kind(%d) is %q, want %q", k, got, want)
		}
	}
}
