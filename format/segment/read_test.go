package segment_test

import (
	"slices"

	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
)

// tester is testing.T and rapid.T.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func open(t tester, blob []byte) *segment.Reader {
	t.Helper()
	r, err := segment.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readCalls reads all calls; nil numbers are none.
func readCalls(t tester, blob, numbers []byte, want segment.CallColumns) []usage.Call {
	t.Helper()
	var n *segment.Reader
	if numbers != nil {
		n = open(t, numbers)
	}
	x, err := segment.OpenCalls(open(t, blob), n, want)
	if err != nil {
		t.Fatal(err)
	}
	calls := make([]usage.Call, x.Rows())
	if err := x.Read(0, calls); err != nil {
		t.Fatal(err)
	}
	return calls
}

func readCharges(t tester, blob []byte, calls []usage.Call) []usage.Charge {
	t.Helper()
	x, err := segment.OpenCharges(open(t, blob), segment.AllCharges)
	if err != nil {
		t.Fatal(err)
	}
	charges := make([]usage.Charge, x.Rows())
	if err := x.Read(0, charges, calls); err != nil {
		t.Fatal(err)
	}
	return charges
}

func readRollups(t tester, blob []byte) []usage.Delta {
	t.Helper()
	x, err := segment.OpenRollups(open(t, blob), segment.AllRollups)
	if err != nil {
		t.Fatal(err)
	}
	deltas := make([]usage.Delta, x.Rows())
	if err := x.Read(0, deltas); err != nil {
		t.Fatal(err)
	}
	return deltas
}

// equal compares row by row, so that a failure shows one row, not thousands.
func equal[T comparable](t tester, got, want []T) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("row %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}
