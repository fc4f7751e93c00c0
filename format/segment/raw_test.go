package segment_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/format/segment"
)

func TestRawRoundTrip(t *testing.T) {
	var w segment.RawEncoder
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 60), 1, 80).Draw(t, "texts")
		lines := column(t, len(texts), "lines")
		w.Discard()
		for i, s := range texts {
			if w.Rows() != i {
				t.Fatalf("%d rows, want %d", w.Rows(), i)
			}
			if err := w.Add(lines[i], s); err != nil {
				t.Fatal(err)
			}
		}
		blob, err := w.Finish([]byte("kept"))
		if err != nil || string(blob[:4]) != "kept" || w.Rows() != 0 || w.Bytes() != 0 {
			t.Fatal("after Finish", err, w.Rows(), w.Bytes())
		}
		x, err := segment.OpenRaw(blob[4:])
		if err != nil {
			t.Fatal(err)
		}
		if x.Rows() != len(texts) {
			t.Fatalf("%d rows, want %d", x.Rows(), len(texts))
		}
		for i, s := range texts {
			if line, text, err := x.Text(i); err != nil || line != lines[i] || !bytes.Equal(text, s) {
				t.Fatalf("record %d: line %d %q, %v; want line %d %q", i, line, text, err, lines[i], s)
			}
		}
		if _, _, err := x.Text(len(texts)); !fault.Is(err, fault.Internal) {
			t.Fatal("a record beyond the last:", err)
		}
	})
}

func TestRawIsBounded(t *testing.T) {
	var w segment.RawEncoder
	if _, err := w.Finish(nil); !fault.Is(err, fault.Internal) {
		t.Error("a segment of no records:", err)
	}
	large := make([]byte, segment.MaxText+1)
	if err := w.Add(1, large); !fault.Is(err, fault.Invalid) {
		t.Error("too long a record:", err)
	}
	check(w.Add(1, large[:segment.MaxText]))
	if err := w.Add(2, large[:1]); !fault.Is(err, fault.Busy) || w.Rows() != 1 {
		t.Error("a record beyond the limit:", err)
	}
	blob := must(w.Finish(nil))
	if line, text, err := must(segment.OpenRaw(blob)).Text(0); line != 1 || len(text) != segment.MaxText || err != nil {
		t.Error("the longest record:", line, len(text), err)
	}
	for range segment.MaxRows {
		check(w.Add(1, nil))
	}
	if err := w.Add(1, nil); !fault.Is(err, fault.Busy) {
		t.Error("a row beyond the limit:", err)
	}
}

func TestRawOfAnotherKind(t *testing.T) {
	var e segment.Encoder
	if _, err := segment.OpenRaw(must(e.Rollups(nil, rollup(3, 1), segment.Planes))); !errors.Is(err, segment.ErrDamaged) {
		t.Error(err)
	}
}
