package segment

import (
	"bytes"
	"errors"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// TestHead refuses what is well formed but cannot be: the checksums are right.
func TestHead(t *testing.T) {
	var e Encoder
	good, err := e.Rollups(nil, make([]usage.Delta, 3), Planes)
	if err != nil {
		t.Fatal(err)
	}
	if len(good) != fixedHead {
		t.Fatalf("rows of zeros take %d bytes", len(good))
	}
	tests := []struct {
		name    string
		at      int
		value   byte
		damaged bool
	}{
		{"another magic", 0, 'x', true},
		{"version 0", 4, 0, false},
		{"a newer version", 4, version + 1, false},
		{"no kind", 5, 0, true},
		{"an unknown kind", 5, byte(kindEnd), true},
		{"an unknown algorithm", 6, byte(algorithmEnd), true},
		{"a column that is not there", 7, 1, true},
		{"too many columns", 7, 255, true},
		{"no rows", 8, 0, true},
		{"too many rows", 11, 1, true},
		{"a reserved byte", 18, 1, true},
	}
	for _, tt := range tests {
		blob := bytes.Clone(good)
		blob[tt.at] = tt.value
		forge(blob)
		if _, err := Open(blob); !fault.Is(err, fault.Internal) || errors.Is(err, ErrDamaged) != tt.damaged {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestHeadSizeHoldsEveryDirectory(t *testing.T) {
	for kind, fields := range map[Kind]int{Calls: len(callFields) + 3, Charges: len(chargeFields) + 1, Rollups: len(rollupFields)} {
		if fields > maxColumns {
			t.Errorf("%s have %d columns", kind, fields)
		}
	}
}

// TestFieldsAreInOrder holds the tables to the order of their columns, which
// the directory wants.
func TestFieldsAreInOrder(t *testing.T) {
	inOrder(t, callFields)
	inOrder(t, chargeFields)
	inOrder(t, rollupFields)
}

func inOrder[T any](t *testing.T, fields []field[T]) {
	for i := 1; i < len(fields); i++ {
		if fields[i].bit <= fields[i-1].bit {
			t.Errorf("%s stands after %s", fields[i].name, fields[i-1].name)
		}
	}
}
