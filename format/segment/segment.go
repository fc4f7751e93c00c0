// Package segment is how calls, their numbers, their charges, roll-ups and raw
// texts are kept: many rows of one tenant in one blob, column by column.
//
// It owns the bytes: the head with its directory and checksums, the encodings
// of columns, and the tables that say which field is which column. Whatever a
// release has ever written stays readable; testdata holds a blob of each codec
// version. It does not own where blobs are kept or which rows share one
// (store, app/compact), nor what the rows mean (core/usage).
//
//	var e segment.Encoder
//	blob, err := e.Calls(nil, calls, segment.Planes)
//
//	r, err := segment.Open(blob)
//	x, err := segment.OpenCalls(r, nil, segment.CallStarted|segment.CallAgent)
//	err = x.Read(0, calls[:x.Rows()])
//
// A blob is a head, a directory and the columns' bytes. Columns that hold only
// zeros are left out, one that holds a single value has no bytes, and each
// other has its own checksum, so that a report reads three columns of twenty
// and nothing else. Integers are kept as their distance from the column's
// minimum, divided by what all distances have in common, in as many bits as
// the largest needs: planes of bytes, and at the top one of 1, 2 or 4 bits.
// Columns of few values are numbered by a dictionary; columns of slowly
// growing values hold differences.
package segment

import (
	"errors"
	"fmt"

	"tollkeeper/core/fault"
)

// Kind is what the rows of a segment are. The zero Kind is none.
type Kind uint8

// The kinds. They are stored: new ones go at the end.
const (
	Calls Kind = iota + 1
	Numbers
	Charges
	Rollups
	RawText
	kindEnd
)

var kindNames = [...]string{"none", "calls", "numbers", "charges", "rollups", "raw text"}

// String is the kind's name; an unknown kind is "unknown".
func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return "unknown"
}

// Algorithm is what an encoder does with a column once it is laid out.
type Algorithm uint8

// The algorithms. They are stored: new ones go at the end.
const (
	Planes     Algorithm = iota // as it is: for ingest, where time counts
	PlanesZstd                  // compressed where that helps: for compaction
	algorithmEnd
)

// MaxCalls is how many rows a segment of calls, numbers or charges may have.
const MaxCalls = 65_536

// MaxRows is how many rows a segment of roll-ups or raw texts may have.
const MaxRows = 1 << 18

// maxRows is the limit for kind k.
func maxRows(k Kind) int {
	if k == Rollups || k == RawText {
		return MaxRows
	}
	return MaxCalls
}

// ErrDamaged is what every error about bytes that cannot be a segment, or are
// no longer the ones written, wraps. Its kind is Internal.
var ErrDamaged = errors.New("damaged segment")

func damaged(format string, args ...any) error {
	return fault.New(fault.Internal, "%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}
