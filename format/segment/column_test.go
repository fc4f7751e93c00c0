package segment_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/format/segment"
)

// What a directory tells of a column holds for every value in it, and columns
// read as a whole are what is read row by row.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calls := edgeCalls(t)
		a := algorithm(t)
		var e segment.Encoder
		blob, err := e.Calls(nil, calls, a)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := e.Numbers(nil, calls, a)
		if err != nil {
			t.Fatal(err)
		}
		x, err := segment.OpenCalls(open(t, blob), nil, segment.AllCalls&^segment.CallNumbers)
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range []segment.CallColumns{segment.CallStarted, segment.CallAgent, segment.CallKind, segment.CallCountry, segment.CallDisposition} {
			vs, err := x.Column(column, nil)
			if err != nil {
				t.Fatal(err)
			}
			low, high, ok := x.Bounds(column)
			if ok && (slices.Min(vs) < low || slices.Max(vs) > high) {
				t.Fatalf("column %b: %d to %d, said to be %d to %d", column, slices.Min(vs), slices.Max(vs), low, high)
			}
			if column == segment.CallAgent {
				for i := range calls {
					if int64(calls[i].Agent) != vs[i] {
						t.Fatalf("row %d: agent %d, read as %d", i, calls[i].Agent, vs[i])
					}
				}
			}
		}
		from, to, err := segment.PackedNumbers(open(t, numbers), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range calls {
			if from[i] != calls[i].Calling.Packed() || to[i] != calls[i].Called.Packed() {
				t.Fatalf("row %d: %d %d", i, from[i], to[i])
			}
		}
	})
	if _, _, err := segment.PackedNumbers(open(t, golden(t, 1, "calls-planes")), nil, nil); err == nil {
		t.Error("numbers are read from a segment of calls")
	}
}
